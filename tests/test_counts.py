"""Which provider's counts are used, and what is said of the others."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from fiction import CUTOFF, make_article, make_edition, make_reading

from digest.counts import Counts, judge_counts, usable_counts
from digest.recipe import PopularRule, SectionRule

if TYPE_CHECKING:
    from digest.model import Reading

SITE = "https://courier.example"
EDITION = make_edition(
    popular=PopularRule(min_total=20, stale_after_hours=3),
    sections=(SectionRule(title="London", url=f"{SITE}/london/"), SectionRule(title="World")),
)
BRIDGE, TIDE = make_article("bridge"), make_article("tide")


def judge(*given: tuple[Reading, ...]) -> tuple[Counts, ...]:
    named = [(f"provider {n}", readings) for n, readings in enumerate(given, start=1)]
    return judge_counts(named, [BRIDGE, TIDE], edition=EDITION, cutoff=CUTOFF)


def test_the_first_provider_without_a_fault_is_used_and_the_earlier_ones_are_told_of() -> None:
    good = (make_reading(BRIDGE.url, 30),)
    used, refusals = usable_counts(judge((), (make_reading(BRIDGE.url, 3),), good, good))
    assert used is not None
    assert (used.provider, used.readings, used.total) == ("provider 3", good, 30)
    assert refusals == (
        "most popular: provider 1 was not used: it gave no counts",
        "most popular: provider 2 was not used: 3 counts in all are fewer than min_total = 20",
    )


def test_without_a_provider_there_is_nothing_to_use_and_nothing_to_say() -> None:
    assert usable_counts(judge()) == (None, ())


@pytest.mark.parametrize(
    "front",
    [
        SITE,
        f"{SITE}/",
        f"{SITE}/?utm_source=x",
        f"{SITE}/london",
        f"http://www.{SITE[8:]}/london/#a",
    ],
)
def test_the_home_page_and_those_of_sections_count_for_nobody(front: str) -> None:
    front_page = replace(make_article("front"), url=front)
    given = [("table", (make_reading(front, 9_000), make_reading(TIDE.url, 25)))]
    (judged,) = judge_counts(given, [front_page, TIDE], edition=EDITION, cutoff=CUTOFF)
    assert [one.url for one in judged.readings] == [TIDE.url]
    assert judged.total == 25


@pytest.mark.parametrize(
    "spelling",
    [
        f"{SITE}/bridge/",
        f"{SITE}/bridge?utm_source=newsletter&utm_medium=email",
        f"{SITE}/bridge?fbclid=abc#comments",
        "http://www.courier.example/bridge",
        "HTTPS://COURIER.EXAMPLE/bridge?at_campaign=64",
    ],
)
def test_whatever_spelling_a_counter_uses_it_is_the_same_page(spelling: str) -> None:
    (judged,) = judge((make_reading(spelling, 30),))
    assert (judged.total, judged.fault) == (30, "")


def test_counts_of_nothing_that_the_sources_carry_are_no_counts() -> None:
    (judged,) = judge(tuple(make_reading(f"{SITE}/page-{n}", 500) for n in range(3)))
    assert judged.fault == "none of the 3 pages it counted is an article of the sources"
    assert (judged.given, judged.readings) == (3, ())


def test_pages_beside_the_sources_do_not_make_thin_counts_enough() -> None:
    (judged,) = judge((make_reading(f"{SITE}/puzzle", 9_000), make_reading(TIDE.url, 5)))
    assert judged.fault == "5 counts in all are fewer than min_total = 20"


def test_old_counts_are_named_with_their_age() -> None:
    (judged,) = judge((make_reading(BRIDGE.url, 30, hours_old=7),))
    assert judged.fault == "its counts are 7 h old (stale_after_hours = 3)"


def test_a_page_that_was_last_counted_long_ago_does_not_stand_beside_fresh_ones() -> None:
    fresh = make_reading(TIDE.url, 30)
    old = replace(make_reading(BRIDGE.url, 9_000), as_of=CUTOFF - dt.timedelta(hours=20))
    (judged,) = judge((old, fresh))
    assert judged.readings == (fresh,)


# ---------------------------------------------------------------- units


def test_counts_of_different_units_are_never_added_and_the_newest_say_which_counts() -> None:
    read = make_reading(BRIDGE.url, 90, hours_old=1)
    commented = replace(make_reading(TIDE.url, 30), unit="commented")
    (judged,) = judge((read, commented))
    assert (judged.unit, judged.given, judged.readings) == ("commented", 1, (commented,))
    assert judged.total == 30
    used, (told,) = usable_counts([judged])
    assert used is judged
    assert told.endswith('left out pages in other units than the newest, "commented": 1 in "read"')


def test_of_equally_new_units_the_one_of_most_pages_counts_then_the_first_by_name() -> None:
    read, tide = make_reading(BRIDGE.url, 30), make_reading(TIDE.url, 30)
    shared = replace(tide, unit="shared")
    for given in ((read, shared), (shared, read)):
        assert judge(given)[0].unit == "read"
    assert judge((read, shared, replace(read, unit="shared")))[0].unit == "shared"


def test_stale_counts_of_another_unit_are_not_worth_a_word() -> None:
    (judged,) = judge(
        (
            make_reading(BRIDGE.url, 90, hours_old=7),
            replace(make_reading(TIDE.url, 30), unit="shared"),
        )
    )
    assert (judged.unit, judged.left_out, judged.fault) == ("shared", "", "")


def test_what_was_counted_of_a_page_under_several_spellings_is_added_up() -> None:
    spelt = make_reading(f"{BRIDGE.url}?utm_source=x", 40)
    (judged,) = judge((make_reading(BRIDGE.url, 30), spelt, make_reading(TIDE.url, 50)))
    assert {one.url: one.count for one in judged.readings} == {BRIDGE.url: 70, TIDE.url: 50}


def test_an_earlier_count_under_another_spelling_is_not_added_to_a_later_one() -> None:
    earlier = make_reading(f"{BRIDGE.url}?utm_source=x", 40, hours_old=2)
    (judged,) = judge((earlier, make_reading(BRIDGE.url, 30)))
    assert [one.count for one in judged.readings] == [30]
