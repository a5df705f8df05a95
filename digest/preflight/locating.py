"""Where in a theme a finding comes from: the one line of its files that wrote what was found."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from digest.preflight.finding import Finding

_PIECE = re.compile(r"[\w#%.-]+|[^\w\s]")
_SHORT_COLOUR = re.compile(r"#[0-9a-f]{3}", re.IGNORECASE)


def located(findings: Iterable[Finding], templates: Mapping[str, str]) -> tuple[Finding, ...]:
    """Add file and line to each finding whose markup stands in one line of the theme alone.

    `templates` gives the text of each file by the name to show. Where several lines may have
    written it, or none has it as it is, nobody knows, and nothing is said.
    """
    return tuple(
        replace(one, template=_only_line(one.markup, templates)) if one.markup else one
        for one in findings
    )


def _only_line(markup: str, templates: Mapping[str, str]) -> str:
    pattern = _pattern(markup)
    places: list[str] = []
    for name, text in templates.items():
        for match in pattern.finditer(text):
            places.append(f"{name}:{text.count(chr(10), 0, match.start()) + 1}")
            if len(places) > 1:
                return ""
    return places[0] if places else ""


def _pattern(markup: str) -> re.Pattern[str]:
    """Find markup however it is spaced, and whichever quotes it has; a short colour in full too."""
    spaced = r"\s*".join(_written(piece) for piece in _PIECE.findall(markup))
    return re.compile(rf"(?<![\w-]){spaced}(?![\w-])", re.IGNORECASE)


def _written(piece: str) -> str:
    if piece in "\"'":
        return "[\"']"
    if _SHORT_COLOUR.fullmatch(piece):  # the inliner writes #cccccc as #ccc
        in_full = "".join(digit * 2 for digit in piece[1:])
        return f"#(?:{piece[1:]}|{in_full})"
    return re.escape(piece)
