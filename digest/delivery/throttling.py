"""What the servers of a domain put up with: so many connections, so many messages a minute.

One for all sessions of a deliverer. The clock is passed in: seconds that only ever grow.
"""

from __future__ import annotations

from collections import Counter
from threading import Condition
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from digest.relay import DomainLimit

BURST_S = 10  # what may be begun at once is what these seconds allow


class Throttle:
    """The limits, by domain, and how far each is used up. Domains are in lower case."""

    def __init__(self, limits: Iterable[DomainLimit]) -> None:
        self._limits = {limit.domain: limit for limit in limits}
        self._due: dict[str, float] = {}  # when all that was begun would be paid off at the rate
        self._promised: dict[str, float] = {}  # when the next one that is put off may come
        self._busy: Counter[str] = Counter()
        self._changed = Condition()

    def take(self, domain: str, now: float) -> float:
        """Take leave to begin a message: 0, or the seconds until it is worth asking again.

        Each that is put off is told a later time, so that they do not come back together.
        """
        limit = self._limits.get(domain)
        if limit is None or not limit.per_minute:
            return 0
        each = 60 / limit.per_minute
        with self._changed:
            due = max(self._due.get(domain, now), now)
            opens = due + each - max(each, BURST_S)  # a token bucket as one number: GCRA
            if opens <= now:
                self._due[domain] = due + each
                return 0
            promised = max(self._promised.get(domain, opens), opens)
            self._promised[domain] = promised + each
            return promised - now

    def enter(self, domain: str, patience_s: float) -> bool:
        """Become one of the connections that send to a domain, waiting so long at most."""
        limit = self._limits.get(domain)
        if limit is None or not limit.connections:
            return True

        def has_room() -> bool:
            return self._busy[domain] < limit.connections

        with self._changed:
            if not self._changed.wait_for(has_room, patience_s):
                return False
            self._busy[domain] += 1
            return True

    def leave(self, domain: str) -> None:
        """Be none of them any more."""
        with self._changed:
            self._busy[domain] -= 1
            self._changed.notify_all()
