"""How two texts differ, line by line, short enough to be read on a page."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

AROUND = 1  # lines that are the same, shown before and after those that are not
LINES_SHOWN = 60
LINE_LENGTH = 240  # characters
LINES_COMPARED = 4_000  # of each text: comparing takes the square of it at worst
_HUNK = re.compile(r"@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@")


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffLine:
    """A line of a difference; `mark` is "+", "-", " ", or "@" where lines between are left out.

    The text of "@" says where it goes on: "line 12".
    """

    mark: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """How the text of that name differs: `hidden` more lines are not shown."""

    name: str
    lines: tuple[DiffLine, ...]
    added: int
    removed: int
    hidden: int = 0


def difference(name: str, before: Sequence[str], now: Sequence[str]) -> Difference | None:
    """Compare two texts, given as lines without their ends; None where they are the same."""
    if list(before) == list(now):
        return None
    compared = difflib.unified_diff(
        before[:LINES_COMPARED], now[:LINES_COMPARED], n=AROUND, lineterm=""
    )
    lines = [_line(text) for text in list(compared)[2:]]  # the first two name files
    return Difference(
        name=name,
        lines=tuple(lines[:LINES_SHOWN]),
        added=sum(line.mark == "+" for line in lines),
        removed=sum(line.mark == "-" for line in lines),
        hidden=max(0, len(lines) - LINES_SHOWN),
    )


def _line(text: str) -> DiffLine:
    if hunk := _HUNK.match(text):
        return DiffLine(mark="@", text=f"line {hunk[2]}")
    said = text[1:]
    shown = f"{said[:LINE_LENGTH]}…" if len(said) > LINE_LENGTH else said
    return DiffLine(mark=text[:1] or " ", text=shown)
