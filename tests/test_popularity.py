"""Counts of readers: the feeds' own, and a table from a file or the web."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from aiohttp import web
from hypothesis import given, settings
from hypothesis import strategies as st
from loopback import visitor

from digest.errors import ProviderError
from digest.model import Article, Reading
from digest.popularity.feed_counts import FeedCounts
from digest.popularity.table import Table
from digest.popularity.table_reading import MAX_BYTES, MAX_COUNT, MAX_ROWS
from digest.protocols import Considered

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from digest.protocols import Popularity

NOW = dt.datetime(2026, 11, 23, 5, 30, tzinfo=dt.UTC)
TIDE, RAIL = "https://courier.example/tide", "https://courier.example/rail"
HEAD = "url,count,as_of,hours,unit\n"


def article(url: str, comments: int | None, guid: str = "1") -> Article:
    return Article(
        source="courier", guid=guid, url=url, title="A", first_seen=NOW, comments=comments
    )


def ask(plug: Popularity, *articles: Article) -> tuple[Reading, ...]:
    async def readings() -> tuple[Reading, ...]:
        considered = Considered(since=NOW - dt.timedelta(days=1), until=NOW, articles=articles)
        async with visitor(connect_s=2, total_s=5) as http:
            return await plug.readings(http, considered, NOW)

    return asyncio.run(readings())


def table(
    folder: Path, content: str | bytes, name: str = "popular.csv", *, zone: str = "Europe/London"
) -> tuple[Reading, ...]:
    data = content.encode() if isinstance(content, str) else content
    (folder / name).write_bytes(data)
    return ask(Table(path=name, root=folder, timezone=zone))


def reading(url: str, count: int, **more: object) -> Reading:
    facts = {"unit": "read", "as_of": NOW, "hours": None, **more}
    return Reading(url=url, count=count, **facts)  # type: ignore[arg-type]  # names are the model's


# ---------------------------------------------------------------- the feeds' own counts


def test_comment_counts_become_readings_as_of_now() -> None:
    found = ask(FeedCounts(), article(TIDE, 12), article(RAIL, 0))
    assert found == (reading(RAIL, 0, unit="commented"), reading(TIDE, 12, unit="commented"))


def test_an_article_without_a_count_gives_no_reading() -> None:
    assert ask(FeedCounts(), article(TIDE, None)) == ()


def test_two_feeds_that_count_one_page_give_its_highest_count() -> None:
    found = ask(FeedCounts(), article(TIDE, 12, "a"), article(TIDE, 9, "b"))
    assert found == (reading(TIDE, 12, unit="commented"),)


# ---------------------------------------------------------------- tables


def test_a_csv_table_is_read_with_its_hours_and_unit(tmp_path: Path) -> None:
    found = table(tmp_path, f"{HEAD}{TIDE},1840,2026-11-23T05:20:00+00:00,24,Read\n")
    as_of = dt.datetime(2026, 11, 23, 5, 20, tzinfo=dt.UTC)
    assert found == (reading(TIDE, 1840, as_of=as_of, hours=24.0),)


def test_a_table_of_three_columns_in_any_order_and_case_is_enough(tmp_path: Path) -> None:
    found = table(tmp_path, f"As_Of, Count ,URL\n2026-11-23T05:30Z, 3 ,{TIDE}\n")
    assert found == (reading(TIDE, 3),)


def test_a_spreadsheets_semicolons_byte_order_mark_and_line_ends_are_understood(
    tmp_path: Path,
) -> None:
    content = f"url;count;as_of\r\n{TIDE};3;2026-11-23T05:30Z\r\n\r\n;;\r\n".encode("utf-8-sig")
    assert table(tmp_path, content) == (reading(TIDE, 3),)


def test_json_is_known_by_its_content_whatever_the_name(tmp_path: Path) -> None:
    entries = [
        {"url": TIDE, "count": 3, "as_of": "2026-11-23T06:30+01:00", "hours": 2.5},
        {"url": RAIL, "count": "4", "as_of": "2026-11-23T05:30Z", "hours": None, "unit": None},
    ]
    found = table(tmp_path, json.dumps(entries), "popular.txt")
    assert found == (reading(RAIL, 4), reading(TIDE, 3, hours=2.5))


def test_a_time_without_a_zone_is_meant_in_the_publications(tmp_path: Path) -> None:
    for local, zone in (("00:30", "America/New_York"), ("11:00", "Asia/Kolkata")):
        content = f"{HEAD}{TIDE},3,2026-11-23 {local},,\n"
        assert table(tmp_path, content, zone=zone) == (reading(TIDE, 3),)


def test_what_was_counted_ahead_of_now_outranks_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    ahead = f"{TIDE},9,2036-11-23T05:30Z,,\n"
    assert table(tmp_path, f"{HEAD}{TIDE},3,2026-11-23T05:30Z,,\n{ahead}") == (reading(TIDE, 3),)
    assert "line 3: as_of lies ahead: '2036-11-23T05:30Z'" in caplog.text


def test_a_counters_clock_may_be_minutes_before_ours(tmp_path: Path) -> None:
    (found,) = table(tmp_path, f"{HEAD}{TIDE},3,2026-11-23T05:34Z,,\n")
    assert found.as_of > NOW


def test_of_two_lines_on_one_page_the_newest_stands_and_of_equals_the_highest(
    tmp_path: Path,
) -> None:
    lines = [
        f"{TIDE},9,2026-11-23T05:00Z,,",
        f"{TIDE},5,2026-11-23T05:30Z,,",
        f"{TIDE},3,2026-11-23T05:30Z,,",
    ]
    forwards = table(tmp_path, HEAD + "\n".join(lines))
    backwards = table(tmp_path, HEAD + "\n".join(reversed(lines)))
    assert forwards == backwards == (reading(TIDE, 5),)


def test_lines_of_the_rarer_unit_are_left_out(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    lines = f"{TIDE},9,2026-11-23T05:30Z,,shared\n{RAIL},5,2026-11-23T05:30Z,,read\n"
    more = "https://courier.example/moor,1,2026-11-23T05:30Z,,\n"
    assert {one.url for one in table(tmp_path, HEAD + lines + more)} == {
        RAIL,
        "https://courier.example/moor",
    }
    assert 'left out lines in other units than "read": 1' in caplog.text


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("/tide,3,2026-11-23T05:30Z,,", "url is no web address"),
        ("javascript:alert(1),3,2026-11-23T05:30Z,,", "url is no web address"),
        (f"{RAIL},-3,2026-11-23T05:30Z,,", "count is no whole number"),
        (f"{RAIL},1.5,2026-11-23T05:30Z,,", "count is no whole number"),
        (f'{RAIL},"1,840",2026-11-23T05:30Z,,', "count is no whole number"),
        (f"{RAIL},{'9' * 5000},2026-11-23T05:30Z,,", "count is no whole number"),
        (f"{RAIL},3,yesterday,,", "as_of is no ISO 8601 time"),
        (f"{RAIL},3,0001-01-01T00:00+14:00,,", "as_of is no ISO 8601 time"),
        (f"{RAIL},3,,,", "as_of is no ISO 8601 time"),
        (f"{RAIL},3,2026-11-23T05:30Z,0,", "hours is no number above 0"),
        (f"{RAIL},3,2026-11-23T05:30Z,nan,", "hours is no number above 0"),
        (f"{RAIL},3,2026-11-23T05:30Z,,{'x' * 41}", "unit is no short word"),
        (f"{RAIL},3", "as_of is no ISO 8601 time"),
    ],
)
def test_a_line_that_cannot_be_used_is_left_out_and_named(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, line: str, reason: str
) -> None:
    found = table(tmp_path, f"{HEAD}{line}\n{TIDE},3,2026-11-23T05:30Z,,\n")
    assert found == (reading(TIDE, 3),)
    assert f"left out line 2: {reason}" in caplog.text


def test_a_thousand_bad_lines_are_named_by_twenty_and_a_number(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    table(tmp_path, HEAD + "x\n" * 1000 + f"{TIDE},3,2026-11-23T05:30Z,,\n")
    assert len(caplog.records) == 21
    assert "left out more lines: 980" in caplog.text


def test_what_comes_before_a_quote_that_nobody_closed_is_kept(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    swallowed = f'"{RAIL},3,2026-11-23T05:30Z,,\n' + "x" * 200_000
    assert table(tmp_path, f"{HEAD}{TIDE},3,2026-11-23T05:30Z,,\n{swallowed}") == (
        reading(TIDE, 3),
    )
    assert "not read on after line" in caplog.text


def test_only_the_first_hundred_thousand_lines_are_read(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first, last = ({"url": url, "count": 1, "as_of": NOW.isoformat()} for url in (TIDE, RAIL))
    entries = [first, *[0] * (MAX_ROWS - 1), last]
    assert table(tmp_path, json.dumps(entries)) == (reading(TIDE, 1),)
    assert "only the first 100000 lines were read" in caplog.text


def test_a_count_beyond_what_a_database_holds_is_that_much(tmp_path: Path) -> None:
    found = table(tmp_path, f"{HEAD}{TIDE},{MAX_COUNT + 1},2026-11-23T05:30Z,,\n")
    assert found == (reading(TIDE, MAX_COUNT),)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no column url and no column count and no column as_of"),
        (b"page;views\n/a;3\n", "no column url"),
        (HEAD.encode(), "no usable line; it is empty"),
        (f"{HEAD}x\n".encode(), "no usable line; the first: line 2: url is no web address"),
        (f"url,count,as_of,tïtle\n{TIDE}".encode("latin-1"), "not UTF-8"),
        ("url\tcount".encode("utf-16"), "not UTF-8"),
        (b'{"url": "https://courier.example/tide"}', "no JSON list"),
        (b'[{"url": ', "not valid JSON"),
        (b"[" * 100_000, "not valid JSON"),
        (b"[1, [], null]", "no usable line; the first: entry 1"),
        (b'[{"url": {}, "count": true}]', "url is neither text nor a number"),
        (b"x" * (MAX_BYTES + 1), "larger than 10 MiB"),
    ],
)
def test_a_table_of_which_nothing_is_usable_is_refused_with_its_reason(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    with pytest.raises(ProviderError, match=reason) as refusal:
        table(tmp_path, content)
    assert refusal.value.where == "popular.csv"
    assert refusal.value.hint


def test_a_file_that_is_absent_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ProviderError, match="No such file"):
        ask(Table(path="popular.csv", root=tmp_path, timezone="UTC"))


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=400) | st.text(max_size=200).map(lambda text: (HEAD + text).encode()))
def test_no_table_makes_it_fail_otherwise(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    folder = tmp_path_factory.getbasetemp()
    try:
        found = table(folder, content)
    except ProviderError:
        return
    assert found == tuple(sorted(found, key=lambda one: one.url))


# ---------------------------------------------------------------- tables on the web


@asynccontextmanager
async def serving(status: int, body: bytes) -> AsyncIterator[str]:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=status, body=body)

    app = web.Application()
    app.router.add_get("/popular.csv", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/popular.csv"
    finally:
        await runner.cleanup()


def fetch(root: Path, status: int, body: bytes) -> tuple[Reading, ...]:
    async def readings() -> tuple[Reading, ...]:
        considered = Considered(since=NOW, until=NOW, articles=())
        async with (
            serving(status, body) as url,
            visitor() as http,
        ):
            return await Table(path=url, root=root, timezone="UTC").readings(http, considered, NOW)

    return asyncio.run(readings())


def test_a_table_is_fetched_from_the_web(tmp_path: Path) -> None:
    found = fetch(tmp_path, 200, f"{HEAD}{TIDE},3,2026-11-23T05:30Z,,\n".encode())
    assert found == (reading(TIDE, 3),)


def test_a_server_that_refuses_is_named_with_its_status(tmp_path: Path) -> None:
    with pytest.raises(ProviderError, match=r"127\.0\.0\.1.*answered 403"):
        fetch(tmp_path, 403, b"url,count,as_of\n")


def test_a_server_that_is_not_there_is_a_provider_error(tmp_path: Path) -> None:
    with pytest.raises(ProviderError, match="accepts no connection"):
        ask(Table(path="http://127.0.0.1:9/popular.csv", root=tmp_path, timezone="UTC"))
