"""Decide: from everything that an issue may choose from to the issue. Pure.

    articles ─dating─▶ news ─grouping, continuity─▶ stories ─ranking─▶ scored ─planning─▶ issue

What a step leaves out is handed on with the reason.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from digest.adding import is_added, with_added
from digest.continuity import History
from digest.dating import part_news
from digest.grouping import group_articles
from digest.planning import RUNNERS_UP, plan_issue
from digest.popular import usable_counts
from digest.ranking import rank_stories

if TYPE_CHECKING:
    from collections.abc import Container

    from digest.inputs import Inputs
    from digest.model import Issue, ScoredStory, Story


def decide(inputs: Inputs, *, told: int = RUNNERS_UP) -> Issue:
    """Group, rank and plan: the same inputs give the same issue. Raises Skipped.

    `told` is how much of what was left out is named one by one.
    """
    inputs = with_added(inputs)
    edition = inputs.edition
    news, aside = part_news(
        inputs.articles,
        cutoff=inputs.cutoff,
        first_reads=inputs.first_reads,
        edition=edition,
        zone=inputs.publication.timezone,
    )
    inputs = replace(inputs, articles=news)
    fresh = {(article.source, article.guid) for article in news}
    stories = [
        story
        for story in _stories(inputs, fresh)
        if any((article.source, article.guid) in fresh for article in story.articles)
    ]
    history = History(inputs.past, edition.timetable.cutoff)
    counts, _ = usable_counts(inputs.readings, edition.popular, inputs.cutoff)
    scored = rank_stories(
        history.named(stories),
        edition=edition,
        readings=counts.readings if counts else (),
        past=inputs.past,
        now=inputs.cutoff,
    )
    return plan_issue(inputs, [_without_background(one, fresh) for one in scored], aside, told=told)


def _stories(inputs: Inputs, fresh: Container[tuple[str, str]]) -> list[Story]:
    """Group all that is known; what editors added by hand tells no other's story."""
    known = (a for a in inputs.background if (a.source, a.guid) not in fresh)
    told = [article for article in inputs.articles if not is_added(article)]
    alone = [(article,) for article in inputs.articles if is_added(article)]
    weights = {source.id: source.weight for source in inputs.edition.sources}
    return [
        story
        for articles in ((*told, *known), *alone)
        for story in group_articles(articles, idf=inputs.idf, weights=weights)
    ]


def _without_background(one: ScoredStory, fresh: Container[tuple[str, str]]) -> ScoredStory:
    """Show a story by what is new of it: what an earlier issue placed has done its work."""
    articles = tuple(a for a in one.story.articles if (a.source, a.guid) in fresh)
    face = one.story.face if one.story.face in articles else articles[0]
    return replace(one, story=replace(one.story, articles=articles, face=face))
