"""Counts that the feeds carry themselves: views (media:statistics) or comments (slash:comments)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.model import Reading

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from digest.model import Article
    from digest.protocols import Considered, Http


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedCounts:
    """The considered articles' own counts, in one unit. There is nothing to set."""

    async def readings(
        self,
        http: Http,  # noqa: ARG002  the protocol's: the counts came with the articles
        considered: Considered,
        now: dt.datetime,
    ) -> tuple[Reading, ...]:
        """Give one reading a URL, sorted by URL: of what more articles count, views at a tie.

        Where several articles share a URL, the highest count stands: two feeds that tell of one
        page count the same readers.
        """
        articles = considered.articles
        views = _highest(articles, [article.views for article in articles])
        comments = _highest(articles, [article.comments for article in articles])
        unit, counts = ("read", views) if len(views) >= len(comments) else ("commented", comments)
        return tuple(
            Reading(url=url, count=count, unit=unit, as_of=now)
            for url, count in sorted(counts.items())
        )


def _highest(articles: Sequence[Article], counted: Sequence[int | None]) -> dict[str, int]:
    highest: dict[str, int] = {}
    for article, count in zip(articles, counted, strict=True):
        if count is not None:
            highest[article.url] = max(count, highest.get(article.url, 0))
    return highest
