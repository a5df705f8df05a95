"""Puts words on a terminal: strangers', a line at most and nothing that it obeys; and numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from digest.preflight import Finding

MAX_LINE = 1_000  # characters


def printable(text: str) -> str:
    """Put a text on one line, bounded, without what has no shape: controls, directions, ESC."""
    words = " ".join(text[: 2 * MAX_LINE].split())
    return "".join(char for char in words if char.isprintable())[:MAX_LINE]


def many(number: int, noun: str) -> str:
    """Put a number before its noun, which takes an s: "1 page", "2 pages"."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def finding_line(finding: Finding) -> str:
    """Write what preflight found, where in the page, and what of the theme wrote it."""
    line = f"line {finding.line}" if finding.line else ""
    places = ", ".join(filter(None, (finding.where, line, finding.template)))
    return printable(f"{finding.level}: {finding.message}{f' ({places})' if places else ''}")
