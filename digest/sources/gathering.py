"""Make the articles of one document from its entries, whatever format it was written in.

Each reader (`json_feed`, `sitemap_reading`, `listing_reading`) turns its items into the dicts that
`entries.read_entry` takes; what the items of a document have in common is decided here: who is
who, which one counts, in which order they go, and what is told of those left out.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.markup import bounded, plain_text
from digest.protocols import Pulled
from digest.sources.entries import Unusable, entry_link, entry_text, read_entry
from digest.urls import canonical_url

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.model import Article
    from digest.sources.entries import Context, Entry
    from digest.sources.media import Offered

MAX_ENTRIES = 2_000
MAX_TITLE = 200  # characters of the source's own title
MAX_GUID = 500  # characters; longer ones are hashed


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An entry, the pictures that stand beside its texts, and how often it was read, if known."""

    entry: Entry
    offered: tuple[Offered, ...] = ()
    views: int | None = None


def gather(
    items: Sequence[Item], context: Context, *, title: str = "", warnings: Sequence[str] = ()
) -> Pulled:
    """Give the articles of `items`, newest first, ties by guid; `memory` is empty.

    The first 2,000 items are read, and the first item with a guid is the one that counts. The
    doubts that `context` counted follow `warnings`.
    """
    kept = items[:MAX_ENTRIES]
    cut = [f"only its first {MAX_ENTRIES} items were read"] if len(items) > len(kept) else []
    articles = _articles(kept, context)
    return Pulled(
        articles=tuple(
            sorted(articles, key=lambda article: (-article.dated.timestamp(), article.guid))
        ),
        title=bounded(plain_text(title), MAX_TITLE),
        warnings=(*warnings, *cut, *counted(context.doubts)),
    )


def _articles(items: Sequence[Item], context: Context) -> list[Article]:
    guids = _identify([item.entry for item in items], context.bases)
    articles: dict[str, Article] = {}
    for item, guid in zip(items, guids, strict=True):
        try:
            article = read_entry(item.entry, guid, item.offered, context, views=item.views)
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
    guids = [" ".join(entry_text(entry, "id").split()) for entry in entries]
    if len(set(guids) - {""}) == len(entries):  # as it should be, and mostly is
        return [shortened(guid) for guid in guids]
    links = [canonical_url(entry_link(entry, bases)) for entry in entries]
    titles = [plain_text(entry_text(entry, "title")) for entry in entries]
    pages = list(zip(links, titles, strict=True))
    shared = _ambiguous(guids, pages) | _ambiguous(links, titles) | {""}
    return [
        shortened(next((key for key in (guid, link) if key not in shared), f"{title}\n{date}"))
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


def shortened(guid: str) -> str:
    """Give a guid of usable length."""
    if len(guid) <= MAX_GUID:
        return guid
    return f"sha256:{hashlib.sha256(guid.encode()).hexdigest()}"


def counted(doubts: Counter[str]) -> list[str]:
    """Say each doubt with its number: "3 items without a web link"."""
    return [
        f"{count} {'item' if count == 1 else 'items'} {what}"
        for what, count in sorted(doubts.items())
    ]
