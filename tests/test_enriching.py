"""What an issue's stories lack is looked up on a real site, before the issue is built."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from aiohttp import web
from configured import DIGEST, publication
from courier import BROADSHEET
from loopback import serving, visitor
from publication import newsroom_of
from test_probing import picture

from digest.deciding import decide
from digest.enriching import enrich
from digest.gathering import gather
from digest.model import Article, Image
from digest.protocols import Pulled
from digest.rendering import frame_pictures

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping
    from pathlib import Path

    from digest.model import Issue
    from digest.newsroom import Newsroom
    from digest.protocols import Http, Response

NOW = dt.datetime(2026, 11, 23, 5, 30, tzinfo=dt.UTC)
TODAY = NOW.date()
THEMES = (BROADSHEET,)
TITLES = [
    "Night ferries return as Gallion Bridge shuts",
    "Orchestra of exiles plays its first concert at home",
    "Clockmaker cleared of stopping the town hall bells",
    "Snow brings the pony post back to Aldern",
]
PAGE = """
<html lang="en"><head>
<meta property="og:image" content="/pictures/{name}.jpg">
<meta property="og:image:width" content="1200">
<meta property="og:description" content="What the page itself says of it, in one sentence.">
</head><body><h1>{name}</h1></body></html>
"""
SOURCE = """
title = "The Daily Courier"

[[sources]]
use = "feed"
url = "https://courier.example/feed.xml"
title = "Courier"

[[sections]]
title = "News"

[rules]
min_stories = 1
"""


class Site:
    """A site whose pictures and pages the test decides."""

    def __init__(self) -> None:
        self.robots = "User-agent: *\nAllow: /\n"
        self.pictures: dict[str, bytes] = {}
        self.pages: dict[str, str] = {}
        self.limited: set[str] = set()  # pictures that are answered by 429
        self.asked: Counter[str] = Counter()

    async def answer(self, request: web.Request) -> web.Response:
        self.asked[request.path] += 1
        name = request.path.rpartition("/")[2].partition(".")[0]
        if request.path == "/robots.txt":
            return web.Response(text=self.robots)
        if request.path.startswith("/pictures/") and name in self.limited:
            return web.Response(status=429)
        if request.path.startswith("/pictures/") and name in self.pictures:
            return web.Response(body=self.pictures[name], content_type="image/jpeg")
        if request.path.startswith("/news/") and name in self.pages:
            return web.Response(text=self.pages[name], content_type="text/html")
        return web.Response(status=404)


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return publication(tmp_path, DIGEST, SOURCE + "[enrichment]\npages = true\n")


@pytest.fixture
def newsroom(config: Path) -> Iterator[Newsroom]:
    with newsroom_of(config) as opened:
        yield opened


def store(newsroom: Newsroom, base: str, **changes: Any) -> None:
    """Store an article for each title; their pictures and pages are on the site at `base`."""
    (source,) = newsroom.edition.sources
    articles = [
        Article(
            source=source.id,
            guid=str(number),
            url=f"{base}/news/{number}",
            title=title,
            summary="What the feed says of it, in one sentence.",
            published=NOW - dt.timedelta(hours=1 + number),
            first_seen=NOW,
            image=Image(url=f"{base}/pictures/{number}.jpg", alt="A view", width=300, height=300),
        )
        for number, title in enumerate(TITLES)
    ]
    given = tuple(replace(article, **changes) for article in articles)
    newsroom.store.add_pull(source.id, Pulled(articles=given), NOW)


@contextlib.asynccontextmanager
async def opened(site: Site) -> AsyncIterator[tuple[str, Any]]:
    async with serving(site.answer) as base, visitor() as http:
        yield base, http


def enriched(newsroom: Newsroom, site: Site, *, times: int = 1, **changes: Any) -> Issue:
    """Store the articles, look up what they lack, and give the issue that is decided then."""

    async def run() -> None:
        async with opened(site) as (base, http):
            store(newsroom, base, **changes)
            for _ in range(times):
                await enrich(newsroom, http, TODAY, NOW, NOW)

    asyncio.run(run())
    return decide(gather(newsroom, TODAY, NOW, NOW))


def test_pictures_that_are_shown_have_the_size_that_they_really_have(
    newsroom: Newsroom, site: Site
) -> None:
    site.pictures = {str(number): picture(size=(900, 500)) for number in range(4)}
    issue = enriched(newsroom, site)
    images = [placement.image for placement in issue.placements if placement.image]
    assert len(images) >= 4
    assert {(image.width, image.height) for image in images} == {(900, 500)}


def test_a_picture_is_probed_once_and_fetched_once_more_if_the_theme_shows_it(
    newsroom: Newsroom, site: Site
) -> None:
    site.pictures = {str(number): picture() for number in range(4)}
    issue = enriched(newsroom, site, times=3)
    shown = [issue.placements[number].image for number in frame_pictures(issue, themes=THEMES)]
    fetched = {urlsplit(image.url).path for image in shown if image}
    assert fetched == {"/pictures/2.jpg"}  # the lead's
    assert {path: n for path, n in site.asked.items() if "pictures" in path} == {
        path: 2 if path in fetched else 1 for path in (f"/pictures/{n}.jpg" for n in range(4))
    }


def test_a_picture_that_is_gone_is_not_shown(newsroom: Newsroom, site: Site) -> None:
    site.pictures = {"1": picture(), "2": picture("GIF", (1, 1))}
    issue = enriched(newsroom, site)
    shown = {p.image.url.rpartition("/")[2] for p in issue.placements if p.image}
    assert shown == {"1.jpg"}


def test_a_picture_that_was_refused_is_not_asked_for_again_in_the_same_run(
    newsroom: Newsroom, site: Site
) -> None:
    site.pictures = {"2": picture()}
    site.limited = {"1"}  # the others are gone, so that there is a second round
    enriched(newsroom, site)
    assert site.asked["/pictures/1.jpg"] == 1
    enriched(newsroom, site)
    assert site.asked["/pictures/1.jpg"] == 2


def test_a_picture_that_was_gone_is_asked_for_again_the_next_day(
    newsroom: Newsroom, site: Site
) -> None:
    async def run() -> list[set[str]]:
        shown = []
        async with opened(site) as (base, http):
            store(newsroom, base)
            for hours in (0, 1, 24):
                await enrich(newsroom, http, TODAY, NOW, NOW + dt.timedelta(hours=hours))
                issue = decide(gather(newsroom, TODAY, NOW, NOW))
                shown.append({p.image.url.rpartition("/")[2] for p in issue.placements if p.image})
                site.pictures["0"] = picture()
        return shown

    site.pictures = {"1": picture()}
    assert asyncio.run(run()) == [{"1.jpg"}, {"1.jpg"}, {"0.jpg", "1.jpg"}]
    assert site.asked["/pictures/0.jpg"] == 3  # its beginning twice, and then the whole
    assert site.asked["/pictures/1.jpg"] == 2  # when it led, once each


def test_a_page_fills_in_the_picture_and_the_summary_that_a_feed_lacks(
    newsroom: Newsroom, site: Site
) -> None:
    site.pages = {str(number): PAGE.format(name=number) for number in range(4)}
    site.pictures = {str(number): picture(size=(1200, 630)) for number in range(4)}
    issue = enriched(newsroom, site, image=None, summary="")
    assert issue.lead.image
    assert (issue.lead.image.width, issue.lead.image.height) == (1200, 630)
    assert issue.lead.standfirst == "What the page itself says of it, in one sentence."
    assert site.asked["/robots.txt"] == 1


def test_a_page_does_not_replace_what_a_feed_says(newsroom: Newsroom, site: Site) -> None:
    site.pages = {str(number): PAGE.format(name=number) for number in range(4)}
    site.pictures = {str(number): picture() for number in range(4)}
    issue = enriched(newsroom, site, image=None)
    assert issue.lead.standfirst == "What the feed says of it, in one sentence."
    assert issue.lead.image


def test_pages_that_robots_txt_forbids_are_not_asked_for(newsroom: Newsroom, site: Site) -> None:
    site.robots = "User-agent: digest-newsletter\nDisallow: /news/\n"
    site.pages = {str(number): PAGE.format(name=number) for number in range(4)}
    issue = enriched(newsroom, site, image=None)
    assert not [path for path in site.asked if path.startswith("/news/")]
    assert issue.lead.image is None


def test_no_page_is_read_unless_the_edition_wants_it(tmp_path: Path, site: Site) -> None:
    with newsroom_of(publication(tmp_path, DIGEST, SOURCE)) as newsroom:
        enriched(newsroom, site, image=None)
    assert site.asked == {}


def test_a_site_that_answers_nothing_costs_the_issue_nothing(
    newsroom: Newsroom, site: Site
) -> None:
    issue = enriched(newsroom, site, image=Image(url="http://127.0.0.1:9/a.jpg", width=640))
    assert issue.lead.image
    assert issue.lead.image.width == 640  # as the feed says, for want of better


class Failing:
    """An `Http` that fails for one picture in a way that nobody foresaw."""

    def __init__(self, http: Http, picture: str) -> None:
        self._http = http
        self._picture = picture
        self.in_hand = self.most_in_hand = 0

    async def get(
        self,
        url: str,
        headers: Mapping[str, str] | None = None,
        *,
        first_bytes: int | None = None,
    ) -> Response:
        self.in_hand += 1
        self.most_in_hand = max(self.in_hand, self.most_in_hand)
        try:
            if url.endswith(self._picture):
                raise ValueError("nobody foresaw this")
            return await self._http.get(url, headers, first_bytes=first_bytes)
        finally:
            self.in_hand -= 1


def test_a_lookup_that_fails_unforeseen_stops_neither_the_others_nor_the_issue(
    newsroom: Newsroom, site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    async def run() -> None:
        async with opened(site) as (base, http):
            store(newsroom, base)
            await enrich(newsroom, Failing(http, "/1.jpg"), TODAY, NOW, NOW)

    site.pictures = {str(number): picture(size=(900, 500)) for number in range(4)}
    asyncio.run(run())
    issue = decide(gather(newsroom, TODAY, NOW, NOW))
    sizes = {p.image.url.rpartition("/")[2]: p.image.width for p in issue.placements if p.image}
    assert sizes == {"0.jpg": 900, "1.jpg": 300, "2.jpg": 900, "3.jpg": 900}
    assert "nobody foresaw this" in caplog.text


@pytest.mark.parametrize("in_hand", [1, 3])
def test_few_things_are_looked_up_at_once(newsroom: Newsroom, site: Site, in_hand: int) -> None:
    async def run() -> int:
        async with opened(site) as (base, http):
            store(newsroom, base)
            watched = Failing(http, "none")
            await enrich(newsroom, watched, TODAY, NOW, NOW, in_hand=in_hand)
            return watched.most_in_hand

    assert asyncio.run(run()) == in_hand


def test_looking_up_ends_when_its_time_is_over(newsroom: Newsroom) -> None:
    async def slow(_: web.Request) -> web.Response:
        await asyncio.sleep(2)
        return web.Response()

    async def run() -> float:
        loop = asyncio.get_running_loop()
        async with serving(slow) as base, visitor() as http:
            store(newsroom, base)
            began = loop.time()
            await enrich(newsroom, http, TODAY, NOW, NOW, budget_s=0.3)
            return loop.time() - began

    assert asyncio.run(run()) < 1.5


def test_too_few_stories_are_the_build_s_to_tell(newsroom: Newsroom, site: Site) -> None:
    async def run() -> None:
        async with opened(site) as (_, http):
            await enrich(newsroom, http, TODAY, NOW, NOW)

    asyncio.run(run())
    assert site.asked == {}
