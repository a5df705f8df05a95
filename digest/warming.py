"""Warm-up: how much a new sender may send on its first days, until providers know it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt


@dataclass(frozen=True, slots=True, kw_only=True)
class WarmUp:
    """How many deliveries each day may have, from a first day on; after the last there is no limit.

    Days are the publication's; on those before the first, as many as on it.
    """

    first_day: dt.date
    per_day: tuple[int, ...]

    def most_on(self, day: dt.date) -> int | None:
        """Give how many deliveries a day may have, None for any number."""
        number = max((day - self.first_day).days, 0)
        return self.per_day[number] if number < len(self.per_day) else None
