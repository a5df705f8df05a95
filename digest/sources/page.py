"""The page plug: a section's page that links to articles, for sites without a feed."""

from __future__ import annotations

import datetime as dt
import functools
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from digest import ROBOT
from digest.errors import SourceError
from digest.sources.asking import HOUR
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
_ALLOWED_AT = "robots"  # in the memory: when robots.txt last allowed the page


class Page:
    """A page at `url`; `select` is a CSS selector of the links, or of the boxes around each.

    A page is asked for only where the site's robots.txt allows it.
    """

    def __init__(
        self, source: Source, *, url: str, root: Path, sandbox: Sandbox, select: str = ""
    ) -> None:
        self._document = Document(
            source=source.id, url=url, root=root, accept=ACCEPT, sandbox=sandbox
        )
        self._read = functools.partial(read_listing, select=select)

    async def pull(self, http: Http, memory: Mapping[str, str], now: dt.datetime) -> Pulled:
        """Give the articles that the page links to. Raises SourceError, with the source's id."""
        allowed_at = await self._allowed_at(http, memory, now)
        pulled = await self._document.pull(http, memory, now, self._read)
        return replace(pulled, memory={**pulled.memory, **allowed_at})

    async def _allowed_at(
        self, http: Http, memory: Mapping[str, str], now: dt.datetime
    ) -> dict[str, str]:
        """Ask robots.txt once a day; give what to remember of it. Raises SourceError for a no."""
        url = self._document.url
        if url.startswith("file:"):
            return {}
        checked = memory.get(_ALLOWED_AT)
        if checked and now - dt.datetime.fromisoformat(checked) < ROBOTS_LIFE:
            return {_ALLOWED_AT: checked}
        try:
            robots = await get_robots(http, url)
        except SourceError as error:
            raise self._refused(error.what, now + HOUR) from error
        if not allows(robots.body, robots.status, url, ROBOT):
            raise self._refused("the site's robots.txt does not allow this page", now + ROBOTS_LIFE)
        return {_ALLOWED_AT: now.isoformat()}

    def _refused(self, what: str, retry_at: dt.datetime) -> SourceError:
        error = SourceError(what, where=self._document.source, hint="Look for a feed of the site")
        error.retry_at = retry_at
        return error


async def get_robots(http: Http, url: str) -> Response:
    """Ask for the robots.txt of a page's site. Raises SourceError without an answer."""
    return await http.get(urljoin(url, "/robots.txt"), first_bytes=MAX_BYTES)
