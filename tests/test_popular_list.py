"""The most popular list: what yesterday's may still be in it, and what it calls itself."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from fiction import (
    CUTOFF,
    LEDGER,
    TODAY,
    make_article,
    make_edition,
    make_inputs,
    make_reading,
    make_story,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.deciding import decide
from digest.model import Issue, MostPopular, Past, Reading, ScoredStory
from digest.planning import plan_issue
from digest.recipe import Choice, PopularRule

EDITION = make_edition(popular=PopularRule(count=4), related=0)
YESTERDAY = TODAY - dt.timedelta(days=1)


def url(slug: str) -> str:
    return f"https://courier.example/{slug}"


def stood(*slugs: str, slot: str = "popular", date: dt.date = YESTERDAY) -> tuple[Past, ...]:
    return tuple(
        Past(date=date, cutoff=CUTOFF, slot=slot, url=url(s), story=s, title="") for s in slugs
    )


def issue_of(
    counts: dict[str, int],
    *,
    past: tuple[Past, ...] = (),
    earlier: dict[str, int] | None = None,
    unit: str = "read",
    hours: float | None = 24,
    **more: Any,
) -> Issue:
    """Plan an issue of a lead that two tell, and of stories that are read so often in a day."""
    lead = make_story(9, make_article("lead"), make_article("lead-too", source=LEDGER))
    today = [make_story(1, make_article(slug, hours_old=24)) for slug in counts if slug != "lead"]
    old = [make_story(1, make_article(slug, hours_old=30)) for slug in earlier or {}]
    old = [replace(one, factors=()) for one in old]
    readings = tuple(
        replace(make_reading(url(slug), count, unit=unit), hours=hours)
        for slug, count in {**counts, **(earlier or {})}.items()
    )
    inputs = make_inputs(
        articles=tuple(article for one in (lead, *today) for article in one.story.articles),
        readings={"table": readings},
        past=past,
        **{"edition": EDITION, **more},
    )
    read = tuple(article for one in old for article in one.story.articles)
    return plan_issue(replace(inputs, read_earlier=read), [lead, *today], old)


def listed(counts: dict[str, int], **more: Any) -> MostPopular:
    popular = issue_of(counts, **more).popular
    assert popular is not None
    return popular


def slugs(popular: MostPopular) -> list[str]:
    return [item.story for item in popular.items]


# ---------------------------------------------------------------- what was read before the window


def test_an_older_story_that_is_read_more_stands_in_the_list_and_nowhere_else() -> None:
    issue = issue_of({"a": 100, "b": 50}, earlier={"old": 400, "older": 10})
    assert issue.popular is not None
    assert slugs(issue.popular) == ["old", "a", "b", "older"]
    assert {p.story for p in issue.placements if p.slot != "popular"} == {"lead"}
    assert "old" not in {runner.story for runner in issue.runners_up}


def test_without_counts_no_older_story_has_a_place() -> None:
    issue = issue_of({"a": 1}, earlier={"old": 2})
    assert issue.popular is not None
    assert issue.popular.title == "Latest"
    assert "old" not in slugs(issue.popular)


def test_older_stories_do_not_make_an_issue_long_enough() -> None:
    with pytest.raises(Exception, match="only 2 of at least 4 stories"):
        issue_of(
            {"a": 100},
            earlier={"old": 400, "older": 300},
            edition=replace(EDITION, min_stories=4),
        )


def test_editors_may_drop_or_retitle_an_older_story_but_pin_it_to_the_list_alone() -> None:
    def choose(do: str, slug: str, **more: Any) -> Choice:
        return Choice(do=do, url=url(slug), where=f"choice {do}", **more)

    issue = issue_of(
        {"a": 100},
        earlier={"gone": 900, "named": 300, "lifted": 200, "last": 30},
        choices=(
            choose("drop", "gone"),
            choose("retitle", "named", text="Another name"),
            choose("pin", "lifted", to="lead"),
            replace(choose("pin", "last", to="popular"), where="choice pin 2"),
        ),
    )
    assert issue.popular is not None
    assert [item.title for item in issue.popular.items] == ["Last", "Another name", "Lifted", "A"]
    assert issue.notices == ("choice pin: its story may be popular only",)


def test_an_older_report_of_a_story_that_goes_on_never_stands_beside_it() -> None:
    told = "Gallion Bridge shuts for a year as cracks are found"
    today = [
        make_article("bridge-2", title=f"{told}, ferries return"),
        make_article("bridge-3", title=f"{told}, ferries to return", source=LEDGER),
        make_article("orchestra", title="Orchestra of exiles plays its first concert at home"),
    ]
    yesterday = (
        make_article("bridge-1", title=told, hours_old=30),
        make_article("soup", title="A soup for wet Mondays: barley, leek and butter", hours_old=30),
    )
    readings = tuple(make_reading(a.url, 500) for a in (*today, *yesterday))
    inputs = make_inputs(articles=tuple(today), readings={"table": readings}, edition=EDITION)
    issue = decide(replace(inputs, read_earlier=yesterday))
    assert issue.lead.url == url("bridge-2")
    assert issue.popular is not None
    assert [item.url for item in issue.popular.items] == [url("orchestra"), url("soup")]
    assert issue.popular.basis.endswith(", besides the lead")
    assert [factor.why for factor in issue.lead.factors if factor.name == "coverage"] == [
        "told by 2 owners: Courier, Ledger"
    ]


def test_where_an_older_report_is_left_out_for_todays_the_basis_says_so() -> None:
    lead = make_story(9, make_article("lead"), make_article("lead-too", source=LEDGER))
    today = make_story(5, make_article("ferry", hours_old=2))
    older = replace(today, story=replace(today.story, articles=(make_article("ferry-1"),)))
    soup = make_story(1, make_article("soup"))
    articles = tuple(a for one in (lead, today, soup) for a in one.story.articles)

    def planned(*readings: Reading) -> Issue:
        inputs = make_inputs(articles=articles, readings={"table": readings}, edition=EDITION)
        read = replace(inputs, read_earlier=older.story.articles)
        return plan_issue(read, [lead, today, soup], [older])

    much, little = make_reading(url("ferry-1"), 900), make_reading(url("soup"), 40)
    issue = planned(much, little)
    assert issue.popular is not None
    assert slugs(issue.popular) == ["soup"]
    assert issue.popular.basis.endswith(", besides stories that have news today")
    assert [card.url for section in issue.sections for card in section.cards] == [url("ferry")]
    both = planned(much, little, make_reading(url("ferry"), 20)).popular
    assert both is not None
    assert {item.url for item in both.items} == {url("ferry"), url("soup")}
    assert both.basis.endswith("to 05:18")


# ---------------------------------------------------------------- never yesterday's list again


def test_a_story_of_yesterdays_list_yields_to_a_new_one_that_is_read_about_as_often() -> None:
    counts = {"a": 400, "b": 410, "c": 300, "d": 30}
    again = listed(counts, past=stood("b"))
    assert slugs(again)[:2] == ["a", "b"]
    assert slugs(listed(counts))[:2] == ["b", "a"]


def test_a_story_that_is_clearly_read_more_keeps_its_place_and_says_that_it_repeats() -> None:
    popular = listed({"a": 400, "b": 900, "c": 300, "d": 30}, past=stood("b"))
    assert slugs(popular)[0] == "b"
    assert popular.items[0].reasons[-1] == "stood in the list of 22 November already"
    assert popular.title == "Most popular"
    assert not any("already" in reason for item in popular.items[1:] for reason in item.reasons)


@pytest.mark.parametrize(
    ("before", "title"),
    [
        ((), "Most popular"),
        (("a", "b"), "Most popular"),
        (("a", "b", "c"), "Still most read"),
        (("d", "c", "b", "a"), "Still most read"),
    ],
)
def test_a_list_that_mostly_repeats_says_so(before: tuple[str, ...], title: str) -> None:
    counts = {"a": 4000, "b": 3000, "c": 2000, "d": 1000}
    assert listed(counts, past=stood(*before)).title == title


def test_the_same_story_with_another_face_repeats_too() -> None:
    past = tuple(replace(one, url=f"{one.url}-yesterday") for one in stood("a", "b"))
    assert listed({"a": 400, "b": 300}, past=past).title == "Still most read"


def test_only_the_last_issues_list_counts_as_repeated() -> None:
    earlier = stood("a", "b", date=YESTERDAY - dt.timedelta(days=3))
    elsewhere = stood("a", "b", slot="London")
    assert listed({"a": 400, "b": 300}, past=(*elsewhere, *earlier)).title == "Most popular"


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(st.sampled_from("abcdefg"), st.integers(10, 500), min_size=1),
    st.sets(st.sampled_from("abcdefg")),
)
def test_no_list_is_yesterdays_without_saying_so(counts: dict[str, int], before: set[str]) -> None:
    popular = listed({"much": 10_000, **counts}, past=stood(*sorted(before)))
    shown = set(slugs(popular))
    repeated = shown & before
    assert (popular.title == "Still most read") == (2 * len(repeated) > len(shown))
    assert {i.story for i in popular.items if "already" in i.reasons[-1]} == repeated


# ---------------------------------------------------------------- its name and its basis


@pytest.mark.parametrize(
    ("unit", "title", "still", "verb"),
    [
        ("read", "Most popular", "Still most read", "opened"),
        ("commented", "Most commented on", "Still most commented on", "commented on"),
        (
            "opened",
            "Most opened from this newsletter",
            "Still most opened from this newsletter",
            "opened from this newsletter",
        ),
        ("shared", "Most shared", "Still most shared", "shared"),
    ],
)
def test_the_title_and_the_basis_follow_the_unit(
    unit: str, title: str, still: str, verb: str
) -> None:
    popular = listed({"a": 400, "b": 300}, unit=unit)
    assert popular.title == title
    assert popular.basis == f"What readers {verb} most, hour for hour, in the 24 hours to 05:18"
    assert listed({"a": 400, "b": 300}, unit=unit, past=stood("a", "b")).title == still


def test_a_count_without_hours_says_when_it_was_counted() -> None:
    popular = listed({"a": 400, "b": 300}, unit="commented", hours=None)
    assert popular.basis == "What readers commented on most, hour for hour, counted at 05:18"


def test_a_place_in_the_list_says_how_often_it_is_read() -> None:
    popular = listed({"a": 400, "b": 300})
    assert popular.items[0].reasons == ("number 1 of most popular, read about 16.8 times an hour",)


def test_the_basis_says_so_where_the_lead_would_be_in_the_list() -> None:
    assert listed({"lead": 900, "a": 400}).basis.endswith("to 05:18, besides the lead")
    assert listed({"lead": 5, "a": 400, "b": 90, "c": 80, "d": 70}).basis.endswith("to 05:18")
    assert listed({"a": 400}).basis.endswith("to 05:18")


def test_a_pinned_story_that_is_read_a_lot_is_not_left_out_of_the_list() -> None:
    pin = Choice(do="pin", to="popular", url=url("a"), where="choice 1")
    popular = listed({"a": 900, "b": 400, "c": 90}, choices=(pin,))
    assert slugs(popular) == ["a", "b", "c"]
    assert popular.basis.endswith("to 05:18")


def test_more_pins_than_the_list_has_places_stand_alone() -> None:
    pins = tuple(
        Choice(do="pin", to="popular", url=url(slug), where=f"choice {slug}") for slug in "abc"
    )
    edition = make_edition(popular=PopularRule(count=2), related=0)
    popular = listed({"a": 9, "b": 40, "c": 90, "d": 900}, choices=pins, edition=edition)
    assert slugs(popular) == ["a", "b", "c"]


def test_the_basis_says_so_where_what_is_related_to_the_lead_would_be_in_the_list() -> None:
    related = make_story(3, make_article("ferry", categories=("London", "Gallion Bridge")))
    lead = make_story(
        9,
        make_article("bridge", categories=("London", "Gallion Bridge")),
        make_article("bridge-too", source=LEDGER),
    )
    other = make_story(1, make_article("soup", title="Barley soup"))
    stories: list[ScoredStory] = [lead, related, other]
    articles = tuple(article for one in stories for article in one.story.articles)
    inputs = make_inputs(
        articles=articles,
        readings={"table": (make_reading(url("ferry"), 90), make_reading(url("soup"), 20))},
        edition=replace(EDITION, related=3),
    )
    popular = plan_issue(inputs, stories).popular
    assert popular is not None
    assert popular.basis.endswith(", besides those above")
    assert slugs(popular) == ["soup"]


def test_the_order_of_what_is_given_changes_nothing() -> None:
    counts = {"a": 40, "b": 40, "c": 41, "d": 39}
    there = issue_of(counts, earlier={"x": 60, "y": 60}, past=stood("c", "x"))
    back = issue_of(
        dict(reversed(counts.items())), earlier={"y": 60, "x": 60}, past=stood("x", "c")
    )
    assert there.popular == back.popular
    assert there.cutoff == CUTOFF
