"""Find an item's lead image: Media RSS, enclosures and the body's pictures, each with its words.

Feedparser flattens media groups and parts credits from their pictures, so the tree is walked here.
Specification: https://www.rssboard.org/media-rss
"""

from __future__ import annotations

import functools
import math
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from digest.markup import bounded, images, is_decoration, pixels, plain_text
from digest.model import Image
from digest.urls import absolute_url

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lxml import etree

BEST_WIDTH = 1_200  # pixels: sharp on a dense screen at an email's 600
MIN_WIDTH = 120  # pixels: smaller ones are icons of the story
MAX_OFFERED = 40  # pictures of one item that are looked at

# Widths assumed where none is declared: what feeds mostly put there.
_ASSUMED = {"content": 800, "enclosure": 700, "body": 600, "thumbnail": 300, "image": 300}
_NAMESPACE = "search.yahoo.com/mrss"
_OTHER_MEDIA = re.compile(
    r"\.(?:mp3|mp4|m4a|m4v|mov|ogg|oga|ogv|webm|wav|m3u8|pdf|svg)\b", re.IGNORECASE
)
_PICTURE_FILE = re.compile(r"\.(?:jpe?g|png|webp|gif|avif)(?:$|[?#])", re.IGNORECASE)
_SIZE_IN_URL = re.compile(r"(?<!\d)(\d{2,4})x(\d{2,4})(?!\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """A picture as an item offers it: `image.url` as written, `kind` the element it stands in."""

    image: Image
    kind: str
    default: bool = False  # said to be its group's first choice


@dataclass(frozen=True, slots=True, kw_only=True)
class Community:
    """What media:community tells of an item's readers, None where it is silent.

    Comments are not among it: media:comments holds some comments' texts, never their number, and
    media:starRating is a judgement. Views are readings, `favorites` (as the specification spells
    it) the readers who kept the item.
    """

    views: int | None = None
    favorites: int | None = None


def offered_pictures(item: etree._Element) -> tuple[Offered, ...]:
    """List the pictures of an item's media elements and enclosures, in document order."""
    several = sum(_is_media(element, "content") for element in item.iter()) > 1
    found: list[Offered] = []
    for element in item.iterdescendants():
        kind, url = _kind_and_url(element)
        if kind and url:
            found.append(_offered(element, kind, url, None if several else item))
        if len(found) == MAX_OFFERED:
            break
    return tuple(found)


def remove_media(root: etree._Element) -> None:
    """Take the Media RSS elements out of a tree: feedparser mixes their words into the item's."""
    for element in [element for element in root.iter() if _namespaced(element)]:
        parent = element.getparent()
        if parent is not None:
            _keep_tail(element, parent)
            parent.remove(element)


def lead_image(
    offered: Sequence[Offered], bodies: Iterable[str], bases: Sequence[str]
) -> Image | None:
    """Choose the picture that is fit for a lead, or None.

    A group's default goes first, then landscapes, then the width nearest to 1,200 pixels as a
    ratio, then the order in the document. `bodies` are HTML texts, of which the first good picture
    counts; relative addresses are resolved against `bases`.
    """
    candidates = [*_resolved(offered, bases), *_first_of(bodies, bases)]
    fitting = [candidate for candidate in candidates if _width(candidate) >= MIN_WIDTH]
    if not fitting:
        return None
    image = min(fitting, key=_unfitness).image
    return replace(
        image,
        alt=_meaningful(bounded(image.alt, 300)),
        caption=_meaningful(bounded(image.caption, 500)),
        credit=bounded(image.credit, 120),
    )


def is_picture(kind: str, url: str) -> bool:
    """Judge an enclosure by its media type, "" if none is said, and its address.

    Mostly it is a podcast's sound, so it has to look like a picture; mail clients show no SVG.
    """
    if not kind:
        return bool(_PICTURE_FILE.search(url))
    return kind.lower().startswith("image/") and "svg" not in kind.lower()


def community(item: etree._Element) -> Community:
    """Read the figures of an item's media:community, each from the first element that states it."""
    found: dict[str, int] = {}
    for element in item.iterdescendants():
        if _is_media(element, "statistics"):
            for name in ("views", "favorites"):
                count = element.get(name) or ""
                if re.fullmatch(r"\s*[0-9]{1,12}\s*", count):
                    found.setdefault(name, int(count))
    return Community(views=found.get("views"), favorites=found.get("favorites"))


def local_name(element: etree._Element) -> str:
    """Give an element's name without namespace or prefix, "" for a comment."""
    return _parted(element.tag)[1] if isinstance(element.tag, str) else ""


def _kind_and_url(element: etree._Element) -> tuple[str, str]:
    """Tell what kind of picture an element offers, and where; ("", "") if none."""
    name = local_name(element).lower()
    if _namespaced(element):
        fits = name in {"content", "thumbnail"} and _may_be_picture(element)
        return (name, element.get("url") or "") if fits else ("", "")
    if name == "enclosure" or (name == "link" and element.get("rel") == "enclosure"):
        url = element.get("url") or element.get("href") or ""
        return ("enclosure", url) if is_picture(element.get("type") or "", url) else ("", "")
    if name == "image":  # not in any specification, yet used
        return "image", (element.text or element.findtext("{*}url") or "").strip()
    return "", ""


def _may_be_picture(element: etree._Element) -> bool:
    """Judge a media element: what is not said to be something else is a picture."""
    said = (element.get("medium") or element.get("type") or "image").lower()
    is_image = said.startswith("image") and "svg" not in said
    return is_image and not _OTHER_MEDIA.search(element.get("url") or "")


def _offered(
    element: etree._Element, kind: str, url: str, sole_item: etree._Element | None
) -> Offered:
    """Read a picture; `sole_item` is its item when the item's words can mean this one only."""
    own = [element, *_enclosing_media(element)]
    around = own if sole_item is None else [*own, sole_item]
    alt = _first(_words(scope, name) for scope in own for name in ("description", "title"))
    return Offered(
        image=Image(
            url=url.strip(),
            alt=alt or _first(_words(scope, "description") for scope in around),
            credit=_first(_words(scope, "credit") for scope in around),
            width=pixels(element.get("width")),
            height=pixels(element.get("height")),
        ),
        kind=kind,
        default=element.get("isDefault") == "true",
    )


def _enclosing_media(element: etree._Element) -> Iterator[etree._Element]:
    return (ancestor for ancestor in element.iterancestors() if _namespaced(ancestor))


def _words(scope: etree._Element, name: str) -> str:
    texts = (plain_text(child.text or "") for child in scope if _is_media(child, name))
    return _first(texts)


def _first(texts: Iterator[str]) -> str:
    return next(filter(None, texts), "")


def _namespaced(element: etree._Element) -> bool:
    return isinstance(element.tag, str) and _parted(element.tag)[0]


def _is_media(element: etree._Element, name: str) -> bool:
    return isinstance(element.tag, str) and _parted(element.tag) == (True, name)


@functools.lru_cache(maxsize=1_024)  # a document has few names and thousands of elements
def _parted(tag: str) -> tuple[bool, str]:
    """Tell whether a tag is of Media RSS, and its name; a broken document keeps its prefixes."""
    namespace, _, name = tag.rpartition("}")
    return _NAMESPACE in namespace, name.rpartition(":")[2]


def _keep_tail(element: etree._Element, parent: etree._Element) -> None:
    """Leave the text behind an element in place: lxml would take it away too."""
    if element.tail and element.tail.strip():
        before = element.getprevious()
        if before is None:
            parent.text = (parent.text or "") + element.tail
        else:
            before.tail = (before.tail or "") + element.tail


def _resolved(offered: Iterable[Offered], bases: Sequence[str]) -> Iterator[Offered]:
    for one in offered:
        image = replace(one.image, url=absolute_url(one.image.url, *bases))
        if image.url and not is_decoration(image.url, image.width, image.height):
            yield replace(one, image=image)


def _first_of(bodies: Iterable[str], bases: Sequence[str]) -> Iterator[Offered]:
    base = absolute_url("", *bases)
    for body in bodies:
        for image in images(body, base):
            one = Offered(image=image, kind="body")
            if absolute_url(image.url) and _width(one) >= MIN_WIDTH:
                yield one
                return


def _width(one: Offered) -> int:
    """Give a picture's width: as declared, as its address hints, or as such pictures mostly are."""
    hint = _SIZE_IN_URL.search(one.image.url)
    return one.image.width or (int(hint[1]) if hint else _ASSUMED[one.kind])


def _unfitness(one: Offered) -> tuple[bool, bool, float]:
    portrait = (one.image.height or 0) > (one.image.width or math.inf)
    return not one.default, portrait, abs(math.log(_width(one) / BEST_WIDTH))


def _meaningful(words: str) -> str:
    """Drop words that are an archive's: "IMG_2041.jpg", "GettyImages-1234", "IRAN-DAILY LIFE"."""
    is_name = " " not in words and bool(re.search(r"\d|\.\w{3,4}$", words))
    return "" if is_name or words.isupper() else words
