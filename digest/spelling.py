"""Which known word somebody meant who wrote an unknown one."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Give the question with the nearest known word, whatever its case, or an empty text."""
    folded = {each.casefold(): each for each in known}
    close = difflib.get_close_matches(word.casefold(), folded, n=1)
    return f'Did you mean "{folded[close[0]]}"?' if close else ""


def suggest(word: str, known: Iterable[str], what: str = "Known here") -> str:
    """Give the nearest known word, or else all of them."""
    known = list(known)
    return did_you_mean(word, known) or f"{what}: {', '.join(known)}"
