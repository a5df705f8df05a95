"""Read sitemaps: a news sitemap into articles, an index into the addresses of its children.

Specifications: https://www.sitemaps.org/protocol.html and
https://developers.google.com/search/docs/crawling-indexing/sitemaps/news-sitemap
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lxml import etree

from digest.errors import SourceError
from digest.markup import plain_text, split_credit
from digest.model import Image
from digest.sources.dates import parse_date
from digest.sources.entries import MAX_CATEGORIES, Context
from digest.sources.gathering import MAX_ENTRIES, Item, gather
from digest.sources.media import MAX_OFFERED, Offered, local_name
from digest.urls import absolute_url, registrable_domain

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping

    from digest.protocols import Pulled
    from digest.sources.entries import Entry

MAX_BYTES = 10 * 1024 * 1024  # of a sitemap once it is unpacked
MAX_CHILDREN = 5  # sitemaps of an index that are read
MAX_NAME = 40  # characters of a root's name that are told

_END = 200  # bytes in which a whole document closes its root
_GZIP = b"\x1f\x8b"
_GZIP_WINDOW = 31  # zlib: the largest window, in a gzip wrapper
_NEWS = re.compile(r"news|latest|recent|today|articles?\b", re.IGNORECASE)
_FEEDS = frozenset({"rss", "rdf", "feed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SitemapIndex:
    """The sitemaps that an index names, five at most: those of news first, then the newest."""

    children: tuple[str, ...]
    warnings: tuple[str, ...] = ()


def parse_sitemap(
    body: bytes,
    headers: Mapping[str, str],  # noqa: ARG001  every reader is called alike; XML says the rest
    *,
    url: str,
    source: str,
    now: dt.datetime,
) -> Pulled | SitemapIndex:
    """Give a news sitemap's articles, newest first, ties by guid, or the children of an index.

    A body in gzip is unpacked, whatever its headers say. Pages without a news title can become no
    articles and are counted. Raises SourceError, naming the reason, when it is no sitemap.
    """
    root, warnings = _tree(_unpacked(body))
    name = local_name(root).lower()
    if name == "sitemapindex":
        return _index(root, url, warnings)
    if name == "urlset":
        return _articles(root, url, source, now, warnings)
    if name == "html":
        raise SourceError(
            "a web page (HTML), not a sitemap", hint="Look into the site's robots.txt."
        )
    hint = 'Read it with use = "feed".' if name in _FEEDS else ""
    raise SourceError(f"not a sitemap: its root is <{name[:MAX_NAME]}>", hint=hint)


def _unpacked(body: bytes) -> bytes:
    """Unpack gzip within the bound; a body that breaks off gives what was there."""
    if not body.startswith(_GZIP):
        return body
    try:
        unpacked = zlib.decompressobj(_GZIP_WINDOW).decompress(body, MAX_BYTES + 1)
    except zlib.error as error:
        raise SourceError("the gzip is broken") from error
    if len(unpacked) > MAX_BYTES:
        raise SourceError("larger than 10 MiB when unpacked")
    return unpacked


def _tree(body: bytes) -> tuple[etree._Element, tuple[str, ...]]:
    """Parse, with nothing fetched and no entity of the document's own expanded."""
    body = body.lstrip(b" \t\r\n")
    if not body:
        raise SourceError("the document is empty")
    parser = etree.XMLParser(
        recover=True,
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise SourceError("not a sitemap: it is no XML") from error
    if root is None:
        raise SourceError("not a sitemap: it is no XML")
    # An undeclared prefix does no harm here: names are compared without it.
    fatal = [error for error in parser.error_log if "NS" not in error.type_name.split("_")[:2]]
    if f"</{local_name(root)}".encode() not in body[-_END:] and len(root):
        root.remove(root[-1])  # half a title, or half an address
        return root, ("broke off before its end",)
    return root, (f"not well-formed XML (line {fatal[0].line})",) if fatal else ()


def _index(root: etree._Element, url: str, warnings: tuple[str, ...]) -> SitemapIndex:
    """List the children on the index's own site: what others name is not ours to ask for."""
    site = registrable_domain(url)
    found: dict[str, float] = {}
    elsewhere = 0
    for element in _named(root, "sitemap"):
        child = absolute_url(_word(element, "loc"), url)
        changed = parse_date(_word(element, "lastmod"))
        if child and registrable_domain(child) == site:
            found.setdefault(child, changed.timestamp() if changed else 0)
        else:
            elsewhere += 1
    ranked = sorted(found, key=lambda child: (not _NEWS.search(child), -found[child]))
    left_out = _number(elsewhere, "without an address on this site")
    return SitemapIndex(children=tuple(ranked[:MAX_CHILDREN]), warnings=(*warnings, *left_out))


def _number(count: int, what: str) -> list[str]:
    return [f"{count} {'sitemap' if count == 1 else 'sitemaps'} {what}"] if count else []


def _articles(
    root: etree._Element, url: str, source: str, now: dt.datetime, warnings: tuple[str, ...]
) -> Pulled:
    publication = ""
    doubts: Counter[str] = Counter()
    items: list[Item] = []
    for page in _named(root, "url"):
        news = next(_named(page, "news"), None)
        if news is None or not _word(news, "title"):
            doubts["without a news title"] += 1
        elif len(items) <= MAX_ENTRIES:
            publication = publication or _publication(news, "name")
            items.append(Item(entry=_entry(page, news), offered=tuple(_pictures(page))))
    context = Context(source=source, bases=(url,), language="", now=now, doubts=doubts)
    empty = () if items or doubts else ("the sitemap has no entries",)
    return gather(items, context, title=publication, warnings=(*warnings, *empty))


def _entry(page: etree._Element, news: etree._Element) -> Entry:
    """Write a page as feedparser would have."""
    keywords = _word(news, "keywords").split(",", MAX_CATEGORIES)[:MAX_CATEGORIES]
    return {
        "id": _word(page, "loc"),
        "link": _word(page, "loc"),
        "title": _word(news, "title"),
        "published": _word(news, "publication_date"),
        "updated": _word(page, "lastmod"),
        "tags": [{"term": keyword.strip()} for keyword in keywords],
        "language": _publication(news, "language"),
    }


def _publication(news: etree._Element, name: str) -> str:
    publication = next(_named(news, "publication"), None)
    return "" if publication is None else _word(publication, name)


def _pictures(page: etree._Element) -> Iterator[Offered]:
    """Give a page's image:image elements in order, at most forty."""
    for count, element in enumerate(_named(page, "image")):
        if count == MAX_OFFERED:
            return
        caption, credit = split_credit(plain_text(_word(element, "caption")))
        image = Image(
            url=_word(element, "loc"),
            alt=plain_text(_word(element, "title")),
            caption=caption,
            credit=credit,
        )
        yield Offered(image=image, kind="content")


def _named(parent: etree._Element, name: str) -> Iterator[etree._Element]:
    return (child for child in parent if local_name(child).lower() == name)


def _word(parent: etree._Element, name: str) -> str:
    """Give the text of the first child of that name, "" if there is none."""
    child = next(_named(parent, name), None)
    return ("" if child is None else child.text or "").strip()
