"""The sitemap plug: a news sitemap, or an index of them."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from digest.errors import SourceError, SourceGone
from digest.protocols import Pulled
from digest.sources.asking import HOUR, LONGEST_LIFE
from digest.sources.documents import Document
from digest.sources.sitemap_reading import SitemapIndex, parse_sitemap

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from digest.model import Source
    from digest.protocols import Http, Sandbox

ACCEPT = "application/xml, text/xml;q=0.9, */*;q=0.5"

# In the memory: the addresses of an index's children, one a line, and what is known of each, JSON.
_CHILDREN, _KNOWN = "children", "known"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Child:
    """What is known of a sitemap that an index names: its own memory, when it may be asked again.

    `failed` is why it could not be read the last time, "" if it could.
    """

    memory: Mapping[str, str]
    due: dt.datetime
    failed: str = ""


class Sitemap:
    """A news sitemap at `url`, or an index that names some; an index in an index is not read.

    Each sitemap of an index is asked when its own server, or its own failure, allows it.
    """

    def __init__(self, source: Source, *, url: str, root: Path, sandbox: Sandbox) -> None:
        self._document = Document(
            source=source.id, url=url, root=root, accept=ACCEPT, sandbox=sandbox
        )

    async def pull(self, http: Http, memory: Mapping[str, str], now: dt.datetime) -> Pulled:
        """Give the sitemaps' articles. Raises SourceError, with the source's id."""
        index = await self._document.pull(http, memory, now, read_sitemap)
        known = _recalled(memory)
        children: dict[str, _Child] = {}
        read: dict[str, Pulled] = {}
        for url in index.memory.get(_CHILDREN, "").split():
            before = known.get(url)
            if before and now < before.due:
                children[url] = before
                continue
            try:
                read[url] = await self._pull_child(http, url, before, now)
                children[url] = _Child(memory=read[url].memory, due=read[url].due or now + HOUR)
            except SourceError as error:
                children[url] = _failed(error, before, now)
        return self._merged(index, children, read) if children else index

    async def _pull_child(
        self, http: Http, url: str, before: _Child | None, now: dt.datetime
    ) -> Pulled:
        child = replace(self._document, url=url)
        return await child.pull(http, before.memory if before else {}, now, read_sitemap)

    def _merged(
        self, index: Pulled, children: Mapping[str, _Child], read: Mapping[str, Pulled]
    ) -> Pulled:
        """Give what an index's sitemaps hold together; the first that has an article keeps it.

        Raises SourceError when none of them could be read when it was last asked: the index is
        there all the same, so a child that is gone does not make the source gone.
        """
        memory = {**index.memory, _KNOWN: _remembered(children)}
        due = min(filter(None, (index.due, *(child.due for child in children.values()))))
        failures = [child.failed for child in children.values() if child.failed]
        if len(failures) == len(children):
            what = f"no sitemap of the index could be read: {failures[0]}"
            error = SourceError(what, where=self._document.source)
            error.memory, error.retry_at = memory, due
            raise error
        articles = {a.guid: a for one in reversed(list(read.values())) for a in one.articles}
        told = [f"a sitemap of the index could not be read: {failed}" for failed in failures]
        return Pulled(
            articles=tuple(sorted(articles.values(), key=lambda a: (-a.dated.timestamp(), a.guid))),
            memory=memory,
            due=due,
            title=next((one.title for one in read.values() if one.title), ""),
            warnings=(*index.warnings, *_warnings(read), *told),
            unchanged=all(one.unchanged for one in read.values()),
        )


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


def _failed(error: SourceError, before: _Child | None, now: dt.datetime) -> _Child:
    """Remember a child's failure; one that is gone is asked once a day while the index names it."""
    rest = LONGEST_LIFE if isinstance(error, SourceGone) else HOUR
    memory = error.memory if error.memory is not None else before.memory if before else {}
    return _Child(memory=memory, due=max(error.retry_at or now, now + rest), failed=error.what)


def _recalled(memory: Mapping[str, str]) -> dict[str, _Child]:
    facts: dict[str, dict[str, Any]] = json.loads(memory.get(_KNOWN, "{}"))
    return {
        url: _Child(**{**known, "due": dt.datetime.fromisoformat(known["due"])})
        for url, known in facts.items()
    }


def _remembered(children: Mapping[str, _Child]) -> str:
    facts = {
        url: {"memory": dict(child.memory), "due": child.due.isoformat(), "failed": child.failed}
        for url, child in children.items()
    }
    return json.dumps(facts)


def _warnings(read: Mapping[str, Pulled]) -> Iterator[str]:
    return (f"{url}: {warning}" for url, one in read.items() for warning in one.warnings)
