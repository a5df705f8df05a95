"""Beside a grave lead nothing light stands: by the editors' word, or by the lead's own."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from fiction import make_article, make_edition, make_inputs, make_story

from digest.planning import plan_issue
from digest.recipe import Choice, Edition, SectionRule

if TYPE_CHECKING:
    from digest.model import Issue

SECTIONS = (SectionRule(title="World"), SectionRule(title="Food", light=True))
SOUP = make_article("soup", title="A soup for wet Mondays", categories=("Food",))
QUAKE = make_article(
    "quake", title="Hundreds killed as earthquakes shake Talavera", categories=("World",)
)
REST = [
    make_article(f"w{n}", title=f"Ferry number {n} sails", categories=("World",)) for n in "abc"
]


def edition(*grave: str) -> Edition:
    return replace(make_edition(sections=SECTIONS, related=0), grave=grave, min_stories=1)


def issue(rules: Edition, *choices: Choice) -> Issue:
    scored = [make_story(9 - n, article) for n, article in enumerate((QUAKE, SOUP, *REST))]
    articles = tuple(article for one in scored for article in one.story.articles)
    return plan_issue(make_inputs(articles=articles, edition=rules, choices=choices), scored)


def titles(made: Issue) -> list[str]:
    return [section.title for section in made.sections]


def sombre(text: str) -> Choice:
    return Choice(do="sombre", text=text, where="choices, issue.sombre")


@pytest.mark.parametrize("term", ["earthquake", "Earthquakes", "kills", "hundreds killed"])
def test_a_term_in_whatever_form_makes_the_lead_grave(term: str) -> None:
    made = issue(edition(term))
    assert titles(made) == ["World"]
    assert f'Food left out: the lead is grave ("{term}")' in made.notices
    (soup,) = [one for one in made.runners_up if one.url == SOUP.url]
    assert soup.reason == f'Food is left out: the lead is grave ("{term}")'


@pytest.mark.parametrize("term", ["flood", "hundreds drowned", "earth"])
def test_other_leads_leave_the_light_sections_in(term: str) -> None:
    assert titles(issue(edition(term))) == ["World", "Food"]


def test_the_editors_may_say_so_themselves() -> None:
    made = issue(edition(), sombre("true"))
    assert titles(made) == ["World"]
    assert "Food left out: sombre by the editors (choices, issue.sombre)" in made.notices


def test_the_editors_may_say_that_it_is_not() -> None:
    assert titles(issue(edition("earthquake"), sombre("false"))) == ["World", "Food"]


def test_a_pin_to_a_light_section_stands_all_the_same() -> None:
    pin = Choice(do="pin", url=SOUP.url, to="Food", where="choices, choice 1")
    made = issue(edition("earthquake"), pin)
    assert titles(made) == ["World", "Food"]
