"""The "Most popular" list: which articles are on it, and what it may honestly be called.

A list whose counts are too few or too old is not faked: it becomes "Most covered" or "Latest", and
the editors are told. Nor is yesterday's list sold as today's: a story that stood in the last one
gives way to a new one that was read about as often, and a list that mostly repeats the last one
says so in its title.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from digest.naming import counted_basis, covered_basis, latest_basis, list_titles
from digest.rates import shrunk_rates
from digest.urls import canonical_url
from digest.words import ENGLISH

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from digest.counts import Counts
    from digest.model import Article, Past, Placement, ScoredStory
    from digest.rates import Rate
    from digest.recipe import Edition
    from digest.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A story as the list may show it: by the article that readers chose, None if not asked.

    `why` says how much they did.
    """

    scored: ScoredStory
    article: Article | None = None
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """Stories most popular first, and the words that say what that means.

    `still` is the title of a list that mostly repeats the last one.
    """

    title: str
    still: str
    basis: str
    entries: tuple[Entry, ...]
    notice: str = ""


class LastList:
    """What stood in the list of the last issue: the same pages, or the same stories."""

    def __init__(self, past: Sequence[Past]) -> None:
        self._date = max((one.date for one in past), default=None)
        shown = [one for one in past if one.date == self._date and one.slot == "popular"]
        self._pages = {canonical_url(one.url) for one in shown}
        self._stories = {one.story for one in shown}

    def has(self, story: str, url: str) -> bool:
        """Tell whether a page stood there, or its story by whatever report."""
        return story in self._stories or canonical_url(url) in self._pages

    def repeats(self, items: Sequence[Placement]) -> bool:
        """Tell whether a list mostly repeats it: more than half of what it shows."""
        return 2 * sum(self.has(item.story, item.url) for item in items) > len(items)

    def reasons(self, story: str, url: str) -> tuple[str, ...]:
        """Say of what repeats that it does."""
        if self._date is None or not self.has(story, url):
            return ()
        return (f"stood in the list of {self._date.day} {self._date:%B} already",)


def rank_popular(
    scored: Sequence[ScoredStory],
    counts: Counts | None,
    *,
    edition: Edition,
    cutoff: dt.datetime,
    zone: str,
    earlier: Sequence[ScoredStory] = (),
    last: LastList,
    words: Words = ENGLISH,
) -> Ranked:
    """Rank all stories given; the caller takes as many as the list holds.

    `earlier` are stories as they were before the window, which readers still choose; without counts
    they have no place. A story is ranked by its article that is read most often. What stood in the
    `last` list goes by its rate less one standard error: counts that cannot tell it from a new one
    do not keep the new one out. Ties by URL.
    """
    if counts is None:
        news = [one for one in scored if one.score > 0]  # what ran already is no news without them
        return _without_counts(news, edition, cutoff.astimezone(ZoneInfo(zone)), last, words)
    stories = (*scored, *earlier)
    articles = [article for one in stories for article in one.story.articles]
    rates = shrunk_rates(articles, counts.readings, edition, cutoff)
    newest = max(counts.readings, key=lambda reading: (reading.as_of, reading.hours or 0))
    entries = [entry for one in stories if (entry := _most_read(one, rates, newest.unit))]

    def order(entry: Entry) -> tuple[float, str]:
        assert entry.article, "an entry by counts has one"
        rate = rates[canonical_url(entry.article.url)]
        again = last.has(entry.scored.story.id, entry.article.url)
        return -(rate.hourly - rate.error * again), entry.article.url

    title, still = list_titles(newest.unit, words)
    return Ranked(
        title=title,
        still=still,
        basis=counted_basis(newest, zone, words),
        entries=tuple(sorted(entries, key=order)),
    )


def _most_read(one: ScoredStory, rates: Mapping[str, Rate], unit: str) -> Entry | None:
    read = [article for article in one.story.articles if canonical_url(article.url) in rates]
    if not read:
        return None
    best = min(read, key=lambda a: (-rates[canonical_url(a.url)].hourly, a.url, a.source, a.guid))
    hourly = rates[canonical_url(best.url)].hourly
    often = f"{hourly:,.1f}" if hourly < 100 else f"{hourly:,.0f}"  # noqa: PLR2004  as on a label
    return Entry(scored=one, article=best, why=f", {unit} about {often} times an hour")


def _without_counts(
    scored: Sequence[ScoredStory],
    edition: Edition,
    until: dt.datetime,
    last: LastList,
    words: Words,
) -> Ranked:
    owners = {
        one.story.id: len({edition.source(article).owner for article in one.story.articles})
        for one in scored
    }
    covered = [one for one in scored if owners[one.story.id] > 1]
    notice = "most popular: no counts of readers could be used, so the list is called"
    if len(covered) >= 2:  # noqa: PLR2004  one story is no list
        again = {one.story.id: last.has(one.story.id, one.story.face.url) for one in covered}
        covered.sort(
            key=lambda one: (-owners[one.story.id], again[one.story.id], -one.score, one.story.id)
        )
        title = words.say("Most covered")
        return Ranked(
            title=title,
            still=words.say("Still most covered"),
            basis=covered_basis(until, words),
            entries=tuple(Entry(scored=one) for one in covered),
            notice=f"{notice} “{title}”",
        )
    newest = sorted(scored, key=lambda one: (-one.story.face.dated.timestamp(), one.story.id))
    title = words.say("Latest")
    return Ranked(
        title=title,
        still=words.say("Still the latest"),
        basis=latest_basis(until, words),
        entries=tuple(Entry(scored=one) for one in newest),
        notice=f"{notice} “{title}”",
    )
