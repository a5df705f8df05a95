"""Asks a server for a document as site owners wish: seldom, and only for what changed.

The memory of a source holds, as text:

    etag, last-modified   the validators of the newest answer, byte for byte
    sha256                the hash of its body
    read                  when a whole document last came
    reader                what read it: another one reads it anew
    ttl                   minutes that the document itself asks us to wait
    failed, failed_at     why that document could not be read, if it could not, and since when
    moved, moved_since, moved_seen   where it says that it has moved to, and how often it said so
    address               where it has moved to, once that is believed

and whatever else the document's reader wants to be remembered while the document stays the same.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from digest.errors import SourceError, SourceGone

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from digest.protocols import Http, Response

HOUR = dt.timedelta(hours=1)  # between two requests, at least
LONGEST_LIFE = dt.timedelta(hours=24)  # that a cache's rules may ask for
LONGEST_WAIT = dt.timedelta(days=7)  # that Retry-After may ask for
READ_WHOLE_AFTER = dt.timedelta(days=7)  # of nothing but "not modified": some servers are wrong
TRY_AGAIN_AFTER = dt.timedelta(days=1)  # what could not be read: it may have been our own trouble
# A captive portal sends 301 too, and so does a slip of an hour.
SIGHTINGS, SIGHTED_FOR = 3, dt.timedelta(hours=48)

# Answer header → request header; the values go back byte for byte (RFC 9110 §8.8).
_VALIDATORS = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}
_OF_ANSWERS = (*_VALIDATORS, "sha256", "read", "reader")
_MOVES = ("moved", "moved_since", "moved_seen", "address")
OK, NOT_MODIFIED, NOT_FOUND, GONE, TOO_MANY = 200, 304, 404, 410, 429
_LOOK = "Look for the feed's new address on its site"
_STATUSES = {
    401: ("the server wants a password (401)", ""),
    403: ("the server refuses access (403)", ""),
    NOT_FOUND: ("not found (404)", _LOOK),
    GONE: ("gone for good (410)", _LOOK),
    TOO_MANY: ("the server asks to be asked less often (429)", ""),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of asking: `response` is None when the document is the one that was known.

    `memory` is what to remember, `due` when the source may be asked again.
    """

    response: Response | None
    memory: Mapping[str, str]
    due: dt.datetime
    warnings: tuple[str, ...] = ()


async def ask(
    http: Http,
    url: str,
    memory: Mapping[str, str],
    now: dt.datetime,
    *,
    accept: str,
    reader: str = "",
) -> Answer:
    """Ask for the document at `url`, unless it is as it was.

    `reader` names what will read it, with its version and options. Raises SourceError with
    `retry_at` set; SourceGone when the server says that it is gone.
    """
    whole = _is_stale(memory, now) or memory.get("reader", "") != reader
    conditions = {} if whole else _conditions(memory)
    try:
        response = await http.get(memory.get("address", url), {"Accept": accept, **conditions})
        if response.status == NOT_MODIFIED and conditions:
            return _known(response, _without(memory, _MOVES) | _moved(response, memory, now), now)
        _require_success(response, now)
    except SourceError as error:
        raise _refused(error, memory, now) from error
    fresh = {name: response.headers[name] for name in _VALIDATORS if _is_sound(response, name)}
    fresh |= {"sha256": hashlib.sha256(response.body).hexdigest(), "read": now.isoformat()}
    fresh |= _moved(response, memory, now) | ({"reader": reader} if reader else {})
    same = memory.get("sha256") == fresh["sha256"] and memory.get("reader", "") == reader
    if same and not ("failed" in memory and _is_stale(memory, now)):
        return _known(response, _without(memory, (*_OF_ANSWERS, *_MOVES)) | fresh, now)
    due = next_due(response.headers, fresh, now)
    return Answer(response=response, memory=fresh, due=due, warnings=_move_told(fresh))


def next_due(
    headers: Mapping[str, str], memory: Mapping[str, str], now: dt.datetime
) -> dt.datetime:
    """Give when the source may be asked again: as its server and its document ask, within a day."""
    ttl = dt.timedelta(minutes=int(memory.get("ttl", "0")))
    return now + max(HOUR, min(max(_lifetime(headers), ttl), LONGEST_LIFE))


def unreadable(error: SourceError, answer: Answer, now: dt.datetime) -> SourceError:
    """Make a document that cannot be read known, so that it is read again only when it changes.

    A redirect that led to it is not counted, and not believed any more.
    """
    known = _without(answer.memory, _MOVES)
    error.memory = {**known, "failed": str(error), "failed_at": now.isoformat()}
    error.retry_at = answer.due
    return error


def _refused(error: SourceError, memory: Mapping[str, str], now: dt.datetime) -> SourceError:
    """Say when to ask again; where an address that it had moved to fails, the old one is next."""
    error.retry_at = max(error.retry_at or now, now + HOUR)
    if "address" not in memory:
        return error
    if isinstance(error, SourceGone):  # the old address may know more
        error, gone = SourceError(error.what, hint=error.hint), error
        error.retry_at = gone.retry_at
    error.memory = _without(memory, _MOVES)
    return error


def _known(response: Response, memory: Mapping[str, str], now: dt.datetime) -> Answer:
    due = next_due(response.headers, memory, now)
    if "failed" in memory:
        error = SourceError(memory["failed"])
        error.retry_at, error.memory = due, _without(memory, _MOVES)
        raise error
    return Answer(response=None, memory=memory, due=due, warnings=_move_told(memory))


def _is_stale(memory: Mapping[str, str], now: dt.datetime) -> bool:
    """Tell whether the whole is due: after a week, and sooner where it could not be read."""
    since, patience = memory.get("read"), READ_WHOLE_AFTER
    if "failed" in memory:
        since, patience = memory.get("failed_at"), TRY_AGAIN_AFTER
    return since is None or now - dt.datetime.fromisoformat(since) >= patience


def _is_sound(response: Response, name: str) -> bool:
    """Tell whether a validator is there and can go back as it came: bytes beyond UTF-8 cannot."""
    value = response.headers.get(name, "")
    return bool(value) and value.encode("utf-8", "ignore").decode() == value


def _without(memory: Mapping[str, str], names: Container[str]) -> dict[str, str]:
    return {name: text for name, text in memory.items() if name not in names}


def _conditions(memory: Mapping[str, str]) -> dict[str, str]:
    """Give the request headers that ask whether anything changed."""
    return {header: memory[name] for name, header in _VALIDATORS.items() if memory.get(name)}


def _require_success(response: Response, now: dt.datetime) -> None:
    """Raise SourceError, in an editor's words, for any answer but a success."""
    status = response.status
    if OK <= status < 300:  # noqa: PLR2004  RFC 9110 §15: 2xx
        return
    if status >= 500:  # noqa: PLR2004  5xx
        what, hint = f"the server has a fault of its own ({status})", ""
    else:
        what, hint = _STATUSES.get(status, (f"the server answered {status}", ""))
    error = SourceGone(what, hint=hint) if status == GONE else SourceError(what, hint=hint)
    if "retry-after" in response.headers:
        error.retry_at = _retry_at(response.headers, now)
    raise error


def _retry_at(headers: Mapping[str, str], now: dt.datetime) -> dt.datetime:
    """Read Retry-After (RFC 9110 §10.2.3): seconds, or a date."""
    text = headers.get("retry-after", "").strip()
    wait = _seconds(text) if text.isdecimal() else _until(text, now)
    return now + min(max(wait, dt.timedelta(0)), LONGEST_WAIT)


def _lifetime(headers: Mapping[str, str]) -> dt.timedelta:
    """Give how long the answer is fresh: max-age before Expires (RFC 9111 §4.2.1)."""
    control = headers.get("cache-control", "").lower()
    if re.search(r"\bno-(?:cache|store)\b", control):
        return dt.timedelta(0)
    if match := re.search(r"\bmax-age\s*=\s*\"?(\d+)", control):
        age = headers.get("age", "").strip()
        return _seconds(match[1]) - (_seconds(age) if age.isdecimal() else dt.timedelta(0))
    date = _http_date(headers.get("date", ""))
    return _until(headers.get("expires", ""), date) if date else dt.timedelta(0)


def _seconds(digits: str) -> dt.timedelta:
    return dt.timedelta(seconds=int(digits[:9]))  # more is forever, and would overflow


def _until(text: str, now: dt.datetime) -> dt.timedelta:
    date = _http_date(text)
    return date - now if date else dt.timedelta(0)


def _http_date(text: str) -> dt.datetime | None:
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=dt.UTC)


def _moved(response: Response, memory: Mapping[str, str], now: dt.datetime) -> dict[str, str]:
    """Count the sightings of a permanent redirect; give what the memory keeps of it."""
    target = response.moved_to
    kept = {"address": memory["address"]} if "address" in memory else {}
    if not target or kept.get("address") == target:
        return kept
    same = target == memory.get("moved")
    since = memory["moved_since"] if same else now.isoformat()
    seen = int(memory["moved_seen"]) + 1 if same else 1
    if seen >= SIGHTINGS and now - dt.datetime.fromisoformat(since) >= SIGHTED_FOR:
        return {"address": target}
    return {**kept, "moved": target, "moved_since": since, "moved_seen": str(seen)}


def _move_told(memory: Mapping[str, str]) -> tuple[str, ...]:
    address = memory.get("address")
    return (f"has moved to {address}: write that address",) if address else ()
