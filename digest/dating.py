"""Which articles' dates make them news, and what is said of those that are not. Pure.

    dated after the cutoff      waits for the next issue, or for its embargo
    without a date, and there   no news: nobody knows how long it had been there
      when its source was read first
    known a week before its date, or dated a week before it was seen
                                evergreen: may stand in a section, never leads
    without a date otherwise    counts from when it was first seen, and leads only for want of
                                anything that is surely of today

A date without a time zone is believed, and its articles lead like those without one.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from digest.model import SetAside

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from digest.model import Article, Story
    from digest.recipe import Edition

EMBARGOED = "embargoed"
EVERGREEN = dt.timedelta(days=7)  # between an article's date and when it was first seen


def part_news(
    articles: Iterable[Article],
    *,
    cutoff: dt.datetime,
    first_reads: Mapping[str, dt.datetime],
    edition: Edition,
    zone: str,
) -> tuple[tuple[Article, ...], tuple[SetAside, ...]]:
    """Part the articles that are news from the others, which come with the reason; order stays.

    `first_reads` says by source when it was read first, `zone` in which times are told.
    """
    judged = [(article, _why_no_news(article, cutoff, first_reads)) for article in articles]
    titles = {source.id: source.title for source in edition.sources}
    aside = (
        SetAside(
            url=article.url,
            title=article.title,
            source=titles.get(article.source, ""),
            rule=rule,
            reason=_told(rule, article, ZoneInfo(zone)),
        )
        for article, rule in judged
        if rule
    )
    return tuple(article for article, rule in judged if not rule), tuple(aside)


def is_evergreen(article: Article) -> bool:
    """Tell whether an article is older than its date, or was old when it was first seen."""
    published = article.published
    return published is not None and abs(published - article.first_seen) > EVERGREEN


def came_out(article: Article) -> dt.datetime:
    """Say when an article came out, as well as is known; a new date makes no evergreen new."""
    return min(article.dated, article.first_seen) if is_evergreen(article) else article.dated


def is_surely_dated(article: Article) -> bool:
    """Tell whether an article is as old as it says."""
    known = article.published is not None and article.date_doubt is None
    return known and not is_evergreen(article)


def date_doubts(story: Story) -> str:
    """Say why none of a story's articles is surely dated, "" if one is."""
    if any(is_surely_dated(article) for article in story.articles):
        return ""
    face = story.face
    if is_evergreen(face):
        return f"it is evergreen, of {came_out(face):%-d %B %Y}"
    return f"it has {face.date_doubt or 'no date'}"


def _why_no_news(
    article: Article, cutoff: dt.datetime, first_reads: Mapping[str, dt.datetime]
) -> str:
    """Name the rule that keeps an article from being news, "" for none."""
    if article.published is None:
        if first_reads.get(article.source) == article.first_seen:
            return f"{article.date_doubt or 'no date'}, and there when its source was first read"
        return ""
    if article.published <= cutoff:
        return ""
    return EMBARGOED if article.first_seen < article.published else "newer than the cutoff"


def _told(rule: str, article: Article, zone: ZoneInfo) -> str:
    if article.published is None:
        return rule
    written = f"{article.published.astimezone(zone):%-d %B, %H:%M}"
    return f"{rule} until {written}" if rule == EMBARGOED else f"{rule}: {written}"
