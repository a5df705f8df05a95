"""How often pages are read an hour: counts over their own hours, thin ones drawn to the usual."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.sectioning import section_of
from digest.urls import canonical_url

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping

    from digest.model import Article, Reading
    from digest.recipe import Edition

# Pages differ far more than their mean lets one expect, so that a usual page is worth no more than
# half a count (the shape of Jeffreys' prior of a Poisson rate); where counts are thin, this would
# be days, and four hours did better (benchmarks/popular.py).
PRIOR_COUNTS = 0.5
PRIOR_HOURS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """How often a page is read an hour, and one standard error of that."""

    hourly: float
    error: float


def shrunk_rates(
    articles: Iterable[Article], readings: Iterable[Reading], edition: Edition, now: dt.datetime
) -> Mapping[str, Rate]:
    """Give the rates of pages by canonical URL, thin counts drawn towards their section's.

    rate = (count + k·m)/(hours + k), m being all counts of the section over all its hours, and k
    the hours in which a usual page has `PRIOR_COUNTS`, `PRIOR_HOURS` at most: the posterior mean of
    a Poisson rate under a Gamma prior; the error is the posterior's standard deviation. The newest
    reading of a URL counts, over its own hours but no longer than the article has been out, at
    least 1. Readings of no article are left out. Raises KeyError for an article of no source of the
    edition.
    """
    by_url = {canonical_url(article.url): article for article in _newest_first(articles)}
    oldest_first = sorted(readings, key=lambda one: (one.as_of, one.count, one.hours or 0))
    newest = {canonical_url(reading.url): reading for reading in oldest_first}
    counted = sorted(newest.keys() & by_url.keys())
    hours = {url: _hours(newest[url], by_url[url], now) for url in counted}
    sections = {url: section_of(by_url[url], edition) for url in counted}
    counts_of: defaultdict[str, float] = defaultdict(float)
    hours_of: defaultdict[str, float] = defaultdict(float)
    for url in counted:
        counts_of[sections[url]] += newest[url].count
        hours_of[sections[url]] += hours[url]

    def rate(url: str) -> Rate:
        usual = counts_of[sections[url]] / hours_of[sections[url]]
        return _shrunk(newest[url].count, hours[url], usual)

    return {url: rate(url) for url in counted}


def _shrunk(count: int, hours: float, usual: float) -> Rate:
    """Give the rate of a count over hours where `usual` counts an hour are to be expected."""
    prior = min(PRIOR_HOURS, PRIOR_COUNTS / usual) if usual else PRIOR_HOURS
    hourly = (count + prior * usual) / (hours + prior)
    return Rate(hourly=hourly, error=math.sqrt(hourly / (hours + prior)))


def _newest_first(articles: Iterable[Article]) -> list[Article]:
    return sorted(articles, key=lambda a: (-a.dated.timestamp(), a.source, a.guid))


def _hours(reading: Reading, article: Article, now: dt.datetime) -> float:
    """Give how long a count ran: no longer than the article has been out, an hour at least.

    A service counts all pages over the same hours; one that came out since has had fewer.
    """
    age = (min(reading.as_of, now) - article.dated).total_seconds() / 3600
    if reading.hours is None:
        return max(1.0, age)
    # When an undated article was first seen says nothing of when it came out.
    return max(1.0, min(reading.hours, age) if article.published else reading.hours)
