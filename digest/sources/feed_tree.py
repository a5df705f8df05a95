"""Read the bytes of a feed document into a tree, saying plainly what is wrong with them.

What can be mended is mended, with a warning: a false encoding, bare ampersands, HTML entities,
undeclared prefixes, an end that is missing. What is no feed is refused, with the reason.
"""

from __future__ import annotations

import codecs
import re
import sys
from dataclasses import dataclass
from html.entities import html5
from typing import TYPE_CHECKING

from lxml import etree

from digest.errors import SourceError
from digest.sources.page_reading import declared_feeds
from digest.sources.web_page import read_page

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_NAME = 40  # characters of a root's or an encoding's name that are told
_HEAD = 4_000  # characters in which a document shows what it is
_PAGE = 500_000  # characters of a web page that are searched for the feed it names
_START = re.compile(r"<(?:\?xml|!DOCTYPE|(?:[\w-]+:)?(?:rss|rdf|feed|html)\b)", re.IGNORECASE)
_ROOT = re.compile(
    r"(?:\s|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>)*<([A-Za-z][\w:.-]*)",
    re.DOTALL | re.IGNORECASE,
)
_FEED_ROOTS = frozenset({"rss", "rdf", "feed", "channel"})
_DECLARED = re.compile(r"<\?xml[^>]*?\bencoding\s*=\s*[\"']([\w.:-]+)", re.IGNORECASE)
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_PROLOGUE = re.compile(r"\A<\?xml.*?\?>", re.DOTALL)
_DOCTYPE = re.compile(r"<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>", re.DOTALL | re.IGNORECASE)
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # XML 1.0 §2.2
_CDATA_OR_ENTITY = re.compile(
    r"<!\[CDATA\[.*?(?:\]\]>|\Z)|&+(?=&)|&(?:#\d+;|#x[\da-f]+;|([a-z][a-z\d]*);)?",
    re.DOTALL | re.IGNORECASE,
)
_ITEM = re.compile(r"<(/?)((?:[\w-]+:)?(?:item|entry))[\s>]")
_PREFIX = re.compile(r"<([A-Za-z][\w.-]*):[A-Za-z]")
_DECLARED_PREFIX = re.compile(r"\bxmlns:([\w.-]+)\s*=")
MAX_PREFIXES = 50  # declared for a document that forgot to
_PREFIXES = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "media": "http://search.yahoo.com/mrss/",
    "slash": "http://purl.org/rss/1.0/modules/slash/",
    "thr": "http://purl.org/syndication/thread/1.0",
    "wfw": "http://wellformedweb.org/CommentAPI/",
}
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\x00?\x00", "utf-16-le"),
    (b"\x00<\x00?", "utf-16-be"),
)
# What the Web means by these names: https://encoding.spec.whatwg.org/#names-and-labels
_READ_AS = {
    **dict.fromkeys(("ascii", "us-ascii", "iso-8859-1", "latin1"), "cp1252"),
    **dict.fromkeys(("gb2312", "gbk"), "gb18030"),
}
_SEVEN_BIT = ("iso-2022", "hz", "utf-7")  # they look like ASCII, and so like UTF-8
_STRAY_BYTES = {
    0xDC00 + byte: bytes([byte]).decode("cp1252", "replace") for byte in range(0x80, 0x100)
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedTree:
    """A feed's tree, and in one phrase each what had to be mended in it.

    An item in which the document broke off is not in the tree.
    """

    root: etree._Element
    well_formed: bool = True
    warnings: tuple[str, ...] = ()


def read_tree(body: bytes, headers: Mapping[str, str], url: str) -> FeedTree:
    """Read `body`, which stood at `url`, as an RSS, RDF or Atom tree.

    Raises SourceError, each with its own reason, for a document that is empty, HTML or
    something else that is no feed, or that is too broken to hold anything.
    """
    text, warnings = _decode(body, headers.get("content-type", ""))
    text = _ILLEGAL.sub("", text).lstrip("\ufeff \t\r\n")
    if not text:
        raise SourceError("the document is empty")
    start = _START.search(text, 0, _HEAD)
    text = text[start.start() if start else 0 :]
    name = _require_feed(text, url)
    text = _PROLOGUE.sub("", text)
    if _DOCTYPE.search(text, 0, _HEAD):  # the tree is built without a DTD's entities
        text = _with_entities_mended(_DOCTYPE.sub("", text, count=1))
    try:
        return FeedTree(root=_tree(text, recover=False), warnings=warnings)
    except etree.XMLSyntaxError as error:
        return _recovered(text, name, error.lineno or 1, warnings)


def _decode(body: bytes, content_type: str) -> tuple[str, tuple[str, ...]]:
    """Decode by what the bytes are rather than by what is said of them.

    Non-ASCII text that is valid UTF-8 is UTF-8; a declared charset is believed only after that,
    the header's first (RFC 7303 §3). Stray bytes are mostly Windows-1252 pasted into UTF-8.
    """
    for mark, encoding in _MARKS:
        if body.startswith(mark):
            return body.decode(encoding, "replace"), ()
    declared = [
        _READ_AS.get(name.lower(), name)
        for match in (
            _CHARSET.search(content_type),
            _DECLARED.search(body[:_HEAD].decode("latin-1")),
        )
        if match
        for name in (match[1],)
    ]
    seven_bit = any(name.lower().startswith(_SEVEN_BIT) for name in declared)
    for encoding in declared if seven_bit else ["utf-8", *declared]:
        try:
            return body.decode(encoding), ()
        except (LookupError, UnicodeError):
            continue
    warning = f"not in the encoding it declares ({(*declared, 'utf-8')[0][:MAX_NAME]})"
    return body.decode("utf-8", "surrogateescape").translate(_STRAY_BYTES), (warning,)


def _require_feed(text: str, url: str) -> str:
    """Give the root element's name. Raises SourceError where it is no feed's."""
    match = _ROOT.match(text)
    name = match[1] if match else ""
    kind = name.rpartition(":")[2].lower()
    if kind in _FEED_ROOTS:
        return name
    if kind == "html":
        raise SourceError("a web page (HTML), not a feed", hint=_page_hint(text, url))
    what = f"its root is <{name[:MAX_NAME]}>" if name else "it is no XML"
    raise SourceError(f"not a feed: {what}")


def _page_hint(text: str, url: str) -> str:
    """Name the feed that the page itself declares, if it does."""
    try:
        feeds = declared_feeds(read_page(text[:_PAGE].encode(), {}, url))
    except SourceError:
        feeds = ()
    if feeds:
        return f"The page names its feed: {feeds[0].url}"
    return "A page's address is not its feed's: look for the site's RSS or Atom feed."


def _recovered(text: str, name: str, line: int, warnings: tuple[str, ...]) -> FeedTree:
    truncated = f"</{name}" not in text[-_HEAD:]
    if truncated:
        text = _without_unfinished_item(text)
    what = "broke off before its end" if truncated else f"not well-formed XML (line {line})"
    text = _with_prefixes_declared(_with_entities_mended(text), name)
    try:
        root = _tree(text, recover=True)
    except etree.XMLSyntaxError as error:
        raise SourceError("the XML is too broken to be read") from error
    return FeedTree(root=root, well_formed=False, warnings=(*warnings, what))


def _tree(text: str, *, recover: bool) -> etree._Element:
    """Parse, with nothing fetched and no entity of the document's own expanded.

    Raises XMLSyntaxError, and SourceError where nothing can be recovered.
    """
    parser = etree.XMLParser(
        encoding="utf-8",
        recover=recover,
        resolve_entities=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
        strip_cdata=False,
    )
    root = etree.fromstring(text.encode(), parser)
    if root is None:
        raise SourceError("the XML is too broken to be read")
    return root


def _without_unfinished_item(text: str) -> str:
    """Drop a last item that was never closed: half an address leads nowhere."""
    tags = list(_ITEM.finditer(text))
    return text[: tags[-1].start()] if tags and not tags[-1][1] else text


def _with_entities_mended(text: str) -> str:
    """Make characters of HTML's entities and escape bare ampersands, outside of CDATA."""
    return _CDATA_OR_ENTITY.sub(_mended, text)


def _mended(match: re.Match[str]) -> str:
    if match[0].endswith("&"):
        return "&amp;" * len(match[0])
    if match[0].startswith("&#"):
        return match[0] if _is_legal(match[0][2:-1]) else ""
    if match[1] is None or match[1] in {"amp", "lt", "gt", "quot", "apos"}:
        return match[0]
    return html5.get(f"{match[1]};", f"&amp;{match[1]};")


def _is_legal(number: str) -> bool:
    """Judge a character reference: the parser that recovers would let a surrogate through."""
    if len(number) > len("x10ffff"):
        return False
    code = int(number[1:], 16) if number[0] in "xX" else int(number)
    return code <= sys.maxunicode and not _ILLEGAL.match(chr(code))


def _with_prefixes_declared(text: str, name: str) -> str:
    """Declare the prefixes that the document uses without saying what they are."""
    used = sorted(set(_PREFIX.findall(text)) - set(_DECLARED_PREFIX.findall(text)) - {"xml"})
    missing = "".join(
        f' xmlns:{prefix}="{_PREFIXES.get(prefix, f"urn:undeclared:{prefix}")}"'
        for prefix in used[:MAX_PREFIXES]
    )
    return text.replace(f"<{name}", f"<{name}{missing}", 1)
