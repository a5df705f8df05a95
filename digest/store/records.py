"""What the store tells of issues and subscribers, beyond the ten words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from digest.model import IssueState
    from digest.outgoing import Subscriber
    from digest.subscribers import Consent, Reason, Suppression


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueRecord:
    """An issue in the ledger; there is one for an edition and a date.

    `state_at` is when the issue came into its `state`, `note` says why. `stories` and `articles`
    count what was considered, `findings` preflight's errors and warnings together, `errors` the
    first alone; `size_bytes` is the HTML's. `approved_by` names who approved it, in spite of errors
    where it has some, when, and what: `approved_sha256` (hexadecimal) is its manifest's. `begun`
    says that a send of it began which nobody can call back, so that it may have left the house in
    part; an issue that the editors hold is not. `paused` says who keeps its send from going on, and
    why, "" for nobody.
    """

    edition: str
    date: dt.date
    state: IssueState
    cutoff: dt.datetime
    built_at: dt.datetime
    state_at: dt.datetime
    note: str = ""
    subject: str = ""
    standfirst: str = ""
    stories: int = 0
    articles: int = 0
    size_bytes: int = 0
    findings: int = 0
    errors: int = 0
    approved_by: str = ""
    approved_at: dt.datetime | None = None
    approved_sha256: str = ""
    begun: bool = False
    paused: str = ""

    @property
    def told(self) -> str:
        """What people are told beside its state: why, or who approved it."""
        if self.paused:
            return f"paused: {self.paused}"
        how = "released" if self.errors else "approved"
        return self.note or (f"{how} by {self.approved_by}" if self.approved_by else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriberRecord:
    """A subscriber of an edition; there is one for an edition and an address.

    `id` is never another's, not even when they were erased. `key` is alike for all spellings of
    their address, `mark` its salted hash, the same in every edition.
    """

    id: int
    edition: str
    key: str
    mark: bytes
    since: dt.datetime
    subscriber: Subscriber


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """All that is known of an address: its rows by edition with their consents; suppressions."""

    records: tuple[tuple[SubscriberRecord, tuple[Consent, ...]], ...]
    suppressions: tuple[Suppression, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sifted:
    """What became of a batch of candidates, by key; each is in one of the three."""

    added: frozenset[str]
    known: frozenset[str]
    suppressed: Mapping[str, Reason]


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriberCounts:
    """How many subscribers an edition has: all are `receiving`, `paused` or `suppressed`.

    `languages` and `sections` count the first two, the most frequent first; "" stands for the
    publication's language, and for those who want all sections. `suppressions` counts, by reason,
    the addresses that the edition is not sent to, subscribers or not.
    """

    receiving: int
    paused: int
    suppressed: int
    languages: Mapping[str, int]
    sections: Mapping[str, int]
    suppressions: Mapping[str, int]
