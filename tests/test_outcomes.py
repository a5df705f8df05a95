"""What did not make the page is counted by rule, and told what would have changed it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from fiction import LEDGER, POST, WIRE, make_article, make_edition, make_inputs
from hypothesis import given
from hypothesis import strategies as st

from digest.deciding import decide
from digest.recipe import Choice, Edition, RankingRule, SectionRule

if TYPE_CHECKING:
    from digest.model import Issue, RunnerUp

ONE_CARD = make_edition(
    related=0,
    sections=(
        SectionRule(title="London", count=1, block=("horoscope",)),
        SectionRule(title="World", count=1),
    ),
)
LEAD = [
    make_article("ferries", title="Night ferries return as Gallion Bridge shuts"),
    make_article("ferries", title="Gallion Bridge shuts and night ferries return", source=LEDGER),
    make_article("ferries", title="Ferries return at night, Gallion Bridge shuts", source=POST),
]


def decided(*titles: str, edition: Edition = ONE_CARD, **given: object) -> Issue:
    articles = [
        make_article(f"s{n}", title=title, hours_old=3 + 4 * n) for n, title in enumerate(titles)
    ]
    inputs = make_inputs(articles=(*LEAD, *articles), edition=edition)
    return decide(replace(inputs, **given))  # type: ignore[arg-type]  # fields by name


def runner_up(issue: Issue, title: str) -> RunnerUp:
    return next(one for one in issue.runners_up if one.title == title)


def test_each_rule_says_how_many_it_kept_out_and_which() -> None:
    issue = decided(
        "Clockmaker cleared of bells", "Orchestra plays at home", "Owls counted", "Horoscope: rain"
    )
    kept = {one.rule: (one.count, one.examples) for one in issue.exclusions}
    assert kept["London blocks “horoscope”"] == (1, ("Horoscope: rain",))
    assert kept["London is full (1)"][0] == 2
    assert sum(one.count for one in issue.exclusions) == issue.stories - len(issue.placements)


def test_a_runner_up_is_told_how_far_it_was_from_a_place_and_what_closes_the_gap() -> None:
    issue = decided("Clockmaker cleared of bells", "Orchestra plays at home")
    would = runner_up(issue, "Orchestra plays at home").would
    assert would[0].endswith("times its worth for a place in London")
    assert "told by 1 more owner" in would


def test_what_belongs_nowhere_needs_a_section() -> None:
    issue = decided("Clockmaker cleared of bells", "Horoscope: rain")
    assert runner_up(issue, "Horoscope: rain").would == (
        "a section that takes it, by its `match` or for the day",
    )


def test_what_the_editors_dropped_is_told_no_way_back() -> None:
    drop = Choice(do="drop", url="https://courier.example/s0", where="choices, choice 1")
    issue = decided("Clockmaker cleared of bells", "Orchestra plays", choices=(drop,))
    assert runner_up(issue, "Clockmaker cleared of bells").would == ()


@given(st.floats(7.5, 20))
def test_as_many_more_owners_as_were_asked_for_do_give_the_place(hours_old: float) -> None:
    """Whatever a runner-up was told of coverage holds when so many owners do tell it."""
    edition = ONE_CARD
    first = make_article("s0", title="Clockmaker cleared of bells", hours_old=3)
    second = make_article("s1", title="Orchestra plays at home", hours_old=hours_old)
    inputs = make_inputs(articles=(*LEAD, first, second), edition=edition)
    told = [one for one in decide(inputs).runners_up if one.title == second.title]
    assert told[0].would[1].startswith("told by")
    number = int(told[0].would[1].split()[2])
    owners = tuple(
        replace(WIRE, id=f"more-{n}", owner=f"more-{n}.example", section="London")
        for n in range(number)
    )
    more = tuple(
        replace(second, source=owner.id, guid=owner.id, url=f"https://{owner.owner}/x")
        for owner in owners
    )
    again = decide(
        replace(
            inputs,
            articles=(*inputs.articles, *more),
            edition=replace(edition, sources=(*edition.sources, *owners)),
        )
    )
    assert second.title in {one.title for one in again.placements}


def test_a_story_that_a_cap_passed_over_is_told_so_and_given_no_false_hope() -> None:
    heavy = replace(LEDGER, weight=9.0)
    edition = replace(ONE_CARD, sources=(ONE_CARD.sources[0], heavy, *ONE_CARD.sources[2:]))
    roomy = replace(ONE_CARD.sections[0], count=3)
    edition = replace(edition, sections=(roomy, ONE_CARD.sections[1]))
    flood = [
        make_article(f"l{n}", title=f"Flood{n} rises", source=heavy, hours_old=n + 1)
        for n in range(4)
    ]
    mine = [make_article("owls", title="Owls counted"), make_article("tram", title="Tram found")]
    issue = decide(make_inputs(articles=(*LEAD, *flood, *mine), edition=edition))
    passed = [one for one in issue.runners_up if one.title.startswith("Flood")]
    assert len(passed) == 2
    assert passed[0].reason == (
        "its owner stands 2 times in the first 10 already, and then London is full (3)"
    )
    assert passed[0].would == ()


# ---------------------------------------------------------------- the weights of factors


@pytest.mark.parametrize(
    ("rule", "value"),
    [(RankingRule(), 2.0), (RankingRule(coverage=2), 4.0), (RankingRule(coverage=0), 1.0)],
)
def test_a_factor_counts_as_much_as_the_edition_says(rule: RankingRule, value: float) -> None:
    issue = decided("Clockmaker cleared of bells", edition=replace(ONE_CARD, ranking=rule))
    card = issue.sections[0].cards[0]
    coverage = next(factor for factor in card.factors if factor.name == "coverage")
    assert coverage.value == value
    assert coverage.why.startswith("told by Courier alone")


def test_a_sections_weight_counts_for_its_stories() -> None:
    heavy = replace(ONE_CARD.sections[0], weight=3.0)
    edition = replace(ONE_CARD, sections=(heavy, ONE_CARD.sections[1]))
    card = decided("Clockmaker cleared of bells", edition=edition).sections[0].cards[0]
    editor = next(factor for factor in card.factors if factor.name == "editor")
    assert (editor.value, editor.why) == (3.0, "the weight the editors gave London")
