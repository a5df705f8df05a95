"""Read a whole feed document: a tree, its pictures, feedparser's entries, articles.

    bytes ──document──▶ tree ──media──▶ pictures, and a tree without them ──feedparser──▶ entries
                                  └──────────────────────────────────────────────entries──▶ articles

Feedparser's sanitising and URI resolution are off: texts are cleaned by `markup`, addresses
resolved here. It always gets well-formed UTF-8, so that it never falls back on guessing.
"""

from __future__ import annotations

import hashlib
import io
from collections import Counter
from typing import TYPE_CHECKING

import feedparser
from lxml import etree

from digest.errors import SourceError
from digest.markup import bounded, plain_text
from digest.protocols import Pulled
from digest.sources.document import read_document
from digest.sources.entries import (
    Context,
    Unusable,
    entry_link,
    entry_text,
    read_entry,
    without_addresses,
)
from digest.sources.media import offered_pictures, remove_media
from digest.urls import absolute_url, canonical_url

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from digest.model import Article
    from digest.sources.entries import Entry
    from digest.sources.media import Offered

MAX_ENTRIES = 2_000
MAX_TITLE = 200  # characters of the feed's own title
MAX_GUID = 500  # characters; longer ones are hashed

# Where <item> and <entry> stand in RSS 2.0, RSS 1.0, RSS 0.90 and Atom.
_NAMESPACES = frozenset(
    {
        None,
        "http://purl.org/rss/1.0/",
        "http://my.netscape.com/rdf/simple/0.9/",
        "http://www.w3.org/2005/Atom",
        "http://purl.org/atom/ns#",
    }
)
_HEADERS = {"content-type": "application/xml; charset=utf-8"}  # without it all is bozo


def parse_feed(
    body: bytes, headers: Mapping[str, str], *, url: str, source: str, now: dt.datetime
) -> Pulled:
    """Give the articles of a feed document, newest first, ties by guid; `memory` is empty.

    `url` is where the document stood. Raises SourceError, naming the reason, when it is no feed.
    """
    document = read_document(body, headers, url)
    items = _items(document.root)
    warnings = [*document.warnings, *_keep_first(items)]
    offered = [offered_pictures(item) for item in items[:MAX_ENTRIES]]
    remove_media(document.root)
    _remove_addresses(document.root)
    feed, entries = _feedparsed(document.root)
    if not entries:
        if not document.well_formed:
            raise SourceError(f"no item can be read: {document.warnings[-1]}")
        warnings.append("the feed has no entries")
    if len(offered) != len(entries):  # feedparser counts items by rules of its own
        offered = [()] * len(entries)
    bases = _bases(url, entry_text(feed, "link"))
    context = Context(source=source, bases=bases, language=entry_text(feed, "language"), now=now)
    articles = _articles(entries, offered, context)
    return Pulled(
        articles=tuple(
            sorted(articles, key=lambda article: (-article.dated.timestamp(), article.guid))
        ),
        title=bounded(plain_text(entry_text(feed, "title")), MAX_TITLE),
        warnings=(*warnings, *_counted(context.doubts)),
    )


def _items(root: etree._Element) -> list[etree._Element]:
    """List the entries' elements in document order."""
    return [
        element
        for element in root.iter("{*}item", "{*}entry")
        if etree.QName(element).namespace in _NAMESPACES
    ]


def _keep_first(items: Sequence[etree._Element]) -> list[str]:
    """Take the items beyond the bound out of their tree, and say so."""
    for item in items[MAX_ENTRIES:]:
        parent = item.getparent()
        if parent is not None:
            parent.remove(item)
    return [f"only its first {MAX_ENTRIES} items were read"] if len(items) > MAX_ENTRIES else []


def _remove_addresses(root: etree._Element) -> None:
    """Take email addresses out of the authors: feedparser cuts those it does not expect in two."""
    for element in root.iter("{*}author", "{*}creator"):
        if element.text and "@" in element.text:
            element.text = without_addresses(element.text)


def _feedparsed(root: etree._Element) -> tuple[Entry, list[Entry]]:
    """Give feedparser's view of the feed and of its entries, these in document order."""
    document = io.BytesIO(etree.tostring(root, encoding="utf-8"))
    try:
        parsed = feedparser.parse(
            document, response_headers=_HEADERS, sanitize_html=False, resolve_relative_uris=False
        )
    except Exception as error:  # feedparser names none; one feed must not stop all
        raise SourceError("the feed is too broken to be read") from error
    return parsed["feed"], parsed["entries"]


def _bases(url: str, link: str) -> tuple[str, ...]:
    """Give what relative addresses are resolved against: where the feed stood, then its site."""
    return tuple(base for base in (absolute_url(url), absolute_url(link, url)) if base)


def _articles(
    entries: Sequence[Entry], offered: Sequence[Sequence[Offered]], context: Context
) -> list[Article]:
    """Make the articles; the first entry with a guid is the one that counts."""
    guids = _identify(entries, context.bases)
    articles: dict[str, Article] = {}
    for entry, guid, pictures in zip(entries, guids, offered, strict=True):
        try:
            article = read_entry(entry, guid, pictures, context)
        except Unusable as reason:
            context.doubts[str(reason)] += 1
        else:
            articles.setdefault(guid, article)
    return list(articles.values())


def _identify(entries: Sequence[Entry], bases: Sequence[str]) -> list[str]:
    """Give each entry its guid: its own, else its link, else its title and date.

    A guid that stands on several pages, or a link on several titles, identifies nothing, and the
    next one is taken: some feeds repeat one guid on every item (miniflux/v2 issue 4197).
    """
    links = [canonical_url(entry_link(entry, bases)) for entry in entries]
    titles = [plain_text(entry_text(entry, "title")) for entry in entries]
    guids = [" ".join(entry_text(entry, "id").split()) for entry in entries]
    pages = list(zip(links, titles, strict=True))
    shared = _ambiguous(guids, pages) | _ambiguous(links, titles) | {""}
    return [
        _shortened(next((key for key in (guid, link) if key not in shared), f"{title}\n{date}"))
        for guid, link, title, date in zip(
            guids, links, titles, map(_any_date, entries), strict=True
        )
    ]


def _ambiguous(keys: Sequence[str], meanings: Sequence[object]) -> set[str]:
    """Find the keys that stand for more than one meaning."""
    pairs = set(zip(keys, meanings, strict=True))
    return {key for key, count in Counter(key for key, _ in pairs).items() if count > 1}


def _any_date(entry: Entry) -> str:
    return entry_text(entry, "published") or entry_text(entry, "updated")


def _shortened(guid: str) -> str:
    if len(guid) <= MAX_GUID:
        return guid
    return f"sha256:{hashlib.sha256(guid.encode()).hexdigest()}"


def _counted(doubts: Counter[str]) -> list[str]:
    """Say each doubt with its number: "3 items without a web link"."""
    return [
        f"{count} {'item' if count == 1 else 'items'} {what}"
        for what, count in sorted(doubts.items())
    ]
