"""The "Most popular" list: which articles are on it, and what it may honestly be called.

Providers are tried in the editors' order; counts of different units are never added. A list whose
counts are too few or too old is not faked: it becomes "Most covered" or "Latest", and the editors
are told.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from digest.ranking import shrunk_rates
from digest.urls import canonical_url

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.model import Article, Past, Reading, ScoredStory
    from digest.recipe import Edition, PopularRule

VERBS = {"read": "opened", "commented": "commented on"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """The readings an issue goes by: the first provider's whose counts are enough and fresh."""

    provider: str
    readings: tuple[Reading, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """Stories most popular first, and the words that say what that means.

    With each comes the article that readers chose; None where they were not asked.
    """

    title: str
    basis: str
    entries: tuple[tuple[ScoredStory, Article | None], ...]
    notice: str = ""


def usable_counts(
    readings: Sequence[tuple[str, tuple[Reading, ...]]], rule: PopularRule, cutoff: dt.datetime
) -> tuple[Counts | None, tuple[str, ...]]:
    """Choose the provider to go by, and say for the editors why the earlier ones were passed over.

    `readings` is (provider, its readings) in the editors' order.
    """
    refusals: list[str] = []
    for provider, given in readings:
        fault = _fault(given, rule, cutoff)
        if not fault:
            return Counts(provider=provider, readings=given), tuple(refusals)
        refusals.append(f"most popular: {provider} was not used: {fault}")
    return None, tuple(refusals)


def rank_popular(
    scored: Sequence[ScoredStory],
    counts: Counts | None,
    *,
    edition: Edition,
    cutoff: dt.datetime,
    zone: str,
) -> Ranked:
    """Rank all articles of the stories given; the caller takes as many as the list holds."""
    if counts is None:
        return _without_counts(scored, edition, cutoff, zone)
    articles = [article for one in scored for article in one.story.articles]
    rates = shrunk_rates(articles, counts.readings, edition, cutoff)
    entries = sorted(
        (
            (one, article)
            for one in scored
            for article in one.story.articles
            if canonical_url(article.url) in rates
        ),
        key=lambda entry: (-rates[canonical_url(entry[1].url)], entry[1].url),
    )
    newest = max(counts.readings, key=lambda reading: reading.as_of)
    return Ranked(title="Most popular", basis=_basis(newest, zone), entries=tuple(entries))


def _fault(readings: Sequence[Reading], rule: PopularRule, cutoff: dt.datetime) -> str:
    if not readings:
        return "it gave no counts"
    total = sum(reading.count for reading in readings)
    if total < rule.min_total:
        return f"{total} counts in all are fewer than min_total = {rule.min_total}"
    age = cutoff - max(reading.as_of for reading in readings)
    if age > dt.timedelta(hours=rule.stale_after_hours):
        hours = age.total_seconds() / 3600
        return f"its counts are {hours:.0f} h old (stale_after_hours = {rule.stale_after_hours:g})"
    return ""


def _basis(reading: Reading, zone: str) -> str:
    until = reading.as_of.astimezone(ZoneInfo(zone))
    verb = VERBS.get(reading.unit, reading.unit)
    if reading.hours is None:
        return f"What readers {verb} most, counted at {until:%H:%M}"
    return f"What readers {verb} most in the {reading.hours:g} hours to {until:%H:%M}"


def _without_counts(
    scored: Sequence[ScoredStory], edition: Edition, cutoff: dt.datetime, zone: str
) -> Ranked:
    until = f"{cutoff.astimezone(ZoneInfo(zone)):%H:%M}"
    owners = {
        one.story.id: len({edition.source(article).owner for article in one.story.articles})
        for one in scored
    }
    covered = [one for one in scored if owners[one.story.id] > 1]
    notice = "most popular: no counts of readers could be used, so the list is called"
    if len(covered) >= 2:  # noqa: PLR2004  one story is no list
        covered.sort(key=lambda one: (-owners[one.story.id], -one.score, one.story.id))
        return Ranked(
            title="Most covered",
            basis=f"Told by the most sources up to {until}",
            entries=tuple((one, None) for one in covered),
            notice=f"{notice} “Most covered”",
        )
    newest = sorted(scored, key=lambda one: (-one.story.face.dated.timestamp(), one.story.id))
    return Ranked(
        title="Latest",
        basis=f"The newest stories up to {until}",
        entries=tuple((one, None) for one in newest),
        notice=f"{notice} “Latest”",
    )


def is_last_list(urls: Sequence[str], past: Sequence[Past]) -> bool:
    """Whether a list holds the very addresses that the last issue's list held."""
    last = max((one.date for one in past), default=None)
    shown = {canonical_url(p.url) for p in past if p.date == last and p.slot == "popular"}
    return bool(shown) and {canonical_url(url) for url in urls} == shown
