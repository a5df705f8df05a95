"""Turn a feed's HTML into plain text, paragraphs and images; nothing live comes out.

nh3 (an HTML5 parser) decides what is markup; what it leaves is decoded to text. Feeds escape once,
twice or not at all, so texts are decoded until nothing changes: "Q&amp;amp;A" and "Q&A" both give
"Q&A". A "<" or "&" that starts no known tag or entity is a character like any other.
"""

from __future__ import annotations

import functools
import html as entities
import re
from html.entities import html5
from typing import TYPE_CHECKING
from urllib.parse import urljoin

import nh3
from lxml import etree
from lxml.html import defs, html_parser

from digest.model import Image

if TYPE_CHECKING:
    from lxml.html import HtmlElement

MAX_HTML = 200_000  # characters of one field that are read
MAX_DEPTH = 100  # of nested elements; HTML5 parsing is quadratic in it
MAX_ROUNDS = 10  # of decoding; real feeds need two
MIN_PIXELS = 32  # the side of the smallest picture that is no icon

_BLOCKS = frozenset(
    """
    address article aside blockquote center dd details div dl dt fieldset footer form h1 h2 h3 h4
    h5 h6 header hr li main nav ol p pre section summary table tbody td tfoot th thead tr ul
    """.split()  # noqa: SIM905  words in columns read better than a list
)
# Elements whose content is no part of the running text.
_DROPPED = frozenset(
    """
    applet audio button canvas datalist embed figure head iframe math noscript object script select
    style svg template textarea title video
    """.split()  # noqa: SIM905  words in columns read better than a list
)
_CLOSED_BY_THEMSELVES = frozenset(
    """
    area base br col dd dt embed hr img input li link meta option p param source tbody td tfoot th
    thead tr track wbr
    """.split()  # noqa: SIM905  words in columns read better than a list
)
_KNOWN = defs.tags | _BLOCKS | _DROPPED | {"bdi", "data", "dialog", "g", "path", "picture", "slot"}

_TEXT = nh3.Cleaner(
    # Without "*", nh3 keeps lang and title everywhere.
    tags=_BLOCKS | {"br"},
    clean_content_tags=_DROPPED,
    attributes={"*": set()},
    link_rel=None,
)
_LAZY = ("data-src", "data-lazy-src", "data-original")
_OPENING = re.compile(r"<(/?)([a-z][a-z0-9]*)", re.IGNORECASE)
_CDATA = re.compile(r"<!\[CDATA\[|\]\]>")
_STRAY_LESS_THAN = re.compile(
    rf"<(?!!--|[!?][a-z]|/?(?:{'|'.join(sorted(_KNOWN))}|[a-z]+[:-][\w:-]+)"
    r"(?:\s*/?>|\s[^<>]*>|\s+[\w:-]+\s*=))",
    re.IGNORECASE,
)
_AMPERSAND = re.compile(r"&(?:#\d{1,7};|#[xX][\da-fA-F]{1,6};|([A-Za-z][A-Za-z\d]{1,31};))?")
_BREAK = re.compile(r"<(?:br>\s*(?:<br>\s*)+|/?(?!br>)[a-z][a-z0-9]*>)")
_BLANK_LINE = re.compile(r"(?>\r\n?|\n)[ \t]*(?>\r\n?|\n)")

# Control, direction-changing and zero-width characters, and lone surrogates. The joiners stay
# where they mean something: within emoji and within scripts other than Latin.
_INVISIBLE = re.compile(
    r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e"
    r"\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
_USELESS_JOINER = re.compile(
    r"(?<![^\x00-\u02ff\s\u200c\u200d])[\u200c\u200d]|[\u200c\u200d](?![^\x00-\u02ff\s\u200c\u200d])"
)
# A sentence ends after a word, number or bracket; "U.S." and "Mr." are no ends.
_SENTENCE_END = re.compile(
    r"(?:[^\W\d_]{4}|\d|[)\]%])[.!?\u2026][\"'\u201d\u2019)]*(?=\s|$)|[\u3002\uff01\uff1f]"
)
_CREDIT = re.compile(
    r"(?:^|(?<=[.!?\u2026\"\u201d)\]])\s+|[(\[|])\s*"
    r"(?:(?:image|photo(?:graph)?|picture)s?(?:\s+(?:credits?\s*:|by\b)|\s*:)|credits?\s*:)"
    r"\s*([\w@\u00a9][^()\[\]]{1,120}?)[.)\]\s]*$",
    re.IGNORECASE,
)
_CREDIT_WORDS = ("image", "photo", "picture", "credit")  # looked for first: most lines have none
_DECORATION = re.compile(
    r"emoji|avatar|smil(?:ey|ies)|spacer|pixel|blank\.gif|transparent\.|1x1|/tracking/|/tracker"
    r"|doubleclick\.|scorecardresearch\.|feedburner\.com/~|feedsportal\.|stats\.wordpress\."
    r"|//s\.w\.org/|//b\.wordpress\.com|/share-buttons?/|\.svg(?:$|[?#])",
    re.IGNORECASE,
)


def plain_text(html: str) -> str:
    """Give the text of `html` on one line, without tags, entities and invisible characters."""
    if "<" not in html and "&" not in html:  # the quick way: most texts are plain
        return _one_line(html[:MAX_HTML])
    text = _one_line(_within_bounds(html))
    for _ in range(MAX_ROUNDS):
        if "<" not in text and "&" not in text:
            break
        decoded = _one_line(" ".join(_blocks(text)))
        if decoded == text:
            break
        text = decoded
    return text


def text_of(html: str) -> str:
    """Give the text of `html` on one line, decoded once: of "&lt;b&gt;" it says "<b>"."""
    return _one_line(" ".join(_blocks(_within_bounds(html))))


def paragraphs(html: str) -> tuple[str, ...]:
    """Give the text of each block element of `html`, in order, as plain lines; none is empty.

    Two line breaks separate paragraphs too; in a text without markup, a blank line does.
    """
    if "<" not in html:
        html = entities.unescape(html)  # a whole body escaped twice
    lines = (plain_text(block) for block in _blocks(_within_bounds(html)))
    return tuple(line for line in lines if line)


def images(html: str, base_url: str) -> tuple[Image, ...]:
    """Give the pictures of `html` in order: absolute http(s) addresses, each with its own words.

    A picture without an alt has "". Its caption is its figure's, else its title. Icons, avatars,
    spacers, tracking pixels and SVG, which mail clients do not show, are left out.
    """
    if "<img" not in html.lower():
        return ()
    # Nothing but addresses and plain text leaves this tree: it need not be cleaned.
    root = etree.fromstring(f"<div>{_within_bounds(html)}</div>", html_parser)
    found = (_image(element, base_url) for element in root.iter("img"))
    return tuple(image for image in found if image)


def is_decoration(url: str, width: int | None = None, height: int | None = None) -> bool:
    """Tell whether a picture is an icon, an avatar, a spacer or a tracking pixel."""
    small = any(side is not None and side < MIN_PIXELS for side in (width, height))
    return small or bool(_DECORATION.search(url))


def pixels(text: str | None) -> int | None:
    """Read a width or height: whole pixels above 0, None for percentages and anything else."""
    match = re.fullmatch(r"\s*(\d{1,5})(?:\.\d+)?(?:px)?\s*", text or "")
    return (int(match[1]) or None) if match else None


def split_credit(caption: str) -> tuple[str, str]:
    """Part a plain caption from the credit at its end ("A bridge. Photo: Jo Doe"), "" if none."""
    lowered = caption.lower()
    match = any(word in lowered for word in _CREDIT_WORDS) and _CREDIT.search(caption)
    if not match:
        return caption, ""
    return caption[: match.start()].rstrip(), match[1].strip()


def bounded(text: str, limit: int) -> str:
    """Cut a plain line to at most `limit` characters: after a sentence, else a word and "…".

    A sentence must fill at least half of the room to be worth ending at.
    """
    if len(text) <= limit:
        return text
    ends = [match.end() for match in _SENTENCE_END.finditer(text, 0, limit + 1)]
    fitting = [end for end in ends if limit / 2 <= end <= limit]
    if fitting:
        return text[: fitting[-1]]
    head, space, _ = text[:limit].rpartition(" ")
    return (head if space else text[: limit - 1]).rstrip(" ,;:.-\u2013\u2014\u2026") + "\u2026"


def first_sentence(text: str) -> str:
    """Give a plain line's first sentence, the whole line if it has but one."""
    match = _SENTENCE_END.search(text)
    return text[: match.end()] if match else text


@functools.lru_cache(maxsize=1)  # a description is asked for its paragraphs and its text
def _blocks(html: str) -> list[str]:
    """Clean `html` once and part it at its block elements; each part is decoded once."""
    html = _with_strays_escaped(html)
    if "<" in html:  # else there is no markup to clean
        html = _TEXT.clean(html)
    parts = (_BREAK if "<" in html else _BLANK_LINE).split(html)
    return [entities.unescape(part.replace("<br>", " ")) for part in parts]


def _with_strays_escaped(html: str) -> str:
    """Escape every "<" and "&" that is a character of the text, so that the parser keeps it."""
    if "<![CDATA[" in html or "]]>" in html:
        html = _CDATA.sub("", html)
    return _STRAY_LESS_THAN.sub("&lt;", _AMPERSAND.sub(_kept_entity, html))


def _kept_entity(match: re.Match[str]) -> str:
    is_entity = match[0] != "&" and (match[1] is None or match[1] in html5)
    return match[0] if is_entity else f"&amp;{match[0][1:]}"


@functools.lru_cache(maxsize=2)  # a body is asked for its paragraphs and its pictures
def _within_bounds(html: str) -> str:
    """Cut hostile HTML where it becomes too long or too deeply nested; drop lone surrogates."""
    html = html[:MAX_HTML]
    if not html.isprintable():
        html = _INVISIBLE.sub("", html)
    depth = 0
    for match in _OPENING.finditer(html):
        if match[2].lower() not in _CLOSED_BY_THEMSELVES:
            depth += -1 if match[1] else 1
        if depth > MAX_DEPTH:
            return html[: match.start()]
    return html


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    if line.isprintable():  # the quick test: most lines hold nothing to drop
        return line
    return " ".join(_USELESS_JOINER.sub("", _INVISIBLE.sub("", line)).split())


def _image(element: HtmlElement, base_url: str) -> Image | None:
    url = next(filter(None, (_absolute(element.get(name), base_url) for name in _SOURCES)), "")
    width, height = pixels(element.get("width")), pixels(element.get("height"))
    if not url or is_decoration(f"{url} {element.get('class', '')}", width, height):
        return None
    caption, credit = _caption(element)
    return Image(
        url=url,
        alt=plain_text(element.get("alt", "")),
        caption=caption or plain_text(element.get("title", "")),
        credit=credit,
        width=width,
        height=height,
    )


_SOURCES = (*_LAZY, "src")  # a lazy image's own src is a placeholder


_NO_ADDRESS = frozenset({"", "#", "none", "null", "undefined"})  # what templates leave behind


def _absolute(url: str | None, base_url: str) -> str:
    written = (url or "").strip().replace(" ", "%20")
    if written.lower() in _NO_ADDRESS:
        return ""
    try:
        joined = urljoin(base_url, written)
    except ValueError:
        return ""
    joined = f"https:{joined}" if joined.startswith("//") else joined
    return joined if re.match(r"https?://[^/]", joined) else ""


def _caption(element: HtmlElement) -> tuple[str, str]:
    """Give the caption and the credit of the figure that holds a picture."""
    figure = next(element.iterancestors("figure"), None)
    words = next(figure.iter("figcaption"), None) if figure is not None else None
    if words is None:
        return "", ""
    for part in words.iter("cite", "span", "div", "small"):
        if part.tag == "cite" or "credit" in part.get("class", "").lower():
            credit = plain_text(part.text_content())
            part.drop_tree()
            return plain_text(words.text_content()), split_credit(credit)[1] or credit
    return split_credit(plain_text(words.text_content()))
