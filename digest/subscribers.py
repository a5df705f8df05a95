"""What is kept of subscribers beside themselves: their consents; who is not to be written to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt

    from digest.outgoing import Subscriber

EVERY_EDITION = ""
"""The edition of a suppression that holds for all of them."""


class Reason(StrEnum):
    """Why somebody is not to be written to, the graver the later."""

    UNSUBSCRIBED = "unsubscribed"  # by their own click or mail
    BY_HAND = "by hand"  # staff did it
    BOUNCED = "hard bounce"  # the mailbox is not there
    COMPLAINED = "complaint"  # they called it spam
    ERASED = "erased"  # they asked to be forgotten

    @property
    def as_grave(self) -> tuple[Reason, ...]:
        """This reason and those that are graver: it takes the place of none of them."""
        reasons = list(Reason)
        return tuple(reasons[reasons.index(self) :])

    @property
    def of_mailbox(self) -> bool:
        """Whether it is a fact of the mailbox, and not of what its owner wants."""
        return self is Reason.BOUNCED


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """That somebody asked for the edition.

    `given_at` is when they did, None where nobody said; `how` in words ("the form on our site"),
    "" likewise. `noted_at` is when that was written down, `noted_by` by whom or from where
    ("import subscribers.csv line 12", "added by jane").
    """

    given_at: dt.datetime | None
    how: str
    noted_at: dt.datetime
    noted_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """That an address is not to be written to, of an edition or of every one.

    `mark` is the salted hash of the address, which is all that is kept of it. `note` says how it
    came about.
    """

    mark: bytes
    edition: str
    reason: Reason
    since: dt.datetime
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Somebody who is to become a subscriber. `key` is alike for all spellings of the address."""

    key: str
    subscriber: Subscriber
    consent: Consent
    since: dt.datetime
