"""Read a whole feed document: a tree, its pictures, feedparser's entries, articles.

    bytes ──feed_tree──▶ tree ──media──▶ pictures, and a tree without them ──feedparser──▶ entries
                                  └────────────────────────────────────────────gathering──▶ articles

Feedparser's sanitising and URI resolution are off: texts are cleaned by `markup`, addresses
resolved here. It always gets well-formed UTF-8, so that it never falls back on guessing.
"""

from __future__ import annotations

import copy
import io
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import feedparser
from lxml import etree

from digest.errors import SourceError
from digest.markup import MAX_HTML
from digest.sources.entries import Context, entry_text, without_addresses
from digest.sources.feed_tree import read_tree
from digest.sources.gathering import MAX_ENTRIES, Item, gather
from digest.sources.json_feed import is_json, parse_json_feed
from digest.sources.lightening import put_back, take_out
from digest.sources.media import community, offered_pictures, remove_media
from digest.urls import absolute_url

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from digest.protocols import Pulled
    from digest.sources.entries import Entry

# Where <item> and <entry> stand in RSS 2.0, RSS 1.0, RSS 0.90 and Atom.
_NAMESPACES = frozenset(
    {
        "",
        "http://purl.org/rss/1.0/",
        "http://my.netscape.com/rdf/simple/0.9/",
        "http://www.w3.org/2005/Atom",
        "http://purl.org/atom/ns#",
    }
)
# Minutes: https://web.resource.org/rss/1.0/modules/syndication/
_PERIODS = {"hourly": 60, "daily": 1440, "weekly": 10_080, "monthly": 43_200, "yearly": 525_600}
_HEADERS = {"content-type": "application/xml; charset=utf-8"}  # without it all is bozo


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What a feed document lists, before anything is made of it.

    `memory` is what the document wants to be remembered: see `parse_feed`.
    """

    items: tuple[Item, ...]
    context: Context
    title: str
    warnings: tuple[str, ...]
    memory: Mapping[str, str]


def parse_feed(
    body: bytes, headers: Mapping[str, str], *, url: str, source: str, now: dt.datetime
) -> Pulled:
    """Give the articles of a feed document, newest first, ties by guid.

    `memory` holds "ttl", the minutes that the document asks to be left alone, if it does. `url` is
    where the document stood. Raises SourceError, naming the reason, when it is no feed.
    """
    if is_json(body):
        return parse_json_feed(body, url=url, source=source, now=now)
    listed = list_items(body, headers, url=url, source=source, now=now)
    pulled = gather(listed.items, listed.context, title=listed.title, warnings=listed.warnings)
    return replace(pulled, memory=listed.memory)


def list_items(
    body: bytes, headers: Mapping[str, str], *, url: str, source: str, now: dt.datetime
) -> Listed:
    """Give what an XML feed lists, in its own order. Raises SourceError when it is no feed."""
    tree = read_tree(body, headers, url)
    items = _items(tree.root)
    warnings = [*tree.warnings, *_keep_first(items)]
    beside = [(offered_pictures(item), community(item).views) for item in items[:MAX_ENTRIES]]
    remove_media(tree.root)
    _remove_addresses(tree.root)
    _bound_texts(tree.root)
    feed, entries = _quickly_feedparsed(tree.root)
    if not entries:
        if not tree.well_formed:
            raise SourceError(f"no item can be read: {tree.warnings[-1]}")
        warnings.append("the feed has no entries")
    if len(beside) != len(entries):  # feedparser counts items by rules of its own
        beside = [((), None)] * len(entries)
    bases = _bases(url, entry_text(feed, "link"))
    context = Context(source=source, bases=bases, language=entry_text(feed, "language"), now=now)
    return Listed(
        items=tuple(
            Item(entry=entry, offered=offered, views=views)
            for entry, (offered, views) in zip(entries, beside, strict=True)
        ),
        context=context,
        title=entry_text(feed, "title"),
        warnings=tuple(warnings),
        memory=_wish(feed),
    )


def _items(root: etree._Element) -> list[etree._Element]:
    """List the entries' elements in document order."""
    return [
        element
        for element in root.iter("{*}item", "{*}entry")
        # Not by QName, which refuses a namespace with a brace in it.
        if str(element.tag).rpartition("}")[0][1:] in _NAMESPACES
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


def _bound_texts(root: etree._Element) -> None:
    """Cut the texts that nobody reads whole: feedparser takes each entity for itself."""
    for element in root.iter():
        if element.text and len(element.text) > MAX_HTML:
            element.text = element.text[:MAX_HTML]


def _quickly_feedparsed(root: etree._Element) -> tuple[Entry, list[Entry]]:
    """Do as `_feedparsed`, sparing feedparser most of the work where the items allow it."""
    light = copy.deepcopy(root)
    taken = [take_out(item) for item in _items(light)]
    feed, entries = _feedparsed(light)
    if len(entries) != len(taken):  # feedparser counts items by rules of its own
        return _feedparsed(root)
    for entry, missing in zip(entries, taken, strict=True):
        put_back(entry, missing)
    return feed, entries


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


def _wish(feed: Entry) -> dict[str, str]:
    """Read how long the document asks to be left alone: its ttl, or how often it says to change."""
    ttl = entry_text(feed, "ttl").strip()
    if re.fullmatch(r"[0-9]{1,6}", ttl):
        return {"ttl": ttl}
    period = _PERIODS.get(entry_text(feed, "sy_updateperiod").strip().lower())
    often = entry_text(feed, "sy_updatefrequency").strip() or "1"
    if period and re.fullmatch(r"[1-9][0-9]{0,3}", often):
        return {"ttl": str(period // int(often))}
    return {}


def _bases(url: str, link: str) -> tuple[str, ...]:
    """Give what relative addresses are resolved against: its site, else where the feed stood."""
    base = absolute_url(link, url) or absolute_url(url)
    return (base,) if base else ()
