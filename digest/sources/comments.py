"""The comments plug: what readers wrote below articles, from an RSS or Atom feed of comments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.sources.comment_reading import parse_comments
from digest.sources.documents import Document

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping
    from pathlib import Path

    from digest.model import Source
    from digest.protocols import Http, Pulled, Sandbox

ACCEPT = "application/rss+xml, application/atom+xml, application/xml;q=0.9, */*;q=0.5"


class CommentsFeed:
    """A comments feed at `url`: http(s), or "file:" with a path that may be relative to `root`."""

    def __init__(self, source: Source, *, url: str, root: Path, sandbox: Sandbox) -> None:
        self._document = Document(
            source=source.id,
            url=url,
            root=root,
            accept=ACCEPT,
            sandbox=sandbox,
            options="comments",
        )

    async def pull(self, http: Http, memory: Mapping[str, str], now: dt.datetime) -> Pulled:
        """Give the comments. Raises SourceError, with the source's id, naming the reason."""
        return await self._document.pull(http, memory, now, parse_comments)
