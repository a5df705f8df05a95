"""Brings a list of subscribers into the store: sift in batches, add or only say what would be."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from digest.subscriber_lists import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from digest.store import Sifted, Store
    from digest.subscriber_lists import Listed
    from digest.subscribers import Candidate, Reason

BATCH = 1_000  # people a transaction: nobody else who writes waits longer than some 50 ms
MAX_TOLD = 10_000  # lines that are named in a report; all are counted


@dataclass(slots=True, kw_only=True)
class Enlistment:
    """What became of a list's lines: each is in one of the counts.

    `refused` has the first MAX_TOLD that could not be used, `left_out` those of people who are not
    to be written to; `unsaid` counts those added of whom nobody said how they consented.
    """

    added: int = 0
    known: int = 0
    duplicates: int = 0
    refusals: int = 0
    unsaid: int = 0
    suppressed: Counter[Reason] = field(default_factory=Counter)
    refused: list[Refusal] = field(default_factory=list)
    left_out: list[Refusal] = field(default_factory=list)

    @property
    def lines(self) -> int:
        """How many lines had something in them."""
        held = self.suppressed.total()
        return self.added + self.known + self.duplicates + self.refusals + held

    def refuse(self, refusal: Refusal) -> None:
        """Note a line that cannot be used."""
        self.refusals += 1
        if len(self.refused) < MAX_TOLD:
            self.refused.append(refusal)

    def note(self, batch: Sequence[Listed], sifted: Sifted) -> None:
        """Note what became of a batch."""
        self.added += len(sifted.added)
        self.known += len(sifted.known)
        for one in batch:
            key, consent = one.candidate.key, one.candidate.consent
            self.unsaid += key in sifted.added and not consent.how
            if reason := sifted.suppressed.get(key):
                self.suppressed[reason] += 1
                self._leave_out(one, reason)

    def _leave_out(self, one: Listed, reason: Reason) -> None:
        if len(self.left_out) < MAX_TOLD:
            address = one.candidate.subscriber.address
            self.left_out.append(Refusal(line=one.line, address=address, reason=reason.value))


def enlist(
    store: Store,
    edition: str,
    rows: Iterable[Listed | Refusal],
    *,
    dry_run: bool,
    progress: Callable[[int], None] = lambda _lines: None,
) -> Enlistment:
    """Add the people of a list to an edition; a dry run changes nothing and says the same.

    What was added before an error stays, and is known when the list is brought again. `progress`
    is told the number of lines so far.
    """
    report = Enlistment()
    put: Callable[[str, Sequence[Candidate]], Sifted] = store.sift if dry_run else store.enlist
    for batch in _batches(_once(rows, report)):
        report.note(batch, put(edition, [one.candidate for one in batch]))
        progress(report.lines)
    return report


def _once(rows: Iterable[Listed | Refusal], report: Enlistment) -> Iterator[Listed]:
    """Give everybody once, by the first of their lines; note the other lines in the report."""
    with closing(_Seen()) as seen:
        for row in rows:
            if isinstance(row, Refusal):
                report.refuse(row)
            elif seen.add(row.candidate.key):
                yield row
            else:
                report.duplicates += 1


def _batches(rows: Iterator[Listed]) -> Iterator[list[Listed]]:
    while batch := list(islice(rows, BATCH)):
        yield batch


class _Seen:
    """Which keys a list has had so far; SQLite keeps them in a file of its own if they are many."""

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None)
        self._database.execute("CREATE TABLE seen (key TEXT PRIMARY KEY) WITHOUT ROWID")
        self._database.execute("BEGIN")

    def add(self, key: str) -> bool:
        """Note a key; say whether it is new."""
        done = self._database.execute("INSERT OR IGNORE INTO seen VALUES (?)", (key,))
        return done.rowcount == 1

    def close(self) -> None:
        self._database.close()
