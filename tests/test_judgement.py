"""What holds for any morning: any articles, any past, any choices."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from math import prod
from typing import TYPE_CHECKING

import pytest
from fiction import (
    CUTOFF,
    LEDGER,
    POST,
    SOURCES,
    TODAY,
    WIRE,
    make_article,
    make_edition,
    make_inputs,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.deciding import decide
from digest.errors import Skipped
from digest.model import Past, Placement
from digest.recipe import Choice, PopularRule, SectionRule
from digest.urls import canonical_url
from digest.wording import plain_words

if TYPE_CHECKING:
    from digest.inputs import Inputs
    from digest.model import Article, Issue, Source

SECTIONS = (
    SectionRule(title="London", count=4),
    SectionRule(title="World", count=4),
    SectionRule(title="Sport", count=4, light=True),
)
EDITION = replace(
    make_edition(sections=SECTIONS, related=2, popular=PopularRule(count=3)), grave=("shuts",)
)
WORDS = ("bridge", "ferry", "shuts", "night", "clock", "bells", "orchestra", "home", "pilots")
PLACES = ("lead", "popular", "London", "World", "Sport")
OWNER_CAP, OWNER_TOP, SECTION_CAP, SECTION_TOP = 2, 10, 3, 8


@st.composite
def mornings(draw: st.DrawFn) -> Inputs:
    """Articles of few words, so that many are alike, with a past and choices about some of them."""
    number = draw(st.integers(1, 14))
    articles = [draw(an_article(n)) for n in range(number)]
    shown = draw(st.lists(st.sampled_from(articles), max_size=4))
    past = tuple(
        Past(
            date=TODAY - dt.timedelta(days=(days := draw(st.integers(1, 7)))),
            cutoff=CUTOFF - dt.timedelta(days=days, hours=draw(st.integers(-9, 9))),
            slot=draw(st.sampled_from(PLACES)),
            url=article.url,
            story=f"earlier-{n}",
            title=article.title,
        )
        for n, article in enumerate(shown)
    )
    about = draw(st.lists(st.sampled_from(articles), max_size=4, unique_by=lambda a: a.url))
    choices = []
    for n, article in enumerate(about):
        do = draw(st.sampled_from(("pin", "drop", "move")))
        to = (
            "" if do == "drop" else draw(st.sampled_from(PLACES[1:] if do == "pin" else PLACES[2:]))
        )
        choices.append(Choice(do=do, url=article.url, to=to, where=f"choice {n + 1}"))
    return make_inputs(articles=tuple(articles), edition=EDITION, past=past, choices=tuple(choices))


def an_article(number: int, hours_old: float = 0) -> st.SearchStrategy[Article]:
    def made(source: Source, words: list[str], hours: float, section: str) -> Article:
        return make_article(
            f"s{number}",
            title=" ".join(words).capitalize(),
            source=source,
            hours_old=hours + hours_old,
            categories=(section,),
        )

    return st.builds(
        made,
        source=st.sampled_from(SOURCES),
        words=st.lists(st.sampled_from(WORDS), min_size=3, max_size=5, unique=True),
        hours=st.floats(0.5, 30),
        section=st.sampled_from(("London", "World", "Sport", "Nowhere")),
    )


def decided(inputs: Inputs) -> Issue | None:
    try:
        return decide(inputs, told=100)
    except Skipped:
        return None


def cards(issue: Issue) -> list[Placement]:
    return [issue.lead, *(card for section in issue.sections for card in section.cards)]


def pins_that_count(inputs: Inputs, issue: Issue) -> list[Choice]:
    """Leave out those that a notice tells of: a story is pinned once."""
    told = " ".join(issue.notices)
    return [one for one in inputs.choices if one.do == "pin" and f"{one.where}:" not in told]


@given(mornings())
@settings(max_examples=150, deadline=None)
def test_a_score_is_the_product_of_its_factors_wherever_it_is_shown(inputs: Inputs) -> None:
    if issue := decided(inputs):
        told = [(one.score, one.factors) for one in issue.placements]
        told += [(one.score, one.factors) for one in issue.runners_up]
        for score, factors in told:
            assert score == pytest.approx(prod(factor.value for factor in factors), abs=5e-4)
            assert all(0 <= factor.value <= 10 for factor in factors)


@given(mornings())
@settings(max_examples=150, deadline=None)
def test_no_page_of_the_last_issues_returns_to_the_lead_or_a_section(inputs: Inputs) -> None:
    if issue := decided(inputs):
        shown = {canonical_url(one.url) for one in inputs.past}
        pinned = {canonical_url(one.url) for one in inputs.choices if one.do == "pin"}
        again = {canonical_url(one.url) for one in cards(issue)} & shown
        assert again <= pinned


@given(mornings())
@settings(max_examples=150, deadline=None)
def test_a_pin_stands_where_it_was_pinned_whatever_else_was_decided(inputs: Inputs) -> None:
    if issue := decided(inputs):
        stands = {(placement.url, placement.slot.casefold()) for placement in issue.placements}
        for choice in pins_that_count(inputs, issue):
            assert (choice.url, choice.to.casefold()) in stands


@given(mornings())
@settings(max_examples=150, deadline=None)
def test_what_was_dropped_is_nowhere_and_no_duplicate_takes_its_place(inputs: Inputs) -> None:
    if issue := decided(inputs):
        told = " ".join(issue.notices)
        gone = {one.url for one in inputs.choices if one.do == "drop" and one.where not in told}
        words = {plain_words(a.title) for a in inputs.articles if a.url in gone}
        pinned = {one.url for one in inputs.choices if one.do == "pin"}
        for placement in issue.placements:
            assert placement.url not in gone
            assert placement.url in pinned or plain_words(placement.title) not in words


@given(
    st.lists(st.tuples(st.sampled_from(SOURCES), st.sampled_from(PLACES[2:])), max_size=OWNER_TOP)
)
@settings(deadline=None)
def test_caps_hold_or_say_that_they_yield(facts: list[tuple[Source, str]]) -> None:
    articles = tuple(
        make_article(f"s{n}", title=f"Unlike{n}", source=source, categories=(section,))
        for n, (source, section) in enumerate(facts)
    )
    roomy = tuple(replace(section, count=OWNER_TOP, light=False) for section in SECTIONS)
    edition = make_edition(sections=roomy, related=0)
    if issue := decided(make_inputs(articles=articles, edition=edition)):
        picks = cards(issue)
        assert len(picks) == len(articles)
        yielded = sum("no other story was left" in " ".join(one.reasons) for one in picks)
        for source in (LEDGER, WIRE, POST):
            assert [one.source for one in picks].count(source.title) <= OWNER_CAP + yielded
        if len(picks) <= SECTION_TOP:
            for rule in roomy:
                assert [one.section for one in picks].count(rule.title) <= SECTION_CAP + yielded


@given(mornings())
@settings(max_examples=150, deadline=None)
def test_every_story_stands_once_or_is_accounted_for(inputs: Inputs) -> None:
    if issue := decided(inputs):
        angles = [one for one in issue.related if one.story == issue.lead.story]
        stands = [one.story for one in issue.placements if one not in angles]
        left = [one.story for one in issue.runners_up]
        assert len(set(stands + left)) == len(stands) + len(left) == issue.stories
        assert sum(one.count for one in issue.exclusions) == len(left) + len(issue.set_aside)


@given(mornings(), st.randoms(use_true_random=False))
@settings(max_examples=50, deadline=None)
def test_the_order_of_the_articles_decides_nothing(inputs: Inputs, random: object) -> None:
    shuffled = list(inputs.articles)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # Hypothesis' own Random
    assert decided(inputs) == decided(replace(inputs, articles=tuple(shuffled)))
