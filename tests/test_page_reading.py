from __future__ import annotations

import contextlib
import datetime as dt
import json
import time
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.errors import SourceError
from digest.model import Image
from digest.sources.listing_reading import read_listing
from digest.sources.page_reading import FeedLink, feed_links, read_article
from digest.urls import is_web

if TYPE_CHECKING:
    from digest.model import Article
    from digest.protocols import Pulled
    from digest.sources.page_reading import PageFacts

NOW = dt.datetime(2026, 11, 23, 5, 30, tzinfo=dt.UTC)
URL = "https://courier.example/world"
STORY = "https://courier.example/world/bridge"


def page(body: str = "", head: str = "") -> bytes:
    return f'<!doctype html><html lang="en"><head>{head}</head><body>{body}</body></html>'.encode()


def listing(body: str, *, head: str = "", select: str = "") -> Pulled:
    return read_listing(page(body, head), {}, url=URL, source="courier", now=NOW, select=select)


def found(body: str, **more: str) -> dict[str, str]:
    return {article.url: article.title for article in listing(body, **more).articles}


def only(body: str, **more: str) -> Article:
    (article,) = listing(body, **more).articles
    return article


def facts(head: str, body: str = "", url: str = STORY) -> PageFacts:
    return read_article(page(body, head), {}, url=url)


def meta(name: str, content: str) -> str:
    return f'<meta property="{name}" content="{content}">'


def ld(value: Any) -> str:
    return f'<script type="application/ld+json">{json.dumps(value)}</script>'


# ---------------------------------------------------------------- a section's page


CARD = """
<li><div><h3><a href="/world/bridge">The bridge opens at last</a></h3>
<p>It took nine years and four mayors to build it.</p>
<img src="/bridge.jpg" alt="The bridge" width="600" height="400"></div>
<time datetime="2026-11-22T09:00:00Z">yesterday</time></li>
"""


def test_a_card_becomes_an_article_with_what_stands_in_it() -> None:
    other = '<li><h3><a href="/world/mayor">The mayor resigns over costs</a></h3></li>'
    first, second = listing(f"<main><ul>{CARD}{other}</ul></main>").articles
    assert (first.url, first.title) == (URL + "/mayor", "The mayor resigns over costs")
    assert (first.image, first.published, first.summary) == (None, None, "")
    assert second.title == "The bridge opens at last"
    assert second.summary == "It took nine years and four mayors to build it."
    assert second.published == dt.datetime(2026, 11, 22, 9, tzinfo=dt.UTC)
    assert second.image is not None
    assert second.image.url == "https://courier.example/bridge.jpg"
    assert second.image.alt == "The bridge"
    assert second.language == "en"


@pytest.mark.parametrize(
    "body",
    [
        "<h2><a href='/a'>One two three four</a></h2>",
        "<a href='/a'><h2>One two three four</h2><p>More</p></a>",
        "<article><a href='/a'>One two three four</a></article>",
        "<article><header><h2><a href='/a'>One two three four</a></h2></header></article>",
        "<h2><a href='https://www.courier.example/a#top'>One two three four</a></h2>",
        "<h2><a href='/a'><span>One two</span> three <b>four</b></a></h2>",
        "<h2><a href='/a'>One two three four</a></h2><a href='/a'>Read the whole story here</a>",
    ],
)
def test_a_headline_is_found(body: str) -> None:
    assert list(found(body).values()) == ["One two three four"]


def test_a_headline_without_spaces_is_found() -> None:
    assert len(found("<h2><a href='/a'>新しい橋が開通した</a></h2>")) == 1


@pytest.mark.parametrize(
    "body",
    [
        "<h2><a href='/a'>Read more</a></h2>",
        "<p><a href='/a'>One two three four</a></p>",
        "<nav><h2><a href='/a'>One two three four</a></h2></nav>",
        "<header><h2><a href='/a'>One two three four</a></h2></header>",
        "<footer><h2><a href='/a'>One two three four</a></h2></footer>",
        "<div role='navigation'><h2><a href='/a'>One two three four</a></h2></div>",
        "<h2><a href='https://wire.example/a'>One two three four</a></h2>",
        "<h2><a href='/world/'>One two three four</a></h2>",
        "<h2><a href='/'>One two three four</a></h2>",
        "<h2><a href='#top'>One two three four</a></h2>",
        "<h2><a href='/tag/bridges'>One two three four</a></h2>",
        "<h2><a href='javascript:x()'>One two three four</a></h2>",
        "<h2><a>One two three four</a></h2>",
        "",
    ],
)
def test_what_is_no_headline_is_not_taken_for_one(body: str) -> None:
    with pytest.raises(SourceError, match="no links to articles"):
        listing(f"<p>.</p>{body}")


def test_an_article_with_a_headline_has_no_other() -> None:
    body = (
        "<article><a href='/b'>One of its many related stories</a>"
        "<h2><a href='/a'>One two three four</a></h2></article>"
    )
    assert list(found(body)) == ["https://courier.example/a"]


def test_json_ld_fills_the_gaps_and_adds_what_only_it_names() -> None:
    graph = {
        "@graph": [
            {"@type": "NewsArticle", "url": STORY, "headline": "No", "author": {"name": "Ann Lee"},
             "datePublished": "2026-11-22T08:00:00Z", "image": [{"url": "/ld.jpg"}]},
            {"@type": "ItemList", "itemListElement": [
                {"@type": "ListItem", "url": "/world/rain", "name": "A week of rain"}
            ]},
            {"@type": "BreadcrumbList", "itemListElement": [
                {"@type": "ListItem", "item": "https://courier.example/", "name": "Home"}
            ]},
        ]
    }  # fmt: skip
    body = "<h2><a href='/world/bridge'>The bridge opens at last</a></h2>"
    bridge, rain = sorted(listing(body, head=ld(graph)).articles, key=lambda a: a.url)
    assert bridge.title == "The bridge opens at last"
    assert bridge.authors == ("Ann Lee",)
    assert bridge.published == dt.datetime(2026, 11, 22, 8, tzinfo=dt.UTC)
    assert bridge.image is not None
    assert bridge.image.url == "https://courier.example/ld.jpg"
    assert (rain.url, rain.title) == (URL + "/rain", "A week of rain")


@pytest.mark.parametrize("select", ["li", "li h3", "h3 > a", "ul > li:first-child", "h3, h4"])
def test_a_selector_names_links_or_what_holds_or_surrounds_them(select: str) -> None:
    assert found(f"<ul>{CARD}</ul>", select=select) == {STORY: "The bridge opens at last"}


def test_a_selector_overrules_what_a_headline_must_be() -> None:
    body = "<nav><p class='x'><a href='https://wire.example/a'>Rain</a></p></nav>"
    assert found(body, select=".x a") == {"https://wire.example/a": "Rain"}


@pytest.mark.parametrize(
    ("select", "reason"),
    [("li[", "is no CSS selector"), ("a:hover::before", "is no CSS"), ("h6", "finds no links")],
)
def test_a_selector_that_finds_nothing_is_an_error(select: str, reason: str) -> None:
    with pytest.raises(SourceError, match=reason):
        listing(CARD, select=select)


# ---------------------------------------------------------------- an article's page


def test_open_graph_tells_the_facts_of_an_article() -> None:
    told = facts(
        meta("og:title", "Fish &amp;amp; chips")
        + meta("og:description", "They rise again.")
        + meta("og:image", "/fish.jpg")
        + meta("og:image:width", "1200")
        + meta("og:image:height", "800")
        + meta("og:image:alt", "A fish")
        + meta("article:published_time", "2026-11-22T10:00:00+01:00")
        + '<meta name="author" content="Ann Lee"><link rel="canonical" href="/world/fish">'
    )
    assert told.title == "Fish & chips"
    assert told.description == "They rise again."
    assert told.image == Image(
        url="https://courier.example/fish.jpg", alt="A fish", width=1200, height=800
    )
    assert told.published == dt.datetime(2026, 11, 22, 9, tzinfo=dt.UTC)
    assert told.authors == ("Ann Lee",)
    assert told.canonical == "https://courier.example/world/fish"
    assert told.language == "en"


def test_json_ld_tells_them_too() -> None:
    picture = {"@type": "ImageObject", "url": "/ld.jpg", "width": 900, "creditText": "Jo Doe"}
    told = facts(
        ld({"@type": ["NewsArticle"], "headline": "Rain", "description": "A week of it.",
            "author": [{"name": "Ann Lee"}, "Bo Day"], "datePublished": "2026-11-22",
            "image": [picture]})
    )  # fmt: skip
    assert (told.title, told.description) == ("Rain", "A week of it.")
    assert told.authors == ("Ann Lee", "Bo Day")
    assert told.published == dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
    assert told.image == Image(url="https://courier.example/ld.jpg", credit="Jo Doe", width=900)


def test_of_several_articles_in_json_ld_only_the_pages_own_counts() -> None:
    others = [{"@type": "NewsArticle", "url": f"/world/{n}", "headline": f"No {n}"} for n in "ab"]
    own = {"@type": "NewsArticle", "url": STORY + "?utm_source=x", "headline": "Yes"}
    assert facts(ld([*others, own])).title == "Yes"
    assert facts(ld(others) + "<title>The page</title>").title == "The page"


@pytest.mark.parametrize(
    "pictures",
    [
        meta("og:image", "/a.jpg") + meta("og:image:width", "199"),
        meta("og:image", "/a.svg"),
        meta("og:image", "/site-logo.png"),
        meta("og:image", "/default-share.jpg"),
        meta("og:image", "javascript:x"),
        meta("og:image", "http://[::1"),
        meta("og:image", "data:image/png;base64,AAAA"),
        meta("og:image", ""),
        meta("og:image:width", "1200"),
    ],
)
def test_a_picture_that_is_none_is_passed_over(pictures: str) -> None:
    assert facts(pictures).image is None
    following = facts(pictures + meta("og:image", "/good.jpg")).image
    assert following is not None
    assert following.url == "https://courier.example/good.jpg"


def test_an_authors_address_is_no_name() -> None:
    assert facts(meta("article:author", "https://social.example/ann")).authors == ()


def test_paragraphs_are_those_of_the_article() -> None:
    pytest.importorskip("trafilatura")
    first = "The bridge over the river opened on Sunday after nine years of work and four mayors."
    second = (
        "Nobody at the town hall could say on Monday why it had taken so long, or what it cost."
    )
    body = f"<nav><a href=/>Home</a></nav><article><p>{first}</p><p>{second}</p></article>"
    assert facts("", body).paragraphs == (first, second)


def test_an_old_encoding_is_read() -> None:
    body = page(head='<meta charset="iso-8859-1"><title>Café</title>').decode().encode("latin-1")
    assert read_article(body, {}, url=STORY).title == "Café"
    header = {"content-type": "text/html; charset=windows-1251"}
    body = "<html><title>Мост</title></html>".encode("cp1251")
    assert read_article(body, header, url=STORY).title == "Мост"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b" \x00 ", "empty"),
        (b"%PDF-1.7 ...", "no HTML"),
        (b'{"a": 1}', "no HTML"),
        (b"<?xml version='1.0'?><rss version='2.0'/>", 'use = "feed"'),
    ],
)
def test_what_is_no_page_is_refused_with_the_reason(body: bytes, reason: str) -> None:
    with pytest.raises(SourceError, match=reason):
        read_article(body, {}, url=STORY)


# ---------------------------------------------------------------- its feeds


def test_declared_feeds_come_in_page_order_once_each_comments_last() -> None:
    head = (
        '<link rel="alternate" type="application/rss+xml" href="/comments/feed" title="Comments">'
        '<link rel="alternate" type="application/atom+xml; charset=utf-8" href="/atom">'
        '<link rel="ALTERNATE feed" type="application/feed+json" href="feed.json" title="Q&amp;A">'
        '<link rel="alternate" type="application/rss+xml" href="/atom">'
        '<link rel="alternate" type="text/html" href="/fr"><link rel="stylesheet" href="/a.css">'
        '<link rel="alternate" type="application/rss+xml" href="javascript:x">'
    )
    assert feed_links(page("<a href='/rss.xml'>RSS</a>", head), {}, url=URL) == (
        FeedLink(url="https://courier.example/atom", kind="atom"),
        FeedLink(url="https://courier.example/feed.json", title="Q&A", kind="json"),
        FeedLink(url="https://courier.example/comments/feed", title="Comments", kind="rss"),
    )


@pytest.mark.parametrize(
    "path",
    [
        *("/rss", "/rss.xml", "/feed/", "/feeds/world.xml", "/world/index.rdf", "/a.atom"),
        *("/atom.xml", "/feed.json", "/rss/world"),
    ],
)
def test_without_declared_feeds_links_that_look_like_feeds_are_given(path: str) -> None:
    (link,) = feed_links(page(f"<a href='{path}'>Our feed</a>"), {}, url=URL)
    assert link.url == f"https://courier.example{path}"
    assert link.title == "Our feed"


@pytest.mark.parametrize(
    "path", ["/feedback", "/world/press", "/rssfeed-guide.html", "/a.xml.html"]
)
def test_other_links_look_like_no_feeds(path: str) -> None:
    assert feed_links(page(f"<a href='{path}'>x</a>"), {}, url=URL) == ()


def test_the_base_of_a_page_is_honoured() -> None:
    body = page("<a href='rss.xml'>x</a>", "<base href='https://cdn.courier.example/f/'>")
    assert feed_links(body, {}, url=URL)[0].url == "https://cdn.courier.example/f/rss.xml"


# ---------------------------------------------------------------- hostile pages


HOSTILE = {
    "deep": b"<div>" * 600_000,
    "deep links": b"<article><a href=/x>one two three four <b>" * 60_000,
    "unclosed": b"<p><a href='/q'>one two three four five <h2>" * 60_000,
    "formatting": b"<b><i><p>" * 300_000,
    "tables": b"<table><tr><td>" * 150_000,
    "metas": b"<meta property=og:image content=x>" * 80_000,
    "attributes": b"<a " + b" ".join(b"a%d=1" % n for n in range(200_000)) + b">",
    "headlines": b"".join(
        b"<article><h2><a href=/x%d>one two three four</a></h2></article>" % n
        for n in range(40_000)
    ),
    "deep json": b"<script type=application/ld+json>" + b"[" * 290_000 + b"</script>",
    "wide json": b"<script type=application/ld+json>[" + b"{}," * 90_000 + b"{}]</script>",
    "many scripts": b"<script type='application/ld+json'>{}</script>" * 60_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_page_takes_long(name: str) -> None:
    started = time.perf_counter()
    with contextlib.suppress(SourceError):
        read_listing(HOSTILE[name], {}, url=URL, source="courier", now=NOW)
    with contextlib.suppress(SourceError):
        read_article(HOSTILE[name], {}, url=URL)
    with contextlib.suppress(SourceError):
        feed_links(HOSTILE[name], {}, url=URL)
    assert time.perf_counter() - started < 6


THINGS: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(
        ["NewsArticle", "ListItem", "/world/a", "2026-11-22", "\ud800", "http://[", ""]
    ),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    *("@type", "@graph", "url", "headline", "name", "image", "author", "item"),
                    *("width", "datePublished", "description", "inLanguage"),
                ]
            ),
            inner,
            max_size=8,
        )
    ),
    max_leaves=12,
)


@settings(deadline=None)  # the machine may be busy
@given(THINGS)
def test_json_ld_of_any_shape_gives_sound_facts(thing: Any) -> None:
    told = facts(ld(thing))
    assert told.image is None or is_web(told.image.url)
    assert (told.title + told.description + "".join(told.authors)).encode() is not None
    with contextlib.suppress(SourceError):
        assert all(is_web(article.url) for article in listing("<p>.</p>", head=ld(thing)).articles)


@settings(deadline=None)  # the machine may be busy
@given(st.binary(max_size=200), st.sampled_from(["", "text/html; charset=", "x"]), st.text())
def test_no_bytes_raise_anything_but_a_source_error(body: bytes, head: str, charset: str) -> None:
    for prefix in (b"", b"<html><meta charset='"):
        with contextlib.suppress(SourceError):
            feed_links(prefix + body, {"content-type": head + charset}, url=URL)
