"""A story that goes on keeps its name from issue to issue, and is counted in days."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from fiction import CUTOFF, LEDGER, TODAY, WIRE, make_article
from hypothesis import given
from hypothesis import strategies as st

from digest.continuity import History
from digest.model import Article, Past, Story

DAY = dt.timedelta(days=1)


def past(
    slug: str, story: str, *, days_ago: int = 1, began: int | None = None, others: str = ""
) -> Past:
    return Past(
        date=TODAY - days_ago * DAY,
        cutoff=CUTOFF - days_ago * DAY,
        slot="lead",
        url=f"https://courier.example/{slug}",
        story=story,
        title="",
        began=None if began is None else TODAY - began * DAY,
        others=(others,) if others else (),
    )


def history(*placements: Past) -> History:
    return History(placements)


def story(name: str, *articles: Article) -> Story:
    return Story(id=name, face=articles[0], articles=articles)


def test_a_story_is_named_as_the_issue_that_showed_one_of_its_pages_named_it() -> None:
    (named,) = history(past("bridge", "first")).named([story("new", make_article("bridge"))])
    assert named.id == "first"


def test_another_owners_telling_of_it_is_enough_to_know_it_again() -> None:
    told = make_article("ferries", source=LEDGER)
    known = history(past("bridge", "first", others=told.url))
    (named,) = known.named([story("new", told, make_article("boats", source=WIRE))])
    assert named.id == "first"
    ran = known.last_run(named)
    assert ran
    assert ran.date == TODAY - DAY
    assert not known.placed(told)


def test_of_two_stories_that_go_on_from_one_the_larger_keeps_its_name() -> None:
    known = history(
        past("bridge", "first", others="https://ledger.example/ferries"),
    )
    small = story("a", make_article("bridge"))
    large = story("b", make_article("ferries", source=LEDGER), make_article("boats"))
    assert [one.id for one in known.named([small, large])] == ["a", "first"]


def test_a_story_that_goes_on_from_two_takes_the_name_of_the_older() -> None:
    known = history(past("bridge", "second"), past("pier", "first", days_ago=3))
    (named,) = known.named([story("second", make_article("bridge"), make_article("pier"))])
    assert named.id == "first"
    assert known.began(named) == TODAY - 3 * DAY


def test_a_story_began_with_its_first_issue_even_where_that_is_no_longer_looked_at() -> None:
    known = history(past("bridge", "first", began=11), past("bridge", "first", days_ago=2))
    assert known.began(story("first", make_article("new"))) == TODAY - 11 * DAY
    assert known.began(story("other", make_article("new"))) is None


def test_what_came_out_since_the_last_issue_and_was_not_shown_is_news() -> None:
    fresh, old = make_article("fresh", hours_old=2), make_article("old", hours_old=40)
    shown = make_article("bridge", hours_old=3)
    told = story("first", fresh, shown, old)
    assert history(past("bridge", "first")).news(told) == (fresh,)
    assert history().news(told) == ()


def test_an_issue_knew_all_up_to_its_own_cutoff_whenever_that_was() -> None:
    told = story("first", make_article("fresh", hours_old=15))
    by_hand = replace(past("bridge", "first"), cutoff=CUTOFF - dt.timedelta(hours=14))
    assert history(by_hand).news(told) == ()
    assert history(replace(by_hand, cutoff=CUTOFF - dt.timedelta(hours=16))).news(told)


def test_the_larger_of_two_keeps_the_name_even_where_it_is_the_smallers_own() -> None:
    known = history(past("bridge", "first", others="https://ledger.example/ferries"))
    small = story("first", make_article("bridge"))
    large = story("b", make_article("ferries", source=LEDGER), make_article("boats"))
    names = [one.id for one in known.named([small, large])]
    assert names == ["first+", "first"]


@given(
    st.lists(
        st.tuples(st.sampled_from("abcdef"), st.sampled_from("xyz"), st.integers(1, 7)), max_size=9
    ),
    st.permutations("abcdef"),
)
def test_names_stay_distinct_and_do_not_depend_on_the_order(
    placed: list[tuple[str, str, int]], slugs: list[str]
) -> None:
    known = history(*(past(slug, name, days_ago=days) for slug, name, days in placed))
    pairs = [slugs[i : i + 2] for i in (0, 2, 4)]
    stories = [
        story(f"new-{min(pair)}", *(make_article(slug) for slug in sorted(pair))) for pair in pairs
    ]
    named = {one.face: one.id for one in known.named(stories)}
    again = {one.face: one.id for one in known.named(stories[::-1])}
    assert named == again
    assert len(set(named.values())) == len(stories)


def test_a_story_keeps_everything_but_its_name() -> None:
    before = story("new", make_article("bridge"), make_article("pier"))
    (named,) = history(past("bridge", "first")).named([before])
    assert replace(named, id=before.id) == before
