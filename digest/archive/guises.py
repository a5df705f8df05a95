"""An email as other inboxes would show it: by day, by night, by Word, without pictures or styles.

Each guise is the same HTML with one thing changed, for a frame that runs no scripts. It shows
pictures from local copies only, so that a preview needs no network.
"""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import lxml.html
from lxml import etree

from digest.archive.outlook import as_word_sets_it, for_word

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lxml.html import HtmlElement

# An address that never loads: the browser shows the alt text in a box of the picture's size.
BLOCKED = "data:,"
PREFERS = re.compile(r"\(\s*prefers-color-scheme\s*:\s*(light|dark)\s*\)", re.IGNORECASE)
COLOUR_SCHEME = re.compile(r"(?<![\w-])color-scheme\s*:[^;}]*", re.IGNORECASE)
LOADERS = ("script", "base", "link", "iframe", "object", "embed", "source")
SCHEME_METAS = frozenset({"color-scheme", "supported-color-schemes"})
ALWAYS, NEVER = "(min-width: 0)", "(max-width: 0)"  # media features, so "screen and …" stays valid


@dataclass(frozen=True, slots=True, kw_only=True)
class Guises:
    """The HTML of each guise; `unseen` counts the pictures that have no local copy.

    `blockless` has lost its style blocks and kept its style attributes, as in Gmail's apps for the
    accounts of others; `unstyled` has lost both.
    """

    desktop: str
    phone: str
    dark: str
    images_off: str
    blockless: str
    outlook: str
    unstyled: str
    unseen: int


def dress(html: str, local: Mapping[str, str]) -> Guises:
    """Make the guises of an email; `local` gives the local copy of an image's URL."""
    tree, unseen = _opened(html, local)
    for_outlook, _ = _opened(for_word(html), local)
    return Guises(
        desktop=_changed(tree, _light),
        phone=_changed(tree, _light, _without_scrollbar),
        dark=_changed(tree, _dark),
        images_off=_changed(tree, _light, _without_images),
        blockless=_changed(tree, _light, _without_blocks, _without_scrollbar),
        outlook=_changed(for_outlook, _light, as_word_sets_it),
        unstyled=_changed(tree, _light, _without_blocks, _without_attributes),
        unseen=unseen,
    )


def plain_guise(html: str, local: Mapping[str, str]) -> str:
    """Give the desktop guise alone."""
    tree, _ = _opened(html, local)
    return _changed(tree, _light)


def _opened(html: str, local: Mapping[str, str]) -> tuple[HtmlElement, int]:
    """Parse an email, its pictures local; give how many of them have no copy as well."""
    tree = _parse(html)
    return tree, _localise(tree, local)


def _parse(html: str) -> HtmlElement:
    """Parse, dropping comments (Outlook's, to a browser) and anything that would load or run."""
    parser = lxml.html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    tree = lxml.html.document_fromstring(html.encode(), parser=parser)
    etree.strip_elements(tree, *LOADERS, with_tail=False)
    # A link opens beside the preview, never inside its frame.
    _head(tree).insert(0, lxml.html.Element("base", target="_blank"))
    return tree


def _head(tree: HtmlElement) -> HtmlElement:
    head = tree.find("head")
    if head is None:
        head = lxml.html.Element("head")
        tree.insert(0, head)
    return head


def _localise(tree: HtmlElement, local: Mapping[str, str]) -> int:
    """Point each picture to its local copy, or block it; give how many were blocked."""
    blocked = 0
    for image in tree.iter("img"):
        image.attrib.pop("srcset", None)
        copied = local.get(image.get("src", ""))
        image.set("src", copied or BLOCKED)
        blocked += copied is None
    for element in tree.iter():
        element.attrib.pop("background", None)
    return blocked


def _changed(tree: HtmlElement, *changes: Callable[[HtmlElement], None]) -> str:
    changed = copy.deepcopy(tree)
    for change in changes:
        change(changed)
    html: str = lxml.html.tostring(changed, encoding="unicode", doctype="<!DOCTYPE html>")
    return html


def _light(tree: HtmlElement) -> None:
    _force(tree, "light")


def _dark(tree: HtmlElement) -> None:
    _force(tree, "dark")


def _force(tree: HtmlElement, scheme: str) -> None:
    """Make the email look as it does under a colour scheme, whatever the staff's own is."""

    def settle(match: re.Match[str]) -> str:
        return ALWAYS if match[1].lower() == scheme else NEVER

    for style in tree.iter("style"):
        css = COLOUR_SCHEME.sub(f"color-scheme: {scheme}", style.text or "")
        style.text = PREFERS.sub(settle, css)
    for meta in list(tree.iter("meta")):
        if meta.get("name", "").lower() in SCHEME_METAS:
            meta.drop_tree()
    _head(tree).append(lxml.html.Element("meta", name="color-scheme", content=scheme))


def _without_scrollbar(tree: HtmlElement) -> None:
    """Hide the scroll bar, which a desktop browser would take from a phone's few pixels."""
    style = lxml.html.Element("style")
    style.text = "html{scrollbar-width:none}"
    _head(tree).append(style)


def _without_images(tree: HtmlElement) -> None:
    for image in tree.iter("img"):
        image.set("src", BLOCKED)


def _without_blocks(tree: HtmlElement) -> None:
    etree.strip_elements(tree, "style", with_tail=False)


def _without_attributes(tree: HtmlElement) -> None:
    for element in tree.iter():
        element.attrib.pop("style", None)
