"""Decide: from everything that an issue may choose from to the issue. Pure.

    articles ─dating─▶ news ─grouping, continuity─▶ stories ─ranking─▶ scored ─planning─▶ issue

What a step leaves out is handed on with the reason.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from digest.adding import with_added
from digest.counts import usable_counts
from digest.dating import part_news
from digest.inputs import judged_counts
from digest.planning import RUNNERS_UP, plan_issue
from digest.ranking import rank_stories
from digest.telling import of_window, tell_stories

if TYPE_CHECKING:
    from digest.inputs import Inputs
    from digest.model import Issue


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
    stories = tell_stories(inputs)
    counts, _ = usable_counts(judged_counts(inputs))
    scored = rank_stories(
        stories.current,
        edition=edition,
        readings=counts.readings if counts else (),
        past=inputs.past,
        now=inputs.cutoff,
    )
    return plan_issue(inputs, of_window(scored, inputs), stories.earlier, aside, told=told)
