"""A server of feeds that scores how politely it is read, over days that the test lets pass.

After Rachel Kroll's feed reader score (https://rachelbythebay.com/fs/help.html) and the complaints
in the trackers of feed readers: twelve checks, each of which a reader passes or fails with a word
about its first sin. The clock is the test's: it sets `now`, and the server goes by that.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from email.utils import format_datetime, parsedate_to_datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Self

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(hours=24)
LATE = 25 * HOUR  # after a feed was due, a reader that did not come back has forgotten it

ONE_FIRST = "1 one unconditional request for a new feed"
SELDOM = "2 one conditional request an hour and one unconditional a day at most"
BYTE_FOR_BYTE = "3 validators echoed byte for byte"
NO_COOKIES = "4 no cookies"
NO_REFERER = "5 no Referer"
NO_QUERY = "6 no query added"
NO_INVENTED_DATE = "7 If-Modified-Since never invented"
NEWEST_ETAG = "8 the ETag of the newest answer"
RESTARTS = "9 the schedule survives a restart"
OBEYED = "10 Retry-After, max-age, Expires and ttl obeyed"
USER_AGENT = "11 a User-Agent with program and contact"
COMPRESSION = "12 compression asked for"
CHECKS = (
    ONE_FIRST,
    SELDOM,
    BYTE_FOR_BYTE,
    NO_COOKIES,
    NO_REFERER,
    NO_QUERY,
    NO_INVENTED_DATE,
    NEWEST_ETAG,
    RESTARTS,
    OBEYED,
    USER_AGENT,
    COMPRESSION,
)


# ---------------------------------------------------------------- the feeds


def _stamp(moment: dt.datetime) -> str:
    return format_datetime(moment, usegmt=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Between two hours of the week a feed answers with a status other than 200."""

    from_h: int
    until_h: int
    status: int
    retry_after: str = ""  # seconds; "date" stands for the HTTP-date at which the trouble ends


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One feed: `path` as it must be asked for, and how it behaves.

    It changes each `changes_h` hours, never with 0. `etag` and `modified` hold "{v}", the number
    of changes so far, and "{date}", the time of the last change; each is left out where empty.
    `caching` gives further headers by the time; `rests` is how long they or `ttl_min` ask for.
    """

    path: str
    changes_h: int = 0
    etag: str = '"edition-{v}"'
    modified: str = "{date}"
    caching: Callable[[dt.datetime], Mapping[str, str]] = lambda _: {}
    ttl_min: int = 0
    rests: dt.timedelta = HOUR
    trouble: Trouble | None = None

    def version(self, hours: float) -> int:
        return int(hours // self.changes_h) if self.changes_h else 0

    def validators(self, began: dt.datetime, hours: float) -> dict[str, str]:
        """Give ETag and Last-Modified, as far as it has them."""
        v = self.version(hours)
        date = _stamp(began - DAY + v * self.changes_h * HOUR)
        given = {"ETag": self.etag, "Last-Modified": self.modified}
        return {name: text.format(v=v, date=date) for name, text in given.items() if text}

    def body(self, version: int) -> bytes:
        ttl = f"<ttl>{self.ttl_min}</ttl>" if self.ttl_min else ""
        return (
            f'<rss version="2.0"><channel><title>{self.path[1:8]}</title>{ttl}<item>'
            f"<title>Tide table {version}</title><link>https://harbour.example{self.path}"
            f"</link><guid>tide-{version}</guid></item></channel></rss>"
        ).encode()


FEEDS = (
    Feed(path="/quiet"),
    Feed(path="/news?section=7&empty=", changes_h=6),
    # The ETag changes, Last-Modified never does: a reader that keeps both by the latter is stuck.
    Feed(path="/stuck-date", changes_h=5, modified="Mon, 05 Jan 2026 08:00:00 GMT"),
    Feed(path="/etag-only", changes_h=7, modified=""),
    Feed(path="/date-only", changes_h=9, etag=""),
    Feed(path="/weak", changes_h=8, etag='W/"edition-{v}"'),
    Feed(path="/spaces", changes_h=8, etag='"edition  {v} of  the week"'),
    Feed(path="/unquoted", changes_h=8, etag="edition-{v}-gzip"),
    Feed(path="/quotes", changes_h=8, etag='"""edition\\"{v}'),
    Feed(path="/odd-date", changes_h=8, etag="", modified="{date} (our clock)"),
    Feed(path="/iso-date", changes_h=8, modified="2026-01-05 08:00:0{v}"),
    Feed(path="/busy", trouble=Trouble(from_h=26, until_h=37, status=429, retry_after="10800")),
    Feed(
        path="/busy-until", trouble=Trouble(from_h=30, until_h=50, status=429, retry_after="date")
    ),
    Feed(path="/busy-silently", trouble=Trouble(from_h=52, until_h=56, status=429)),
    Feed(path="/down", trouble=Trouble(from_h=40, until_h=47, status=503, retry_after="14400")),
    Feed(path="/shut", trouble=Trouble(from_h=20, until_h=21, status=503, retry_after="259200")),
    Feed(
        path="/max-age",
        caching=lambda _: {"Cache-Control": "public, max-age=14400"},
        rests=4 * HOUR,
    ),
    Feed(path="/year", caching=lambda _: {"Cache-Control": "max-age=31536000"}, rests=DAY),
    Feed(path="/expires", caching=lambda now: {"Expires": _stamp(now + 6 * HOUR)}, rests=6 * HOUR),
    Feed(path="/ttl", changes_h=10, ttl_min=180, rests=3 * HOUR),
)


# ---------------------------------------------------------------- the server


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request as it came, header names in lower case, and what was answered.

    `due` is the earliest moment at which the next one is welcome.
    """

    at: dt.datetime
    path: str
    headers: Mapping[str, str]
    status: int
    given: Mapping[str, str]
    due: dt.datetime

    @property
    def conditional(self) -> bool:
        return "if-none-match" in self.headers or "if-modified-since" in self.headers


@dataclass(kw_only=True)
class ScoringServer:
    """Serves `feeds` on loopback while its `async with` block lasts.

    `now` is set by the test; `restarted` is called by it whenever it restarts its reader.
    """

    now: dt.datetime
    feeds: tuple[Feed, ...] = FEEDS
    requests: list[Request] = field(default_factory=list)
    restarts: list[dt.datetime] = field(default_factory=list)
    base: str = ""

    def __post_init__(self) -> None:
        self._began = self.now
        self._feeds = {feed.path: feed for feed in self.feeds}
        app = web.Application()
        app.router.add_get("/{path:.*}", self._answer)
        self._runner = web.AppRunner(app)

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.base = f"http://{host}:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    @property
    def urls(self) -> tuple[str, ...]:
        """The feeds' addresses, in the order of the feeds."""
        return tuple(self.base + feed.path for feed in self.feeds)

    def restarted(self) -> None:
        """Note that the reader was restarted since its last request."""
        self.restarts.append(self.now)

    async def _answer(self, request: web.Request) -> web.Response:
        feed = self._feeds.get(request.raw_path)
        response, rests = self._respond(feed, request) if feed else (web.Response(status=404), HOUR)
        response.headers["Date"] = _stamp(self.now)
        response.headers["Set-Cookie"] = "seen=1; Path=/"
        self.requests.append(
            Request(
                at=self.now,
                path=request.raw_path,
                headers={name.lower(): value for name, value in request.headers.items()},
                status=response.status,
                given={name.lower(): value for name, value in response.headers.items()},
                due=self.now + max(rests, HOUR),
            )
        )
        return response

    def _respond(self, feed: Feed, request: web.Request) -> tuple[web.Response, dt.timedelta]:
        """Give the answer, and how long it asks to be left alone."""
        hours = (self.now - self._began) / HOUR
        if feed.trouble and feed.trouble.from_h <= hours < feed.trouble.until_h:
            return self._refuse(feed.trouble)
        validators = feed.validators(self._began, hours)
        headers = {**validators, **feed.caching(self.now)}
        if _unchanged(request, validators):
            return web.Response(status=304, headers=headers), feed.rests
        body = feed.body(feed.version(hours))
        response = web.Response(body=body, content_type="application/rss+xml", headers=headers)
        return response, feed.rests

    def _refuse(self, trouble: Trouble) -> tuple[web.Response, dt.timedelta]:
        ends = self._began + trouble.until_h * HOUR
        if trouble.retry_after == "date":
            headers = {"Retry-After": _stamp(ends)}
            return web.Response(status=trouble.status, headers=headers), ends - self.now
        headers = {"Retry-After": trouble.retry_after} if trouble.retry_after else {}
        rests = dt.timedelta(seconds=int(trouble.retry_after or 0))
        return web.Response(status=trouble.status, headers=headers), rests

    def report(self) -> dict[str, str]:
        """Give each check's name with the first problem, or "" where there is none."""
        problems = dict.fromkeys(CHECKS, "")
        for check, problem in self._problems():
            problems[check] = problems[check] or problem
        return problems

    def _problems(self) -> Iterator[tuple[str, str]]:
        for request in self.requests:
            yield from _manners(request, self._feeds)
        for feed in self.feeds:
            asked = [request for request in self.requests if request.path == feed.path]
            if not asked:
                yield ONE_FIRST, f"{feed.path} was never asked for"
                continue
            yield from _beginning(asked)
            yield from _echoes(asked)
            yield from _schedule(asked, self.restarts)
            if self.now - asked[-1].due > LATE:
                yield OBEYED, f"{feed.path} was due at {asked[-1].due} and never asked for again"


def _unchanged(request: web.Request, validators: Mapping[str, str]) -> bool:
    """Tell whether the reader has it already: the ETag goes first (RFC 9110 §13.2.2)."""
    if "If-None-Match" in request.headers:
        return request.headers["If-None-Match"] == validators.get("ETag")
    return request.headers.get("If-Modified-Since", "") == validators.get("Last-Modified")


# ---------------------------------------------------------------- the checks


def _manners(request: Request, feeds: Iterable[str]) -> Iterator[tuple[str, str]]:
    """What each request shows by itself."""
    headers, path = request.headers, request.path
    if "cookie" in headers:
        yield NO_COOKIES, f"{path}: Cookie: {headers['cookie']}"
    if "referer" in headers:
        yield NO_REFERER, f"{path}: Referer: {headers['referer']}"
    if path not in feeds:
        yield NO_QUERY, f"{path} was asked for, which is no feed's address"
    agent = headers.get("user-agent", "")
    if not re.match(r"\w[\w.-]*/\d[^ ]* .*(https?://|@)", agent):
        yield USER_AGENT, f"{path}: User-Agent: {agent}"
    if not {"gzip", "br"} & set(re.split(r"[,; ]+", headers.get("accept-encoding", ""))):
        yield COMPRESSION, f"{path}: Accept-Encoding: {headers.get('accept-encoding')}"


def _beginning(asked: list[Request]) -> Iterator[tuple[str, str]]:
    """A new feed is fetched whole, once."""
    first, *rest = asked
    if first.conditional:
        yield ONE_FIRST, f"{first.path}: the first request was conditional"
    again = [one for one in rest if not one.conditional and one.at - first.at < HOUR]
    if again:
        yield ONE_FIRST, f"{first.path}: fetched whole {1 + len(again)} times within an hour"


def _echoes(asked: list[Request]) -> Iterator[tuple[str, str]]:
    """Conditions are what the server gave, all of it, and what it gave last.

    Before it gave anything `_beginning` speaks.
    """
    tags: list[str] = []
    dates: list[str] = []
    for request in asked:
        if request.conditional and tags:
            yield from _tag_echo(request, tags)
            yield from _date_echo(request, dates)
        if request.status == web.HTTPOk.status_code:
            tags.append(request.given.get("etag", ""))
            dates.append(request.given.get("last-modified", ""))


def _tag_echo(request: Request, tags: list[str]) -> Iterator[tuple[str, str]]:
    sent, newest = request.headers.get("if-none-match", ""), tags[-1]
    if sent != newest:
        check = NEWEST_ETAG if sent in tags and sent else BYTE_FOR_BYTE
        yield check, f"{request.path}: If-None-Match: {sent} where {newest} was given last"


def _date_echo(request: Request, dates: list[str]) -> Iterator[tuple[str, str]]:
    sent = request.headers.get("if-modified-since", "")
    if sent == dates[-1]:
        return
    same = [date for date in dates if _same_time(sent, date)]
    check = BYTE_FOR_BYTE if same or not sent else NO_INVENTED_DATE
    yield check, f"{request.path}: If-Modified-Since: {sent} where {dates[-1]} was given last"


def _same_time(one: str, other: str) -> bool:
    try:
        return parsedate_to_datetime(one) == parsedate_to_datetime(other)
    except (ValueError, TypeError):  # no date; or one is naive, the other aware
        return one == other


def _schedule(asked: list[Request], restarts: list[dt.datetime]) -> Iterator[tuple[str, str]]:
    """Neither too often nor before it is welcome, across restarts too."""
    for before, after in pairwise(asked):
        words = f"{after.path}: asked at {before.at} ({before.status}) and at {after.at}"
        restarted = any(before.at <= restart <= after.at for restart in restarts)
        if after.at - before.at < HOUR:
            yield RESTARTS if restarted else SELDOM, words
        elif after.at < before.due:
            yield RESTARTS if restarted else OBEYED, f"{words}, not welcome before {before.due}"
    for before, after in pairwise([one for one in asked if not one.conditional]):
        if after.at - before.at < DAY:
            restarted = any(before.at <= restart <= after.at for restart in restarts)
            words = f"{after.path}: fetched whole at {before.at} and at {after.at}"
            yield RESTARTS if restarted else SELDOM, words
