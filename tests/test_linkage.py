from __future__ import annotations

import datetime as dt
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.batches import AT_ONCE, link_units
from digest.evidence import neighbours, read_entries
from digest.grouping import group_articles
from digest.linkage import link
from digest.model import Article
from digest.wording import Idf

if TYPE_CHECKING:
    from digest.evidence import Entry

EMPTY = Idf(documents=0, counts={})
NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
NAMES = (
    *("bridge", "barge", "river", "storm", "mayor", "vote"),
    *("strike", "school", "harbour", "orchestra", "museum", "ferry"),
)


def article(number: int, title: str, hours_ago: float) -> Article:
    return Article(
        source=f"outlet{number % 7}",
        guid=str(number),
        url=f"https://outlet.example/{number}",
        title=title,
        first_seen=NOON - dt.timedelta(hours=hours_ago),
        language="en",
    )


def entries(*told: tuple[str, float]) -> list[Entry]:
    """Read (headline, hours ago) pairs."""
    return read_entries([article(n, *one) for n, one in enumerate(told)], EMPTY)


def groups_of(read: list[Entry], at_once: int) -> list[list[str]]:
    joined = link_units(read, [1] * len(read), [], at_once=at_once)
    return sorted(sorted(read[unit].article.title for unit in group) for group in joined)


def test_two_units_of_many_articles_join_by_their_density() -> None:
    loose = link([{1: 0.3}, {0: 0.3}], [10, 10], join_at=0.4, densities=[0.3, 0.3])
    tight = link([{1: 0.3}, {0: 0.3}], [10, 10], join_at=0.4)
    assert [group.units for group in loose] == [[0, 1]]
    assert [group.units for group in tight] == [[0], [1]]
    assert loose[0].density == pytest.approx(0.3)


def test_what_must_stay_apart_stays_apart_within_a_day_and_across_days() -> None:
    same = "Barge strikes the pier of Tower Bridge"
    for hours in (3, 30):
        read = entries((same, hours), (same, 1))
        assert len(link_units(read, [1, 1], [], at_once=0)) == 1
        assert len(link_units(read, [1, 1], [(0, 1)], at_once=0)) == 2
        assert len(link_units(read, [1, 1], [(0, 1)])) == 2


def test_a_story_that_goes_on_the_next_day_is_found_a_day_at_a_time_too() -> None:
    read = entries(
        ("Barge strikes pier of Tower Bridge", 30),
        ("Tower Bridge shut after barge hits pier", 28),
        ("Orchestra names its first woman conductor", 27),
        ("Tower Bridge pier: the barge is towed away", 5),
        ("Museum of the sea opens its doors", 4),
    )
    by_day = groups_of(read, at_once=0)
    assert by_day == groups_of(read, at_once=AT_ONCE)
    assert sorted(map(len, by_day)) == [1, 1, 3]


def test_similarities_are_the_same_both_ways_and_at_most_one() -> None:
    near = neighbours(entries(*((" ".join(NAMES[n : n + 4]), n) for n in range(8))))
    assert any(near)
    for one, similar in enumerate(near):
        for other, alike in similar.items():
            assert near[other][one] == alike
            assert 0 < alike <= 1


TOLD = st.lists(
    st.tuples(
        st.lists(st.sampled_from(NAMES), max_size=5).map(" ".join),
        st.integers(0, 200),
    ),
    max_size=30,
)


@settings(max_examples=60, deadline=None)
@given(TOLD, st.integers(0, 30))
def test_every_unit_is_in_exactly_one_group_on_both_sides_of_the_threshold(
    told: list[tuple[str, float]], at_once: int
) -> None:
    read = entries(*told)
    sizes = [1 + n % 3 for n in range(len(read))]
    joined = link_units(read, sizes, [], at_once=at_once)
    assert sorted(unit for group in joined for unit in group) == list(range(len(read)))


def week(count: int) -> list[Article]:
    """Make so many different headlines over eight days, some of which tell of one event."""
    made = []
    for n in range(count):
        event = n % (count // 5)
        title = f"{NAMES[event % 12]} {event}x {NAMES[event // 12 % 12]} {event * 7}y part{n}z"
        made.append(article(n, title, 24 * 8 * (event * 31 % count) / count + n % 6))
    return made


def test_more_articles_than_are_compared_at_once_are_grouped_a_day_at_a_time() -> None:
    articles = week(AT_ONCE + 1_000)
    stories = group_articles(articles, idf=EMPTY, weights={})
    grouped = sorted(int(a.guid) for story in stories for a in story.articles)
    assert grouped == list(range(len(articles)))
    assert max(len(story.articles) for story in stories) > 1
    assert group_articles(articles[::-1], idf=EMPTY, weights={}) == stories


def test_a_distant_day_is_not_compared() -> None:
    same = article(1, "Barge strikes the pier of Tower Bridge", 1)
    old = replace(same, guid="2", first_seen=NOON - dt.timedelta(days=6), url="https://o.example/2")
    read = read_entries([same, old], EMPTY)
    assert len(link_units(read, [1, 1], [], at_once=0)) == 2


def test_grouping_loads_no_numerical_library() -> None:
    program = """
import sys
from digest.grouping import group_articles
from digest.model import Article
from digest.wording import learn_idf
import datetime as dt
now = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
articles = [
    Article(source="s", guid=str(n), url=f"https://s.example/{n}", title=f"Barge {n} hits pier",
            first_seen=now, language="en")
    for n in range(3)
]
group_articles(articles, idf=learn_idf([("Barge hits pier", "en")]), weights={})
print(sorted({"numpy", "scipy", "sklearn", "torch", "onnxruntime", "pandas"} & sys.modules.keys()))
"""
    printed = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert printed.stdout.decode().strip() == "[]"
