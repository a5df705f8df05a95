"""The sitemap and page plugs as a pull uses them, and the enricher: memory, robots.txt."""

from __future__ import annotations

import asyncio
import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from aiohttp import web
from loopback import Inline, serving, visitor

from digest.errors import SourceError
from digest.model import Article, Source
from digest.sources.article_page import ArticlePage
from digest.sources.page import Page
from digest.sources.sitemap import Sitemap

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from digest.protocols import Pulled, SourcePlug

NOW = dt.datetime(2026, 11, 23, 5, 30, tzinfo=dt.UTC)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


class Site:
    """A site of files, each with an ETag; `asked` lists the paths and whether on a condition.

    `refusals` are the paths that get an error, `headers` what goes with it.
    """

    def __init__(self, **files: str) -> None:
        self.refusals: dict[str, int] = {}
        self.headers: dict[str, str] = {}
        self.redirects: dict[str, str] = {}
        self.files = {f"/{name.replace('_', '.')}": text for name, text in files.items()}
        self.asked: list[tuple[str, bool]] = []
        self.base = ""

    async def answer(self, request: web.Request) -> web.Response:
        condition = request.headers.get("If-None-Match", "")
        self.asked.append((request.path, bool(condition)))
        if target := self.redirects.get(request.path):
            return web.Response(status=302, headers={"Location": target})
        text = self.files.get(request.path)
        if text is None or request.path in self.refusals:
            status = self.refusals.get(request.path, 404)
            return web.Response(status=status, headers=self.headers)
        tag = f'"{abs(hash(text))}"'
        if condition == tag:
            return web.Response(status=304)
        body = text.replace("BASE", self.base)
        return web.Response(text=body, content_type="text/html", headers={"ETag": tag})

    def paths(self) -> list[str]:
        """Give the paths asked for since the last look."""
        paths, self.asked = [path for path, _ in self.asked], []
        return paths


def attempts(
    site: Site,
    make: Callable[[Source, str], SourcePlug],
    *times: dt.datetime,
    between: Callable[[], None] = lambda: None,
) -> list[Pulled | SourceError]:
    """Pull at these times with the memory of the time before, as failures leave it too."""

    async def run() -> list[Pulled | SourceError]:
        memory: Mapping[str, str] = {}
        found: list[Pulled | SourceError] = []
        async with serving(site.answer) as site.base, visitor() as http:
            plug = make(Source(id="news", title="", owner="courier.example"), site.base)
            for now in times or (NOW,):
                try:
                    found.append(await plug.pull(http, memory, now))
                except SourceError as error:
                    found.append(error)
                memory = memory if found[-1].memory is None else found[-1].memory
                between()
        return found

    return asyncio.run(run())


def pulls(
    site: Site,
    make: Callable[[Source, str], SourcePlug],
    *times: dt.datetime,
    between: Callable[[], None] = lambda: None,
) -> list[Pulled]:
    """Pull as `attempts` does. Raises the first SourceError."""
    found = attempts(site, make, *times, between=between)
    for one in found:
        if isinstance(one, SourceError):
            raise one
    return [one for one in found if not isinstance(one, SourceError)]


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
    with pytest.raises(SourceError, match="news: no sitemap of the index could be read: not found"):
        pulls(Site(sitemap_xml=index("gone.xml")), sitemap)


def test_a_sitemap_that_is_gone_does_not_make_its_index_gone() -> None:
    site = Site(sitemap_xml=index("2026-10.xml"))
    site.refusals["/2026-10.xml"] = 410
    first, again, next_day = attempts(site, sitemap, NOW, NOW + HOUR, NOW + DAY)
    assert type(first) is type(again) is SourceError
    assert isinstance(first, SourceError)
    assert first.retry_at == NOW + HOUR
    assert site.paths() == [*["/sitemap.xml", "/2026-10.xml"], "/sitemap.xml", *["/sitemap.xml"],
                            "/2026-10.xml"]  # fmt: skip
    assert str(next_day) == str(first)


def test_the_index_is_remembered_when_none_of_its_sitemaps_can_be_read() -> None:
    site = Site(sitemap_xml=index("a.xml"))
    failed, back = attempts(
        site, sitemap, NOW, NOW + HOUR, between=lambda: site.files.update({"/a.xml": news("ferry")})
    )
    assert isinstance(failed, SourceError)
    assert not isinstance(back, SourceError)
    assert slugs(back) == ["ferry"]
    assert ("/sitemap.xml", True) in site.asked


def test_a_sitemap_that_wants_to_be_left_alone_is_and_the_others_are_read() -> None:
    site = Site(sitemap_xml=index("busy.xml", "a.xml"), a_xml=news("ferry"), busy_xml=news("pony"))
    site.refusals["/busy.xml"], site.headers["Retry-After"] = 429, "86400"
    first, second, third = pulls(site, sitemap, NOW, NOW + HOUR, NOW + DAY,
                                 between=site.refusals.clear)  # fmt: skip
    assert first.due == NOW + HOUR
    assert first.warnings == second.warnings
    assert (slugs(first), slugs(third)) == (["ferry"], ["pony"])
    assert third.warnings == ()
    assert [path for path in site.paths() if path == "/busy.xml"] == ["/busy.xml"] * 2


def test_what_a_sitemap_that_cannot_be_read_was_is_remembered() -> None:
    site = Site(sitemap_xml=index("bomb.xml", "a.xml"), a_xml=news("ferry"), bomb_xml="<opml/>")
    first, second = pulls(site, sitemap, NOW, NOW + HOUR)
    assert slugs(first) == ["ferry"]
    assert [len(one.warnings) for one in (first, second)] == [1, 1]
    assert site.asked.count(("/bomb.xml", True)) == 1


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


def test_what_robots_txt_forbids_is_not_read_where_a_redirect_leads_to_it() -> None:
    site = Site(robots_txt="User-agent: *\nDisallow: /private/", world_html="")
    site.redirects = {"/world.html": "/private/world.html"}
    site.files["/private/world.html"] = LISTING
    with pytest.raises(SourceError, match="does not allow this page"):
        pulls(site, page)


def test_robots_txt_is_asked_for_once_a_day_of_where_a_redirect_leads_to_as_well() -> None:
    site = Site(robots_txt="User-agent: *\nDisallow: /private/", news_html=LISTING)
    site.redirects = {"/world.html": "/news.html"}
    pulls(site, page, NOW, NOW + HOUR)
    assert site.paths().count("/robots.txt") == 2


def test_a_page_on_disk_has_no_robots_txt(tmp_path: Path) -> None:
    (tmp_path / "world.html").write_text(
        LISTING.replace("/ferries", "https://courier.example/ferries"), encoding="utf-8"
    )
    source = Source(id="news", title="", owner="courier.example")
    plug = Page(source, url="file:world.html", root=tmp_path, sandbox=Inline(), select="h2 a")

    async def run() -> tuple[Pulled, Pulled]:
        async with visitor() as http:
            first = await plug.pull(http, {}, NOW)
            return first, await plug.pull(http, first.memory, NOW + HOUR)

    first, second = asyncio.run(run())
    assert [article.title for article in first.articles] == ["Night ferries return"]
    assert second.unchanged


# ------------------------------------------------------------ the enricher


def enriched(near: Site, far: Site, target: str) -> Article:
    """Enrich an article whose page on one site leads to `target` on another."""

    async def run() -> Article:
        async with (
            serving(near.answer) as near.base,
            serving(far.answer, "127.0.0.2") as far.base,
            visitor() as http,
        ):
            near.redirects = {"/short": f"{far.base}{target}"}
            article = Article(
                source="news", guid="1", url=f"{near.base}/short", title="One", first_seen=NOW
            )
            return await ArticlePage(Inline()).enrich(http, article)

    return asyncio.run(run())


def test_an_article_s_page_is_read_where_a_redirect_leads_to_it_and_robots_txt_allows_it() -> None:
    facts = '<html><meta name="description" content="The bridge is open again."></html>'
    near = Site()
    far = Site(robots_txt="User-agent: *\nDisallow: /private", a_html=facts, private_html=facts)
    assert enriched(near, far, "/a.html").summary == "The bridge is open again."
    with pytest.raises(SourceError, match="does not allow this page"):
        enriched(near, far, "/private.html")
