"""The store, on every database that `databases` has at hand."""

from __future__ import annotations

import datetime as dt
import io
import os
import re
import subprocess
import sys
from argparse import Namespace
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from time import sleep
from typing import TYPE_CHECKING, Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from databases import DATABASES
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.exc import StatementError

import digest
from digest.errors import Busy, SourceError, StoreError
from digest.health import Health
from digest.model import Article, Image, IssueState, Past, Probe, Reading, Report
from digest.picture import Picture
from digest.protocols import Pulled
from digest.store import IssueRecord, Store, migrations
from digest.store.articles import BATCH, headlines_query, pages_query, window_query
from digest.store.readings import readings_query
from digest.store.tables import metadata
from digest.store.vectors import vectors_query

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Select

NOW = dt.datetime(2026, 11, 23, 5, 30, tzinfo=dt.UTC)
TODAY = NOW.date()
HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)
FEED = "https://feeds.example.org/world.xml"


# ------------------------------------------------------------ databases


@contextmanager
def bare(url: str) -> Iterator[Engine]:
    """The database without the store around it."""
    engine = create_engine(url)
    yield engine
    engine.dispose()


def program(source: str, url: str) -> subprocess.Popen[str]:
    """Start another Python process that has the store's URL as its argument."""
    root = str(Path(digest.__file__).parents[1])
    return subprocess.Popen(
        [sys.executable, "-c", source, url],
        env=os.environ | {"PYTHONPATH": root},
        stdout=subprocess.PIPE,
        text=True,
    )


# ------------------------------------------------------------ factories


def article(guid: str = "1", **changes: Any) -> Article:
    plain = Article(
        source=FEED,
        guid=guid,
        url=f"https://example.org/{guid}",
        title=f"Headline {guid}",
        published=NOW - HOUR,
        first_seen=NOW,
        language="en",
    )
    return replace(plain, **changes)


def pulled(*articles: Article, **rest: Any) -> Pulled:
    return Pulled(articles=articles, **rest)


def record(date: dt.date = TODAY, state: IssueState = IssueState.SENT, **rest: Any) -> IssueRecord:
    values: dict[str, Any] = {
        "edition": "daily",
        "date": date,
        "state": state,
        "cutoff": dt.datetime.combine(date, NOW.timetz()),
        "built_at": NOW,
        "state_at": NOW,
    }
    return IssueRecord(**values | rest)


def placed(date: dt.date = TODAY, guid: str = "1", slot: str = "lead") -> Past:
    address = f"https://example.org/{guid}"
    return Past(
        date=date,
        cutoff=dt.datetime.combine(date, NOW.timetz()),
        slot=slot,
        url=address,
        story=f"story-{guid}",
        title=f"Headline {guid}",
    )


def reading(guid: str = "1", count: int = 10, as_of: dt.datetime = NOW) -> Reading:
    return Reading(url=f"https://example.org/{guid}", count=count, unit="read", as_of=as_of)


def memory(store: Store, source: str = FEED) -> dict[str, str]:
    state = store.source_states().get(source)
    return dict(state.memory) if state else {}


def count(store: Store, source: str = FEED) -> int:
    start, end = dt.datetime(1990, 1, 1, tzinfo=dt.UTC), dt.datetime(2100, 1, 1, tzinfo=dt.UTC)
    return store.count_articles([source], start, end).get(source, 0)


def stored(store: Store, *sources: str) -> tuple[Article, ...]:
    """Everything stored of the sources, however old or new."""
    since = dt.datetime(1, 1, 2, tzinfo=dt.UTC)
    return store.articles(sources or (FEED,), since, dt.datetime(9999, 1, 1, tzinfo=dt.UTC))


# ------------------------------------------------------------ pulls


def test_a_guid_that_no_database_can_hold_is_known_again(store: Store) -> None:
    for moment in (NOW, NOW + HOUR):
        store.add_pull(FEED, pulled(article("a\0"), article("b\ud800")), moment)
    assert {one.guid for one in stored(store)} == {"a", "b"}


def test_an_article_comes_back_as_it_went_in(store: Store) -> None:
    whole = article(
        summary="A “summary” in two lines.\nAnd 日本語.",
        body=("First paragraph.", "Second."),
        authors=("A. Writer", "B. Writer"),
        published=NOW.replace(microsecond=123456),
        updated=NOW + HOUR,
        categories=("World", "Politics"),
        image=Image(url="https://example.org/1.jpg", alt="A bridge", credit="C. Lens", width=1200),
        comments=0,
    )
    bare_bones = Article(
        source=FEED, guid="2", url="https://example.org/2", title="", first_seen=NOW - HOUR
    )
    assert store.add_pull(FEED, pulled(whole, bare_bones), NOW) == 2
    assert stored(store) == (whole, bare_bones)


def test_a_second_pull_of_the_same_adds_and_changes_nothing(store: Store) -> None:
    first = article(published=None, image=Image(url="https://example.org/1.jpg"))
    assert store.add_pull(FEED, pulled(first), NOW) == 1
    again = replace(first, first_seen=NOW + HOUR)
    assert store.add_pull(FEED, pulled(again), NOW + HOUR) == 0
    assert stored(store) == (first,)


def test_an_unchanged_article_is_not_written_again(store: Store) -> None:
    written: list[str] = []
    store.add_pull(FEED, pulled(article("1"), article("2")), NOW)
    event.listen(
        store._engine,
        "after_cursor_execute",
        lambda _c, _cur, statement, values, *_: (
            written.append(str(values)) if "INSERT INTO articles" in statement else None
        ),
    )
    store.add_pull(FEED, pulled(article("1"), article("2", title="Corrected")), NOW)
    assert len(written) == 1
    assert "Corrected" in written[0]
    assert "Headline 1" not in written[0]


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Corrected"},
        {"summary": "Longer"},
        {"url": "https://example.org/moved"},
        {"comments": 7},
        {"body": ("Rewritten.",)},
        {"image": Image(url="https://example.org/new.jpg")},
        {"published": NOW - 2 * HOUR},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_changed_article_is_updated_and_keeps_when_it_was_first_seen(
    store: Store, change: dict[str, Any]
) -> None:
    store.add_pull(FEED, pulled(article()), NOW)
    changed = article(first_seen=NOW + HOUR, **change)
    assert store.add_pull(FEED, pulled(changed), NOW + HOUR) == 0
    assert stored(store) == (article(**change),)


def test_an_article_that_gets_another_date_moves_in_the_window(store: Store) -> None:
    store.add_pull(FEED, pulled(article(published=NOW - DAY)), NOW)
    store.add_pull(FEED, pulled(article(published=NOW, title="New words")), NOW)
    assert len(store.articles([FEED], NOW - HOUR, NOW)) == 1
    assert store.articles([FEED], NOW - 2 * DAY, NOW - HOUR) == ()


def test_a_guid_that_a_feed_repeats_is_stored_once_and_its_first_article_counts(
    store: Store,
) -> None:
    twice = pulled(article(title="Newest"), article(title="Older"))
    assert store.add_pull(FEED, twice, NOW) == 1
    assert store.add_pull(FEED, twice, NOW) == 0
    assert [found.title for found in stored(store)] == ["Newest"]


def test_one_guid_in_two_sources_is_two_articles(store: Store) -> None:
    other = "https://other.example/feed"
    store.add_pull(FEED, pulled(article()), NOW)
    assert store.add_pull(other, pulled(article(source=other)), NOW) == 1
    assert len(stored(store, FEED, other)) == 2


def test_an_article_is_stored_under_the_source_that_was_pulled(store: Store) -> None:
    store.add_pull(FEED, pulled(article(source="whatever a plug wrote")), NOW)
    assert stored(store) == (article(),)


def test_a_feed_longer_than_a_batch_is_stored_whole(store: Store) -> None:
    long = pulled(*(article(str(number)) for number in range(2 * BATCH + 1)))
    assert store.add_pull(FEED, long, NOW) == 2 * BATCH + 1
    assert store.add_pull(FEED, long, NOW) == 0
    assert len(stored(store)) == 2 * BATCH + 1


def test_text_that_no_database_takes_stops_no_pull(store: Store) -> None:
    hostile = "a\0b\ud800c"
    given_ = article(title=hostile, body=(hostile,), categories=(hostile,))
    assert store.add_pull(FEED, pulled(given_), NOW) == 1
    assert stored(store)[0].title == "abc"


def test_a_pull_that_cannot_be_stored_leaves_nothing_behind(store: Store) -> None:
    store.add_pull(FEED, pulled(article("1"), memory={"etag": "old"}), NOW)
    absurd = pulled(article("2"), article("3", comments=2**70), memory={"etag": "new"})
    with pytest.raises(StoreError):
        store.add_pull(FEED, absurd, NOW + HOUR)
    assert stored(store) == (article("1"),)
    assert memory(store) == {"etag": "old"}


def test_memory_is_replaced_whole_and_empty_at_first(store: Store) -> None:
    assert memory(store) == {}
    store.add_pull(FEED, pulled(memory={"etag": '"a"', "since": "yesterday"}), NOW)
    store.add_pull(FEED, pulled(memory={"etag": '"b"'}), NOW)
    assert memory(store) == {"etag": '"b"'}


def test_a_pull_of_an_edition_is_noted(store: Store) -> None:
    assert store.last_pull("daily") is None
    store.note_pull("daily", NOW)
    store.note_pull("daily", NOW + HOUR)
    assert (store.last_pull("daily"), store.last_pull("weekly")) == (NOW + HOUR, None)


def test_what_was_looked_up_is_given_by_address(store: Store) -> None:
    probe = Probe(url="https://a.example/1.jpg", checked_at=NOW, kind="jpeg", width=640, height=360)
    store.add_probe(probe)
    store.add_page(article(url="https://a.example/1", summary="More.", body=("One.", "Two.")), NOW)
    assert dict(store.probes([probe.url, "https://a.example/2.jpg"])) == {probe.url: probe}
    (page,) = store.pages(["https://a.example/1", "https://a.example/2"]).values()
    assert (page.summary, page.body) == ("More.", ("One.", "Two."))


def test_a_picture_is_kept_with_its_bytes_for_as_long_as_issues_want_it(store: Store) -> None:
    river = Picture(
        url="https://a.example/1.jpg", shape="216 on #fcfbf8", kind="jpeg", width=432, height=288,
        size_bytes=3, sha256="f00d",
    )  # fmt: skip
    broken = Picture(url=river.url, shape="592x368 on #fcfbf8", fault="it cannot be read")
    store.add_picture(river, b"\xff\xd8\x00", NOW)
    store.add_picture(broken, b"", NOW)
    assert store.pictures([river.url, "https://a.example/2.jpg"]) == (river, broken)
    assert store.picture_data(river) == b"\xff\xd8\x00"
    assert store.picture_data(replace(river, sha256="beef")) is None
    store.use_pictures([(river.url, river.shape)], NOW + DAY)
    store.use_pictures([(river.url, river.shape)], NOW)  # a past morning that is built again
    store.forget_pictures(unused_since=NOW + HOUR, faulty_before=NOW)
    assert store.pictures([river.url]) == (river,)
    store.forget_pictures(unused_since=NOW + 2 * DAY, faulty_before=NOW)
    assert store.pictures([river.url]) == ()


def test_a_picture_s_fault_is_forgotten_by_when_it_was_found(store: Store) -> None:
    broken = Picture(url="https://a.example/1.jpg", shape="216 on #fcfbf8", fault="not there")
    store.add_picture(broken, b"", NOW)
    store.use_pictures([(broken.url, broken.shape)], NOW + DAY)
    store.forget_pictures(unused_since=NOW, faulty_before=NOW)
    assert store.pictures([broken.url]) == (broken,)
    store.forget_pictures(unused_since=NOW, faulty_before=NOW + HOUR)
    assert store.pictures([broken.url]) == ()


def test_a_source_keeps_its_title_when_a_pull_gives_none(store: Store) -> None:
    store.add_pull(FEED, pulled(title="World news"), NOW)
    store.add_pull(FEED, pulled(unchanged=True), NOW + HOUR)
    assert store.source_states()[FEED].title == "World news"
    store.add_pull(FEED, pulled(title="The world"), NOW + HOUR)
    assert store.source_states()[FEED].title == "The world"


def test_failures_add_up_until_a_pull_succeeds(store: Store) -> None:
    store.add_pull(FEED, pulled(article(), memory={"etag": "a"}), NOW)
    store.fail_pull(FEED, SourceError("it timed out"), NOW + HOUR)
    store.fail_pull(FEED, SourceError("it is HTML"), NOW + 2 * HOUR)
    state = store.source_states()[FEED]
    assert (state.failures, state.last_error) == (2, "it is HTML")
    assert (state.last_success, state.last_attempt) == (NOW, NOW + 2 * HOUR)
    assert (count(store), memory(store)) == (1, {"etag": "a"})
    assert state.failing_since == NOW + HOUR
    store.add_pull(FEED, pulled(article("2")), NOW + 3 * HOUR)
    state = store.source_states()[FEED]
    assert (state.failures, state.last_error, count(store)) == (0, "", 2)
    assert state.last_success == NOW + 3 * HOUR


def test_a_source_that_never_answered_has_a_state_too(store: Store) -> None:
    store.fail_pull("b", SourceError("no such host"), NOW)
    store.add_pull("a", pulled(), NOW)
    states = store.source_states()
    assert list(states) == ["a", "b"]
    assert (states["b"].last_success, states["b"].failures, count(store, "b")) == (None, 1, 0)


# ------------------------------------------------------------ windows


def test_a_window_is_open_at_its_start_and_closed_at_its_end(store: Store) -> None:
    dates = {
        "before": NOW - HOUR - dt.timedelta(microseconds=1),
        "start": NOW - HOUR,
        "inside": NOW - HOUR + dt.timedelta(microseconds=1),
        "end": NOW,
        "after": NOW + dt.timedelta(microseconds=1),
    }
    store.add_pull(FEED, pulled(*(article(g, published=date) for g, date in dates.items())), NOW)
    found = store.articles([FEED], NOW - HOUR, NOW)
    assert [one.guid for one in found] == ["end", "inside"]


def test_an_undated_article_counts_from_when_it_was_first_seen(store: Store) -> None:
    store.add_pull(FEED, pulled(article(published=None, first_seen=NOW)), NOW)
    assert len(store.articles([FEED], NOW - HOUR, NOW)) == 1
    assert store.articles([FEED], NOW, NOW + HOUR) == ()


def test_what_was_not_yet_seen_at_the_cutoff_is_not_in_the_window(store: Store) -> None:
    late = article(published=NOW - HOUR, first_seen=NOW + HOUR)
    store.add_pull(FEED, pulled(late), NOW + HOUR)
    assert store.articles([FEED], NOW - DAY, NOW) == ()
    assert store.headlines(NOW, 10) == ()
    assert store.articles([FEED], NOW - DAY, NOW + HOUR) == (late,)


def test_a_window_holds_the_sources_that_are_asked_for(store: Store) -> None:
    for source in "abc":
        store.add_pull(source, pulled(article()), NOW)
    found = store.articles(["c", "a"], NOW - DAY, NOW)
    assert [one.source for one in found] == ["a", "c"]
    assert store.articles([], NOW - DAY, NOW) == ()


def test_a_window_is_ordered_by_date_then_source_then_guid_in_code_points(store: Store) -> None:
    guids = ["a", "B", "é", "z", "_", "10", "9", "a b", "ab"]
    for source in ("y", "X"):
        store.add_pull(source, pulled(*(article(guid) for guid in guids)), NOW)
    store.add_pull("z", pulled(article("new", published=NOW)), NOW)
    found = [(one.source, one.guid) for one in stored(store, "X", "y", "z")]
    ties = [(source, guid) for source in ("X", "y") for guid in sorted(guids)]
    assert found == [("z", "new"), *ties]


def test_headlines_come_newest_first_up_to_the_limit(store: Store) -> None:
    ages = enumerate([3, 1, 2, -1])
    articles = [article(str(n), published=NOW - age * HOUR, language="fr") for n, age in ages]
    store.add_pull(FEED, pulled(*articles), NOW)
    assert store.headlines(NOW, 2) == (("Headline 1", "fr"), ("Headline 2", "fr"))


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (window_query([FEED], NOW - DAY, NOW, known_by=NOW), "ix_articles_source_dated"),
        (
            window_query([str(n) for n in range(500)], NOW - DAY, NOW, known_by=NOW),
            "ix_articles_source_dated",
        ),
        (headlines_query(NOW, 5000), "ix_articles_dated"),
        (
            pages_query(["https://courier.example/a", "https://courier.example/b"]),
            "ix_articles_url",
        ),
        (readings_query("daily", NOW - DAY, NOW), "ix_readings_edition_as_of"),
        (vectors_query("a model", FEED, ["1", "2"]), "vectors"),
    ],
    ids=[
        "window of one source",
        "window of 500 sources",
        "headlines",
        "pages",
        "readings",
        "vectors",
    ],
)
def test_what_a_build_asks_for_is_found_by_an_index(
    store: Store, query: Select[Any], index: str
) -> None:
    engine = store._engine
    written = query.compile(engine, compile_kwargs={"literal_binds": True})
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {written}")
        else:
            # An empty table is read whole, whatever its indexes: forbid it, to see them.
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
            plan = connection.exec_driver_sql(f"EXPLAIN {written}")
        steps = "\n".join(str(row) for row in plan)
    assert index in steps
    assert not re.search(r"SCAN \w+'", steps)


# ------------------------------------------------------------ readings and weather


def test_the_newest_reading_of_each_page_counts_up_to_the_cutoff(store: Store) -> None:
    earlier = [reading("b", 1, NOW - 2 * HOUR), reading("a", 5, NOW - 2 * HOUR)]
    store.add_readings("daily", "table", earlier, NOW)
    newer = [reading("b", 3, NOW), reading("b", 9, NOW + HOUR)]
    store.add_readings("daily", "table", newer, NOW)
    expected = (reading("a", 5, NOW - 2 * HOUR), reading("b", 3, NOW))
    assert store.readings("daily", NOW, DAY) == {"table": expected}


def test_readings_are_kept_apart_by_provider_and_edition(store: Store) -> None:
    store.add_readings("daily", "table", [reading(count=1)], NOW)
    store.add_readings("daily", "feed", [reading(count=2)], NOW)
    store.add_readings("weekly", "table", [reading(count=3, as_of=NOW - HOUR)], NOW)
    found = store.readings("daily", NOW, DAY)
    assert list(found) == ["feed", "table"]
    assert found == {"feed": (reading(count=2),), "table": (reading(count=1),)}
    store.add_readings("daily", "none", [], NOW)
    assert store.readings("monthly", NOW, DAY) == {}


def test_a_reading_of_the_same_moment_replaces_the_earlier(store: Store) -> None:
    store.add_readings("daily", "table", [reading(count=1)], NOW)
    store.add_readings("daily", "table", [replace(reading(count=2), hours=1.5)], NOW)
    assert store.readings("daily", NOW, DAY) == {"table": (replace(reading(count=2), hours=1.5),)}


def test_readings_of_before_the_time_asked_for_are_left_alone(store: Store) -> None:
    given = [reading("a", 5, NOW - DAY), reading("b", 3, NOW - DAY + HOUR)]
    store.add_readings("daily", "table", given, NOW)
    assert store.readings("daily", NOW, DAY) == {"table": (given[1],)}


def test_articles_are_found_by_their_addresses_in_whatever_spelling(store: Store) -> None:
    found = article("1", url="https://www.example.org/bridge/")
    store.add_pull(FEED, pulled(found, article("2"), article("3", published=NOW - 3 * DAY)), NOW)
    wanted = [
        "http://example.org/bridge?utm_source=x#top",
        "https://example.org/3",
        "https://example.org/nowhere",
    ]
    since = (NOW - 2 * DAY, NOW)
    assert store.window_at(wanted, [FEED], *since, known_by=NOW) == (found,)
    assert store.window_at(wanted, ["another"], *since, known_by=NOW) == ()


# ------------------------------------------------------------ clicks


def test_clicks_are_added_up_by_page_over_the_hours_asked_for(store: Store) -> None:
    for edition, url, when in (
        ("daily", "b", NOW),
        ("daily", "a", NOW - 2 * HOUR),
        ("daily", "a", NOW + dt.timedelta(minutes=20)),
        ("daily", "a", NOW - DAY),
        ("weekly", "a", NOW),
    ):
        store.add_click(edition, TODAY, url, when)
    store.add_click("daily", TODAY - DAY, "a", NOW)
    assert list(store.clicks("daily", NOW - DAY, NOW).items()) == [("a", 3), ("b", 1)]
    assert store.clicks("daily", NOW + HOUR, NOW + DAY) == {}


def test_clicks_of_many_threads_are_all_counted(store: Store) -> None:
    def click(_: int) -> None:
        store.add_click("daily", TODAY, "https://example.org/1", NOW)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(click, range(80)))
    assert store.clicks("daily", NOW - DAY, NOW) == {"https://example.org/1": 80}


def test_nothing_is_kept_of_who_clicked() -> None:
    assert set(metadata.tables["clicks"].columns.keys()) == {
        "edition",
        "date",
        "url",
        "hour",
        "count",
    }


def test_a_link_leads_to_the_placement_of_its_number(store: Store) -> None:
    store.save_issue(record(state=IssueState.DRAFT), [placed(guid="1"), placed(guid="2")])
    assert store.click_target("daily", TODAY, 1) is None
    store.set_state("daily", TODAY, IssueState.SENT, NOW)
    assert store.click_target("daily", TODAY, 0) == "https://example.org/1"
    assert store.click_target("daily", TODAY, 2) is None
    assert store.click_target("daily", TODAY - DAY, 0) is None
    assert store.click_target("weekly", TODAY, 0) is None


def test_the_weather_is_the_newest_of_the_edition_up_to_the_cutoff(store: Store) -> None:
    early = Report(temperature_c=-0.5, as_of=NOW - HOUR, condition="light rain")
    assert store.report("daily", NOW) is None
    for report in (early, Report(temperature_c=9, as_of=NOW + HOUR)):
        store.add_report("daily", report)
    assert store.report("daily", NOW) == early
    store.add_report("daily", replace(early, temperature_c=1.5))
    assert store.report("daily", NOW) == replace(early, temperature_c=1.5)
    assert store.report("weekly", NOW) is None


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.datetimes(
            min_value=dt.datetime(1900, 1, 1),  # noqa: DTZ001  the strategy adds the zone
            max_value=dt.datetime(2100, 1, 1),  # noqa: DTZ001  likewise
            timezones=st.timezones(),
        ),
        min_size=1,
        max_size=3,
    )
)
def test_times_of_any_zone_come_back_in_utc_and_compare_as_moments(
    store: Store, times: list[dt.datetime]
) -> None:
    moments = [time.astimezone(dt.UTC) for time in times]
    edition = str(times)
    for time in times:
        store.add_report(edition, Report(temperature_c=0, as_of=time))
    for time in times:
        found = store.report(edition, time)
        assert found is not None
        assert found.as_of.tzinfo is dt.UTC
        assert found.as_of == max(moment for moment in moments if moment <= time)


def test_a_time_without_a_zone_is_refused(store: Store) -> None:
    with pytest.raises(StatementError, match="has no zone"):
        store.report("daily", NOW.replace(tzinfo=None))


# ------------------------------------------------------------ issues


def test_an_issue_comes_back_as_it_was_saved(store: Store) -> None:
    whole = record(
        state=IssueState.HELD,
        note="Too short",
        subject="Bridge closes",
        standfirst="For a year.",
        stories=12,
        articles=40,
        size_bytes=61_000,
        findings=2,
    )
    assert store.issue("daily", TODAY) is None
    store.save_issue(whole, [])
    assert store.issue("daily", TODAY) == whole
    assert store.issue("weekly", TODAY) is None
    assert store.issue("daily", TODAY + DAY) is None


def test_that_a_send_began_is_not_forgotten_when_the_state_changes(store: Store) -> None:
    store.save_issue(record(), [])
    store.set_state("daily", TODAY, IssueState.HELD, NOW, "the lawyers")
    assert store.issue("daily", TODAY) == record(
        state=IssueState.HELD, state_at=NOW, note="the lawyers"
    )
    store.set_state("daily", TODAY, IssueState.HELD, NOW, "it died", begun=True)
    store.set_state("daily", TODAY, IssueState.DRAFT, NOW)
    assert store.issue("daily", TODAY) == record(state=IssueState.DRAFT, state_at=NOW, begun=True)


def test_there_is_one_issue_a_day_and_a_rebuilt_one_replaces_its_placements(store: Store) -> None:
    store.save_issue(record(subject="Draft"), [placed(guid="1"), placed(guid="2")])
    store.save_issue(record(subject="Better"), [placed(guid="3")])
    assert [issue.subject for issue in store.issues()] == ["Better"]
    assert store.past("daily", TODAY + DAY) == (placed(guid="3"),)


def test_issues_are_listed_newest_first_of_one_edition_or_of_all(store: Store) -> None:
    for edition, date in (("daily", TODAY - DAY), ("weekly", TODAY), ("daily", TODAY)):
        store.save_issue(record(date, edition=edition), [])
    listed = [(issue.date, issue.edition) for issue in store.issues()]
    assert listed == [(TODAY, "daily"), (TODAY, "weekly"), (TODAY - DAY, "daily")]
    assert [issue.date for issue in store.issues("daily")] == [TODAY, TODAY - DAY]


def test_a_release_keeps_who_and_what_until_the_issue_is_saved_anew(store: Store) -> None:
    store.save_issue(record(TODAY), [])
    store.set_state("daily", TODAY, IssueState.HELD, NOW, "preflight found an error")
    store.approve_issue("daily", TODAY, NOW + HOUR, by="Ada Quill", sha256="1f0e")
    store.set_state("daily", TODAY, IssueState.SENT, NOW + 2 * HOUR)
    saved = store.issue("daily", TODAY)
    assert saved
    assert (saved.state, saved.approved_by, saved.approved_sha256) == ("sent", "Ada Quill", "1f0e")
    assert (saved.approved_at, saved.told) == (NOW + HOUR, "approved by Ada Quill")
    store.save_issue(record(TODAY), [])
    again = store.issue("daily", TODAY)
    assert again
    assert (again.approved_by, again.told) == ("", "")


def test_what_is_not_there_is_not_released(store: Store) -> None:
    with pytest.raises(StoreError, match="no such issue"):
        store.approve_issue("daily", TODAY, NOW, by="Ada Quill", sha256="1f0e")


def test_an_issue_moves_into_a_state_with_a_time_and_a_note(store: Store) -> None:
    store.save_issue(record(state=IssueState.DRAFT, subject="Bridge closes"), [placed()])
    store.set_state("daily", TODAY, IssueState.MISSED, NOW + HOUR, "The machine was off")
    moved = record(
        state=IssueState.MISSED,
        state_at=NOW + HOUR,
        note="The machine was off",
        subject="Bridge closes",
    )
    assert store.issue("daily", TODAY) == moved


def test_an_issue_that_is_not_there_cannot_move(store: Store) -> None:
    with pytest.raises(StoreError, match=r"daily 2026-11-23: there is no such issue"):
        store.set_state("daily", TODAY, IssueState.SENT, NOW)


def test_the_past_is_the_last_issues_newest_first_each_in_reading_order(store: Store) -> None:
    for age in (2, 1, 0, 3):
        date = TODAY - age * DAY
        store.save_issue(record(date), [placed(date, "z", "lead"), placed(date, "a", "World")])
    yesterday, earlier = TODAY - DAY, TODAY - 2 * DAY
    assert store.past("daily", TODAY, issues=2) == (
        placed(yesterday, "z", "lead"),
        placed(yesterday, "a", "World"),
        placed(earlier, "z", "lead"),
        placed(earlier, "a", "World"),
    )
    assert store.past("weekly", TODAY) == ()


def test_an_issue_that_no_reader_saw_is_no_past(store: Store) -> None:
    for age, state in enumerate(IssueState, start=1):
        date = TODAY - age * DAY
        store.save_issue(record(date, state), [placed(date, str(state))])
    seen = [past.url.rpartition("/")[2] for past in store.past("daily", TODAY, issues=5)]
    assert seen == ["approved", "sending", "sent"]


def test_articles_are_found_by_their_address_whatever_their_source(store: Store) -> None:
    store.add_pull(FEED, pulled(*(article(guid) for guid in "123")), NOW)
    store.add_pull("other", pulled(article("1", url="https://example.org/2")), NOW)
    found = store.articles_at(["https://example.org/2", "https://example.org/gone"] * BATCH)
    assert [(one.source, one.guid) for one in found] == [(FEED, "2"), ("other", "1")]
    assert store.articles_at([]) == ()


def test_a_placement_keeps_when_its_story_began_and_who_else_told_it(store: Store) -> None:
    told = replace(placed(), began=TODAY - 2 * DAY, others=("https://example.org/other",))
    store.save_issue(record(), [told])
    assert store.past("daily", TODAY + DAY) == (told,)


def test_a_later_date_over_the_same_words_is_not_believed(store: Store) -> None:
    first = article("1", published=NOW - 9 * DAY)
    store.add_pull(FEED, pulled(first), NOW - 8 * DAY)
    again = replace(first, published=NOW - HOUR, comments=7)
    store.add_pull(FEED, pulled(again), NOW)
    (kept,) = stored(store)
    assert (kept.published, kept.comments) == (first.published, 7)
    store.add_pull(FEED, pulled(replace(again, title="New words")), NOW)
    assert stored(store)[0].published == again.published


def test_an_earlier_date_and_an_embargo_put_off_are_believed(store: Store) -> None:
    early = article("1", published=NOW - HOUR)
    planned = article("2", published=NOW + HOUR)
    store.add_pull(FEED, pulled(early, planned), NOW)
    moved = (
        replace(early, published=NOW - 2 * HOUR),
        replace(planned, published=NOW + 5 * HOUR),
    )
    store.add_pull(FEED, pulled(*moved), NOW)
    assert [one.published for one in stored(store)] == [NOW + 5 * HOUR, NOW - 2 * HOUR]


def test_an_embargo_that_has_passed_is_a_date_like_any_other(store: Store) -> None:
    planned = article("1", published=NOW + HOUR)
    store.add_pull(FEED, pulled(planned), NOW)
    for later in (DAY, 2 * DAY):
        again = replace(planned, published=NOW + later, first_seen=NOW + later)
        store.add_pull(FEED, pulled(again), NOW + later)
    assert stored(store)[0].published == NOW + HOUR


def test_a_source_remembers_when_it_was_read_first(store: Store) -> None:
    for now in (NOW, NOW + DAY, NOW - HOUR):
        store.add_pull(FEED, pulled(), now)
    assert store.source_states()[FEED].first_success == NOW - HOUR


def test_the_last_cutoff_is_that_of_the_newest_issue_sent_before_the_day(store: Store) -> None:
    assert store.last_cutoff("daily", TODAY) is None
    store.save_issue(record(TODAY), [])
    store.save_issue(record(TODAY - DAY, IssueState.DRAFT), [])
    store.save_issue(record(TODAY - 2 * DAY), [])
    store.save_issue(record(TODAY - 3 * DAY), [])
    assert store.last_cutoff("daily", TODAY) == NOW - 2 * DAY
    assert store.last_cutoff("weekly", TODAY) is None


# ------------------------------------------------------------ leases


def test_a_lease_is_one_holders_until_it_ends_or_is_given_back(store: Store) -> None:
    assert store.lease("build daily", "a", NOW, 60)
    assert not store.lease("build daily", "b", NOW + HOUR / 120, 60)
    assert store.lease("build weekly", "b", NOW, 60)
    store.release("build daily", "b")
    assert not store.lease("build daily", "b", NOW, 60)
    store.release("build daily", "a")
    assert store.lease("build daily", "b", NOW, 60)


def test_a_lease_that_has_run_out_is_anybodys(store: Store) -> None:
    assert store.lease("build", "dead", NOW, 60)
    assert store.lease("build", "alive", NOW + dt.timedelta(seconds=60), 60)
    assert not store.lease("build", "dead", NOW + dt.timedelta(seconds=61), 60)


def test_its_holder_may_renew_a_lease(store: Store) -> None:
    assert store.lease("build", "a", NOW, 60)
    assert store.lease("build", "a", NOW, 3600)
    assert not store.lease("build", "b", NOW + dt.timedelta(seconds=61), 60)


def test_of_many_threads_one_gets_the_lease(store: Store) -> None:
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda n: store.lease("build", str(n), NOW, 60), range(16)))
    assert taken.count(True) == 1


def test_a_job_has_its_lease_until_it_ends(store: Store) -> None:
    with store.leased("build", lambda: NOW, 60):
        again = store.leased("build", lambda: NOW, 60)
        with pytest.raises(Busy, match="build: another run is at it"):
            again.__enter__()
        assert not store.lease("build", "another", NOW, 60)
    assert store.lease("build", "another", NOW, 60)


def test_a_job_that_takes_its_time_keeps_its_lease(store: Store) -> None:
    with store.leased("build", now, 1.5):
        sleep(3)
        assert not store.lease("build", "another", now(), 60)
    assert store.lease("build", "another", now(), 60)


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def test_a_job_that_fails_gives_its_lease_back(store: Store) -> None:
    with suppress(ZeroDivisionError), store.leased("build", lambda: NOW, 60):
        raise ZeroDivisionError
    assert store.lease("build", "another", NOW, 60)


# ------------------------------------------------------------ many at once


PULLER = """
import datetime as dt, sys
from digest.errors import SourceError
from digest.model import Article
from digest.picture import Picture
from digest.protocols import Pulled
from digest.store import Store

now = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
new = 0
with Store.open(sys.argv[1]) as store:
    for source in map(str, range(30)):
        given = tuple(
            Article(source=source, guid=str(n), url="u", title="t", first_seen=now)
            for n in range(20)
        )
        store.fail_pull("shared", SourceError("no answer"), now)
        new += store.add_pull(source, Pulled(articles=given), now)
print(new)
"""


def test_two_processes_that_open_and_pull_at_once_lose_nothing(url: str) -> None:
    both = [program(PULLER, url) for _ in range(2)]
    new = [int(process.communicate(timeout=60)[0]) for process in both]
    assert sum(new) == 30 * 20  # each article is new to exactly one of them
    with Store.open(url) as store:
        states = dict(store.source_states())
        assert states.pop("shared").failures == 2 * 30
        assert [count(store, source) for source in states] == [20] * 30


def test_threads_share_a_store(store: Store) -> None:
    with ThreadPoolExecutor(8) as pool:
        new = pool.map(lambda n: store.add_pull(str(n % 4), pulled(article()), NOW), range(32))
    assert sum(new) == 4


def test_an_sqlite_writer_that_reads_first_waits_for_its_turn(tmp_path: Path) -> None:
    with Store.open(f"sqlite:///{tmp_path / 'digest.db'}") as store:
        store.add_pull(FEED, pulled(), NOW)

        def count_one_more(_: int) -> None:
            with store._writing() as connection:
                failures = connection.scalar(text("SELECT failures FROM sources")) or 0
                connection.execute(text("UPDATE sources SET failures = :n"), {"n": failures + 1})

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(count_one_more, range(40)))
        assert store.source_states()[FEED].failures == 40


def test_a_reader_does_not_wait_for_a_writer(store: Store) -> None:
    store.add_pull(FEED, pulled(article()), NOW)
    with store._writing() as connection:
        connection.execute(text("DELETE FROM articles"))
        assert len(stored(store)) == 1
    assert stored(store) == ()


STALLED_PULL = """
import datetime as dt, sys, time
from sqlalchemy import event
from digest.model import Article
from digest.picture import Picture
from digest.protocols import Pulled
from digest.store import Store

def stall(connection, cursor, statement, *rest):
    if "INSERT INTO articles" in statement:
        print("midway", flush=True)
        time.sleep(60)

now = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
given = tuple(
    Article(source="s", guid=str(n), url="u", title="t", first_seen=now) for n in range(400)
)
store = Store.open(sys.argv[1])
store.add_pull("whole", Pulled(articles=given, memory={"etag": "a"}), now)
event.listen(store._engine, "after_cursor_execute", stall)
store.add_pull("absent", Pulled(articles=given, memory={"etag": "a"}), now)
"""


def test_a_pull_that_is_killed_midway_is_absent_and_the_one_before_is_whole(url: str) -> None:
    process = program(STALLED_PULL, url)
    assert process.stdout is not None
    assert process.stdout.readline() == "midway\n"
    process.kill()
    process.communicate(timeout=60)
    with Store.open(url) as store:
        assert list(store.source_states()) == ["whole"]
        assert count(store, "whole") == 400
        assert memory(store, "absent") == {}
        given_ = [article(str(number)) for number in range(400)]
        assert store.add_pull("absent", pulled(*given_), NOW) == 400


# ------------------------------------------------------------ vectors


def test_a_vector_is_given_for_the_same_model_and_text_only(store: Store) -> None:
    store.add_pull(FEED, pulled(article("1"), article("2")), NOW)
    texts = {(FEED, "1"): "One", (FEED, "2"): "Two \ud800"}
    made = {(FEED, "1"): b"\x00\x81", (FEED, "2"): b"\x7f"}
    store.add_vectors("mini", texts, made)
    assert store.vectors("mini", texts) == made
    assert store.vectors("maxi", texts) == {}
    assert store.vectors("mini", {(FEED, "1"): "Changed", (FEED, "3"): "One"}) == {}


def test_a_new_vector_takes_the_old_one_s_place(store: Store) -> None:
    store.add_pull(FEED, pulled(article("1")), NOW)
    store.add_vectors("mini", {(FEED, "1"): "One"}, {(FEED, "1"): b"old"})
    store.add_vectors("maxi", {(FEED, "1"): "Changed"}, {(FEED, "1"): b"new"})
    assert store.vectors("maxi", {(FEED, "1"): "Changed"}) == {(FEED, "1"): b"new"}
    assert store.vectors("mini", {(FEED, "1"): "One"}) == {}
    store.add_vectors("maxi", {}, {})


def test_vectors_are_given_of_as_many_articles_as_there_are(store: Store) -> None:
    numbers = [str(number) for number in range(2 * BATCH + 1)]
    store.add_pull(FEED, pulled(*map(article, numbers)), NOW)
    texts = {(FEED, number): number for number in numbers}
    made = {identity: text.encode() for identity, text in texts.items()}
    store.add_vectors("mini", texts, made)
    assert store.vectors("mini", texts) == made


def test_a_vector_goes_with_its_article_and_stays_when_that_is_pulled_again(store: Store) -> None:
    store.add_pull(FEED, pulled(article("1")), NOW)
    store.add_vectors("mini", {(FEED, "1"): "One"}, {(FEED, "1"): b"one"})
    store.add_pull(FEED, pulled(article("1", summary="Now with a summary.")), NOW + HOUR)
    assert store.vectors("mini", {(FEED, "1"): "One"}) == {(FEED, "1"): b"one"}
    with store._writing() as connection:
        connection.execute(text("DELETE FROM articles"))
    assert store.vectors("mini", {(FEED, "1"): "One"}) == {}
    with pytest.raises(StoreError):
        store.add_vectors("mini", {(FEED, "1"): "One"}, {(FEED, "1"): b"one"})


# ------------------------------------------------------------ versions


def test_the_migrations_make_what_the_tables_say(store: Store) -> None:
    with store._engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_alembic_finds_nothing_to_add_to_the_migrations(url: str) -> None:
    Store.open(url).close()
    with bare(url) as engine, engine.connect() as connection:
        folder = migrations.config(connection).get_main_option("script_location")
    by_hand = Config(cmd_opts=Namespace(x=[f"url={url}"]), stdout=io.StringIO())
    by_hand.set_main_option("script_location", str(folder))
    by_hand.set_main_option("path_separator", "os")
    command.check(by_hand)


def test_the_head_is_the_newest_migration(store: Store) -> None:
    with store._engine.connect() as connection:
        scripts = ScriptDirectory.from_config(migrations.config(connection))
        assert scripts.get_heads() == [migrations.HEAD]
        assert migrations.version(connection) == migrations.HEAD


def test_what_was_stored_is_there_when_the_store_is_opened_again(url: str) -> None:
    with Store.open(url) as store:
        store.add_pull(FEED, pulled(article()), NOW)
    with Store.open(url) as store:
        assert stored(store) == (article(),)


def test_opening_a_store_that_is_up_to_date_does_not_load_alembic(url: str) -> None:
    Store.open(url).close()
    opener = "import sys; from digest.store import Store; Store.open(sys.argv[1]).close()"
    process = program(f"{opener}; print('alembic' in sys.modules)", url)
    assert process.communicate(timeout=60)[0] == "False\n"


def test_a_store_of_the_first_version_is_brought_up_to_date_with_all_that_it_holds(
    url: str,
) -> None:
    with bare(url) as engine, engine.begin() as connection:
        command.upgrade(migrations.config(connection), "0001")
        connection.execute(
            text(
                "INSERT INTO sources (id, title, memory, last_attempt, failures, last_error) VALUES"
                " (:id, 'World', '{\"etag\": \"a\"}', '2026-11-22 05:30:00.000000', 2, 'no answer')"
            ),
            {"id": FEED},
        )
    with Store.open(url) as store:
        (state,) = store.source_states().values()
        assert (state.title, dict(state.memory), state.failures) == ("World", {"etag": "a"}, 2)
        assert (state.health, state.due, state.failing_since) == (Health.FAILING, None, None)
        assert store.add_pull(FEED, pulled(article()), NOW) == 1


@pytest.mark.parametrize(("state", "begun"), [("held", True), ("draft", False)])
def test_what_an_older_version_held_is_taken_to_have_begun(
    url: str, state: str, *, begun: bool
) -> None:
    with bare(url) as engine, engine.begin() as connection:
        command.upgrade(migrations.config(connection), "0002")
        connection.execute(
            text(
                "INSERT INTO issues (edition, date, state, cutoff, built_at, state_at, note,"
                " subject, standfirst, stories, articles, size_bytes, findings) VALUES ('daily',"
                " '2026-11-23', :state, '2026-11-23 05:30:00.000000', '2026-11-23 05:30:00.000000',"
                " '2026-11-23 05:30:00.000000', '', '', '', 0, 0, 0, 0)"
            ),
            {"state": state},
        )
    with Store.open(url) as store:
        assert [issue.begun for issue in store.issues()] == [begun]


def test_who_released_an_issue_in_an_older_version_is_who_approved_it(url: str) -> None:
    with bare(url) as engine, engine.begin() as connection:
        command.upgrade(migrations.config(connection), "0012")
        connection.execute(
            text(
                "INSERT INTO issues (edition, date, state, cutoff, built_at, state_at, note,"
                " subject, standfirst, stories, articles, size_bytes, findings, begun, released_by,"
                " released_sha256) VALUES ('daily', '2026-11-23', 'sent',"
                " '2026-11-23 05:30:00.000000', '2026-11-23 05:30:00.000000',"
                " '2026-11-23 05:30:00.000000', '', '', '', 0, 0, 0, 0, :begun, 'Ada', '1f0e')"
            ),
            {"begun": False},
        )
    with Store.open(url) as store:
        (issue,) = store.issues()
        assert (issue.approved_by, issue.approved_at, issue.approved_sha256) == (
            "Ada",
            None,
            "",  # what is out goes on; the hash of one message is no manifest's
        )
        assert issue.paused == ""


def test_a_store_of_a_newer_version_is_refused(url: str) -> None:
    Store.open(url).close()
    with bare(url) as engine, engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="version 9999") as refused:
        Store.open(url)
    assert "Upgrade digest" in refused.value.hint


def test_a_migration_that_fails_leaves_nothing_behind(url: str) -> None:
    with bare(url) as engine:
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE placements (somebody_elses INTEGER)"))
        with pytest.raises(StoreError, match="already exists"):
            Store.open(url)
        with engine.begin() as connection:
            connection.execute(text("DROP TABLE placements"))
    with Store.open(url) as store:
        assert store.issues() == ()


# ------------------------------------------------------------ what cannot be opened


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    letter = tmp_path / "letter.db"
    letter.write_text("Dear editor, " * 500)
    with pytest.raises(StoreError, match="no SQLite database") as refused:
        Store.open(f"sqlite:///{letter}")
    assert str(letter) in refused.value.where
    assert letter.read_text() == "Dear editor, " * 500


def test_a_file_in_a_folder_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"cannot be opened\. Check that its folder exists"):
        Store.open(f"sqlite:///{tmp_path / 'nowhere' / 'digest.db'}")


def test_a_driver_that_is_not_installed_is_named_with_the_way_to_get_one() -> None:
    with pytest.raises(StoreError, match="pg8000 is not installed") as refused:
        Store.open("postgresql+pg8000://editor:secret@localhost/digest")
    assert "digest-newsletter[postgresql]" in refused.value.hint
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    "url", ["digest.db", "mysql+pymysql://editor:secret@localhost/d", "nonsense://secret", ""]
)
def test_an_address_of_no_database_that_can_be_the_store_is_refused(url: str) -> None:
    with pytest.raises(StoreError, match=r"sqlite:///digest\.db") as refused:
        Store.open(url)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("database", DATABASES[1:] or ("sqlite",))
def test_a_server_that_does_not_answer_is_said_to_be_unreachable(
    database: str, tmp_path: Path
) -> None:
    unreachable = {
        "postgresql": "postgresql+psycopg://editor:secret@127.0.0.1:1/digest",
        "sqlite": f"sqlite:///{tmp_path}",  # a folder is no more of a database
    }
    with pytest.raises(StoreError, match=r"cannot be (reached|opened)") as refused:
        Store.open(unreachable[database])
    assert "secret" not in str(refused.value)
