"""The enricher: fills what an article lacks from its own page, where robots.txt allows it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urljoin
from weakref import WeakKeyDictionary

from digest import ROBOT
from digest.errors import SourceError
from digest.sources.page import ACCEPT, get_robots
from digest.sources.page_reading import read_article
from digest.sources.robots import allows

if TYPE_CHECKING:
    from digest.model import Article
    from digest.protocols import Http, Response, Sandbox


class ArticlePage:
    """Reads articles' pages; keeps `protocols.Enricher`.

    A site's robots.txt is asked for once a client.
    """

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._robots: WeakKeyDictionary[Http, dict[str, asyncio.Task[Response]]] = (
            WeakKeyDictionary()
        )

    async def enrich(self, http: Http, article: Article) -> Article:
        """Give the article with the picture, summary and paragraphs that it lacked.

        Raises SourceError where the page may not, or cannot, be read.
        """
        await self._require_allowed(http, article.url)
        response = await http.get(article.url, {"Accept": ACCEPT})
        if response.url != article.url:  # a redirect led there: its robots.txt counts as well
            await self._require_allowed(http, response.url)
        if response.status != 200:  # noqa: PLR2004  OK
            raise SourceError(f"the server answered {response.status}", where=article.url)
        facts = await self._sandbox.run(
            read_article, response.body, response.headers, url=response.url
        )
        return replace(
            article,
            image=article.image or facts.image,
            summary=article.summary or facts.description,
            body=article.body or facts.paragraphs,
        )

    async def _require_allowed(self, http: Http, url: str) -> None:
        robots = await self._robots_of(http, url)
        if not allows(robots.body, robots.status, url, ROBOT):
            raise SourceError("the site's robots.txt does not allow this page", where=url)

    async def _robots_of(self, http: Http, url: str) -> Response:
        """Ask for a site's robots.txt, or wait for who asks already."""
        asked = self._robots.setdefault(http, {})
        address = urljoin(url, "/robots.txt")
        if address not in asked:
            asked[address] = asyncio.ensure_future(get_robots(http, url))
        return await asyncio.shield(asked[address])
