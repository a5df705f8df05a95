"""Claims to the lead: what several owners tell of today, before what is less sure."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from fiction import CUTOFF, LEDGER, make_article, make_edition, make_story

from digest.leading import choose_lead
from digest.model import Article, DateDoubt, ScoredStory

EDITION = make_edition()
WEEKS_AGO = CUTOFF - dt.timedelta(days=20)


def told(score: float, *articles: Article) -> ScoredStory:
    return make_story(score, *articles)


def lead_of(*stories: ScoredStory) -> tuple[str, tuple[str, ...], dict[str, str]] | None:
    best_first = sorted(stories, key=lambda one: -one.score)
    lead = choose_lead(best_first, EDITION, CUTOFF)
    return (lead.scored.story.id, lead.reasons, lead.passed_over) if lead else None


FULL = told(1, make_article("full"), make_article("too", source=LEDGER))
ALONE = told(2, make_article("alone"))
UNDATED = told(3, replace(make_article("undated"), published=None))
NO_ZONE = told(4, replace(make_article("no-zone"), date_doubt=DateDoubt.NO_ZONE))
EVERGREEN = told(5, replace(make_article("evergreen"), first_seen=WEEKS_AGO))


def test_the_fullest_claim_goes_before_any_score_and_the_better_scored_are_told_why() -> None:
    assert lead_of(FULL, ALONE, UNDATED, NO_ZONE, EVERGREEN) == (
        "full",
        ("best score of those that 2 owners tell",),
        {
            "alone": "did not lead: one owner alone tells it",
            "undated": "did not lead: it has no date",
            "no-zone": "did not lead: it has a date without a time zone",
            "evergreen": "did not lead: it is evergreen, of 3 November 2026",
        },
    )


@pytest.mark.parametrize(
    ("stories", "lead"),
    [
        ((ALONE, UNDATED, NO_ZONE, EVERGREEN), "alone"),
        ((UNDATED, NO_ZONE, EVERGREEN), "no-zone"),
        ((UNDATED, EVERGREEN), "undated"),
    ],
)
def test_for_want_of_a_better_claim_a_lesser_one_leads(
    stories: tuple[ScoredStory, ...], lead: str
) -> None:
    found = lead_of(*stories)
    assert found
    assert found[0] == lead


def test_an_evergreen_never_leads() -> None:
    assert lead_of(EVERGREEN) is None
    assert lead_of() is None


def test_a_lead_is_as_old_as_its_newest_report_of_a_sure_date() -> None:
    late = replace(make_article("late", source=LEDGER), published=None)
    old = told(9, make_article("old", hours_old=60), late)
    found = lead_of(old, FULL)
    assert found
    assert found[0] == "full"
    assert found[2]["old"] == "did not lead: its newest report is over 36 h old"


def test_reports_that_ran_already_make_no_second_owner() -> None:
    lead = choose_lead([FULL], EDITION, CUTOFF, ran=lambda article: article.source == LEDGER.id)
    assert lead
    assert lead.reasons == ("best score, though no fresh story is told by two owners",)


def test_the_lead_says_how_far_ahead_of_the_next_it_is() -> None:
    found = lead_of(ALONE, told(1.6, make_article("next")))
    assert found
    assert found[1][1] == "1.25 times the score of the next, “Next”"
