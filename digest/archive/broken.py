"""The page that a served preview shows while something is broken: what, where, what to do."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from digest.archive.desk import desk_page
from digest.errors import TemplateError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.errors import DigestError

AROUND = 3  # lines shown before and after the one that is broken
LINE_LENGTH = 200  # characters
_LINE = re.compile(r"(.+):(\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLine:
    """A line of a template's file; `broken` marks the one that the fault names."""

    number: int
    text: str
    broken: bool


def broken_page(fault: DigestError, version: str, templates: Sequence[Path]) -> str:
    """Render what is broken; the page asks after `version` as the preview does.

    Raises TemplateError when this very page's template is broken.
    """
    return desk_page(
        "broken.html.j2", templates, fault=fault, live=version, lines=_lines_around(fault)
    )


def _lines_around(fault: DigestError) -> tuple[SourceLine, ...]:
    """Give the lines around the one that a template's fault names; () where it names none."""
    named = _LINE.fullmatch(fault.where)
    if not (named and isinstance(fault, TemplateError)):
        return ()
    try:
        lines = Path(named[1]).read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return ()
    at = int(named[2])
    return tuple(
        SourceLine(number=number, text=text[:LINE_LENGTH], broken=number == at)
        for number, text in enumerate(lines, start=1)
        if abs(number - at) <= AROUND
    )
