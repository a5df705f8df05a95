"""The sitemap and page plugs, as a pull uses them: memory, conditions, robots.txt."""

from __future__ import annotations

import asyncio
import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from aiohttp import web
from loopback import Inline, serving, visitor

from digest.errors import SourceError
from digest.model import Source
from digest.sources.page import Page
from digest.sources.sitemap import Sitemap

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from digest.protocols import Pulled, SourcePlug

NOW = dt.datetime(2026, 11, 23, 5, 30, tzinfo=dt.UTC)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


class Site:
    """A site of files, each with an ETag; `asked` lists the paths and whether on a condition."""

    def __init__(self, **files: str) -> None:
        self.files = {f"/{name.replace('_', '.')}": text for name, text in files.items()}
        self.asked: list[tuple[str, bool]] = []
        self.base = ""

    async def answer(self, request: web.Request) -> web.Response:
        condition = request.headers.get("If-None-Match", "")
        self.asked.append((request.path, bool(condition)))
        text = self.files.get(request.path)
        if text is None:
            return web.Response(status=404)
        tag = f'"{abs(hash(text))}"'
        if condition == tag:
            return web.Response(status=304)
        body = text.replace("BASE", self.base)
        return web.Response(text=body, content_type="text/html", headers={"ETag": tag})

    def paths(self) -> list[str]:
        """Give the paths asked for since the last look."""
        paths, self.asked = [path for path, _ in self.asked], []
        return paths


def pulls(
    site: Site,
    make: Callable[[Source, str], SourcePlug],
    *times: dt.datetime,
    between: Callable[[], None] = lambda: None,
) -> list[Pulled]:
    """Pull at these times with the memory of the time before."""

    async def run() -> list[Pulled]:
        memory: Mapping[str, str] = {}
        pulled = []
        async with serving(site.answer) as site.base, visitor() as http:
            plug = make(Source(id="news", title="", owner="courier.example"), site.base)
            for now in times or (NOW,):
                pulled.append(await plug.pull(http, memory, now))
                memory = pulled[-1].memory
                between()
        return pulled

    return asyncio.run(run())


def sitemap(source: Source, base: str) -> Sitemap:
    return Sitemap(source, url=f"{base}/sitemap.xml", root=Path(), sandbox=Inline())


def page(source: Source, base: str) -> Page:
    return Page(source, url=f"{base}/world.html", root=Path(), sandbox=Inline(), select="h2 a")


def news(*slugs: str) -> str:
    entries = "".join(
        f"<url><loc>BASE/{slug}</loc><n:news><n:publication><n:name>The Courier</n:name>"
        f"<n:language>en</n:language></n:publication><n:title>The tale of the {slug}</n:title>"
        f"<n:publication_date>2026-11-23T04:00:00Z</n:publication_date></n:news></url>"
        for slug in slugs
    )
    return (
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        f'xmlns:n="http://www.google.com/schemas/sitemap-news/0.9">{entries}</urlset>'
    )


def index(*names: str) -> str:
    entries = "".join(f"<sitemap><loc>BASE/{name}</loc></sitemap>" for name in names)
    namespace = "http://www.sitemaps.org/schemas/sitemap/0.9"
    return f'<sitemapindex xmlns="{namespace}">{entries}</sitemapindex>'


def slugs(pulled: Pulled) -> list[str]:
    return sorted(article.url.rpartition("/")[2] for article in pulled.articles)


LISTING = "<html><body><h2><a href='/ferries'>Night ferries return</a></h2></body></html>"


# ------------------------------------------------------------ sitemaps


def test_a_news_sitemap_is_asked_for_on_a_condition_the_next_time() -> None:
    site = Site(sitemap_xml=news("ferry", "clock"))
    first, second = pulls(site, sitemap, NOW, NOW + HOUR)
    assert slugs(first) == ["clock", "ferry"]
    assert first.due == NOW + HOUR
    assert second.unchanged
    assert site.asked == [("/sitemap.xml", False), ("/sitemap.xml", True)]


def test_the_sitemaps_of_an_index_are_read_even_while_the_index_stays_the_same() -> None:
    site = Site(sitemap_xml=index("a.xml", "b.xml"), a_xml=news("ferry"), b_xml=news("clock"))

    def change() -> None:
        site.files["/b.xml"] = news("clock", "pony")

    first, second, third = pulls(site, sitemap, NOW, NOW + HOUR, NOW + 2 * HOUR, between=change)
    assert slugs(first) == ["clock", "ferry"]
    assert slugs(second) == ["clock", "pony"]
    assert (second.unchanged, third.unchanged) == (False, True)
    assert [condition for _, condition in site.asked] == [False] * 3 + [True] * 6


def test_a_sitemap_of_an_index_that_fails_is_told_and_the_others_are_read() -> None:
    site = Site(sitemap_xml=index("a.xml", "gone.xml"), a_xml=news("ferry"))
    (pulled,) = pulls(site, sitemap)
    assert slugs(pulled) == ["ferry"]
    assert pulled.warnings == ("a sitemap of the index could not be read: not found (404)",)


def test_an_index_none_of_whose_sitemaps_can_be_read_fails() -> None:
    with pytest.raises(SourceError, match="news: not found"):
        pulls(Site(sitemap_xml=index("gone.xml")), sitemap)


def test_an_index_within_an_index_is_not_followed() -> None:
    site = Site(sitemap_xml=index("more.xml"), more_xml=index("sitemap.xml"))
    (pulled,) = pulls(site, sitemap)
    assert pulled.articles == ()
    assert len(site.asked) == 2


# ------------------------------------------------------------ pages


def test_a_page_s_links_become_articles_where_robots_txt_allows_it() -> None:
    site = Site(robots_txt="User-agent: *\nDisallow: /private/", world_html=LISTING)
    (pulled,) = pulls(site, page)
    assert [article.title for article in pulled.articles] == ["Night ferries return"]
    assert site.paths() == ["/robots.txt", "/world.html"]


def test_robots_txt_is_asked_for_once_a_day() -> None:
    site = Site(robots_txt="User-agent: *\nAllow: /", world_html=LISTING)
    pulls(site, page, NOW, NOW + HOUR, NOW + DAY)
    assert site.paths().count("/robots.txt") == 2


def test_a_site_without_robots_txt_may_be_read() -> None:
    assert pulls(Site(world_html=LISTING), page)[0].articles


def test_a_page_that_robots_txt_forbids_us_is_never_asked_for() -> None:
    site = Site(robots_txt="User-agent: digest-newsletter\nDisallow: /", world_html=LISTING)
    with pytest.raises(SourceError, match="does not allow this page") as caught:
        pulls(site, page)
    assert caught.value.retry_at == NOW + DAY
    assert (caught.value.where, site.paths()) == ("news", ["/robots.txt"])


def test_a_page_on_disk_has_no_robots_txt(tmp_path: Path) -> None:
    (tmp_path / "world.html").write_text(
        LISTING.replace("/ferries", "https://courier.example/ferries"), encoding="utf-8"
    )
    source = Source(id="news", title="", owner="courier.example")
    plug = Page(source, url="file:world.html", root=tmp_path, sandbox=Inline(), select="h2 a")

    async def run() -> Pulled:
        async with visitor() as http:
            return await plug.pull(http, {}, NOW)

    assert [article.title for article in asyncio.run(run()).articles] == ["Night ferries return"]
