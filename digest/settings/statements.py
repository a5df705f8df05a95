"""Where each statement of a TOML text stands, so that one can be changed and the others left."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digest.settings.layers import Loc

# A text of several lines may end with up to two quotes of its own (TOML v1.0.0, String).
_TOKEN = re.compile(
    r"(?P<text>"
    r'"""(?:[^"\\]|\\.|"(?!""))*""""{0,2}'
    r"|'''(?:[^']|'(?!''))*''''{0,2}"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*')"
    r"|(?P<comment>\#[^\n]*)"
    r"|(?P<open>[\[{])|(?P<close>[\]}])|(?P<equals>=)|(?P<end>\n)|(?P<space>[ \t\r]+)|(?P<word>.)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement: characters `start` to `end`, its line's end included.

    `table` is where it belongs, `path` what it is: a key's way, or a table's own; `()` for blank
    lines and comments. The value of a key stands from `value[0]` to `value[1]`.
    """

    start: int
    end: int
    table: Loc = ()
    path: Loc = ()
    value: tuple[int, int] = (0, 0)

    @property
    def is_header(self) -> bool:
        """Whether it opens a table."""
        return bool(self.path) and self.path == self.table


def statements(text: str) -> tuple[Statement, ...]:
    """Give the statements of a TOML text, in its order: together they are all of it.

    `text` must be valid TOML.
    """
    found: list[Statement] = []
    counts: dict[Loc, int] = {}  # an array of tables → how many it has so far
    table: Loc = ()
    for start, end, equals, value in _spans(text):
        line = text[start:end]
        if equals:
            path = (*table, *_names(f"{text[start:equals]}= 0"))
            found.append(Statement(start=start, end=end, table=table, path=path, value=value))
        elif line.lstrip().startswith("["):
            table = _opened(line, counts)
            found.append(Statement(start=start, end=end, table=table, path=table))
        else:
            found.append(Statement(start=start, end=end, table=table))
    return tuple(found)


def _spans(text: str) -> Iterator[tuple[int, int, int, tuple[int, int]]]:
    """Give start, end, place of the "=" (0 without) and the value's span of each statement."""
    start = equals = depth = 0
    first = last = 0  # of the value
    for token in _TOKEN.finditer(text):
        kind = token.lastgroup
        depth += (kind == "open") - (kind == "close")
        if kind == "end" and not depth:
            yield start, token.end(), equals, (first, last)
            start, equals, first = token.end(), 0, 0
        elif kind == "equals" and not equals and not depth:
            equals = token.start()
        elif kind not in {"space", "comment", "end"}:
            first = first or (token.start() if equals else 0)
            last = token.end()
    if start < len(text):
        yield start, len(text), equals, (first, last)


def _opened(header: str, counts: dict[Loc, int]) -> Loc:
    """Give the way to the table that a header opens, counting those of an array from 0."""
    *parents, last = _names(header)
    here: Loc = ()
    for name in parents:
        here = (*here, name)
        if here in counts:
            here = (*here, counts[here] - 1)
    here = (*here, last)
    if not header.lstrip().startswith("[["):
        return here
    counts[here] = counts.get(here, 0) + 1
    return (*here, counts[here] - 1)


def _names(statement: str) -> tuple[str, ...]:
    """Give the names that a header or a key is made of: `a."b c"` is two."""
    found: list[str] = []
    node: Any = tomllib.loads(statement)
    while isinstance(node, dict) and node:
        ((name, node),) = node.items()
        found.append(name)
        node = node[0] if isinstance(node, list) else node
    return tuple(found)
