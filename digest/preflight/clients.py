"""What clients do not do: the page's CSS and HTML held against caniemail's facts about each.

The facts are in clients.json, made by docs/clients.py; what is made of them, in `policy`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from digest.preflight.finding import error, warning
from digest.preflight.page import declarations_of, line_of, markup_of
from digest.preflight.policy import ENHANCEMENTS, NEVER, TAKEN_OUT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from lxml.html import HtmlElement

    from digest.preflight.css import Block, Declaration
    from digest.preflight.finding import Finding
    from digest.preflight.page import Page, StyleBlock

FACTS = Path(__file__).with_name("clients.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """What some clients lack; `signs` are how it is recognised, such as "property:opacity".

    `lacking` names those clients.
    """

    name: str
    title: str
    signs: tuple[str, ...]
    lacking: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Where a sign was first seen: the line of the HTML, and what was written there."""

    line: int
    markup: str


@cache
def features() -> tuple[Feature, ...]:
    """Read the facts, once."""
    facts = json.loads(FACTS.read_bytes())
    clients = facts["clients"]
    return tuple(
        Feature(
            name=name,
            title=feature["title"],
            signs=tuple(feature["signs"]),
            lacking=_in_words(clients, feature["support"]),
        )
        for name, feature in facts["features"].items()
    )


def _in_words(clients: Sequence[str], support: str) -> str:
    """Name the clients whose letter is n: Gmail (web, iOS), Yahoo (all of it lacks the feature)."""
    families: dict[str, list[tuple[str, bool]]] = {}
    for client, letter in zip(clients, support, strict=True):
        family, _, where = client.removesuffix(")").partition(" (")
        families.setdefault(family, []).append((where, letter == "n"))
    told = []
    for family, places in families.items():
        lacking = [where for where, lacks in places if lacks]
        if lacking:
            everywhere = len(lacking) == len(places)
            told.append(family if everywhere else f"{family} ({', '.join(lacking)})")
    return ", ".join(told)


def check_clients(page: Page) -> Iterator[Finding]:
    """Tell of each feature that a client lacks once: where the page uses it first."""
    signs = _signs(page)
    for feature in features():
        uses = [signs[sign] for sign in feature.signs if sign in signs]
        if not uses or feature.name in ENHANCEMENTS:
            continue
        first = min(uses, key=lambda one: one.line)
        tell = error if feature.name in NEVER else warning
        yield tell(
            f"client-{feature.name}",
            f"{feature.title} does nothing in {feature.lacking}",
            first.markup,
            line=first.line,
            markup=first.markup,
        )
    yield from _taken_out(page)


def _taken_out(page: Page) -> Iterator[Finding]:
    for element in page.elements:
        scripts = [name for name in element.attrib if str(name).startswith("on")]
        if element.tag in TAKEN_OUT or scripts:
            what = scripts[0] if scripts else f"<{element.tag!s}>"
            message = f"every client takes {what} out, and filters hold it against the email"
            markup = markup_of(element)
            yield error("element-taken-out", message, line=line_of(element), markup=markup)


def _signs(page: Page) -> Mapping[str, Seen]:
    signs: dict[str, Seen] = {}
    for block in page.blocks:
        for sign, seen in _signs_of_block(block):
            signs.setdefault(sign, seen)
    for element in page.elements:
        new = [sign for sign in _signs_of_element(element) if sign not in signs]
        if new:
            signs |= dict.fromkeys(new, Seen(line=line_of(element), markup=markup_of(element)))
        for declaration in declarations_of(element):
            for sign in _signs_of(declaration):
                if sign not in signs:
                    signs[sign] = Seen(line=line_of(element), markup=str(declaration))
    return signs


def _signs_of_element(element: HtmlElement) -> Iterator[str]:
    yield f"element:{element.tag!s}"
    for name in element.keys():  # noqa: SIM118  an element's own iteration gives its children
        yield f"attribute:{name}"
    if element.tag == "img":
        yield f"image:{picture_format(element.get('src', ''))}"
    if element.tag == "a" and element.get("href", "").startswith("#"):
        yield "link:#"


def _signs_of_block(style: StyleBlock) -> Iterator[tuple[str, Seen]]:
    block = style.block
    if block is None:
        return
    for at_rule in block.at_rules:
        seen = Seen(line=style.line + at_rule.line - 1, markup=f"@{at_rule.name}")
        yield f"at:{at_rule.name}", seen
        for word in at_rule.words:
            yield f"media:{word}", seen
    for line in block.nested:
        yield "nesting", Seen(line=style.line + line - 1, markup="")
    yield from _signs_of_rules(block, style.line)


def _signs_of_rules(block: Block, begins: int) -> Iterator[tuple[str, Seen]]:
    for rule in block.rules:
        seen = Seen(line=begins + rule.line - 1, markup=rule.selector)
        for sign in rule.signs:
            yield sign, seen
        for declaration in rule.declarations:
            seen = Seen(line=begins + declaration.line - 1, markup=str(declaration))
            for sign in _signs_of(declaration):
                yield sign, seen


@cache
def _signs_of(declaration: Declaration) -> tuple[str, ...]:
    name = declaration.name
    return (
        "property:--" if name.startswith("--") else f"property:{name}",
        *(f"property:{name}={word}" for word in declaration.words),
        *(f"word:{word}" for word in declaration.words),
        *(f"function:{function}" for function in declaration.functions),
        *(f"unit:{unit}" for unit in declaration.units),
    )


def picture_format(source: str) -> str:
    """Give what the format of a picture is called by its address: "jpg", "data", or ""."""
    if source.lower().startswith("data:"):
        return "data"
    try:
        path = urlsplit(source).path
    except ValueError:
        return ""
    name = path.rpartition("/")[2]
    return name.rpartition(".")[2].lower() if "." in name else ""
