"""Who stands for a story: the publication's own report, and never an evergreen beside today's."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from fiction import COURIER, CUTOFF, LEDGER, WIRE, make_article, make_edition, make_story

from digest.facing import face_of
from digest.model import Image

EDITION = make_edition(sources=(COURIER, LEDGER, replace(WIRE, weight=2.0)))
THEIRS = make_article("theirs", source=LEDGER)
WIRED = make_article("wired", source=WIRE)
OURS = make_article("ours", body=("First.", "Second."))
SHORT = make_article("short")
KNOWN = replace(make_article("explainer"), first_seen=CUTOFF - dt.timedelta(days=40))


def test_the_publications_own_fullest_report_stands_for_a_story_it_has_covered() -> None:
    story = make_story(5, THEIRS, SHORT, OURS).story
    assert face_of(story, EDITION) == OURS


def test_without_one_the_storys_most_central_report_stands() -> None:
    story = make_story(5, THEIRS, WIRED).story
    assert face_of(story, EDITION) == THEIRS


def test_where_that_may_not_the_weightiest_source_stands_with_a_picture_if_it_can_be() -> None:
    pictured = replace(WIRED, guid="pictured", image=Image(url="https://wire.example/a.jpg"))
    story = make_story(5, THEIRS, WIRED, pictured, make_article("else", source=LEDGER)).story
    standing = [article for article in story.articles if article != THEIRS]
    assert face_of(story, EDITION, standing) == pictured


def test_an_own_report_with_paragraphs_goes_before_one_without() -> None:
    assert face_of(make_story(5, SHORT, OURS).story, EDITION) == OURS
    other = make_article("other", body=("First.",))
    assert face_of(make_story(5, other, OURS).story, EDITION) == other


def test_an_evergreen_stands_only_for_itself() -> None:
    assert face_of(make_story(5, KNOWN, THEIRS).story, EDITION) == THEIRS
    assert face_of(make_story(5, KNOWN).story, EDITION) == KNOWN
