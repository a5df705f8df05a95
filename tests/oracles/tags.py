"""Which of caniemail's features are an element, an attribute or a picture's format."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# Slugs are these names after "html-" or "image-", but for those that stand for several.
TAGS = """
abbr acronym address audio base bdi blockquote body code del dfn dialog div form hr img link marquee
meter object p picture pre progress rp rt ruby select small span strike strong style svg table
textarea video wbr
"""
SEMANTIC = """
article aside details figcaption figure footer header main mark nav section summary time
"""
NAMES = """
align aria-describedby aria-hidden aria-label aria-labelledby aria-live background cellpadding
cellspacing dir height hidden lang popover required role srcset target valign width
"""
ENDINGS = "apng avif bmp gif hdr heif ico jpg mp4 png svg tiff webp"

ELEMENTS = {
    **{name: f"html-{name}" for name in TAGS.split()},
    **dict.fromkeys(SEMANTIC.split(), "html-semantics"),
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), "html-h1-h6"),
    **dict.fromkeys(("ul", "ol", "li", "dl", "dt", "dd"), "html-lists"),
    **dict.fromkeys(("map", "area"), "html-image-maps"),
}

ATTRIBUTES = {
    **{name: f"html-{name}" for name in NAMES.split()},
    "inert": "css-inert-attribute",
    "loading": "html-loading-attribute",
    "sizes": "html-srcset",
    "usemap": "html-image-maps",
}

FORMATS = {
    **{name: f"image-{name}" for name in ENDINGS.split()},
    "heic": "image-heif",
    "jpeg": "image-jpg",
    "tif": "image-tiff",
}


def of_element(tag: str, attributes: Mapping[str, str]) -> Iterator[str]:
    """Give the features of an element, or "element TAG" where caniemail knows none."""
    yield from _of_tag(tag, attributes)
    for name in attributes:
        if name in ATTRIBUTES:
            yield ATTRIBUTES[name]
    if tag == "a":
        yield from _of_link(attributes.get("href", ""))
    for name in ("src", "background", "poster"):
        if name in attributes:
            yield from _of_picture(attributes[name])


def _of_tag(tag: str, attributes: Mapping[str, str]) -> Iterator[str]:
    if tag == "input":
        yield f"html-input-{attributes.get('type', 'text')}"
    elif tag == "button":
        yield f"html-button-{attributes.get('type', 'submit')}"
    elif tag == "meta":
        named = attributes.get("name", "")
        yield "html-meta-color-scheme" if named.endswith("color-scheme") else "element meta"
    else:
        yield ELEMENTS.get(tag, f"element {tag}")


def _of_link(target: str) -> Iterator[str]:
    if target.startswith("#"):
        yield "html-anchor-links"
    if target.lower().startswith("mailto:"):
        yield "html-mailto-links"


def _of_picture(address: str) -> Iterator[str]:
    if address.lower().startswith("data:"):
        yield "image-base64"
        return
    ending = re.search(r"\.([a-z0-9]+)$", urlsplit(address).path.lower())
    if ending and ending[1] in FORMATS:
        yield FORMATS[ending[1]]
