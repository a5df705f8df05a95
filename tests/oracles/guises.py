"""An email as stricter clients have it: what they drop is dropped before a browser sees it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import html5lib
from tinycss2 import parse_blocks_contents, parse_stylesheet, serialize

from oracles.clients import WORD
from oracles.declarations import of_property

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from oracles.clients import Facts

STYLE = re.compile(r"<style[^>]*>(.*?)</style>", re.DOTALL | re.IGNORECASE)
FOR_WORD = re.compile(r"<!--\[if mso\]>(.*?)<!\[endif\]-->", re.DOTALL)
NOT_FOR_WORD = re.compile(r"<!--\[if !mso\]><!-->.*?<!--<!\[endif\]-->", re.DOTALL)
WORDS_OWN = re.compile(r"<xml>.*?</xml>", re.DOTALL)  # its settings: no text
DARK = re.compile(r"@media[^{]*prefers-color-scheme|:root|\[data-ogs")
CELLS = {"td", "th"}


def without_dark_rules(html: str) -> str:
    """Give what Gmail has: the style block without its rules for darkness and for Outlook.com."""
    return STYLE.sub(lambda style: f"<style>{_light(style[1])}</style>", html)


def without_styles(html: str) -> str:
    """Give what Gmail has for an account elsewhere: no style block at all."""
    return STYLE.sub("", html)


def in_word(html: str) -> str:
    """Give the page that Outlook for Windows reads: its own branches, and none of the others'."""
    return FOR_WORD.sub(lambda branch: branch[1], NOT_FOR_WORD.sub("", html))


def as_word_sets_it(html: str, facts: Facts) -> str:
    """Give what Word makes of its page: without style block, and without what it does not know."""
    read = WORDS_OWN.sub("", without_styles(in_word(html)))
    page = html5lib.parse(read, treebuilder="etree", namespaceHTMLElements=False)
    for element in page.iter():
        if "style" in element.attrib:
            element.set("style", _kept_by_word(element, facts))
    return "<!DOCTYPE html>" + html5lib.serialize(page, quote_attr_values="always")


def _light(css: str) -> str:
    rules = parse_stylesheet(css, skip_comments=True)
    return "".join(text for rule in rules if not DARK.match(text := rule.serialize()))


def _kept_by_word(element: Element, facts: Facts) -> str:
    declarations = parse_blocks_contents(element.attrib["style"], skip_whitespace=True)
    kept = []
    for one in declarations:
        if one.type != "declaration":
            continue
        value = serialize(one.value).strip()
        if one.lower_name == "mso-hide":
            kept.append("display:none")
        elif _word_knows(str(element.tag), one.lower_name, value, facts):
            kept.append(f"{one.lower_name}:{value}")
    return ";".join(kept)


def _word_knows(tag: str, name: str, value: str, facts: Facts) -> bool:
    """Tell whether Word does anything by a declaration, caniemail's notes on parts included."""
    if name.startswith("mso-") or (name == "display" and value != "none"):
        return False
    if name.startswith("padding") and tag not in CELLS:
        return False
    if name == "max-width" or (name == "width" and tag in {"div", "p", "span", "img", "body"}):
        return False
    slugs = [slug for slug in of_property(name, facts.features.keys()) if slug in facts.features]
    return not slugs or any(facts.level(slug, WORD) != "n" for slug in slugs)
