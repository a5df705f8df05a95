"""Every email of the matrix is held against what caniemail knows of the clients that count."""

from __future__ import annotations

import functools
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from matrix import emails
from oracles.clients import CLIENTS, WORD, Facts
from oracles.declarations import AT_RULES, GROUPS, VALUES
from oracles.features import features_of
from oracles.guises import in_word
from oracles.tags import ATTRIBUTES, ELEMENTS, FORMATS
from oracles.tools import module_file

ENHANCEMENTS = Path(__file__).parent / "oracles" / "enhancements.toml"
OTHERS = tuple(client for client in CLIENTS if client != WORD)
LEVELS = {"never": "n", "partly": "a"}


@functools.cache
def facts() -> Facts:
    return Facts.read(module_file("caniemail/data/caniemail.json"))


@functools.cache
def listed() -> dict[str, Any]:
    return tomllib.loads(ENHANCEMENTS.read_text(encoding="utf-8"))


@functools.cache
def used() -> dict[str, dict[str, set[str]]]:
    """Give what all emails use: by level ("never", "partly", "untold"), by feature, its places."""
    found: dict[str, dict[str, set[str]]] = {"never": {}, "partly": {}, "untold": {}}
    for email in emails().values():
        # Word reads its own branch of the page, and is the only one to do so.
        for html, clients in ((email.html, OTHERS), (in_word(email.html), (WORD,))):
            for feature, places in features_of(html, facts().features.keys()).items():
                for level in _levels(feature, clients):
                    found[level].setdefault(feature, set()).update(places)
    return found


def _levels(feature: str, clients: tuple[str, ...]) -> list[str]:
    if feature not in facts().features:
        return ["untold"]
    return [level for level, mark in LEVELS.items() if any(facts().failing(feature, mark, clients))]


@pytest.mark.parametrize("level", ["never", "partly", "untold"])
def test_nothing_is_used_that_a_client_lacks_but_what_is_listed_with_its_fallback(
    level: str,
) -> None:
    unlisted = {
        feature: sorted(places)[:3]
        for feature, places in used()[level].items()
        if feature not in listed()[level]
    }
    assert unlisted == {}


@pytest.mark.parametrize("level", ["never", "partly"])
def test_what_is_listed_is_used_only_in_the_way_that_its_fallback_stands_for(level: str) -> None:
    for feature, entry in listed()[level].items():
        assert entry["fallback"].endswith(".")
        for place in used()[level].get(feature, ()):
            assert re.search(entry.get("only", ""), place), (feature, place)


@pytest.mark.parametrize("level", ["never", "partly", "untold"])
def test_nothing_is_listed_that_no_email_uses(level: str) -> None:
    assert sorted(listed()[level].keys() - used()[level].keys()) == []


# ---------------------------------------------------------------- the linter itself

# Of a mail's transport, or told by something else than its markup.
UNSOUGHT = {"amp", "bimi", "css-sytem-ui", "css-border-collapse"}


def test_every_feature_of_caniemail_can_be_found() -> None:
    """A newer caniemail may know more features than the linter: then it must learn them."""
    named = {*GROUPS, *VALUES, *AT_RULES, *ELEMENTS.values(), *ATTRIBUTES.values()}
    named |= set(FORMATS.values())
    told_by_code = re.compile(
        r"css-(pseudo|selector)-|css-(comments|important|nesting|variables)$|html-(comments|doctype)$"
        r"|html-(button|input)-|html-(anchor-links|mailto-links|meta-color-scheme)$|image-base64$"
    )
    # "css-float" is the property "float": any other name would be one that CSS does not have.
    odd = {
        slug
        for slug in facts().features
        if slug not in named | UNSOUGHT
        and not told_by_code.search(slug)
        and not re.fullmatch(r"css-(?!unit|function|at-)[a-z-]+", slug)
    }
    assert odd == set()
    assert named - facts().features.keys() == set()


@pytest.mark.parametrize(
    ("written", "feature"),
    [
        ("<p style='display:flex'>", "css-display-flex"),
        ("<p style='position:relative'>", "css-position"),
        ("<p style='width:calc(100% - 2rem)'>", "css-unit-calc"),
        ("<p style='width:calc(100% - 2rem)'>", "css-unit-rem"),
        ("<p style='color:rgb(1 2 3)'>", "css-modern-color"),
        ("<p style='color:var(--ink)'>", "css-variables"),
        ("<p style='background:url(data:image/png;base64,xx)'>", "image-base64"),
        ("<p style='margin-inline-start:1px'>", "css-margin-inline-start-end"),
        ("<p style='opacity:.5'>", "css-opacity"),
        ("<style>a > b {}</style>", "css-selector-child"),
        ("<style>.a.b {}</style>", "css-selector-chaining"),
        ("<style>a:not(.b) {}</style>", "css-pseudo-class-not"),
        ("<style>p::before {}</style>", "css-pseudo-element-before"),
        ("<style>.a { .b { color: red } }</style>", "css-nesting"),
        ("<style>@supports (gap: 1px) { a {} }</style>", "css-at-supports"),
        ("<style>@media print { @media (hover) { a {} } }</style>", "css-at-media-hover"),
        ("<style>@font-face { font-family: a }</style>", "css-at-font-face"),
        ("<style>@import url(a.css);</style>", "css-at-import"),
        ("<link rel=stylesheet href=a.css>", "html-link"),
        ("<video src=a.mp4>", "html-video"),
        ("<svg></svg>", "html-svg"),
        ("<img src=https://a.example/a.webp?w=1>", "image-webp"),
        ("<img srcset=a.jpg>", "html-srcset"),
        ("<nav>", "html-semantics"),
        ("<a href=#top>", "html-anchor-links"),
        ("<div background=a.png>", "html-background"),
    ],
)
def test_the_linter_sees(written: str, feature: str) -> None:
    page = f"<!DOCTYPE html><title>Here</title>{written}"
    found = features_of(page, facts().features.keys())
    assert feature in found
    assert feature in facts().features
    assert any(any(facts().failing(feature, level, CLIENTS)) for level in "na")
