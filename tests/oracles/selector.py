"""Which of caniemail's features a selector uses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

JOINERS = {
    ">": "css-selector-child",
    "+": "css-selector-adjacent-sibling",
    "~": "css-selector-general-sibling",
    ",": "css-selector-grouping",
}
SIMPLE = {
    ".": "css-selector-class",
    "hash": "css-selector-id",
    "[] block": "css-selector-attribute",
}
ONE_COLON = {"before", "after", "first-letter", "first-line"}  # elements that CSS 2 wrote with one


def of_selector(tokens: Sequence[Any]) -> Iterator[str]:
    """Give what a list of selectors uses, its tokens as tinycss2 gives them."""
    tokens = [token for token in tokens if token.type != "comment"]
    while tokens and tokens[-1].type == "whitespace":
        tokens.pop()
    written = ["", ",", *map(_written, tokens), ""]
    simple = 0  # class, id and attribute selectors of the compound so far
    for at, token in enumerate(tokens):
        last, before, this, after = written[at : at + 4]
        if this in SIMPLE:
            yield SIMPLE[this]
            simple += 1
            if simple > 1:
                yield "css-selector-chaining"
        elif this in JOINERS:
            simple = 0
            yield JOINERS[this]
        elif this == "whitespace" and not {before, after} & JOINERS.keys():
            simple = 0
            yield "css-selector-descendant"
        elif before == ":" and this != ":":
            yield from _pseudo(token, double=last == ":")
        elif this == "*" or (this == "ident" and before != "."):
            yield "css-selector-universal" if this == "*" else "css-selector-type"


def _written(token: Any) -> str:
    return str(token.value) if token.type == "literal" else str(token.type)


def _pseudo(token: Any, *, double: bool) -> Iterator[str]:
    name = token.lower_value if token.type == "ident" else token.lower_name
    if double or name in ONE_COLON:
        yield f"css-pseudo-element-{name}"
    elif name == "root":
        yield "pseudo-class root"
    else:
        yield f"css-pseudo-class-{name}"
        if token.type == "function":
            yield from of_selector(token.arguments)
