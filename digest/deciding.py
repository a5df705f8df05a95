"""Decide: from everything that an issue may choose from to the issue. Pure.

    articles ─dating─▶ news ─grouping, continuity─▶ stories ─ranking─▶ scored ─planning─▶ issue

What a step leaves out is handed on with the reason.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from digest.adding import with_added
from digest.continuity import History
from digest.counts import usable_counts
from digest.dating import part_news
from digest.inputs import judged_counts
from digest.planning import RUNNERS_UP, plan_issue
from digest.ranking import rank_stories
from digest.telling import keys, of_window, tell_stories
from digest.urls import canonical_url
from digest.words import ENGLISH

if TYPE_CHECKING:
    from digest.inputs import Inputs
    from digest.model import Issue, SetAside
    from digest.words import Words


def decide(inputs: Inputs, words: Words = ENGLISH, *, told: int = RUNNERS_UP) -> Issue:
    """Group, rank and plan: the same inputs give the same issue. Raises Skipped.

    What the issue says by itself, such as the title of a list, is in `words`.
    `told` is how much of what was left out is named one by one.
    """
    inputs, aside = considered(inputs)
    history = History(inputs.past)
    stories = tell_stories(inputs, history)
    counts, _ = usable_counts(judged_counts(inputs))
    scored = rank_stories(
        stories.current,
        edition=inputs.edition,
        readings=counts.readings if counts else (),
        history=history,
        now=inputs.cutoff,
        window=keys(inputs.articles),
    )
    told_of = of_window(scored, inputs)
    return plan_issue(inputs, told_of, stories.earlier, aside, words=words, told=told)


def story_of(inputs: Inputs, url: str) -> str:
    """Give the id of the story that the article of an address is part of, "" for none."""
    wanted = canonical_url(url)
    inputs, _ = considered(inputs)
    for story in tell_stories(inputs, History(inputs.past)).current:
        if wanted in {canonical_url(article.url) for article in story.articles}:
            return story.id
    return ""


def considered(inputs: Inputs) -> tuple[Inputs, tuple[SetAside, ...]]:
    """Give the inputs with those articles only that are news or that editors added, and the rest.

    The latter come with the reason.
    """
    news, aside = part_news(
        inputs.articles,
        cutoff=inputs.cutoff,
        first_reads=inputs.first_reads,
        edition=inputs.edition,
        zone=inputs.publication.timezone,
    )
    return with_added(replace(inputs, articles=news)), aside
