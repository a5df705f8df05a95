"""Spare feedparser what is slow for it and plain to read: long texts, dates, categories.

They are taken out of a copy of the tree before and put into the entries after, under the keys and
in the form that feedparser gives them. This halves its time. Whatever has a subtle meaning stays:
links, guids, names, nested markup, encoded content.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml import etree

    from digest.sources.entries import Entry

LONG = 200  # characters of a text that is worth taking out

_BASE = (
    "",
    "http://purl.org/rss/1.0/",
    "http://www.w3.org/2005/Atom",
)
_DC = "http://purl.org/dc/elements/1.1/"
_CONTENT = "http://purl.org/rss/1.0/modules/content/"


def _tags(names: str, *namespaces: str) -> frozenset[str]:
    """Name elements as lxml does: "{namespace}name"."""
    return frozenset(
        f"{{{namespace}}}{name}" if namespace else name
        for namespace in namespaces
        for name in names.split()
    )


_TEXTS = _tags("description summary content", *_BASE) | _tags("encoded", _CONTENT)
_CATEGORIES = _tags("category", *_BASE) | _tags("subject", _DC)
_DATES = {
    **dict.fromkeys(_tags("pubDate published issued", *_BASE), "published"),
    **dict.fromkeys(_tags("updated modified", *_BASE) | _tags("date", _DC), "updated"),
    **dict.fromkeys(_tags("created", *_BASE), "created"),
}
_PLAIN_TYPES = frozenset({"", "text", "html", "text/html", "text/plain"})
# How other vocabularies' elements for categories end; the order of all of them counts.
_OTHER_CATEGORIES = ("category", "keywords", "tags", "subject")
_C1 = re.compile(r"[\x80-\x9f]")
_CP1252 = {
    code: bytes([code]).decode("cp1252")
    for code in range(0x80, 0xA0)
    if code not in {0x81, 0x8D, 0x8F, 0x90, 0x9D}
}


@dataclass(frozen=True, slots=True)
class Taken:
    """What was taken out of one item: texts by the mark left in their place, dates, categories."""

    texts: dict[str, str] = field(default_factory=dict)
    dates: dict[str, str] = field(default_factory=dict)
    categories: list[dict[str, str]] = field(default_factory=list)


def take_out(item: etree._Element) -> Taken:
    """Lighten an item of a tree, and give what it was relieved of."""
    taken = Taken()
    plainly = all(map(_is_plainly_categorised, item))
    for child in list(item):
        if child.tail and child.tail.isspace():  # what indents the next element
            child.tail = None
        if len(child) or not isinstance(child.tag, str):
            continue
        text = child.text or ""
        if child.tag in _DATES:
            taken.dates[_DATES[child.tag]] = _repaired(text)
            item.remove(child)
        elif plainly and child.tag in _CATEGORIES:
            _add_category(taken, _repaired(text), child.get("scheme") or child.get("domain") or "")
            item.remove(child)
        elif len(text) > LONG and _is_plain(child) and not text.isspace():
            mark = f"text {len(taken.texts)} taken out"
            taken.texts[mark] = _repaired(text)
            child.text = mark
    return taken


def put_back(entry: Entry, taken: Taken) -> None:
    """Complete an entry as feedparser would have given it."""
    entry.update(taken.dates)
    if taken.categories:
        entry.setdefault("tags", []).extend(taken.categories)
    if not taken.texts:
        return
    parts = [(entry, "summary"), *((part, "value") for part in dict.get(entry, "content", ()))]
    for part, key in parts:
        value = dict.get(part, key)
        if value in taken.texts:
            part[key] = taken.texts[value]


def _is_plainly_categorised(child: etree._Element) -> bool:
    """Tell whether a child names no category, or names it by nothing but its text."""
    if child.tag in _CATEGORIES:
        return not len(child) and "term" not in child.attrib and "label" not in child.attrib
    return not (isinstance(child.tag, str) and child.tag.endswith(_OTHER_CATEGORIES))


def _add_category(taken: Taken, term: str, scheme: str) -> None:
    category = {"term": term, "scheme": scheme}
    if term and category not in taken.categories:
        taken.categories.append(category)


def _is_plain(child: etree._Element) -> bool:
    """Tell whether an element's text is nothing but its value: not encoded, of no other type."""
    kind = (child.get("type") or "").lower()
    return child.tag in _TEXTS and kind in _PLAIN_TYPES and "mode" not in child.attrib


def _repaired(text: str) -> str:
    """Do what feedparser does to every value: undo UTF-8 read as Latin-1, and Windows-1252."""
    text = text.strip()
    if text.isascii():
        return text
    with suppress(UnicodeError):
        text = text.encode("iso-8859-1").decode("utf-8")
    return text.translate(_CP1252) if _C1.search(text) else text
