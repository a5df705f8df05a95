"""What an outlet puts into its headlines by habit: "Kenya: …", "… | Opinion", "… - The Courier".

Such a label names a section or the outlet, and says little about the event.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

HABIT_SHARE = 0.5  # of an outlet's headlines: its style, no accident
HABIT_AT_LEAST = 5  # headlines; of fewer nothing can be told
LABEL_WORDS = 4  # a longer beginning is half of a sentence

_OPENING = re.compile(r"\s*([^:|]{2,60}?)(?::|\s\|)\s")
_CLOSING = re.compile(r".*\s[|\-\u2013\u2014]\s+(\S.{0,60}?)\s*", re.DOTALL)


def habitual_labels(headlines: Iterable[tuple[str, str]]) -> list[str]:
    """Give the label of each of the (source, title) pairs, "" for none.

    An outlet labels by habit when half of its headlines, and five at least, open with a few words
    and a colon or a bar, or all end with the same words after a dash or a bar.
    """
    pairs = list(headlines)
    titles: defaultdict[str, list[str]] = defaultdict(list)
    for source, title in pairs:
        titles[source].append(title)
    habits = {source: _Habit(theirs) for source, theirs in titles.items()}
    return [habits[source].label(title) for source, title in pairs]


class _Habit:
    """How one outlet labels its headlines."""

    def __init__(self, titles: Sequence[str]) -> None:
        enough = max(HABIT_AT_LEAST, HABIT_SHARE * len(titles))
        self._opens = sum(bool(_opening(title)) for title in titles) >= enough
        endings = Counter(filter(None, map(_closing, titles)))
        self._endings = {ending for ending, uses in endings.items() if uses >= enough}

    def label(self, title: str) -> str:
        opening = _opening(title) if self._opens else ""
        closing = _closing(title)
        return f"{opening} {closing if closing in self._endings else ''}".strip()


def _opening(title: str) -> str:
    found = _OPENING.match(title)
    return found[1] if found and len(found[1].split()) <= LABEL_WORDS else ""


def _closing(title: str) -> str:
    found = _CLOSING.fullmatch(title)
    return found[1] if found else ""
