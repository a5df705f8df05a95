"""A page for everybody: without the links that are patched for each subscriber."""

from __future__ import annotations

from typing import TYPE_CHECKING

import lxml.html

if TYPE_CHECKING:
    from lxml.html import HtmlElement

PLACEHOLDERS = "https://placeholder.invalid/"
AROUND = frozenset({"p", "li"})


def without_slots(html: str) -> str:
    """Take out every paragraph or list item that holds a placeholder link; elsewhere, the link.

    Comments go that hold one: some email clients read them.

    The built-in themes leave those links out by themselves, and the page stays as it is. This is
    for files of a newsroom's own that know nothing of `web`.
    """
    if PLACEHOLDERS not in html:
        return html
    parser = lxml.html.HTMLParser(encoding="utf-8")
    tree = lxml.html.document_fromstring(html.encode(), parser=parser)
    with_link = "//*[starts-with(@href, $start)] | //comment()[contains(., $start)]"
    for link in tree.xpath(with_link, start=PLACEHOLDERS):
        told = _sentence_of(link)
        if told.getparent() is not None:  # it may have gone with another link
            told.drop_tree()
    page: str = lxml.html.tostring(tree, encoding="unicode", doctype="<!DOCTYPE html>")
    return f"{page.rstrip()}\n"


def _sentence_of(link: HtmlElement) -> HtmlElement:
    """Give what would say nothing, or half of something, without the link."""
    return next((one for one in link.iterancestors() if one.tag in AROUND), link)
