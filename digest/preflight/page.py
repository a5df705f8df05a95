"""An email's HTML, parsed once for every rule: its elements, its style blocks and attributes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lxml import etree, html

from digest.preflight.css import Block, Declaration, parse_attribute, parse_block

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

# By which attribute a template's line is known, the most telling first.
_TELLING = ("class", "id", "alt", "aria-label", "src", "href")


@dataclass(frozen=True, slots=True, kw_only=True)
class StyleBlock:
    """A `<style>`: its `css`, parsed as `block` (None where it is a maze), and its first `line`."""

    css: str
    block: Block | None
    in_head: bool
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The parsed HTML: `elements` in document order, which keeps them alive, and all its CSS."""

    root: HtmlElement
    elements: tuple[HtmlElement, ...]
    blocks: tuple[StyleBlock, ...]

    def all(self, *tags: str) -> Iterator[HtmlElement]:
        """Give the elements of these tags, in document order."""
        return (element for element in self.elements if element.tag in tags)


def read_page(text: str) -> Page | None:
    """Parse an email's HTML, however broken; None where there is nothing in it."""
    try:
        parser = html.HTMLParser(encoding="utf-8")
        root = html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except etree.ParserError:
        return None
    elements = tuple(root.iter(etree.Element))
    return Page(
        root=root,
        elements=elements,
        blocks=tuple(_style_block(one) for one in elements if one.tag == "style"),
    )


def _style_block(element: HtmlElement) -> StyleBlock:
    css = element.text or ""
    try:
        block = parse_block(css)
    except RecursionError:
        block = None
    head = next(element.iterancestors("head"), None)
    return StyleBlock(css=css, block=block, in_head=head is not None, line=line_of(element))


def declarations_of(element: HtmlElement) -> tuple[Declaration, ...]:
    """Give the declarations of an element's style attribute, in their order."""
    style = element.get("style")
    if not style:
        return ()
    try:
        return parse_attribute(style)
    except RecursionError:
        return ()


def line_of(element: HtmlElement) -> int:
    """Give the line of an element's tag, from 1."""
    return element.sourceline or 0


def words_of(element: HtmlElement) -> str:
    """Give what a screen reader says of an element: its label, or its text and pictures' alts."""
    alts = " ".join(image.get("alt", "") for image in element.iter("img"))
    words = element.get("aria-label") or f"{element.text_content()} {alts}"
    return " ".join(words.split())


def markup_of(element: HtmlElement) -> str:
    """Give the piece of an element's tag by which a template may know it."""
    name = next((name for name in _TELLING if element.get(name)), "")
    return f'{name}="{element.get(name)}"' if name else f"<{element.tag!s}"
