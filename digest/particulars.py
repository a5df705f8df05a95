"""What may be said of a subscriber: address, name, language, sections, days, each with its rule.

Every function raises SubscriberError with the reason in plain words.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from email_validator import EmailNotValidError, validate_email

from digest.errors import SubscriberError
from digest.spelling import did_you_mean
from digest.words import is_language

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MAX_ADDRESS = 320  # characters; none that is longer is worth reading (RFC 5321 §4.5.3.1)
MAX_NAME = 200  # characters
MAX_WORDS = 500  # characters of how somebody consented

_EARLIEST = dt.date(1990, 1, 1)
_CLOCKS_APART = dt.timedelta(minutes=5)
# Controls and line ends would forge a header (RFC 5322 §2.2), overrides would turn the rest of a
# line round. Joiners stay: Persian and Sinhala names are written with them.
_UNFIT = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """An email address as it is written to, and its key: alike for all spellings of it."""

    written: str
    key: str


def read_address(text: str) -> Address:
    """Read an address: its domain becomes ASCII, what stands before the @ stays as it is.

    No name server is asked. Mailboxes whose names differ in case alone are one, as at every
    provider that is known.
    """
    text = text.strip()
    if not text:
        raise SubscriberError("there is no address")
    if len(text) > MAX_ADDRESS:
        raise SubscriberError("the address is longer than an address may be")
    try:
        valid = validate_email(text, check_deliverability=False)
    except EmailNotValidError as error:
        raise SubscriberError(str(error).rstrip(".")) from None
    if not valid.ascii_email:
        hint = "Few mail servers deliver to such an address; ask for another"
        raise SubscriberError("the part before the @-sign is not in ASCII", hint=hint)
    return Address(written=valid.ascii_email, key=valid.ascii_email.lower())


def read_name(text: str) -> str:
    """Read a person's name, spaces collapsed; "" for none."""
    return _line(text, "name", MAX_NAME)


def read_words(text: str, what: str) -> str:
    """Read a line of words about a consent; `what` names it in the reason."""
    return _line(text, what, MAX_WORDS)


def read_language(text: str) -> str:
    """Read a language tag; "" means the publication's."""
    tag = text.strip()
    if not tag or is_language(tag):
        return tag
    hint = 'Write it like "en-GB" or "de"'
    raise SubscriberError(f'"{_shown(tag)}" is no language tag', hint=hint)


def read_sections(titles: Iterable[str], known: Sequence[str]) -> tuple[str, ...]:
    """Read titles of sections, whatever their case, in the edition's order; none means all.

    One that the edition does not have is refused: without it, they would get what they did not ask
    for.
    """
    folded = {title.casefold(): title for title in known}
    wanted: set[str] = set()
    for title in filter(None, map(str.strip, titles)):
        if title.casefold() not in folded:
            hint = did_you_mean(title, known) or f"It has: {', '.join(known) or 'none'}"
            raise SubscriberError(f'the edition has no section "{_shown(title)}"', hint=hint)
        wanted.add(folded[title.casefold()])
    return tuple(title for title in known if title in wanted)


def read_day(text: str, what: str) -> dt.date | None:
    """Read a date such as 2026-11-23; None for ""."""
    if not text.strip():
        return None
    try:
        return dt.date.fromisoformat(text.strip())
    except ValueError:
        raise _no_time(text, what) from None


def read_moment(text: str, what: str, zone: dt.tzinfo, now: dt.datetime) -> dt.datetime | None:
    """Read a date or a time in ISO 8601, in `zone` if it names none; None for "".

    What lies ahead of `now`, or before email, is refused.
    """
    if not text.strip():
        return None
    try:
        given = dt.datetime.fromisoformat(text.strip())
        moment = (given if given.tzinfo else given.replace(tzinfo=zone)).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        raise _no_time(text, what) from None
    if moment > now + _CLOCKS_APART:
        raise SubscriberError(f'{what} "{_shown(text)}" lies ahead')
    if moment.date() < _EARLIEST:
        raise SubscriberError(f'{what} "{_shown(text)}" is before anybody had a newsletter')
    return moment


def _line(text: str, what: str, limit: int) -> str:
    line = " ".join(text.split())
    if _UNFIT.search(line):
        raise SubscriberError(f"the {what} has characters that a line of text cannot have")
    if len(line) > limit:
        raise SubscriberError(f"the {what} is longer than {limit} characters")
    return unicodedata.normalize("NFC", line)


def _no_time(text: str, what: str) -> SubscriberError:
    hint = "Write it like 2026-11-23, or 2026-11-23T05:30"
    return SubscriberError(f'{what} "{_shown(text)}" is no date', hint=hint)


def _shown(text: str) -> str:
    return text.strip()[:40]
