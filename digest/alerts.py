"""What the editors are told by email when an issue needs a person, in words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt


class AlertKind(StrEnum):
    """What an alert is about."""

    HELD = "held"  # it is not sent, or its send is paused, until somebody says so
    FAILED = "failed"  # work on it broke, or its send stands still
    SHORT = "short"  # there is none: too few stories
    MISSED = "missed"  # it was not sent before its deadline
    APPROVAL = "approval"  # it waits for somebody to approve it
    VETO = "veto"  # it goes by itself, unless somebody holds it


SUBJECTS = {
    AlertKind.HELD: "Held",
    AlertKind.FAILED: "Failed",
    AlertKind.SHORT: "No issue",
    AlertKind.MISSED: "Missed",
    AlertKind.APPROVAL: "To approve",
    AlertKind.VETO: "About to go",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One thing that the editors are told of an issue: what happened, and what to do about it."""

    kind: AlertKind
    edition: str
    date: dt.date
    what: str
    hint: str
    at: dt.datetime

    @property
    def sha256(self) -> str:
        """What tells it from others of its kind: its words (hexadecimal)."""
        return sha256(f"{self.what}\n{self.hint}".encode()).hexdigest()

    def subject(self, title: str) -> str:
        """Give the subject of its email: "Held: The Daily Courier, 23 November 2026"."""
        return f"{SUBJECTS[self.kind]}: {title}, {self.date:%-d %B %Y}"

    def text(self, title: str, preview: str) -> str:
        """Give its email as plain text; `preview` is where the issue's preview is, "" for none."""
        parts = [
            f"{title}, {self.date:%A} {self.date:%-d %B %Y}",
            f"What happened: {self.what}",
            f"What to do: {self.hint}",
            *([f"Preview: {preview}"] if preview else []),
        ]
        return "\n\n".join(parts) + "\n"


def plain(words: str) -> str:
    """Leave out of words from anywhere what is no text, which the store would not keep."""
    return words.replace("\0", "").encode("utf-8", "ignore").decode("utf-8")
