"""The scorer itself: a naive reader fails each check, and a polite one none."""

from __future__ import annotations

import asyncio
import datetime as dt
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

import aiohttp
import pytest
import scoring_server as checks
from scoring_server import CHECKS, DAY, FEEDS, HOUR, Feed, ScoringServer
from yarl import URL

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

BEGAN = dt.datetime(2026, 11, 16, tzinfo=dt.UTC)
POLITE = {
    "User-Agent": "plain-reader/1.0 (+https://courier.example/)",
    "Accept-Encoding": "gzip",
}
BUSY, STUCK, TAG_ONLY, TTL = "/busy", "/stuck-date", "/etag-only", "/ttl"


class Reader:
    """A polite reader, but for what the test makes it send."""

    def __init__(self, server: ScoringServer, session: aiohttp.ClientSession) -> None:
        self._server = server
        self._session = session
        self.memory: dict[str, dict[str, str]] = {}

    async def ask(self, path: str, hours: float, **changed: str) -> None:
        """Ask at that hour of the week; headers are `changed`, or left out where they are ""."""
        self._server.now = BEGAN + hours * HOUR
        wanted = {**POLITE, **self.memory.get(path, {})}
        wanted |= {name.replace("_", "-"): text for name, text in changed.items()}
        headers = {name: text for name, text in wanted.items() if text}
        url = URL(self._server.base + path, encoded=True)
        leave_out = ["User-Agent", "Accept-Encoding"]
        async with self._session.get(url, headers=headers, skip_auto_headers=leave_out) as answer:
            if answer.status == HTTPStatus.OK:
                given = {
                    "If-None-Match": answer.headers.get("ETag", ""),
                    "If-Modified-Since": answer.headers.get("Last-Modified", ""),
                }
                self.memory[path] = given

    def sent(self, path: str, header: str) -> str:
        return self.memory[path][header]


def score(
    act: Callable[[Reader, ScoringServer], Awaitable[None]], feeds: tuple[Feed, ...] = FEEDS
) -> dict[str, str]:
    """Give the problems that a reader makes, by check."""

    async def run() -> dict[str, str]:
        jar = aiohttp.DummyCookieJar()
        async with (
            ScoringServer(now=BEGAN, feeds=feeds) as server,
            aiohttp.ClientSession(cookie_jar=jar, auto_decompress=False) as session,
        ):
            await act(Reader(server, session), server)
            return {check: problem for check, problem in server.report().items() if problem}

    return asyncio.run(run())


def score_of(path: str, *asks: tuple[float, dict[str, str]]) -> set[str]:
    """Give the checks that fail when one feed is asked for at these hours, with these headers."""

    async def act(reader: Reader, _: ScoringServer) -> None:
        for hours, changed in asks:
            await reader.ask(path, hours, **changed)

    return set(score(act, tuple(feed for feed in FEEDS if feed.path == path)))


WHOLE = {"If_None_Match": "", "If_Modified_Since": ""}


def test_a_polite_reader_passes_all_checks_for_a_week() -> None:
    async def polite(reader: Reader, server: ScoringServer) -> None:
        due = {feed.path: BEGAN for feed in FEEDS}
        for hours in range(7 * 24):
            for path, moment in due.items():
                if moment <= BEGAN + hours * HOUR:
                    await reader.ask(path, hours)
                    due[path] = server.requests[-1].due

    assert score(polite) == {}


def test_each_check_stands_in_the_report() -> None:
    async def nothing(_: Reader, server: ScoringServer) -> None:
        assert tuple(server.report()) == CHECKS

    score(nothing)
    assert len(CHECKS) == 12


@pytest.mark.parametrize("path", [feed.path for feed in FEEDS])
def test_a_feed_that_is_asked_for_once_an_hour_in_spite_of_all_is_at_most_disobeyed(
    path: str,
) -> None:
    hourly = score_of(path, *[(hours, {}) for hours in range(60)])
    assert hourly <= {checks.OBEYED}


def test_a_first_request_with_conditions_fails() -> None:
    assert score_of("/quiet", (0, {"If_None_Match": '"x"'})) == {checks.ONE_FIRST}


def test_a_new_feed_that_is_fetched_twice_fails() -> None:
    assert checks.ONE_FIRST in score_of("/quiet", (0, {}), (0.1, WHOLE))


def test_a_feed_that_is_never_asked_for_fails() -> None:
    async def nothing(_: Reader, __: ScoringServer) -> None:
        return

    assert set(score(nothing)) == {checks.ONE_FIRST}


@pytest.mark.parametrize("again", [(0.9, {}), (23, WHOLE)])
def test_asking_too_often_fails(again: tuple[float, dict[str, str]]) -> None:
    assert score_of("/quiet", (0, {}), again) == {checks.SELDOM}


@pytest.mark.parametrize(
    ("path", "changed"),
    [
        ("/quiet", {"If_None_Match": "edition-0"}),
        ("/quiet", {"If_None_Match": ""}),
        ("/quiet", {"If_Modified_Since": ""}),
        ("/weak", {"If_None_Match": '"edition-0"'}),
        ("/spaces", {"If_None_Match": '"edition 0 of the week"'}),
        ("/unquoted", {"If_None_Match": '"edition-0-gzip"'}),
    ],
)
def test_validators_that_are_changed_or_left_out_fail(path: str, changed: dict[str, str]) -> None:
    assert score_of(path, (0, {}), (1, changed)) == {checks.BYTE_FOR_BYTE}


def test_a_date_that_is_written_anew_fails() -> None:
    async def act(reader: Reader, _: ScoringServer) -> None:
        await reader.ask("/quiet", 0)
        date = parsedate_to_datetime(reader.sent("/quiet", "If-Modified-Since"))
        await reader.ask("/quiet", 1, If_Modified_Since=date.strftime("%d %b %Y %H:%M:%S +0000"))

    assert set(score(act, FEEDS[:1])) == {checks.BYTE_FOR_BYTE}


@pytest.mark.parametrize(
    ("header", "text", "check"),
    [
        ("Cookie", "seen=1", checks.NO_COOKIES),
        ("Referer", "https://courier.example/", checks.NO_REFERER),
        ("User_Agent", "", checks.USER_AGENT),
        ("User_Agent", "python-requests/2.32", checks.USER_AGENT),
        ("User_Agent", "Mozilla/5.0 (X11; Linux x86_64)", checks.USER_AGENT),
        ("Accept_Encoding", "", checks.COMPRESSION),
        ("Accept_Encoding", "identity", checks.COMPRESSION),
    ],
)
def test_bad_manners_fail(header: str, text: str, check: str) -> None:
    assert score_of("/quiet", (0, {header: text})) == {check}


def test_a_query_that_is_added_or_changed_fails() -> None:
    async def act(reader: Reader, _: ScoringServer) -> None:
        await reader.ask("/news?section=7&empty=", 0)
        await reader.ask("/news?section=7&empty=&t=1", 1)

    assert set(score(act, FEEDS[1:2])) == {checks.NO_QUERY}


@pytest.mark.parametrize("date", ["Mon, 16 Nov 2026 00:00:00 GMT", "Thu, 01 Jan 1970 00:00:00 GMT"])
@pytest.mark.parametrize("path", [TAG_ONLY, "/quiet"])
def test_a_date_that_was_never_given_fails(path: str, date: str) -> None:
    invented = {"If_Modified_Since": date}
    assert score_of(path, (0, {}), (1, invented)) == {checks.NO_INVENTED_DATE}


def test_an_old_etag_beside_an_unchanged_date_fails() -> None:
    old = {"If_None_Match": '"edition-0"'}
    assert score_of(STUCK, (0, {}), (5, {}), (6, old)) == {checks.NEWEST_ETAG}


@pytest.mark.parametrize(("hours", "changed"), [(0.5, {}), (5, WHOLE)])
def test_a_schedule_that_a_restart_wipes_fails(hours: float, changed: dict[str, str]) -> None:
    async def act(reader: Reader, server: ScoringServer) -> None:
        await reader.ask("/quiet", 0)
        server.restarted()
        await reader.ask("/quiet", hours, **changed)

    assert set(score(act, FEEDS[:1])) == {checks.RESTARTS}


@pytest.mark.parametrize(
    ("path", "hours"),
    [
        (BUSY, (0, 26, 28)),
        ("/busy-until", (0, 31, 49)),
        ("/down", (0, 40, 43)),
        ("/shut", (0, 20, 91)),
        ("/max-age", (0, 3)),
        ("/max-age", (0, 4, 7)),  # a 304 says so too
        ("/year", (0, 23)),
        ("/expires", (0, 5)),
        (TTL, (0, 2)),
    ],
)
def test_a_wait_that_is_not_kept_fails(path: str, hours: tuple[int, ...]) -> None:
    assert score_of(path, *[(hour, {}) for hour in hours]) == {checks.OBEYED}


def test_a_429_without_a_time_is_not_asked_again_within_the_hour() -> None:
    assert score_of("/busy-silently", (0, {}), (52, {}), (52.1, {})) == {checks.SELDOM}


@pytest.mark.parametrize("path", ["/quiet", "/year", "/shut"])
def test_a_feed_that_is_forgotten_fails(path: str) -> None:
    async def act(reader: Reader, server: ScoringServer) -> None:
        await reader.ask(path, 20)
        server.now += 6 * DAY

    feeds = tuple(feed for feed in FEEDS if feed.path == path)
    assert set(score(act, feeds)) == {checks.OBEYED}


def test_a_reader_that_sends_back_what_it_got_gets_304() -> None:
    async def act(reader: Reader, server: ScoringServer) -> None:
        for feed in FEEDS:
            if not feed.trouble:
                await reader.ask(feed.path, 0)
                await reader.ask(feed.path, 1)
                assert server.requests[-1].status == 304, feed.path

    score(act)
