"""Who may lead: what several owners tell, of today beyond doubt, before what is less sure. Pure."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from digest.dating import date_doubts, is_evergreen, is_surely_dated

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from digest.model import Article, ScoredStory, Story
    from digest.recipe import Edition

LEAD_OWNERS = 2  # a lead is told by two owners or more…
LEAD_AGE_H = 36  # …and is at most this old; else the best leads, and the reason says so


class Claim(IntEnum):
    """How good a claim to the lead is; a better one goes before any score."""

    FULL = 0  # told by several owners, and of today
    LESS = 1  # of one owner, or no longer fresh
    DOUBTFUL = 2  # nobody knows quite when it came out
    NONE = 3  # evergreen


_WHY = {
    Claim.FULL: f"best score of those that {LEAD_OWNERS} owners tell",
    Claim.LESS: "best score, though no fresh story is told by two owners",
    Claim.DOUBTFUL: "best score, and no story is surely dated",
}
_WHY_BREAKING = f"best score; breaking news need not be told by {LEAD_OWNERS} owners"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """Who leads and why; `passed_over` says by story id why a better-scored one does not."""

    scored: ScoredStory
    reasons: tuple[str, ...]
    passed_over: dict[str, str]


def choose_lead(
    free: Sequence[ScoredStory],
    edition: Edition,
    cutoff: dt.datetime,
    *,
    owners: int = LEAD_OWNERS,
    ran: Callable[[Article], bool] = lambda _: False,
) -> Lead | None:
    """Choose among stories that are best first; None where none may lead.

    `owners` is how many must tell it: of breaking news one may be alone. Reports that `ran` in an
    earlier issue do not count.
    """
    judged = [(one, *_judge(one.story, edition, cutoff, owners, ran)) for one in free]
    best = min((claim for _, claim, _ in judged), default=Claim.NONE)
    if best is Claim.NONE:
        return None
    lead, *others = [one for one, claim, _ in judged if claim is best]
    reasons = [_WHY_BREAKING if best is Claim.FULL and owners < LEAD_OWNERS else _WHY[best]]
    if others and others[0].score > 0:
        ahead, name = lead.score / others[0].score, others[0].story.face.title
        reasons.append(f"{ahead:.2f} times the score of the next, “{name}”")
    better = free[: list(free).index(lead)]
    return Lead(
        scored=lead,
        reasons=tuple(reasons),
        passed_over={one.story.id: f"did not lead: {why}" for one, _, why in judged[: len(better)]},
    )


def _judge(
    story: Story, edition: Edition, cutoff: dt.datetime, needed: int, ran: Callable[[Article], bool]
) -> tuple[Claim, str]:
    """Give a story's claim, and what it lacks to a full one."""
    if doubts := date_doubts(story):
        evergreen = all(is_evergreen(article) for article in story.articles)
        return Claim.NONE if evergreen else Claim.DOUBTFUL, doubts
    surely = [article for article in story.articles if is_surely_dated(article)]
    if cutoff - max(article.dated for article in surely) > dt.timedelta(hours=LEAD_AGE_H):
        return Claim.LESS, f"its newest report is over {LEAD_AGE_H} h old"
    told = [article for article in story.articles if not is_evergreen(article)]
    owners = {edition.source(article).owner for article in told if not ran(article)}
    if len(owners) < needed:
        return Claim.LESS, "one owner alone tells it" if owners else "it ran already"
    return Claim.FULL, ""
