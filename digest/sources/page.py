"""The page plug: a section's page that links to articles, for sites without a feed."""

from __future__ import annotations

import datetime as dt
import functools
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from digest import ROBOT
from digest.errors import SourceError
from digest.sources.documents import Document
from digest.sources.listing_reading import read_listing
from digest.sources.robots import MAX_BYTES, allows

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from digest.model import Source
    from digest.protocols import Http, Pulled, Response, Sandbox

ACCEPT = "text/html, application/xhtml+xml;q=0.9, */*;q=0.5"
ROBOTS_LIFE = dt.timedelta(hours=24)  # RFC 9309 §2.4
_ALLOWED = "allowed"  # in the memory: the addresses that robots.txt allows, and since when, as JSON


class Page:
    """A page at `url`; `select` is a CSS selector of the links, or of the boxes around each.

    A page is asked for only where the site's robots.txt allows it, and read only where that of the
    site to which a redirect led does too.
    """

    def __init__(
        self, source: Source, *, url: str, root: Path, sandbox: Sandbox, select: str = ""
    ) -> None:
        self._document = Document(
            source=source.id, url=url, root=root, accept=ACCEPT, sandbox=sandbox, options=select
        )
        self._read = functools.partial(read_listing, select=select)

    async def pull(self, http: Http, memory: Mapping[str, str], now: dt.datetime) -> Pulled:
        """Give the articles that the page links to. Raises SourceError, with the source's id."""
        obedient = _Obedient(http=http, now=now, allowed=_fresh(memory, now))
        try:
            pulled = await self._document.pull(obedient, memory, now, self._read)
        except SourceError as error:
            if error.memory is not None:
                error.memory = obedient.remembered(error.memory)
            raise
        return replace(pulled, memory=obedient.remembered(pulled.memory))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Obedient:
    """An `Http` that gives pages only where robots.txt allows them, after redirects as before.

    `allowed` says which addresses it allowed, and when (ISO 8601).
    """

    http: Http
    now: dt.datetime
    allowed: dict[str, str]

    async def get(
        self,
        url: str,
        headers: Mapping[str, str] | None = None,
        *,
        first_bytes: int | None = None,
    ) -> Response:
        await self._require_allowed(url)
        response = await self.http.get(url, headers, first_bytes=first_bytes)
        await self._require_allowed(response.url)
        return response

    def remembered(self, memory: Mapping[str, str]) -> dict[str, str]:
        """Give a memory with what robots.txt allowed; of a file it was not asked."""
        return {**memory, **({_ALLOWED: json.dumps(self.allowed)} if self.allowed else {})}

    async def _require_allowed(self, url: str) -> None:
        if url in self.allowed:
            return
        robots = await get_robots(self.http, url)
        if not allows(robots.body, robots.status, url, ROBOT):
            what = "the site's robots.txt does not allow this page"
            error = SourceError(what, hint="Look for a feed of the site")
            error.retry_at = self.now + ROBOTS_LIFE
            raise error
        self.allowed[url] = self.now.isoformat()


async def get_robots(http: Http, url: str) -> Response:
    """Ask for the robots.txt of a page's site. Raises SourceError without an answer."""
    return await http.get(urljoin(url, "/robots.txt"), first_bytes=MAX_BYTES)


def _fresh(memory: Mapping[str, str], now: dt.datetime) -> dict[str, str]:
    """Give what robots.txt allowed within a day."""
    allowed: dict[str, str] = json.loads(memory.get(_ALLOWED, "{}"))
    return {
        url: since
        for url, since in allowed.items()
        if now - dt.datetime.fromisoformat(since) < ROBOTS_LIFE
    }
