"""Asks a server for a document as site owners wish: seldom, and only for what changed.

The memory of a source holds, as text:

    etag, last-modified   the validators of the newest answer, byte for byte
    sha256                the hash of its body
    read                  when a whole document last came
    ttl                   minutes that the document itself asks us to wait
    failed                why that document could not be read, if it could not
    moved, moved_since, moved_seen   where it says that it has moved to, and how often it said so
    address               where it has moved to, once that is believed

and whatever else the document's reader wants to be remembered while the document stays the same.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from dataclasses import dataclass, replace
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
# A captive portal sends 301 too, and so does a slip of an hour.
SIGHTINGS, SIGHTED_FOR = 3, dt.timedelta(hours=48)

# Answer header → request header; the values go back byte for byte (RFC 9110 §8.8).
_VALIDATORS = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}
_OF_ANSWERS = (*_VALIDATORS, "sha256", "read")
_MOVES = ("moved", "moved_since", "moved_seen", "address")
OK, NOT_MODIFIED, NOT_FOUND, GONE, TOO_MANY, UNAVAILABLE = 200, 304, 404, 410, 429, 503
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
    http: Http, url: str, memory: Mapping[str, str], now: dt.datetime, *, accept: str
) -> Answer:
    """Ask for the document at `url`, unless it is as it was.

    Raises SourceError with `retry_at` set; SourceGone when the server says that it is gone.
    """
    conditions = {} if _is_stale(memory, now) else _conditions(memory)
    headers = {"Accept": accept, **conditions}
    try:
        response = await _fetch(http, url, memory, headers)
        if response.status == NOT_MODIFIED and conditions:
            return _known(response, _without(memory, _MOVES) | _moved(response, memory, now), now)
        _require_success(response, now)
    except SourceError as error:
        error.retry_at = max(error.retry_at or now, now + HOUR)
        raise
    fresh = {name: response.headers[name] for name in _VALIDATORS if response.headers.get(name)}
    fresh |= {"sha256": hashlib.sha256(response.body).hexdigest(), "read": now.isoformat()}
    fresh |= _moved(response, memory, now)
    tried_again = "failed" in memory and _is_stale(memory, now)  # by a newer program, perhaps
    if memory.get("sha256") == fresh["sha256"] and not tried_again:
        return _known(response, _without(memory, (*_OF_ANSWERS, *_MOVES)) | fresh, now)
    due = next_due(response.headers, fresh, now)
    return Answer(response=response, memory=fresh, due=due, warnings=_move_told(fresh))


def next_due(
    headers: Mapping[str, str], memory: Mapping[str, str], now: dt.datetime
) -> dt.datetime:
    """Give when the source may be asked again: as its server and its document ask, within a day."""
    ttl = dt.timedelta(minutes=int(memory.get("ttl", "0")))
    return now + max(HOUR, min(max(_lifetime(headers), ttl), LONGEST_LIFE))


def unreadable(error: SourceError, answer: Answer) -> SourceError:
    """Make a document that cannot be read known, so that it is read again only when it changes."""
    error.memory = {**answer.memory, "failed": str(error)}
    error.retry_at = answer.due
    return error


async def _fetch(
    http: Http, url: str, memory: Mapping[str, str], headers: Mapping[str, str]
) -> Response:
    """Ask where the document has moved to, or, where that leads nowhere, where it was."""
    if address := memory.get("address"):
        try:
            response = await http.get(address, headers)
        except SourceError:
            return await http.get(url, headers)
        if response.status not in (NOT_FOUND, GONE):
            return replace(response, moved_to=response.moved_to or address)
    return await http.get(url, headers)


def _known(response: Response, memory: Mapping[str, str], now: dt.datetime) -> Answer:
    due = next_due(response.headers, memory, now)
    if "failed" in memory:
        error = SourceError(memory["failed"])
        error.retry_at, error.memory = due, memory
        raise error
    return Answer(response=None, memory=memory, due=due, warnings=_move_told(memory))


def _is_stale(memory: Mapping[str, str], now: dt.datetime) -> bool:
    return "read" in memory and now - dt.datetime.fromisoformat(memory["read"]) >= READ_WHOLE_AFTER


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
    if status in (TOO_MANY, UNAVAILABLE):
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
    if not target:
        return {}
    if target == memory.get("address"):
        return {"address": target}
    same = target == memory.get("moved")
    since = memory["moved_since"] if same else now.isoformat()
    seen = int(memory["moved_seen"]) + 1 if same else 1
    if seen >= SIGHTINGS and now - dt.datetime.fromisoformat(since) >= SIGHTED_FOR:
        return {"address": target}
    kept = {"address": memory["address"]} if "address" in memory else {}
    return {**kept, "moved": target, "moved_since": since, "moved_seen": str(seen)}


def _move_told(memory: Mapping[str, str]) -> tuple[str, ...]:
    address = memory.get("address")
    return (f"has moved to {address}: write that address",) if address else ()
