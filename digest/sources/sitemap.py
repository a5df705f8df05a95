"""The sitemap plug: a news sitemap, or an index of them."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from digest.errors import SourceError
from digest.protocols import Pulled
from digest.sources.documents import Document
from digest.sources.sitemap_reading import SitemapIndex, parse_sitemap

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from digest.model import Source
    from digest.protocols import Http, Sandbox

ACCEPT = "application/xml, text/xml;q=0.9, */*;q=0.5"
MAX_CHILDREN = 3  # sitemaps of an index that are read: those of news stand first

# In the memory: the addresses of an index's children, one a line, and their own memories, as JSON.
_CHILDREN, _MEMORIES = "children", "memories"


class Sitemap:
    """A news sitemap at `url`, or an index that names some; an index in an index is not read."""

    def __init__(self, source: Source, *, url: str, root: Path, sandbox: Sandbox) -> None:
        self._document = Document(
            source=source.id, url=url, root=root, accept=ACCEPT, sandbox=sandbox
        )

    async def pull(self, http: Http, memory: Mapping[str, str], now: dt.datetime) -> Pulled:
        """Give the sitemaps' articles. Raises SourceError, with the source's id."""
        memories: dict[str, dict[str, str]] = json.loads(memory.get(_MEMORIES, "{}"))
        pulled = await self._document.pull(http, memory, now, read_sitemap)
        children = pulled.memory.get(_CHILDREN, "").split()[:MAX_CHILDREN]
        read: dict[str, Pulled] = {}
        failures: list[SourceError] = []
        for url in children:
            child = replace(self._document, url=url)
            try:
                read[url] = await child.pull(http, memories.get(url, {}), now, read_sitemap)
            except SourceError as error:
                failures.append(error)
        if failures and not read:
            raise failures[0]
        return _merged(pulled, read, failures) if read else pulled


def read_sitemap(
    body: bytes, headers: Mapping[str, str], *, url: str, source: str, now: dt.datetime
) -> Pulled:
    """Give a news sitemap's articles; of an index, its children in `memory`. Raises SourceError."""
    found = parse_sitemap(body, headers, url=url, source=source, now=now)
    if not isinstance(found, SitemapIndex):
        return found
    if not found.children:
        raise SourceError("the index names no sitemap", hint="Name the news sitemap itself")
    return Pulled(memory={_CHILDREN: "\n".join(found.children)}, warnings=found.warnings)


def _merged(index: Pulled, read: Mapping[str, Pulled], failures: Sequence[SourceError]) -> Pulled:
    """Give what an index's sitemaps hold together; the first that has an article keeps it."""
    articles = {
        article.guid: article for one in reversed(tuple(read.values())) for article in one.articles
    }
    dues = [one.due for one in (index, *read.values()) if one.due]
    memories = {url: dict(one.memory) for url, one in read.items()}
    return Pulled(
        articles=tuple(sorted(articles.values(), key=lambda a: (-a.dated.timestamp(), a.guid))),
        memory={**index.memory, _MEMORIES: json.dumps(memories)},
        due=min(dues, default=None),
        title=next((one.title for one in read.values() if one.title), ""),
        warnings=(*index.warnings, *_told(read, failures)),
        unchanged=index.unchanged and all(one.unchanged for one in read.values()),
    )


def _told(read: Mapping[str, Pulled], failures: Iterable[SourceError]) -> list[str]:
    warnings = [f"{url}: {warning}" for url, one in read.items() for warning in one.warnings]
    return [*warnings, *(f"a sitemap of the index could not be read: {e.what}" for e in failures)]
