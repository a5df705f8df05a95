"""Parse a web page, within bounds: its tree, and the objects of its JSON-LD (schema.org)."""

from __future__ import annotations

import codecs
import json
import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeAlias

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from digest.errors import SourceError
from digest.urls import absolute_url

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MAX_PAGE = 3_000_000  # bytes that are parsed; the largest news pages have 2 MB, mostly scripts
MAX_SCRIPTS = 20  # of JSON-LD
MAX_SCRIPT = 300_000  # characters of one
MAX_VALUES = 5_000  # values of one that are looked at

Thing: TypeAlias = dict[str, Any]  # an object of JSON-LD, of any shape

_HEAD = 4_000  # bytes in which a page declares its encoding
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_FEED = re.compile(r"\s*(?:<\?xml[^>]*>\s*)?<(?:rss|feed|rdf:RDF)\b")
# libxml2's time is quadratic in the attributes of one tag; real ones have a few dozen.
_ENDLESS_TAG = re.compile(r"(<[A-Za-z][\w:-]*\s)[^<>]{10000,}")
_MARKUP = re.compile(r"<[a-z!]", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebPage:
    """A page's tree, its text, and the address that its relative ones are resolved against."""

    root: HtmlElement
    text: str
    base: str


def read_page(body: bytes, headers: Mapping[str, str], url: str) -> WebPage:
    """Parse the first 3 MB of a page that stood at `url`; nothing is fetched.

    Raises SourceError where it is empty or no web page.
    """
    text = _ILLEGAL.sub("", _decoded(body[:MAX_PAGE], headers.get("content-type", "")))
    if not text.strip():
        raise SourceError("the page is empty")
    if _FEED.match(text):
        raise SourceError("a feed, not a web page", hint='Read it with use = "feed".')
    if not _MARKUP.search(text):
        raise SourceError("not a web page: it has no HTML")
    text = _ENDLESS_TAG.sub(r"\1", text)
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        root = document_fromstring(text.encode(), parser)
    except (etree.ParserError, etree.XMLSyntaxError) as error:
        raise SourceError("the page is too broken to be read") from error
    base = next((element.get("href") or "" for element in root.iter("base")), "")
    return WebPage(root=root, text=text, base=absolute_url(base, url) or absolute_url(url))


def things(page: WebPage) -> list[Thing]:
    """List the JSON-LD objects of a page, an outer one before those within it.

    Scripts that are broken, too long or too deeply nested are passed over.
    """
    scripts = (
        script
        for script in page.root.iter("script")
        if (script.get("type") or "").partition(";")[0].strip().lower() == "application/ld+json"
    )
    return [thing for script in islice(scripts, MAX_SCRIPTS) for thing in _objects(script)]


def kinds(thing: Thing) -> list[str]:
    """Give the names of an object's types."""
    said = thing.get("@type")
    return [kind for kind in (said if isinstance(said, list) else [said]) if isinstance(kind, str)]


def is_article(thing: Thing) -> bool:
    """Tell whether an object is an Article or one of its kinds (https://schema.org/Article)."""
    return any(kind.endswith(("Article", "Posting")) for kind in kinds(thing))


def word(thing: Thing, key: str) -> str:
    """Give a property as text: of several values the first, of an object its name or address."""
    value = thing.get(key)
    if isinstance(value, list):
        value = value[0] if value else ""
    if isinstance(value, dict):
        names = (value.get(name) for name in ("@value", "name", "url", "@id"))
        value = next((name for name in names if name), "")
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{value}"[:_HEAD]
    return _ILLEGAL.sub("", value) if isinstance(value, str) else ""


def parts(thing: Thing, key: str, limit: int) -> list[Thing]:
    """List a property's values as objects; a bare text becomes one with `name` and `url`."""
    value = thing.get(key)
    values = value[:limit] if isinstance(value, list) else [value]
    return [
        one if isinstance(one, dict) else {"name": one, "url": one}
        for one in values
        if isinstance(one, dict | str)
    ]


def _objects(script: HtmlElement) -> Iterator[Thing]:
    """Walk one script's values without recursion: the page decides how deep they go."""
    text = script.text or ""
    if len(text) > MAX_SCRIPT:
        return
    try:
        values = [json.loads(text, strict=False)]
    except (ValueError, RecursionError):
        return
    for _ in range(MAX_VALUES):
        if not values:
            return
        value = values.pop()
        if isinstance(value, dict):
            yield value
            values.extend(reversed(value.values()))
        elif isinstance(value, list):
            values.extend(reversed(value))


def _decoded(body: bytes, content_type: str) -> str:
    """Decode as UTF-8 where it is that, else as the header or the page says, else as cp1252."""
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return body.decode("utf-16", "replace")
    said = (_CHARSET.search(content_type), _CHARSET.search(body[:_HEAD].decode("latin-1")))
    for encoding in ("utf-8-sig", *(match[1] for match in said if match)):
        try:
            # Incrementally: the bound may have cut a character in two.
            return codecs.getincrementaldecoder(encoding)().decode(body)
        except (LookupError, UnicodeError, TypeError):  # TypeError: a codec of bytes to bytes
            continue
    return body.decode("cp1252", "replace")
