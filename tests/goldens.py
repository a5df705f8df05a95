"""Emails kept as they were last approved, and what has changed since, in a form to be read."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "golden"
HOW = "If this is meant: pytest tests/test_golden.py --update-golden, then look at git diff"
LINES = 80  # of each diff; more is not read
ROUND_TAGS = re.compile(r"(?=<)|(?<=>)")
IN_STYLES = re.compile(r"; (?=[a-z-]+:)")


@dataclass(frozen=True, slots=True)
class Golden:
    """Both parts of one email as files."""

    name: str

    @property
    def text(self) -> Path:
        return FOLDER / f"{self.name}.txt"

    @property
    def html(self) -> Path:
        return FOLDER / f"{self.name}.html"

    def update(self, text: str, html: str) -> None:
        FOLDER.mkdir(exist_ok=True)
        self.text.write_text(text, encoding="utf-8")
        self.html.write_text(html, encoding="utf-8")

    def difference(self, text: str, html: str) -> str:
        """Say what differs: the plain text first, then the HTML; "" if nothing does."""
        told = [
            *_diff(f"{self.name}.txt", _kept(self.text).splitlines(), text.splitlines()),
            *_diff(f"{self.name}.html", prettified(_kept(self.html)), prettified(html)),
        ]
        if not told and (_kept(self.text), _kept(self.html)) != (text, html):
            told = [f"{self.name}: only white space differs"]
        return "\n".join([*told, HOW]) if told else ""


def _kept(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def prettified(html: str) -> list[str]:
    """Set each tag, each text and each declaration of a style on a line of its own."""
    pieces = (piece.strip() for piece in ROUND_TAGS.split(html))
    return [line for piece in pieces if piece for line in IN_STYLES.sub(";\n  ", piece).split("\n")]


def _diff(name: str, before: list[str], after: list[str]) -> list[str]:
    lines = list(difflib.unified_diff(before, after, f"golden/{name}", "now", lineterm="", n=2))
    more = len(lines) - LINES
    return [*lines[:LINES], f"… and {more} lines more"] if more > 0 else lines
