"""The made-up issue by which `check` looks over a theme."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from courier import BROADSHEET, BULLETIN

from digest.model import Source
from digest.preflight import check_email
from digest.recipe import Edition, Publication, SectionRule
from digest.rehearsal import rehearse
from digest.rendering import render_issue

if TYPE_CHECKING:
    from pathlib import Path

PUBLICATION = Publication(
    name="The London Courier",
    url="https://courier.example/",
    city="London",
    timezone="Europe/London",
    language="en-GB",
    postal_address="1 Fleet Street\nLondon",
    sender="desk@courier.example",
)
SOURCE = Source(id="https://courier.example/rss", title="Courier", owner="courier.example")
EDITION = Edition(
    name="daily",
    title="The Daily Courier",
    sources=(SOURCE,),
    sections=(
        SectionRule(title="London", url="https://courier.example/london"),
        SectionRule(title="World news"),
    ),
)


@pytest.mark.parametrize("theme", [BROADSHEET, BULLETIN], ids=lambda theme: theme.name)
@pytest.mark.parametrize("language", ["en-GB", "ar", "de"])
def test_the_built_in_themes_come_through_it_without_a_finding(theme: Path, language: str) -> None:
    issue = rehearse(replace(PUBLICATION, language=language), EDITION)
    assert check_email(render_issue(issue, themes=[theme])) == ()


def test_it_has_every_part_that_an_issue_may_have() -> None:
    issue = rehearse(PUBLICATION, EDITION)
    assert [section.title for section in issue.sections] == ["London", "World news"]
    assert all(section.left_out for section in issue.sections)
    assert issue.popular
    assert issue.comments
    assert issue.related
    assert issue.note
    assert issue.breaking
    assert issue.masthead.weather
    assert issue.lead.image
    assert issue.lead.paragraphs
    assert issue.lead.also


def test_an_edition_without_sections_has_one_made_up() -> None:
    (section,) = rehearse(PUBLICATION, replace(EDITION, sections=())).sections
    assert section.title == "News"
