"""What pull and build do for the most popular list, over a real store and real files."""

from __future__ import annotations

import asyncio
import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from fiction import CUTOFF, TODAY
from loopback import visitor
from publication import newsroom_of, write_feed, write_publication

from digest.building import build
from digest.gathering import gather
from digest.model import Reading
from digest.pulling import pull
from digest.sending import send

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from digest.newsroom import Newsroom
    from digest.protocols import Considered, Http

HOUR = dt.timedelta(hours=1)
DAY = 24 * HOUR
SOUP = "https://courier.example/monday-soup"
NEWS = [
    ("Comet gains second tail", "comet"),
    ("Borough geese appoint warden", "geese"),
    ("Whales sing semitone lower", "whales"),
    ("Snow brings pony post back", "pony"),
]


class Counter:
    """A provider that remembers what it was asked, and counts as it is told."""

    def __init__(self, *counts: tuple[str, int]) -> None:
        self.counts = counts
        self.asked: list[Considered] = []

    async def readings(
        self, http: Http, considered: Considered, now: dt.datetime
    ) -> tuple[Reading, ...]:
        self.asked.append(considered)
        return tuple(
            Reading(url=url, count=count, unit="read", as_of=now, hours=24)
            for url, count in self.counts
        )


@pytest.fixture
def newsroom(tmp_path: Path) -> Iterator[Newsroom]:
    with newsroom_of(write_publication(tmp_path)) as opened:
        yield opened


def pull_all(newsroom: Newsroom, now: dt.datetime) -> None:
    async def work() -> None:
        async with visitor() as http:
            await pull(newsroom, http, now, force=True)

    asyncio.run(work())


def with_counter(newsroom: Newsroom, *counts: tuple[str, int]) -> tuple[Newsroom, Counter]:
    counter = Counter(*counts)
    return replace(newsroom, popularity={"counter": counter}), counter


def yesterday_and_today(newsroom: Newsroom, root: Path, *counts: tuple[str, int]) -> Newsroom:
    """Send yesterday's issue, then pull today's news, and counts with them."""
    pull_all(newsroom, CUTOFF)
    build(newsroom, TODAY, CUTOFF, CUTOFF)
    send(newsroom, TODAY, CUTOFF)
    write_feed(root / "feeds/courier.xml", "courier", NEWS, newest=CUTOFF + DAY)
    counted, _ = with_counter(newsroom, *counts)
    pull_all(counted, CUTOFF + DAY)
    return counted


def test_providers_count_over_a_day_and_know_the_articles_of_longer(newsroom: Newsroom) -> None:
    pull_all(newsroom, CUTOFF)
    counted, counter = with_counter(newsroom)
    pull_all(counted, CUTOFF + 40 * HOUR)
    (considered,) = counter.asked
    assert (considered.since, considered.until) == (CUTOFF + 16 * HOUR, CUTOFF + 40 * HOUR)
    assert SOUP in {article.url for article in considered.articles}


def test_editors_say_over_how_many_hours_readers_are_counted(newsroom: Newsroom) -> None:
    rule = replace(newsroom.edition.popular, counted_hours=6)
    counted, counter = with_counter(
        replace(newsroom, edition=replace(newsroom.edition, popular=rule))
    )
    pull_all(counted, CUTOFF)
    assert counter.asked[0].since == CUTOFF - 6 * HOUR


def test_what_readers_chose_of_yesterday_is_in_todays_list(
    newsroom: Newsroom, tmp_path: Path
) -> None:
    spelled = "http://www.courier.example/monday-soup/?utm_source=daily"
    counted = yesterday_and_today(
        newsroom, tmp_path, (spelled, 900), ("https://courier.example/comet", 100)
    )
    popular = build(counted, TODAY + DAY, CUTOFF + DAY, CUTOFF + DAY).issue.popular
    assert popular is not None
    assert SOUP in [item.url for item in popular.items]


def test_the_look_back_ends_where_the_editors_say(newsroom: Newsroom, tmp_path: Path) -> None:
    counted = yesterday_and_today(newsroom, tmp_path, (SOUP, 900))
    inputs = gather(counted, TODAY + DAY, CUTOFF + DAY, CUTOFF + DAY)
    assert [article.url for article in inputs.read_earlier] == [SOUP]
    assert SOUP not in {article.url for article in inputs.articles}
    rule = replace(counted.edition.popular, hours=25)
    shorter = replace(counted, edition=replace(counted.edition, popular=rule))
    assert gather(shorter, TODAY + DAY, CUTOFF + DAY, CUTOFF + DAY).read_earlier == ()


def test_a_past_morning_is_built_from_the_counts_that_it_had(
    newsroom: Newsroom, tmp_path: Path
) -> None:
    counted = yesterday_and_today(newsroom, tmp_path, (SOUP, 900))
    later, _ = with_counter(counted, (SOUP, 5), ("https://courier.example/pony", 9_000))
    pull_all(later, CUTOFF + DAY + 6 * HOUR)
    inputs = gather(counted, TODAY + DAY, CUTOFF + DAY, CUTOFF + 3 * DAY)
    assert [(one.url, one.count) for _, given in inputs.readings for one in given] == [(SOUP, 900)]
