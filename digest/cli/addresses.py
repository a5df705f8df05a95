"""Reads an address as an edition would read its source, whatever stands there; stores nothing."""

from __future__ import annotations

import re
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from digest.cli.shared import pick_recipe
from digest.errors import ConfigError, SourceError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import AsyncIterator, Mapping
    from pathlib import Path

    from digest.protocols import Http, Pulled, Response, SourcePlug
    from digest.sandbox import Sandbox
    from digest.settings import Configuration, Recipe
    from digest.sources.page_reading import FeedLink

ACCEPT = (
    "application/rss+xml, application/atom+xml, application/feed+json, "
    "application/xml;q=0.9, text/html;q=0.8, */*;q=0.5"
)
PAGE = "web page"
USES = {"sitemap": "sitemap", "sitemap index": "sitemap", PAGE: "page"}  # all others: feed
_HEAD = 4_000  # bytes in which a document shows what it is
_GZIP = b"\x1f\x8b"  # what has no Content-Encoding, and still is in gzip, is a sitemap.xml.gz
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_ROOT = re.compile(
    r"<(?:!DOCTYPE\s+)?(?:[\w-]+:)?(rss|rdf|feed|urlset|sitemapindex|html)\b", re.IGNORECASE
)
_KINDS = {
    "rss": "RSS",
    "rdf": "RDF",
    "feed": "Atom",
    "urlset": "sitemap",
    "sitemapindex": "sitemap index",
    "html": PAGE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What an address gave: its `kind` in an editor's words, and the plug (`use`) that read it.

    `moved_to` is where it says that it went for good, or "".
    """

    url: str
    kind: str
    use: str
    pulled: Pulled
    moved_to: str = ""

    @property
    def dates(self) -> tuple[dt.datetime, ...]:
        """When its articles came out, newest first, as far as it says."""
        known = (article.published for article in self.pulled.articles if article.published)
        return tuple(sorted(known, reverse=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressReader:
    """Reads addresses as an edition would read its sources, at one moment."""

    configuration: Configuration
    recipe: Recipe
    http: Http
    sandbox: Sandbox
    now: dt.datetime

    async def fetch(self, url: str) -> Response:
        """Ask for a document of any kind. Raises SourceError."""
        return await self.http.get(url, {"Accept": ACCEPT})

    async def read(self, url: str, use: str = "", select: str = "") -> Trial:
        """Read an address by the plug named, or by that which its document calls for.

        `select` is a CSS selector of the links, for the plug that reads pages. Raises SourceError
        where there is nothing to be read, naming the reason.
        """
        if not url.startswith("file:"):
            return await self.read_fetched(url, await self.fetch(url), use, select)
        use = use or "feed"
        pulled = await self._plug(url, use, select).pull(self.http, {}, self.now)
        return Trial(url=url, kind="file", use=use, pulled=pulled)

    async def read_fetched(
        self, url: str, response: Response, use: str = "", select: str = ""
    ) -> Trial:
        """Read what was fetched from `url`, without asking for it once more."""
        kind = kind_of(response)
        if not use and (links := await self.announced(response)):
            hint = f"It announces {', '.join(link.url for link in links)}"
            raise SourceError("a web page, not a feed", where=url, hint=hint)
        use = use or USES.get(kind, "feed")
        http = _Fetched(url, response, self.http)
        pulled = await self._plug(url, use, select).pull(http, {}, self.now)
        return Trial(url=url, kind=kind, use=use, pulled=pulled, moved_to=response.moved_to)

    async def announced(self, response: Response) -> tuple[FeedLink, ...]:
        """Give the feeds that a web page announces; other documents announce none.

        Raises SourceError for a page that cannot be read.
        """
        from digest.sources.page_reading import feed_links

        if kind_of(response) != PAGE:
            return ()
        headers = dict(response.headers)
        try:
            return await self.sandbox.run(feed_links, response.body, headers, url=response.url)
        except SourceError as error:
            error.where = response.url
            raise

    def _plug(self, url: str, use: str, select: str) -> SourcePlug:
        """Make the plug as the edition would, had it this source alone."""
        from digest.app import make_plugs
        from digest.model import Source
        from digest.settings import PlugSpec

        options = {"url": url, **({"select": select} if select else {})}
        alone = replace(
            self.recipe,
            edition=replace(self.recipe.edition, sources=(Source(id=url, title="", owner=""),)),
            sources={url: PlugSpec(use=use, options=options)},
            popularity=(),
            weather=None,
        )
        plugs = make_plugs(self.configuration, alone, self.sandbox)
        return cast("SourcePlug", plugs["sources"][url])


@dataclass(frozen=True, slots=True)
class _Fetched:
    """An `Http` that knows one address's answer already, and asks for all else."""

    url: str
    response: Response
    http: Http

    async def get(
        self,
        url: str,
        headers: Mapping[str, str] | None = None,
        *,
        first_bytes: int | None = None,
    ) -> Response:
        if url == self.url:
            return self.response
        return await self.http.get(url, headers, first_bytes=first_bytes)


def configured(config_dir: Path, edition: str | None) -> tuple[Configuration, Recipe]:
    """Read the configuration and choose an edition, opening nothing. Raises ConfigError."""
    from digest.settings import load_configuration

    configuration = load_configuration(config_dir)
    return configuration, pick_recipe(configuration, edition)


@asynccontextmanager
async def address_reader(
    configuration: Configuration, recipe: Recipe, now: dt.datetime
) -> AsyncIterator[AddressReader]:
    """Open the web for reading addresses as this edition does."""
    from digest.app import READERS, make_client
    from digest.sandbox import Sandbox

    with Sandbox(preload=READERS) as sandbox:
        async with make_client(configuration) as http:
            yield AddressReader(
                configuration=configuration, recipe=recipe, http=http, sandbox=sandbox, now=now
            )


def address(text: str) -> str:
    """Give the address that an editor means; a host's name alone is taken as https.

    Raises ConfigError for what can be no address of a source.
    """
    from digest.urls import is_web

    if is_web(text) or text.startswith("file:"):
        return text
    if "://" not in text and "." in text.partition("/")[0] and is_web(f"https://{text}"):
        return f"https://{text}"
    raise ConfigError(
        f'"{text}" is no address', hint="It begins with https://, http:// or, on disk, file:"
    )


def kind_of(response: Response) -> str:
    """Name what a document is by its first characters; what answers with an error is none."""
    if not 200 <= response.status < 300:  # noqa: PLR2004  RFC 9110 §15: 2xx
        return "error"
    if response.body.startswith(_GZIP):
        return "sitemap"
    head = response.body[:_HEAD].replace(b"\x00", b"").decode("latin-1")  # UTF-16 likewise
    if head.lstrip("ï»¿ÿþ \t\r\n").startswith("{"):
        return "JSON Feed"
    if root := _ROOT.search(_COMMENT.sub("", head)):
        return _KINDS[root[1].lower()]
    return PAGE if "html" in response.headers.get("content-type", "") else "unknown"
