"""Read JSON Feed, 1.0 and 1.1, into the same articles that RSS and Atom give.

Specification: https://www.jsonfeed.org/version/1.1/
"""

from __future__ import annotations

import html
import json
import math
import re
from typing import TYPE_CHECKING, Any

from digest.errors import SourceError
from digest.markup import pixels
from digest.model import Image
from digest.sources.entries import MAX_LISTED, Context
from digest.sources.gathering import MAX_ENTRIES, Item, gather
from digest.sources.media import Offered, is_picture
from digest.urls import absolute_url

if TYPE_CHECKING:
    import datetime as dt

    from digest.protocols import Pulled
    from digest.sources.entries import Entry

_BLANK_LINE = re.compile(r"\n[ \t\r]*\n")
# What XML forbids as well, a lone surrogate first: no database takes it.
_UNFIT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def is_json(body: bytes) -> bool:
    """Tell whether a document is JSON rather than XML or HTML, by its first character."""
    return body.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in {b"{", b"["}


def parse_json_feed(body: bytes, *, url: str, source: str, now: dt.datetime) -> Pulled:
    """Give the articles of a JSON Feed, newest first, ties by guid; `memory` is empty.

    `url` is where the document stood. Raises SourceError, naming the reason, when it is no feed.
    """
    feed, warnings = _load(body)
    items = feed["items"]
    base = absolute_url(_text(feed, "home_page_url"), url) or absolute_url(url)
    context = Context(
        source=source,
        bases=(base,) if base else (),
        language=_text(feed, "language"),
        now=now,
    )
    if not items:
        warnings.append("the feed has no entries")
    objects = [item for item in items[: MAX_ENTRIES + 1] if isinstance(item, dict)]
    if len(objects) < len(items[: MAX_ENTRIES + 1]):
        context.doubts["that are no objects"] += len(items[: MAX_ENTRIES + 1]) - len(objects)
    read = [Item(entry=_entry(item, feed), offered=_offered(item)) for item in objects]
    return gather(read, context, title=_text(feed, "title"), warnings=warnings)


def _load(body: bytes) -> tuple[dict[str, Any], list[str]]:
    """Decode a feed object with its list of items, and say what was mended in it."""
    text = body.decode("utf-8-sig", "replace")
    if not text.strip():
        raise SourceError("the document is empty")
    try:
        feed = json.loads(text, strict=False)  # bare line ends within texts are common
    except RecursionError as error:
        raise SourceError("the JSON is nested too deeply to be read") from error
    except ValueError as error:  # bad JSON, or a number of thousands of digits
        raise SourceError(f"the JSON is broken: {_reason(error)}") from error
    if not isinstance(feed, dict) or not isinstance(feed.get("items"), list):
        raise SourceError("JSON, but not a JSON Feed", hint="A feed has a list of items.")
    broken = "\ufffd" in text and b"\xef\xbf\xbd" not in body
    return feed, ["not in the encoding it declares (utf-8)"] if broken else []


def _reason(error: ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg[:1].lower()}{error.msg[1:]} (line {error.lineno})"
    return "a number is too long"


def _entry(item: dict[str, Any], feed: dict[str, Any]) -> Entry:
    """Write an item as feedparser would have."""
    return {
        "id": _text(item, "id"),
        "link": _text(item, "url"),
        "links": [{"rel": "alternate", "href": _text(item, "external_url")}],
        "title": _text(item, "title"),
        "summary": _text(item, "summary"),
        "content": [
            {"value": _text(item, "content_html") or _as_html(_text(item, "content_text"))}
        ],
        "published": _text(item, "date_published"),
        "updated": _text(item, "date_modified"),
        "authors": _authors(item) or _authors(feed),
        "tags": [{"term": tag} for tag in _texts(item, "tags")],
        "language": _text(item, "language"),
    }


def _text(holder: dict[str, Any], key: str) -> str:
    """Give a value as text: a number is an id that somebody forgot to quote, all else is none."""
    value = holder.get(key)
    if isinstance(value, str):
        return _UNFIT.sub("", value)
    is_float = isinstance(value, float) and math.isfinite(value)
    return f"{value}" if is_float or type(value) is int else ""


def _texts(holder: dict[str, Any], key: str) -> list[str]:
    value = holder.get(key)
    listed = value[:MAX_LISTED] if isinstance(value, list) else []
    return [_UNFIT.sub("", text) for text in listed if isinstance(text, str)]


def _objects(holder: dict[str, Any], key: str) -> list[dict[str, Any]]:
    value = holder.get(key)
    listed = value[:MAX_LISTED] if isinstance(value, list) else [value]
    return [one for one in listed if isinstance(one, dict)]


def _authors(holder: dict[str, Any]) -> list[Entry]:
    """List the authors of an item or a feed: 1.1 has several, 1.0 had one."""
    authors = _objects(holder, "authors") or _objects(holder, "author")
    return [{"name": name} for author in authors if (name := _text(author, "name"))]


def _as_html(text: str) -> str:
    """Keep the paragraphs of a plain text, which a blank line parts."""
    return "".join(f"<p>{html.escape(part)}</p>" for part in _BLANK_LINE.split(text) if part)


def _offered(item: dict[str, Any]) -> tuple[Offered, ...]:
    """List the pictures of an item: its own, its banner's, and those attached."""
    attached = [
        _picture(part, "url", "enclosure")
        for part in _objects(item, "attachments")
        if is_picture(_text(part, "mime_type"), _text(part, "url"))
    ]
    found = [_picture(item, "image", "content"), _picture(item, "banner_image", "enclosure")]
    return tuple(one for one in (*found, *attached) if one.image.url)


def _picture(holder: dict[str, Any], key: str, kind: str) -> Offered:
    width, height = pixels(_text(holder, "width")), pixels(_text(holder, "height"))
    return Offered(
        image=Image(url=_text(holder, key).strip(), width=width, height=height), kind=kind
    )
