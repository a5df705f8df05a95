from __future__ import annotations

import contextlib
import datetime as dt
import gzip
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.errors import SourceError
from digest.protocols import Pulled
from digest.sources.sitemap_reading import MAX_CHILDREN, SitemapIndex, parse_sitemap
from digest.urls import is_web

if TYPE_CHECKING:
    from digest.model import Article

NOW = dt.datetime(2026, 11, 23, 5, 30, tzinfo=dt.UTC)
URL = "https://courier.example/sitemaps/news.xml"
NAMESPACES = (
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
    'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" '
    'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"'
)


def parse(body: bytes | str) -> Pulled | SitemapIndex:
    encoded = body.encode() if isinstance(body, str) else body
    return parse_sitemap(encoded, {}, url=URL, source="courier", now=NOW)


def read(body: bytes | str) -> Pulled:
    pulled = parse(body)
    assert isinstance(pulled, Pulled)
    return pulled


def urlset(*pages: str, namespaces: str = NAMESPACES) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?><urlset {namespaces}>{"".join(pages)}</urlset>'


def page(
    slug: str = "bridge",
    *,
    title: str = "The bridge opens",
    date: str = "2026-11-22",
    more: str = "",
) -> str:
    return (
        f"<url><loc>https://courier.example/{slug}</loc><news:news><news:publication>"
        "<news:name>The Courier</news:name><news:language>en</news:language></news:publication>"
        f"<news:publication_date>{date}</news:publication_date><news:title>{title}</news:title>"
        f"<news:keywords>London, Bridges</news:keywords></news:news>{more}</url>"
    )


def only(body: str) -> Article:
    (article,) = read(body).articles
    return article


def test_a_page_becomes_an_article() -> None:
    article = only(
        urlset(
            page(
                title="Fish &amp;amp; chips rise",
                date="2026-11-22T10:00:00+01:00",
                more="<lastmod>2026-11-22T12:00:00Z</lastmod><image:image>"
                "<image:loc>https://courier.example/fish.jpg</image:loc>"
                "<image:title>A fish</image:title>"
                "<image:caption>On a plate. Photo: Jo Doe</image:caption></image:image>",
            )
        )
    )
    assert article.title == "Fish & chips rise"
    assert article.guid == article.url == "https://courier.example/bridge"
    assert article.published == dt.datetime(2026, 11, 22, 9, tzinfo=dt.UTC)
    assert article.updated == dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
    assert article.categories == ("London", "Bridges")
    assert article.language == "en"
    assert article.image is not None
    assert article.image.url == "https://courier.example/fish.jpg"
    assert (article.image.alt, article.image.caption) == ("A fish", "On a plate.")
    assert article.image.credit == "Jo Doe"


def test_the_publication_gives_the_title() -> None:
    assert read(urlset(page())).title == "The Courier"


def test_articles_come_newest_first_and_ties_by_guid() -> None:
    body = urlset(page("c", date="2026-11-21"), page("b"), page("a", date="2026-11-21"))
    assert [article.url[-1] for article in read(body).articles] == ["b", "a", "c"]


def test_pages_without_news_are_counted() -> None:
    plain = "<url><loc>https://courier.example/about</loc></url>"
    pulled = read(urlset(plain, page(), page("untitled", title=""), plain))
    assert len(pulled.articles) == 1
    assert pulled.warnings == ("3 items without a news title",)


def test_an_empty_sitemap_is_read_with_a_warning() -> None:
    assert read(urlset()).warnings == ("the sitemap has no entries",)


def test_prefixes_that_nobody_declared_are_read_all_the_same() -> None:
    assert only(urlset(page(), namespaces="")).title == "The bridge opens"


def test_a_sitemap_that_breaks_off_gives_its_whole_pages() -> None:
    body = urlset(page("a"), page("b"))
    pulled = read(body[: body.rindex("opens</news:title>")])
    assert [article.url[-1] for article in pulled.articles] == ["a"]
    assert any("broke off" in warning for warning in pulled.warnings)


@pytest.mark.parametrize("level", [1, 9])
def test_gzip_is_unpacked_whatever_the_headers_say(level: int) -> None:
    assert len(read(gzip.compress(urlset(page()).encode(), level)).articles) == 1


def test_a_gzip_that_breaks_off_gives_what_was_there() -> None:
    packed = gzip.compress(
        urlset(*(page(f"{n}", title=f"Story {n * n}") for n in range(99))).encode()
    )
    assert 0 < len(read(packed[:-200]).articles) < 99


def test_a_gzip_bomb_is_refused_at_once() -> None:
    bomb = gzip.compress(b"<urlset>" + b" " * 60_000_000)
    started = time.perf_counter()
    with pytest.raises(SourceError, match="larger than 10 MiB"):
        parse(bomb)
    assert time.perf_counter() - started < 1


def test_entities_are_not_expanded() -> None:
    lines = "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(12))
    bomb = f'<!DOCTYPE x [<!ENTITY a0 "ha">{lines}<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    started = time.perf_counter()
    pulled = read(bomb + urlset(page(title="The bridge &a12; &f;"))[38:])
    assert [article.title for article in pulled.articles] == ["The bridge"]
    assert time.perf_counter() - started < 1


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"\x1f\x8b\x08broken", "gzip is broken"),
        (b"no XML", "no XML"),
        (b"<html><body>Sign in</body></html>", "a web page"),
        (b"<rss><channel/></rss>", 'its root is <rss>. Read it with use = "feed"'),
        (b"<opml/>", "its root is <opml>"),
        (b"<" + b"a" * 4_000 + b"/>", f"its root is <{'a' * 40}>"),
        (b"{}", "no XML"),
    ],
)
def test_what_is_no_sitemap_is_refused_with_the_reason(body: bytes, reason: str) -> None:
    with pytest.raises(SourceError, match=reason):
        parse(body)


def index(*children: tuple[str, str]) -> SitemapIndex:
    rows = "".join(
        f"<sitemap><loc>{address}</loc><lastmod>{changed}</lastmod></sitemap>"
        for address, changed in children
    )
    found = parse(f"<sitemapindex {NAMESPACES}>{rows}</sitemapindex>")
    assert isinstance(found, SitemapIndex)
    return found


def test_an_index_gives_the_sitemaps_of_news_first_then_the_newest() -> None:
    site = "https://courier.example"
    found = index(
        (f"{site}/2024.xml", "2024-12-31"),
        (f"{site}/2026-11.xml", "2026-11-22"),
        (f"{site}/news-old.xml", "2026-11-01"),
        (f"{site}/news.xml.gz", "2026-11-22"),
    )
    assert [child.rpartition("/")[2] for child in found.children] == [
        "news.xml.gz", "news-old.xml", "2026-11.xml", "2024.xml"
    ]  # fmt: skip


def test_an_index_gives_five_children_of_its_own_site() -> None:
    own = [(f"https://cdn.courier.example/{n}.xml", "2026-11-22") for n in range(30)]
    found = index(("https://other.example/news.xml", "2026-11-22"), ("ftp://x/", ""), *own)
    assert found.children == tuple(address for address, _ in own[:MAX_CHILDREN])
    assert found.warnings == ("2 sitemaps without an address on this site",)


def test_fifty_thousand_pages_are_read_within_seconds() -> None:
    body = urlset(
        *(page(f"{number}") for number in range(2_500)), "<url><loc>/</loc></url>" * 47_500
    )
    started = time.perf_counter()
    pulled = read(body)
    assert len(pulled.articles) == 2_000
    assert "only its first 2000 items were read" in pulled.warnings
    assert time.perf_counter() - started < 5


def test_nesting_without_end_is_harmless() -> None:
    with contextlib.suppress(SourceError):
        assert read("<urlset>" + "<url>" * 200_000).articles == ()


PIECES = st.sampled_from(
    [*("<urlset>", "</urlset>", "<url>", "</url>", "<loc>", "</loc>", "<news:news>", "<?xml", "?>"),
     *("<news:title>", "</news:title>", "</news:news>", "<sitemapindex>", "<sitemap>", "<", "\x00"),
     *("https://courier.example/a", "javascript:x", "<![CDATA[", "]]>", "&amp;", "&", "</sitemap>"),
     *("<news:publication_date>", "2026-11-22", "é", "\udc00", " ", "<!DOCTYPE a [")]
)  # fmt: skip


@settings(deadline=None)  # the machine may be busy
@given(st.lists(PIECES, max_size=40).map("".join), st.binary(max_size=20))
def test_no_bytes_raise_anything_but_a_source_error(text: str, tail: bytes) -> None:
    with contextlib.suppress(SourceError):
        found = parse(text.encode(errors="surrogatepass") + tail)
        urls = (
            found.children if isinstance(found, SitemapIndex) else [a.url for a in found.articles]
        )
        assert all(is_web(url) for url in urls)
