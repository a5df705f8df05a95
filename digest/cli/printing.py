"""Puts strangers' words on a terminal: a line at most, and nothing that it would obey."""

from __future__ import annotations

MAX_LINE = 1_000  # characters


def printable(text: str) -> str:
    """Put a text on one line, bounded, without what has no shape: controls, directions, ESC."""
    words = " ".join(text[: 2 * MAX_LINE].split())
    return "".join(char for char in words if char.isprintable())[:MAX_LINE]
