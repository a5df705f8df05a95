"""What a feed wrote that looks like one of our placeholders is none.

A placeholder becomes a subscriber's own link wherever it stands: a feed that could write one would
have its headline unsubscribe whoever follows it.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from digest.model import Issue

HOST = "//placeholder.invalid"
DEFUSED = "//no-placeholder.invalid"  # nor does this name resolve (RFC 2606 §2)

T = TypeVar("T")


def defuse(issue: Issue) -> Issue:
    """Give the issue with every address of a placeholder in its texts and links made another."""
    return _defused(issue)


def _defused(value: T) -> T:
    """Give the value itself where nothing of it changes, which is nearly always."""
    if isinstance(value, str):
        return value.replace(HOST, DEFUSED) if HOST in value else value  # type: ignore[return-value]
    if isinstance(value, tuple):
        parts = tuple(_defused(part) for part in value)
        same = all(part is old for part, old in zip(parts, value, strict=True))
        return value if same else parts  # type: ignore[return-value]
    if is_dataclass(value) and not isinstance(value, type):
        old = {field.name: getattr(value, field.name) for field in fields(value)}
        changed = {name: new for name, part in old.items() if (new := _defused(part)) is not part}
        return replace(value, **changed) if changed else value
    return value
