"""Read what a web page says of itself: the article's facts, and the feeds of its site."""

from __future__ import annotations

import importlib.util
import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from digest.markup import bounded, is_decoration, pixels, plain_text, split_credit
from digest.model import Image
from digest.sources.dates import parse_date
from digest.sources.entries import (
    MAX_AUTHORS,
    MAX_NAME,
    MAX_PARAGRAPH,
    MAX_PARAGRAPHS,
    MAX_SUMMARY,
    MAX_TITLE,
    without_addresses,
)
from digest.sources.web_page import is_article, parts, read_page, things, word
from digest.urls import absolute_url, canonical_url

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping

    from lxml.html import HtmlElement

    from digest.sources.web_page import Thing, WebPage

MIN_WIDTH = 200  # pixels: a picture that a page declares smaller is no lead
MAX_METAS = 500
MAX_PICTURES = 10
MAX_LINKS = 3_000  # of a page that are looked at
MAX_FEEDS = 50
MAX_ELEMENTS = 15_000  # of a page whose text is looked for: trafilatura's time is quadratic in them

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")
# A house's mark stands in for the picture that an article lacks.
_STAND_IN = re.compile(r"logo|placeholder|favicon|default|fallback|no[-_]?image", re.IGNORECASE)
_KINDS = {
    "application/rss+xml": "rss",
    "application/rdf+xml": "rss",
    "application/atom+xml": "atom",
    "application/feed+json": "json",
}
_FEED_PATH = re.compile(
    r"/(?:rss|feeds?|atom|index\.(?:rdf|rss|atom))(?:[-_.]?(?:xml|json|rss|\d))?/?$"
    r"|\.(?:rss|atom|rdf)$|/(?:rss|feeds?|atom)/[^/]+(?:\.xml)?/?$|feeds?\.[^/]*\.xml$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFacts:
    """What an article's page says of it; what it does not say is empty or None.

    `canonical` is the address that the page prefers for itself. `paragraphs` are empty unless the
    extra "extract" is installed.
    """

    title: str = ""
    description: str = ""
    image: Image | None = None
    published: dt.datetime | None = None
    authors: tuple[str, ...] = ()
    paragraphs: tuple[str, ...] = ()
    language: str = ""
    canonical: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedLink:
    """A feed that a page names; `kind` is "rss", "atom", "json", or "" where only a try can say."""

    url: str
    title: str = ""
    kind: str = ""


def read_article(body: bytes, headers: Mapping[str, str], *, url: str) -> PageFacts:
    """Read Open Graph and other metas, then JSON-LD, of an article's page that stood at `url`.

    Raises SourceError where it is no web page.
    """
    page = read_page(body, headers, url)
    metas = _metas(page)
    said = dict(reversed(metas))  # the first of a name counts
    canonical = _canonical(page, said)
    article = _described(page, {canonical_url(url), canonical_url(canonical)})
    return PageFacts(
        title=_line(
            MAX_TITLE, said.get("og:title"), said.get("twitter:title"), word(article, "headline"),
            page.root.findtext(".//h1"), page.root.findtext(".//title"),
        ),
        description=_line(
            MAX_SUMMARY, said.get("og:description"), said.get("twitter:description"),
            said.get("description"), word(article, "description"),
        ),
        image=_image(_pictures(metas, article), page.base),
        published=_published(said, article),
        authors=_authors(said, article),
        paragraphs=_paragraphs(page),
        language=_language(
            page.root.get("lang"), word(article, "inLanguage"), said.get("og:locale")
        ),
        canonical=canonical,
    )  # fmt: skip


def feed_links(body: bytes, headers: Mapping[str, str], *, url: str) -> tuple[FeedLink, ...]:
    """List the feeds that a page declares, else those that its links look like, in page order.

    Each address comes once, absolute; comments' feeds go last. Raises SourceError where it is no
    web page.
    """
    page = read_page(body, headers, url)
    return declared_feeds(page) or _distinct(_looking_like_feeds(page))


def declared_feeds(page: WebPage) -> tuple[FeedLink, ...]:
    """List the feeds of a page's link elements alone, as `feed_links` does."""
    return _distinct(_declared(page))


def _described(page: WebPage, own: set[str]) -> Thing:
    """Give the article of a page's JSON-LD, {} if none: of several, the one with its address."""
    articles = [thing for thing in things(page) if is_article(thing)]
    if len(articles) == 1:
        return articles[0]
    addresses = (absolute_url(word(article, "url"), page.base) for article in articles)
    pairs = zip(articles, map(canonical_url, addresses), strict=True)
    return next((article for article, address in pairs if address in own), {})


def _metas(page: WebPage) -> list[tuple[str, str]]:
    """List the names and contents of the metas, in order."""
    return [
        ((meta.get("property") or meta.get("name") or meta.get("itemprop") or "").lower(), content)
        for meta in islice(page.root.iter("meta"), MAX_METAS)
        if (content := (meta.get("content") or "").strip())
    ]


def _line(limit: int, *texts: str | None) -> str:
    """Give the first text that says something, plain and bounded."""
    lines = (plain_text(text or "") for text in texts)
    return bounded(next(filter(None, lines), ""), limit)


def _pictures(metas: Iterable[tuple[str, str]], article: Thing) -> Iterator[dict[str, str]]:
    """Give the pictures that a page offers, best first, each with the words that belong to it."""
    graph: list[dict[str, str]] = []
    twitter: dict[str, str] = {}
    for name, content in metas:
        if name == "og:image" or (name == "og:image:url" and not graph):
            graph.append({"url": content})
        elif name.startswith("og:image:") and graph:  # https://ogp.me/#structured
            graph[-1].setdefault(name.removeprefix("og:image:"), content)
        elif name in {"twitter:image", "twitter:image:src"}:
            twitter.setdefault("url", content)
        elif name == "twitter:image:alt":
            twitter.setdefault("alt", content)
    yield from graph[:MAX_PICTURES]
    yield twitter
    for picture in parts(article, "image", MAX_PICTURES):
        words = {key: word(picture, key) for key in ("url", "width", "height", "caption")}
        yield words | {"url": words["url"] or word(picture, "contentUrl"),
                       "credit": word(picture, "creditText")}  # fmt: skip


def _image(pictures: Iterable[dict[str, str]], base: str) -> Image | None:
    """Give the first picture that is large enough and no decoration."""
    for said in pictures:
        url = absolute_url(said.get("url", ""), base) if said.get("url") else ""
        width, height = pixels(said.get("width")), pixels(said.get("height"))
        if url and _is_fit(url, width, height):
            caption, credit = split_credit(plain_text(said.get("caption", "")))
            return Image(
                url=url,
                alt=bounded(plain_text(said.get("alt", "")), MAX_TITLE),
                caption=bounded(caption, MAX_SUMMARY),
                credit=bounded(plain_text(said.get("credit", "")) or credit, MAX_NAME),
                width=width,
                height=height,
            )
    return None


def _is_fit(url: str, width: int | None, height: int | None) -> bool:
    file = urlsplit(url).path.rpartition("/")[2]
    large = width is None or width >= MIN_WIDTH
    return large and not is_decoration(url, width, height) and not _STAND_IN.search(file)


def _published(said: Mapping[str, str], article: Thing) -> dt.datetime | None:
    written = (
        said.get("article:published_time", ""),
        word(article, "datePublished"),
        *(said.get(name, "") for name in ("datepublished", "parsely-pub-date", "dc.date.issued")),
    )
    return next(filter(None, map(parse_date, written)), None)


def _authors(said: Mapping[str, str], article: Thing) -> tuple[str, ...]:
    """Give the authors' names; article:author is mostly a profile's address, and then none."""
    named = [word(author, "name") for author in parts(article, "author", MAX_AUTHORS)]
    for names in (named, [said.get("author", "")], [said.get("article:author", "")]):
        plain = [bounded(without_addresses(plain_text(name)), MAX_NAME) for name in names]
        if any(plain):
            return tuple(dict.fromkeys(name for name in plain if name))
    return ()


def _language(*tags: str | None) -> str:
    """Give the first that is a BCP 47 tag, "" if none is."""
    for tag in tags:
        if tag and _LANGUAGE.fullmatch(tag.strip()):
            primary, *rest = re.split("[-_]", tag.strip())
            regions = (part.upper() if len(part) == len("GB") else part for part in rest)
            return "-".join((primary.lower(), *regions))
    return ""


def _canonical(page: WebPage, said: Mapping[str, str]) -> str:
    links = (link for link in page.root.iter("link") if "canonical" in _rel(link))
    href = next((link.get("href") or "" for link in links), "") or said.get("og:url", "")
    return absolute_url(href, page.base) if href else ""


def _paragraphs(page: WebPage) -> tuple[str, ...]:
    """Give the text of the article, () without trafilatura or where it finds none."""
    size = sum(1 for _ in islice(page.root.iter(), MAX_ELEMENTS + 1))
    if size > MAX_ELEMENTS or importlib.util.find_spec("trafilatura") is None:
        return ()
    try:
        from trafilatura import extract

        text = extract(page.text, favor_precision=True, include_comments=False) or ""
    except Exception:  # noqa: BLE001  it names none, and may be installed by half
        return ()
    lines = (bounded(plain_text(line), MAX_PARAGRAPH) for line in text.splitlines())
    return tuple(islice(filter(None, lines), MAX_PARAGRAPHS))


def _rel(link: HtmlElement) -> list[str]:
    return (link.get("rel") or "").lower().split()


def _declared(page: WebPage) -> Iterator[FeedLink]:
    """Give the feeds of link elements: https://www.rssboard.org/rss-autodiscovery."""
    for link in islice(page.root.iter("link"), MAX_LINKS):
        kind = _KINDS.get((link.get("type") or "").partition(";")[0].strip().lower())
        if kind and "alternate" in _rel(link):
            yield _feed_link(link, page.base, kind, link.get("title") or "")


def _looking_like_feeds(page: WebPage) -> Iterator[FeedLink]:
    for link in islice(page.root.iter("a"), MAX_LINKS):
        url = absolute_url(link.get("href") or "", page.base) if link.get("href") else ""
        if url and _FEED_PATH.search(urlsplit(url).path):
            path = urlsplit(url).path.lower()
            kind = next((kind for kind in ("atom", "json", "rss") if kind in path), "")
            yield _feed_link(link, page.base, kind, link.text_content())


def _feed_link(link: HtmlElement, base: str, kind: str, title: str) -> FeedLink:
    href = link.get("href") or ""
    url = absolute_url(href.removeprefix("feed:"), base) if href else ""
    return FeedLink(url=url, title=bounded(plain_text(title), MAX_NAME), kind=kind)


def _distinct(links: Iterable[FeedLink]) -> tuple[FeedLink, ...]:
    found: dict[str, FeedLink] = {}
    for link in links:
        if link.url:
            found.setdefault(link.url, link)
    return tuple(sorted(list(found.values())[:MAX_FEEDS], key=_is_of_comments))


def _is_of_comments(link: FeedLink) -> bool:
    return "comments" in urlsplit(link.url).path.lower()
