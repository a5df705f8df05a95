"""The part of `Store` that keeps the issues."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.errors import StoreError
from digest.store.database import Database
from digest.store.issues import (
    read_issue,
    read_issues,
    read_last_cutoff,
    read_past,
    write_issue,
    write_release,
    write_state,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from digest.model import IssueState, Past
    from digest.store.records import IssueRecord


class IssueStore(Database):
    """One issue an edition and a date; see `Store`."""

    def save_issue(self, record: IssueRecord, placements: Sequence[Past]) -> None:
        """Save an issue with its placements in reading order, replacing what its day had.

        Whether that may be replaced is for the caller to know.
        """
        with self._writing() as connection:
            write_issue(connection, record, placements)

    def issue(self, edition: str, date: dt.date) -> IssueRecord | None:
        """Give the issue of a day, if there is one."""
        with self._reading() as connection:
            return read_issue(connection, edition, date)

    def issues(self, edition: str | None = None) -> tuple[IssueRecord, ...]:
        """Give the issues of one edition or of all, newest first, ties by edition."""
        with self._reading() as connection:
            return read_issues(connection, edition)

    def set_state(
        self,
        edition: str,
        date: dt.date,
        state: IssueState,
        now: dt.datetime,
        note: str = "",
        *,
        begun: bool = False,
    ) -> None:
        """Move an issue into a state, with a note on why. Raises StoreError if there is none.

        `begun` notes that a send began which nobody can call back; it stays so.
        """
        with self._writing() as connection:
            if not write_state(connection, edition, date, state, now=now, note=note, begun=begun):
                raise _no_issue(edition, date)

    def release_issue(
        self, edition: str, date: dt.date, now: dt.datetime, *, by: str, sha256: str
    ) -> None:
        """Approve an issue in spite of its errors. Raises StoreError if there is none.

        `sha256` is of the message that is released: another one is not.
        """
        with self._writing() as connection:
            if not write_release(connection, edition, date, now, by, sha256):
                raise _no_issue(edition, date)

    def past(self, edition: str, before: dt.date, issues: int = 7) -> tuple[Past, ...]:
        """Give what stood in the last `issues` issues of the edition before a day.

        Newest issue first, each in reading order; skipped and missed issues do not count.
        """
        with self._reading() as connection:
            return read_past(connection, edition, before, issues)

    def last_cutoff(self, edition: str, before: dt.date) -> dt.datetime | None:
        """Give the cutoff of the newest issue that was sent, dated before a day."""
        with self._reading() as connection:
            return read_last_cutoff(connection, edition, before)


def _no_issue(edition: str, date: dt.date) -> StoreError:
    return StoreError("there is no such issue", where=f"{edition} {date}", hint="Build it first")
