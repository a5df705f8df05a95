"""The part of `Store` that keeps the ledger of deliveries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from digest.errors import StoreError
from digest.store.database import Database
from digest.store.ledger import (
    acknowledge,
    begin,
    claim,
    fan_out,
    forget,
    give_back,
    take_back,
    tally,
    unfinished,
)
from digest.store.tables import issues

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from digest.ledger import Acknowledgement, Claim, DeliveryState, Tally


class LedgerStore(Database):
    """Which subscriber gets which issue, and how far that is; `Store` tells how methods work.

    Times are the real clock's: leases say which sender is alive.
    """

    def fan_out(self, edition: str, date: dt.date, now: dt.datetime) -> int:
        """Give every subscriber a delivery of an issue; say how many are new.

        Whoever is suppressed or paused is among them, as suppressed.
        """
        with self._writing() as connection:
            return fan_out(connection, edition, date, now)

    def forget_deliveries(self, edition: str, date: dt.date) -> None:
        """Take out an issue's deliveries: where they are only saved, they are saved anew."""
        with self._writing() as connection:
            forget(connection, _issue(connection, edition, date))

    def claim(
        self,
        edition: str,
        date: dt.date,
        holder: str,
        most: int,
        *,
        now: dt.datetime,
        until: dt.datetime,
    ) -> tuple[Claim, ...]:
        """Take up to `most` deliveries that wait, for as long as a lease; none when none does."""
        with self._writing() as connection:
            number = _issue(connection, edition, date)
            return claim(connection, number, holder, most, now=now, until=until)

    def begin(
        self, ids: Sequence[int], holder: str, *, now: dt.datetime, until: dt.datetime
    ) -> frozenset[int]:
        """Note that deliveries' bytes may leave; give those that still may, with a new lease."""
        with self._writing() as connection:
            return begin(connection, ids, holder, now=now, until=until)

    def give_back(self, ids: Sequence[int], holder: str, now: dt.datetime) -> None:
        """Let others have what was claimed and never begun."""
        with self._writing() as connection:
            give_back(connection, ids, holder, now)

    def acknowledge(self, ends: Sequence[Acknowledgement], holder: str, now: dt.datetime) -> int:
        """Note how deliveries ended; give of how many that was still this holder's to say."""
        if not ends:
            return 0
        with self._writing() as connection:
            return acknowledge(connection, ends, holder, now)

    def take_back(
        self, edition: str, date: dt.date, now: dt.datetime, *, resend: bool
    ) -> tuple[int, int]:
        """Take back what dead senders hold: how many wait again, how many nobody knows of."""
        with self._writing() as connection:
            return take_back(connection, _issue(connection, edition, date), now, resend=resend)

    def tally(self, edition: str, date: dt.date) -> Tally:
        """Count an issue's deliveries by their states."""
        with self._reading() as connection:
            return tally(connection, _issue(connection, edition, date))

    def unfinished(
        self, edition: str, date: dt.date, most: int
    ) -> tuple[tuple[str, DeliveryState, str], ...]:
        """Name who did not get an issue, with the state and why: the first `most` by address."""
        with self._reading() as connection:
            return unfinished(connection, _issue(connection, edition, date), most)


def _issue(connection: Connection, edition: str, date: dt.date) -> int:
    number = connection.scalar(
        select(issues.c.id).where(issues.c.edition == edition, issues.c.date == date)
    )
    if number is None:
        raise StoreError("there is no such issue", where=f"{edition} {date}")
    return int(number)
