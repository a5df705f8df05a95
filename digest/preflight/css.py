"""A page's CSS, parsed once for every rule of preflight: style blocks and style attributes."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

import tinycss2
from tinycss2 import ast

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

MAX_DEPTH = 8  # of blocks in blocks; beyond, a block is no style sheet
HOLDING_RULES = frozenset({"media", "supports", "layer", "container"})  # they hold others
MAX_ATTRIBUTE = 5_000  # characters of a style attribute that are read


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """One declaration: `name` in lower case, `value` as written, without `!important`.

    `words`, `functions` and `units` are those of the value, in lower case. `spaced_rgb` says that a
    colour is written without commas. `line` counts from 1 in its block or attribute.
    """

    name: str
    value: str
    important: bool
    line: int
    words: frozenset[str]
    functions: frozenset[str]
    units: frozenset[str]
    spaced_rgb: bool

    def __str__(self) -> str:
        """Write it as a style sheet has it."""
        return f"{self.name}: {self.value}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Declarations under a selector; `media` are the conditions of the @media rules around it.

    `signs` are the kinds of selector in it, such as "selector:>" or "state:hover".
    """

    selector: str
    declarations: tuple[Declaration, ...]
    media: tuple[str, ...]
    signs: frozenset[str]
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AtRule:
    """An at-rule: `name` in lower case, `words` those of its condition, `depth` 0 at the top."""

    name: str
    words: frozenset[str]
    depth: int
    line: int


@dataclass(slots=True)
class Block:
    """A style block as parsed. `nested` are the lines of rules that stand in another rule."""

    rules: list[Rule] = field(default_factory=list)
    at_rules: list[AtRule] = field(default_factory=list)
    nested: list[int] = field(default_factory=list)


@lru_cache(maxsize=16)
def parse_block(css: str) -> Block:
    """Parse a style block; what cannot be parsed is left out. Raises RecursionError for a maze."""
    block = Block()
    nodes = tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True)
    _read(block, nodes, media=(), depth=0)
    return block


@lru_cache(maxsize=4096)
def parse_attribute(css: str) -> tuple[Declaration, ...]:
    """Parse a style attribute, likewise."""
    nodes = tinycss2.parse_blocks_contents(css[:MAX_ATTRIBUTE])
    return tuple(_declaration(node) for node in nodes if isinstance(node, ast.Declaration))


def _read(block: Block, nodes: Iterable[ast.Node], media: tuple[str, ...], depth: int) -> None:
    for node in nodes:
        if isinstance(node, ast.AtRule):
            _read_at_rule(block, node, media, depth)
        elif isinstance(node, ast.QualifiedRule):
            _read_rule(block, node, media)


def _read_at_rule(block: Block, node: ast.AtRule, media: tuple[str, ...], depth: int) -> None:
    name = node.lower_at_keyword
    words = _words(_walk(node.prelude))
    block.at_rules.append(AtRule(name=name, words=words, depth=depth, line=node.source_line))
    if name in HOLDING_RULES and node.content and depth < MAX_DEPTH:
        condition = tinycss2.serialize(node.prelude).strip().lower()
        inner = tinycss2.parse_rule_list(node.content, skip_comments=True, skip_whitespace=True)
        _read(block, inner, (*media, condition) if name == "media" else media, depth + 1)


def _read_rule(block: Block, node: ast.QualifiedRule, media: tuple[str, ...]) -> None:
    inside = tinycss2.parse_blocks_contents(node.content, skip_comments=True, skip_whitespace=True)
    block.nested += [
        one.source_line for one in inside if isinstance(one, ast.QualifiedRule | ast.AtRule)
    ]
    told = (one for one in inside if isinstance(one, ast.Declaration))
    block.rules.append(
        Rule(
            selector=tinycss2.serialize(node.prelude).strip(),
            declarations=tuple(map(_declaration, told)),
            media=media,
            signs=frozenset(_signs(node.prelude)),
            line=node.source_line,
        )
    )


def _declaration(node: ast.Declaration) -> Declaration:
    tokens = list(_walk(node.value))
    functions = [one for one in tokens if isinstance(one, ast.FunctionBlock)]
    return Declaration(
        name=node.lower_name,
        value=tinycss2.serialize(node.value).strip(),
        important=node.important,
        line=node.source_line,
        words=_words(tokens),
        functions=frozenset(one.lower_name for one in functions),
        units=frozenset(one.lower_unit for one in tokens if isinstance(one, ast.DimensionToken)),
        spaced_rgb=any(one.lower_name in {"rgb", "rgba"} and _spaced(one) for one in functions),
    )


def _words(tokens: Iterable[ast.Node]) -> frozenset[str]:
    return frozenset(one.lower_value for one in tokens if isinstance(one, ast.IdentToken))


def _spaced(function: ast.FunctionBlock) -> bool:
    numbers = (ast.NumberToken, ast.PercentageToken)
    count = sum(isinstance(one, numbers) for one in function.arguments)
    literals = (one.value for one in function.arguments if isinstance(one, ast.LiteralToken))
    return count > 1 and "," not in literals


def _walk(nodes: Sequence[ast.Node]) -> Iterator[ast.Node]:
    """Give all component values, those within functions and brackets too, however deep."""
    waiting = list(reversed(nodes))
    while waiting:
        node = waiting.pop()
        yield node
        within = "arguments" if isinstance(node, ast.FunctionBlock) else "content"
        waiting.extend(reversed(getattr(node, within, ())))


def _signs(prelude: Sequence[ast.Node]) -> Iterator[str]:
    """Name the kinds of selector that clients differ in."""
    before, colons = "", 0
    for node in prelude:
        text = node.value if isinstance(node, ast.LiteralToken | ast.IdentToken) else ""
        if isinstance(node, ast.SquareBracketsBlock):
            yield "selector:[]"
        elif isinstance(node, ast.LiteralToken) and text in {">", "+", "~", "*"}:
            yield f"selector:{text}"
        elif isinstance(node, ast.LiteralToken) and text == "." and before == "name":
            yield "selector:.."
        elif colons and isinstance(node, ast.IdentToken | ast.FunctionBlock):
            name = node.lower_name if isinstance(node, ast.FunctionBlock) else node.lower_value
            yield f"{'state' if colons == 1 else 'element-of'}:{name}"
        colons = colons + 1 if text == ":" else 0
        before = "name" if isinstance(node, ast.IdentToken | ast.HashToken) else ""
