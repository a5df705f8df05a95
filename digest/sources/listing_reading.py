"""Read a section's page that has no feed: the articles it links to, as far as it tells of them.

    JSON-LD ────────────┐
    the editors' selector ─or─ links in headings and <article> elements ──▶ stories ──▶ articles

Only words of the page itself are taken: none of the articles is asked for.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from cssselect import SelectorError
from lxml import etree
from lxml.cssselect import CSSSelector

from digest.errors import SourceError
from digest.markup import images, plain_text
from digest.model import Image
from digest.sources.entries import Context
from digest.sources.gathering import Item, gather
from digest.sources.media import Offered
from digest.sources.web_page import is_article, kinds, parts, read_page, things, word
from digest.urls import absolute_url, canonical_url, registrable_domain

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping

    from lxml.html import HtmlElement

    from digest.protocols import Pulled
    from digest.sources.web_page import Thing, WebPage

MAX_LINKS = 3_000  # of a page that are looked at
MAX_STORIES = 200
MAX_CLIMB = 8  # elements from a link up to the box that holds its story
MIN_WORDS = 4  # of a headline: "Read more", "World news" and "Sign in" have fewer
MIN_STANDFIRST = 6  # words

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_NAVIGATION = frozenset({"nav", "footer", "form", "aside", "dialog"})
_WHOLE = frozenset({"body", "main", "section", "html", "ul", "ol", "table", "tbody"})
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]")  # Thai, Lao, Japanese, Chinese
_HUB = re.compile(
    r"/(?:tags?|topics?|authors?|by|profiles?|categor(?:y|ies)|search|login|account|subscribe"
    r"|newsletters?|about|contact|privacy|terms|cookies?)(?:/[^/]*)?/?$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Story:
    """A link to an article: the element that leads there, its address, and its title."""

    element: HtmlElement
    url: str
    title: str


def read_listing(
    body: bytes,
    headers: Mapping[str, str],
    *,
    url: str,
    source: str,
    now: dt.datetime,
    select: str = "",
) -> Pulled:
    """Give the articles that a page links to, newest first, ties by guid; `memory` is empty.

    `select` is a CSS selector of the links, or of the boxes that hold one story each; without it
    the page is searched for headlines on its own site. Raises SourceError where it is no web page
    or nothing is found.
    """
    page = read_page(body, headers, url)
    if select:
        stories, boxes = _selected(page, select)
        described = {}
    else:
        stories = _distinct(_headlines(page, url))
        boxes = _boxes(stories)
        described = _described(page, url)
    entries = [_entry(story, box, page.base) for story, box in zip(stories, boxes, strict=True)]
    items = _completed(entries, described)
    if not items:
        raise SourceError("no links to articles were found", hint="Name them with a CSS selector.")
    context = Context(
        source=source, bases=(page.base,), language=page.root.get("lang") or "", now=now
    )
    return gather(items, context, title=page.root.findtext(".//title") or "")


def _selected(page: WebPage, select: str) -> tuple[list[_Story], list[HtmlElement]]:
    """Find what the editors' selector names. Raises SourceError where that is nothing."""
    try:
        elements = CSSSelector(select, translator="html")(page.root)
    except (SelectorError, etree.XPathError) as error:
        raise SourceError(f'"{select}" is no CSS selector: {error}') from error
    found: dict[str, tuple[_Story, HtmlElement]] = {}
    for element in elements[:MAX_LINKS]:
        link = _link_of(element)
        url = "" if link is None else _address(link, page.base)
        if link is not None and url:
            heading = next(element.iter(*_HEADINGS), element)
            title = _words(heading) or _words(link)
            found.setdefault(url, (_Story(element=link, url=url, title=title), element))
    if not found:
        raise SourceError(f'the selector "{select}" finds no links on the page')
    chosen = list(found.values())[:MAX_STORIES]
    return [story for story, _ in chosen], [box for _, box in chosen]


def _link_of(element: HtmlElement) -> HtmlElement | None:
    """Give the link that a selected element is, holds, with a heading's first, or stands in."""
    within = [link for link in element.iter("a") if link.get("href")]
    of_headings = (link for link in within if _in_heading(link))
    around = (link for link in element.iterancestors("a") if link.get("href"))
    return next(chain(of_headings, within, around), None)


def _headlines(page: WebPage, url: str) -> Iterator[_Story]:
    """Find the links that look like headlines: those of headings, then of <article> elements.

    An article with a headline has no other: what else it links to is something else.
    """
    links = [link for link in islice(page.root.iter("a"), MAX_LINKS) if link.get("href")]
    usable = [link for link in links if not _is_navigation(link)]
    headed: set[HtmlElement] = set()
    for wants_heading in (True, False):
        for link in usable:
            box = next(link.iterancestors("article"), None)
            fits = _in_heading(link) if wants_heading else box is not None and box not in headed
            story = _story(link, page, url) if fits else None
            if story:
                headed.update(() if box is None else (box,))
                yield story


def _story(link: HtmlElement, page: WebPage, url: str) -> _Story | None:
    address = _address(link, page.base)
    if not address or not _is_article_of(address, url):
        return None
    title = _words(next(link.iter(*_HEADINGS), link))
    return _Story(element=link, url=address, title=title) if _is_headline(title) else None


def _address(link: HtmlElement, base: str) -> str:
    return absolute_url((link.get("href") or "").partition("#")[0] or "#", base).rstrip("#")


def _is_article_of(address: str, url: str) -> bool:
    """Tell whether an address is of the page's own site, and neither the page nor a hub above."""
    own, other = canonical_url(url), canonical_url(address)
    above = own.rstrip("/").startswith(other.rstrip("/"))
    same_site = registrable_domain(address) == registrable_domain(url)
    return same_site and not above and not _HUB.search(urlsplit(address).path)


def _is_headline(title: str) -> bool:
    """Count words; scripts without spaces take about two characters for one."""
    return len(title.split()) + len(_UNSPACED.findall(title)) // 2 >= MIN_WORDS


def _in_heading(link: HtmlElement) -> bool:
    inside = next(link.iterancestors(*_HEADINGS), None)
    return inside is not None or next(link.iter(*_HEADINGS), None) is not None


def _is_navigation(link: HtmlElement) -> bool:
    """Tell whether a link is part of the page's frame; an article may have a header of its own."""
    around = list(link.iterancestors())
    tags = {element.tag for element in around}
    if tags & _NAVIGATION or ("header" in tags and "article" not in tags):
        return True
    return any(element.get("role") == "navigation" for element in around)


def _distinct(stories: Iterable[_Story]) -> list[_Story]:
    found: dict[str, _Story] = {}
    for story in stories:
        found.setdefault(canonical_url(story.url), story)
    return list(found.values())[:MAX_STORIES]


def _boxes(stories: list[_Story]) -> list[HtmlElement]:
    """Give for each story the largest element around its link that holds no other story."""
    held: dict[HtmlElement, set[str]] = defaultdict(set)
    for story in stories:
        for element in _climb(story.element):
            held[element].add(story.url)
    return [
        [element for element in _climb(story.element) if len(held[element]) == 1][-1]
        for story in stories
    ]


def _climb(link: HtmlElement) -> Iterator[HtmlElement]:
    """Go from a link upwards, to its article or below what holds a whole part of the page."""
    yield link
    for element in islice(link.iterancestors(), MAX_CLIMB):
        if element.tag in _WHOLE:
            return
        yield element
        if element.tag == "article":
            return


def _entry(story: _Story, box: HtmlElement, base: str) -> dict[str, Any]:
    """Write a story as feedparser would have, with its box's date, standfirst and picture."""
    times = (time.get("datetime") or "" for time in box.iter("time"))
    return {
        "id": story.url,
        "link": story.url,
        "title": story.title,
        "summary": _standfirst(box, story.title),
        "published": next(filter(None, times), ""),
        "pictures": [Offered(image=image, kind="body") for image in images(_markup(box), base)],
    }


def _standfirst(box: HtmlElement, title: str) -> str:
    for paragraph in islice(box.iter("p"), MAX_CLIMB):
        text = _words(paragraph)
        if len(text.split()) >= MIN_STANDFIRST and text != title:
            return text
    return ""


def _words(element: HtmlElement) -> str:
    return plain_text(_markup(element))


def _markup(element: HtmlElement) -> str:
    return etree.tostring(element, encoding="unicode", method="html", with_tail=False)


def _described(page: WebPage, url: str) -> dict[str, dict[str, Any]]:
    """Give what JSON-LD tells of articles, or lists of links, by their canonical addresses."""
    found: dict[str, dict[str, Any]] = {}
    for thing in things(page):
        inner = thing.get("item")
        listed = "ListItem" in kinds(thing) and not isinstance(inner, dict)
        address = absolute_url(word(thing, "url") or word(thing, "item"), page.base)
        if (listed or is_article(thing)) and address and _is_article_of(address, url):
            found.setdefault(canonical_url(address), _told(thing, address))
        if len(found) == MAX_STORIES:
            break
    return found


def _told(thing: Thing, address: str) -> dict[str, Any]:
    pictures = (word(part, "url") for part in parts(thing, "image", 1))
    names = (word(author, "name") for author in parts(thing, "author", MAX_CLIMB))
    return {
        "id": address,
        "link": address,
        "title": word(thing, "headline") or word(thing, "name"),
        "summary": word(thing, "description"),
        "published": word(thing, "datePublished"),
        "updated": word(thing, "dateModified"),
        "authors": [{"name": name} for name in names],
        "pictures": [Offered(image=Image(url=url), kind="content") for url in pictures if url],
    }


def _completed(
    entries: Iterable[dict[str, Any]], described: Mapping[str, dict[str, Any]]
) -> list[Item]:
    """Fill the gaps of the page's entries from its JSON-LD, and add what only that one names."""
    merged = {canonical_url(entry["link"]): entry for entry in entries}
    for address, told in described.items():
        shown = merged.get(address, {})
        merged[address] = told | {key: value for key, value in shown.items() if value}
    return [
        Item(entry=entry, offered=tuple(entry["pictures"]))
        for entry in merged.values()
        if entry["title"]
    ]
