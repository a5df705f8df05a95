"""Which provider's counts an issue goes by, and why the others are not used.

Providers are tried in the editors' order; counts of different units are never added: a provider's
newest say which unit it counts in.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from digest.urls import canonical_url, is_home

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from digest.model import Article, Reading
    from digest.recipe import Edition, PopularRule


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """A provider's readings of the articles at hand, and why they cannot be used, "" if they can.

    `given` is how many readings of pages it has given in `unit`, whether of these articles or not;
    `left_out` says what it has lately given in other units, "" for nothing.
    """

    provider: str
    readings: tuple[Reading, ...]
    given: int
    unit: str = ""
    left_out: str = ""
    fault: str = ""

    @property
    def total(self) -> int:
        """All counts of the articles at hand."""
        return sum(reading.count for reading in self.readings)


def judge_counts(
    readings: Iterable[tuple[str, tuple[Reading, ...]]],
    articles: Iterable[Article],
    *,
    edition: Edition,
    cutoff: dt.datetime,
) -> tuple[Counts, ...]:
    """Judge each provider's readings, in the order given.

    Only readings of `articles` that are no older than the rule's `stale_after_hours` are kept, in
    the unit of the newest (ties: the one of most pages, then by name); the home page and those of
    the sections are nobody's. Spellings of one address are one.
    """
    fronts = {canonical_url(rule.url) for rule in edition.sections if rule.url}
    pages = {canonical_url(article.url) for article in articles} - fronts
    known = {url for url in pages if not is_home(url)}
    return tuple(
        _judged(provider, given, known, edition.popular, cutoff) for provider, given in readings
    )


def usable_counts(judged: Iterable[Counts]) -> tuple[Counts | None, tuple[str, ...]]:
    """Choose the provider to go by, and say for the editors why the earlier ones were passed over.

    It is the first whose counts have no fault. What of them is left out is said too.
    """
    refusals: list[str] = []
    for counts in judged:
        if counts.left_out:
            refusals.append(f"most popular: {counts.provider}: {counts.left_out}")
        if not counts.fault:
            return counts, tuple(refusals)
        refusals.append(f"most popular: {counts.provider} was not used: {counts.fault}")
    return None, tuple(refusals)


def _judged(
    provider: str,
    given: Sequence[Reading],
    known: set[str],
    rule: PopularRule,
    cutoff: dt.datetime,
) -> Counts:
    unit = _unit(given)
    counted = [reading for reading in given if reading.unit == unit]
    oldest = cutoff - dt.timedelta(hours=rule.stale_after_hours)
    fresh = [reading for reading in counted if reading.as_of >= oldest]
    others = [one for one in given if one.unit != unit and one.as_of >= oldest]
    ours = _added_up(reading for reading in fresh if canonical_url(reading.url) in known)
    total = sum(reading.count for reading in ours)
    fault = ""
    if not given:
        fault = "it gave no counts"
    elif not fresh:
        age_h = (cutoff - max(reading.as_of for reading in given)).total_seconds() / 3600
        fault = f"its counts are {age_h:.0f} h old (stale_after_hours = {rule.stale_after_hours:g})"
    elif not ours:
        fault = f"none of the {len(fresh)} pages it counted is an article of the sources"
    elif total < rule.min_total:
        fault = f"{total} counts in all are fewer than min_total = {rule.min_total}"
    return Counts(
        provider=provider,
        readings=ours,
        given=len(counted),
        unit=unit,
        left_out=_left_out(others, unit),
        fault=fault,
    )


def _added_up(readings: Iterable[Reading]) -> tuple[Reading, ...]:
    """Add up what was counted of a page under several spellings of its address at one time.

    A spelling that was counted earlier is left out: its readers may be in the later count. Sorted
    by the address that stands for the page, the first of its spellings.
    """
    pages: defaultdict[str, list[Reading]] = defaultdict(list)
    for reading in sorted(readings, key=lambda one: (-one.as_of.timestamp(), one.url)):
        spellings = pages[canonical_url(reading.url)]
        if not spellings or (reading.as_of, reading.hours) == (
            spellings[0].as_of,
            spellings[0].hours,
        ):
            spellings.append(reading)
    return tuple(
        replace(spellings[0], count=sum(reading.count for reading in spellings))
        for spellings in sorted(pages.values(), key=lambda one: one[0].url)
    )


def _unit(given: Sequence[Reading]) -> str:
    newest = max((reading.as_of for reading in given), default=None)
    pages = Counter(reading.unit for reading in given if reading.as_of == newest)
    return min(pages, key=lambda unit: (-pages[unit], unit), default="")


def _left_out(others: Sequence[Reading], unit: str) -> str:
    pages = Counter(reading.unit for reading in others)
    named = ", ".join(f'{pages[one]} in "{one}"' for one in sorted(pages))
    return f'left out pages in other units than the newest, "{unit}": {named}' if named else ""
