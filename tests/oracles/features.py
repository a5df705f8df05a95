"""Which of caniemail's features an HTML email uses, read with html5lib and tinycss2.

Features are caniemail's slugs. What caniemail knows nothing of is given by such a name as
"property color" or "element tr", so that nobody takes silence for support.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Comment

import html5lib
from tinycss2 import (
    parse_blocks_contents,
    parse_component_value_list,
    parse_stylesheet,
    serialize,
)

from oracles.declarations import AT_RULES, VALUES, of_property
from oracles.selector import of_selector
from oracles.tags import of_element

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Set as AbstractSet
    from xml.etree.ElementTree import Element

LEFT_OUT = {"style", "alt", "href", "aria-label"}
MSO = re.compile("-?mso-")  # Word's own, which nobody else reads


@dataclass(slots=True)
class Used:
    """What an email uses: each feature with the places where it does."""

    known: AbstractSet[str]
    places: dict[str, set[str]] = field(default_factory=dict)

    def note(self, feature: str, place: str) -> None:
        self.places.setdefault(feature, set()).add(place)


def features_of(html: str, known: AbstractSet[str]) -> dict[str, set[str]]:
    """Give each feature that is used and its places; `known` are caniemail's slugs.

    A place is "property: value", a selector, "@media …", or "<tag name=value …".
    """
    used = Used(known)
    page = html5lib.parse(html, treebuilder="etree", namespaceHTMLElements=False)
    if html.lstrip().lower().startswith("<!doctype html>"):
        used.note("html-doctype", "<!DOCTYPE html>")
    for element in page.iter():
        kind: object = element.tag  # a function, if the types knew it: a comment's
        if kind is Comment:
            used.note("html-comments", "<!--")
            continue
        tag = element.tag.rpartition("}")[2]  # SVG's have their namespace before them
        for feature in of_element(tag, element.attrib):
            used.note(feature, _tag(element))
        if element.tag == "style":
            rules = parse_stylesheet(element.text or "", skip_comments=False, skip_whitespace=True)
            _note_rules(rules, used)
        if "style" in element.attrib:
            _note_declarations(parse_blocks_contents(element.attrib["style"]), used, inline=True)
    return used.places


def _tag(element: Element) -> str:
    """Write an element's tag without its styles and its words."""
    shown = {name: value for name, value in element.attrib.items() if name not in LEFT_OUT}
    return " ".join([f"<{element.tag}", *(f"{name}={value}" for name, value in shown.items())])


def _note_rules(rules: Iterable[Any], used: Used) -> None:
    for rule in rules:
        if rule.type == "comment":
            used.note("css-comments", rule.value[:80])
        elif rule.type == "qualified-rule":
            prelude = serialize(rule.prelude).strip()
            for feature in of_selector(rule.prelude):
                used.note(feature, prelude[:200])
            _note_declarations(parse_blocks_contents(rule.content), used)
        elif rule.type == "at-rule":
            _note_at_rule(rule, used)
        elif rule.type == "error":
            used.note("css error", rule.message)


def _note_at_rule(rule: Any, used: Used) -> None:
    prelude = serialize(rule.prelude)
    place = f"@{rule.at_keyword}{prelude}".strip()
    found = [slug for slug, pattern in AT_RULES.items() if re.search(pattern, place)]
    for slug in found or [f"at-rule {rule.at_keyword}"]:
        used.note(slug, place)
    if rule.content is None:
        return
    if rule.lower_at_keyword == "font-face":
        _note_declarations(parse_blocks_contents(rule.content), used)
    elif rule.lower_at_keyword != "keyframes":
        _note_rules(parse_stylesheet(rule.content, skip_whitespace=True), used)


def _note_declarations(declarations: Iterable[Any], used: Used, *, inline: bool = False) -> None:
    for one in declarations:
        if one.type == "qualified-rule":
            used.note("css-nesting", serialize(one.prelude).strip())
        elif one.type == "comment":
            used.note("css-comments", one.value[:80])
        elif one.type == "error":
            used.note("css error", one.message)
        elif one.type == "declaration" and not MSO.match(one.lower_name):
            _note_declaration(one, used, inline=inline)


def _note_declaration(one: Any, used: Used, *, inline: bool) -> None:
    value = serialize(one.value).strip()
    place = f"{one.name}: {value}"
    if one.name.startswith("--"):
        used.note("css-variables", place)
        return
    for feature in of_property(one.lower_name, used.known):
        used.note(feature, place)
    if one.important:
        used.note("css-important", f"{place} !important{' inline' if inline else ''}")
    words = " ".join(_words(parse_component_value_list(value)))
    for slug, pattern in VALUES.items():
        if re.search(pattern, f"{one.lower_name}: {words}"):
            used.note(slug, place)


def _words(values: Iterable[Any]) -> Iterable[str]:
    """Write values so that patterns find them: strings and addresses left out, units set apart."""
    for value in values:
        if value.type == "dimension":
            yield f"1{value.lower_unit}"
        elif value.type == "percentage":
            yield "1%"
        elif value.type == "function":
            yield f"{value.lower_name}( {' '.join(_words(value.arguments))} )"
        elif value.type == "url":
            yield "url()" if not value.value.startswith("data:") else "url(data:)"
        elif value.type in {"ident", "literal", "hash"}:
            yield value.value.lower()
