"""Comment counts that the feeds carry themselves (`slash:comments` and its like)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.model import Reading

if TYPE_CHECKING:
    import datetime as dt

    from digest.protocols import Considered, Http


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedCounts:
    """The considered articles' own comment counts. There is nothing to set."""

    async def readings(
        self,
        http: Http,  # noqa: ARG002  the protocol's: the counts came with the articles
        considered: Considered,
        now: dt.datetime,
    ) -> tuple[Reading, ...]:
        """Give one reading a URL, in the unit "commented", sorted by URL.

        Where several articles share a URL, the highest count stands: two feeds that tell of one
        page count the same comments.
        """
        counts: dict[str, int] = {}
        for article in considered.articles:
            if article.comments is not None:
                counts[article.url] = max(article.comments, counts.get(article.url, 0))
        return tuple(
            Reading(url=url, count=count, unit="commented", as_of=now)
            for url, count in sorted(counts.items())
        )
