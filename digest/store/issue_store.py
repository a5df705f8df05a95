"""The part of `Store` that keeps the issues, and what the editors were told of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.errors import StoreError
from digest.store.alerts import read_unsent, write_alert, write_told
from digest.store.database import Database
from digest.store.issues import (
    read_issue,
    read_issues,
    read_last_cutoff,
    read_past,
    void_approval,
    write_approval,
    write_issue,
    write_pause,
    write_state,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from digest.alerts import Alert
    from digest.model import IssueState, Past
    from digest.store.records import IssueRecord


class IssueStore(Database):
    """One issue an edition and a date, and one alert of a kind and words; see `Store`."""

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

    def approve_issue(
        self, edition: str, date: dt.date, now: dt.datetime, *, by: str, sha256: str
    ) -> None:
        """Approve an issue, in spite of its errors if any. Raises StoreError if there is none.

        `sha256` is its manifest's: what has another one is not approved.
        """
        with self._writing() as connection:
            if not write_approval(connection, edition, date, now, by, sha256):
                raise _no_issue(edition, date)

    def void_approval(
        self, edition: str, date: dt.date, state: IssueState, now: dt.datetime, note: str
    ) -> None:
        """Forget an issue's approval, and move it into a state with a note on why."""
        with self._writing() as connection:
            void_approval(connection, edition, date)
            write_state(connection, edition, date, state, now=now, note=note, begun=False)

    def pause_issue(self, edition: str, date: dt.date, why: str) -> bool:
        """Let nobody claim deliveries of an issue any more; say whether it is being sent.

        `why` "" lets it go on.
        """
        with self._writing() as connection:
            return write_pause(connection, edition, date, why)

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

    # ------------------------------------------------------------ alerts

    def add_alert(self, alert: Alert) -> None:
        """Keep an alert to be sent, unless the same was told, or enough of its kind."""
        with self._writing() as connection:
            write_alert(connection, alert)

    def unsent_alerts(self, edition: str, since: dt.datetime) -> tuple[Alert, ...]:
        """Give the alerts of an edition from `since` on that nobody took yet, oldest first."""
        with self._reading() as connection:
            return read_unsent(connection, edition, since)

    def note_told(self, alert: Alert, now: dt.datetime) -> None:
        """Note that the editors have an alert."""
        with self._writing() as connection:
            write_told(connection, alert, now)


def _no_issue(edition: str, date: dt.date) -> StoreError:
    return StoreError("there is no such issue", where=f"{edition} {date}", hint="Build it first")
