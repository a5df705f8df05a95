"""What becomes of each delivery, as the ledger counts it: states, claims, and when to try again."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from digest.outgoing import Subscriber


class DeliveryState(StrEnum):
    """Where a delivery is on its way; candidates are always the sum over all of these."""

    PENDING = "pending"  # nobody has taken it up
    CLAIMED = "claimed"  # a sender holds it, and nothing has left
    SENDING = "sending"  # its bytes may be on the wire
    SENT = "sent"  # the next server has it
    DEFERRED = "deferred"  # not now; it is tried again
    FAILED = "failed"  # never, says the next server
    SUPPRESSED = "suppressed"  # nobody wants or may have it
    UNKNOWN = "unknown"  # it may have left; a person decides


# How the detail of one begins whose receipt never came. It goes again, where that is wanted; when a
# receipt fails to come a second time, a person decides.
IN_DOUBT = "in doubt: "

# What keeps an issue from being finished.
OPEN = (
    DeliveryState.PENDING,
    DeliveryState.CLAIMED,
    DeliveryState.SENDING,
    DeliveryState.DEFERRED,
    DeliveryState.UNKNOWN,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One delivery that a sender holds, and to whom; `attempts` counts this one too.

    `before` says how the attempt before it ended, "" where there was none.
    """

    id: int
    subscriber: Subscriber
    mark: bytes
    attempts: int
    before: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """How a claimed delivery ended: its `state`, why, and for a deferred one when to try again.

    One that was not `tried` does not count as an attempt.
    """

    id: int
    state: DeliveryState
    detail: str = ""
    next_at: dt.datetime | None = None
    tried: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many deliveries of an issue are in which state; `next_at` is when a deferred one is due.

    `lapses_at` is when the first lease runs out that a sender has on any. It adds up: `candidates`
    is the sum.
    """

    counts: Mapping[DeliveryState, int]
    next_at: dt.datetime | None = None
    lapses_at: dt.datetime | None = None

    def is_anything_due(self, now: dt.datetime) -> bool:
        """Whether a delivery waits, or may be taken back, or nothing is left that could end."""
        times = (self.next_at, self.lapses_at)
        waits = DeliveryState.PENDING in self.counts or any(at and at <= now for at in times)
        return waits or not self.open

    @property
    def candidates(self) -> int:
        """All deliveries of the issue."""
        return sum(self.counts.values())

    @property
    def open(self) -> int:
        """Those of which more is to be heard."""
        return sum(self.counts.get(state, 0) for state in OPEN)
