"""Rank stories: six named factors, each with its reason, whose product is the score.

Coverage, freshness, popularity, the editors' weights, novelty and quality; every value is rounded
before it is multiplied, so that the product of what is shown is the score.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from digest.dating import came_out, is_evergreen
from digest.facing import face_of
from digest.model import Factor, Rights, ScoredStory
from digest.rates import shrunk_rates
from digest.sectioning import section_of
from digest.urls import canonical_url

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

    from digest.continuity import History
    from digest.model import Article, Identity, Reading, Source, Story
    from digest.recipe import Edition

# Ranking by coverage put the lead in the true top three in .72 of the cases, "newest" in .28.
FRESH_HOURS = 6  # a story this young loses nothing; later half its freshness in each half-life…
LEAST_FRESH = 0.1  # …but never all of it
UNDATED_FRESH = 0.7  # at most, when no article says when it came out
POPULAR_BONUS = 0.5  # for the story that is read more than all others
RAN_ALREADY = 0.3  # for a story that ran, until…
NEW_OWNERS = 2  # …this many owners tell it who did not then
ILLUSTRATED = 1.1  # an image and a real summary
TITLE_ONLY = 0.9
MOST_COVERED = 8.0  # as by 127 owners of ordinary weight: no story weighs more
SUMMARY_CHARS = 40  # a shorter summary says no more than a headline
NAMES = 3  # owners named in a reason
MORE_OWNERS = 10  # that could have told a story too, when it is asked what would have changed
EPSILON = 1e-3  # what the rounding of factors may cost


def rank_stories(
    stories: Sequence[Story],
    *,
    edition: Edition,
    readings: Sequence[Reading],
    history: History,
    now: dt.datetime,
    window: Container[Identity] | None = None,
) -> tuple[ScoredStory, ...]:
    """Score stories, best first, ties by id, each by the face that it will be shown with.

    `history` is that of the issues that count for novelty, `now` is the cutoff. `window` holds the
    (source, guid) of the articles that may stand for a story, None for all; the others say what is
    known of it already. Raises KeyError for an article of no source of the edition.
    """
    articles = [article for story in stories for article in story.articles]
    known = shrunk_rates(articles, readings, edition, now)
    rates = {url: rate.hourly for url, rate in known.items()}
    desk = _Desk(
        edition=edition,
        sources={source.id: source for source in edition.sources},
        rates=rates,
        ladder=sorted(rates.values()),
        unit="/".join(sorted({reading.unit for reading in readings})),
        history=history,
        now=now,
        window=window,
    )
    scored = (desk.score(story) for story in stories)
    return tuple(sorted(scored, key=lambda one: (-one.score, one.story.id)))


def gains(one: ScoredStory, needed: float, edition: Edition) -> Iterator[str]:
    """Say which change of a single factor would multiply a story's score by `needed` or more."""
    rule = edition.ranking
    linked = edition.source(one.story.face).rights is Rights.LINK  # and so never illustrated
    values = {factor.name: factor.value for factor in one.factors}
    if rule.coverage and (value := values.get("coverage")):
        told = 2 ** (value ** (1 / rule.coverage) - 1) - 1  # the weights of those who tell it
        more = 2 ** ((value * needed) ** (1 / rule.coverage) - 1) - 1 - told
        if more <= MORE_OWNERS:
            number = max(1, math.ceil(more - EPSILON))
            yield f"told by {number} more {'owner' if number == 1 else 'owners'}"
    for name, best, power, change in (
        ("freshness", 1.0, rule.freshness, f"news of the last {FRESH_HOURS} h"),
        ("popularity", 1 + POPULAR_BONUS, rule.popularity, "read more than all others"),
        ("novelty", 1.0, rule.novelty, f"told by {NEW_OWNERS} owners who did not tell it before"),
        ("quality", 0 if linked else ILLUSTRATED, rule.quality, "a picture and a summary"),
    ):
        value = values.get(name, 0.0)
        if 0 < value < best**power and best**power / value >= needed - EPSILON:
            yield change


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    """What every story of an issue is judged by."""

    edition: Edition
    sources: Mapping[str, Source]
    rates: Mapping[str, float]
    ladder: Sequence[float]  # the rates, lowest first
    unit: str
    history: History
    now: dt.datetime
    window: Container[Identity] | None

    def score(self, story: Story) -> ScoredStory:
        """Judge a story by the six factors, in the order in which they are read."""
        story = self._faced(story)
        rule = self.edition.ranking
        factors = (
            _weighed(self._coverage(story), rule.coverage),
            _weighed(self._freshness(story), rule.freshness),
            _weighed(self._popularity(story), rule.popularity),
            self._editor(story.face),
            _weighed(self._novelty(story), rule.novelty),
            _weighed(self._quality(story.face), rule.quality),
        )
        return ScoredStory(story=story, factors=factors)

    def _faced(self, story: Story) -> Story:
        """Let the news of a story stand for it, if it goes on; else anything of it."""
        known = [a for a in story.articles if self._in_window(a)] or list(story.articles)
        news = [article for article in self.history.news(story) if article in known]
        return replace(story, face=face_of(story, self.edition, news or known))

    def _in_window(self, article: Article) -> bool:
        return self.window is None or article.identity in self.window

    def _coverage(self, story: Story) -> Factor:
        """Count who tells the story; of one that goes on, who tells what is new of it."""
        heaviest: dict[str, Source] = {}
        for article in self.history.news(story) or story.articles:
            source = self.sources[article.source]
            other = heaviest.setdefault(source.owner, source)
            if (-source.weight, source.id) < (-other.weight, other.id):
                heaviest[source.owner] = source
        ranked = sorted(heaviest.values(), key=lambda s: (-s.weight, s.title or s.owner, s.id))
        value = min(MOST_COVERED, 1 + math.log2(1 + sum(source.weight for source in ranked)))
        return _factor("coverage", value, _told_by([s.title or s.owner for s in ranked]))

    def _freshness(self, story: Story) -> Factor:
        """Go by the newest article that says when it came out, else by when one was first seen."""
        told = self.history.news(story) or story.articles
        dated = [article for article in told if article.published]
        newest = max(dated or told, key=came_out)
        age = max(0.0, (self.now - came_out(newest)).total_seconds() / 3600)
        halvings = max(0.0, age - FRESH_HOURS) / self.edition.ranking.half_life_hours
        value = max(LEAST_FRESH, 2**-halvings)
        if not dated:
            why = f"{newest.date_doubt or 'undated'}, first seen {_age(age)} before the cutoff"
            return _factor("freshness", min(UNDATED_FRESH, value), why)
        why = f"{'evergreen, ' if is_evergreen(newest) else ''}{_age(age)} old at the cutoff"
        by = f", by {newest.date_doubt}" if newest.date_doubt else ""
        return _factor("freshness", value, f"{why}{by}")

    def _popularity(self, story: Story) -> Factor:
        urls = (canonical_url(article.url) for article in story.articles)
        rate = max((self.rates[url] for url in urls if url in self.rates), default=None)
        if rate is None:
            return _factor("popularity", 1, "no reader counts")
        below, others = bisect_left(self.ladder, rate), len(self.ladder) - 1
        why = f"{self.unit} about {rate:.1f} times an hour, more than {below} of {others} others"
        return _factor("popularity", 1 + POPULAR_BONUS * below / max(1, others), why)

    def _editor(self, face: Article) -> Factor:
        source = self.sources[face.source]
        section = section_of(face, self.edition)
        filed = (rule.weight for rule in self.edition.sections if rule.title == section)
        weights = [(source.title or source.owner, source.weight), (section, next(filed, 1.0))]
        given = [name for name, weight in weights if weight != 1]
        why = f"the weight the editors gave {' and '.join(given)}" if given else "ordinary weight"
        return _factor("editor", math.prod(weight for _, weight in weights), why)

    def _novelty(self, story: Story) -> Factor:
        ran = self.history.last_run(story)
        if ran is None:
            return _factor("novelty", 1, "first time")
        day = f"{ran.date.day} {ran.date:%B}"
        news = self.history.news(story)
        if not news:
            return _factor("novelty", 0, f"ran on {day}, and nothing new since")
        known = (article for article in story.articles if article not in news)
        new = len(self._owners(news) - self._owners(known))
        why = f"ran on {day}, {new or 'no'} new {'source' if new == 1 else 'sources'} since"
        if new < NEW_OWNERS:
            return _factor("novelty", RAN_ALREADY, why)
        return _factor("novelty", 1, f"{why}: update")

    def _owners(self, articles: Iterable[Article]) -> set[str]:
        return {self.sources[article.source].owner for article in articles}

    def _quality(self, face: Article) -> Factor:
        shown = self.sources[face.source].rights is not Rights.LINK
        picture = shown and face.image is not None
        summary = shown and len(face.summary) >= SUMMARY_CHARS and face.summary != face.title
        if picture and summary:
            return _factor("quality", ILLUSTRATED, "picture and summary")
        if picture or summary:
            return _factor("quality", 1, "summary without picture" if summary else "no summary")
        return _factor("quality", TITLE_ONLY, "headline only")


# ---------------------------------------------------------------- what needs no desk


def _age(hours: float) -> str:
    if hours < 1:
        return "less than 1 h"
    return f"{hours:.0f} h" if hours < 48 else f"{hours / 24:.0f} days"  # noqa: PLR2004  two days


def _told_by(names: Sequence[str]) -> str:
    if len(names) == 1:
        return f"told by {names[0]} alone"
    rest = f" and {len(names) - NAMES} more" if len(names) > NAMES else ""
    return f"told by {len(names)} owners: {', '.join(names[:NAMES])}{rest}"


def _weighed(factor: Factor, power: float) -> Factor:
    """Give a factor as much weight as the editors want; what it rules out stays ruled out."""
    if power == 1 or factor.value == 0:
        return factor
    why = f"{factor.why}; {factor.value:g} to the power of {power:g}"
    return _factor(factor.name, factor.value**power, why)


def _factor(name: str, value: float, why: str) -> Factor:
    return Factor(name=name, value=round(value, 3), why=why)
