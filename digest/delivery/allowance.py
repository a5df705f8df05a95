"""How much an account may send: so many messages a second, and so many more within a day.

One for all sessions of a deliverer. The clock is passed in: seconds that only ever grow.
"""

from __future__ import annotations

from threading import Lock

BURST_S = 1  # what may be sent at once is what this second allows


class Allowance:
    """What is left of an account's limits; nothing, until it is renewed."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._each = 0.0  # seconds a message
        self._left = 0.0
        self._due = 0.0  # when all that was sent would be paid off at the rate

    def renew(self, per_second: float, left: float) -> None:
        """Set the rate, 0 for none, and how many more may be sent."""
        with self._lock:
            self._each = 1 / per_second if per_second > 0 else 0
            self._left = left

    def take(self, now: float) -> float | None:
        """Take leave to send a message: the seconds to wait before, or None where none is left.

        Each that has to wait is given a later time than those before it.
        """
        with self._lock:
            if self._left < 1:
                return None
            self._left -= 1
            due = max(self._due, now) + self._each  # a token bucket as one number: GCRA
            self._due = due
            return max(due - max(self._each, BURST_S) - now, 0)
