"""The part of `Store` that keeps the ledger of deliveries."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select

from digest.errors import StoreError
from digest.store.claims import claim, give_back, take_back
from digest.store.database import Database
from digest.store.handovers import Handovers
from digest.store.ledger import (
    end_send,
    fan_out,
    forget,
    last_receipt,
    one_at_a_time,
    settle,
    spared,
    tally,
    unfinished,
    warm_up,
)
from digest.store.tables import issues

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

    from digest.ledger import Acknowledgement, Claim, DeliveryState, Tally


class LedgerStore(Database):
    """Which subscriber gets which issue, and how far that is; `Store` tells how methods work.

    Times are the real clock's: leases say which sender is alive.
    """

    def fan_out(
        self,
        edition: str,
        date: dt.date,
        now: dt.datetime,
        *,
        most: int | None = None,
        since: dt.datetime | None = None,
    ) -> int:
        """Give every subscriber a delivery of an issue; say how many are new.

        Whoever is suppressed or paused is among them, as suppressed; and so is whoever is one too
        many, where there may be at `most` so many `since` the day began, all issues together.
        """
        with self._writing() as connection:
            if most is not None:
                one_at_a_time(connection)
            new = fan_out(connection, edition, date, now)
            if most is not None:
                number = _issue(connection, edition, date)
                warm_up(connection, number, most, since or now, now)
            return new

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

    def give_back(self, ids: Sequence[int], holder: str, now: dt.datetime) -> None:
        """Let others have what was claimed and never begun."""
        with self._writing() as connection:
            give_back(connection, ids, holder, now)

    def proceed(
        self,
        ends: Sequence[Acknowledgement],
        ids: Sequence[int],
        holder: str,
        *,
        now: dt.datetime,
        until: dt.datetime,
    ) -> tuple[int, frozenset[int]]:
        """Note how deliveries ended and that others' bytes may leave: both, or neither.

        Gives of how many ends that was still this holder's to say, and which may still leave; those
        have a lease of their own from here on.
        """
        with self._driving() as cursor:
            noted = self._handovers.acknowledge(cursor, ends, holder, now)
            return noted, self._handovers.begin(cursor, ids, holder, now=now, until=until)

    @cached_property
    def _handovers(self) -> Handovers:
        return Handovers.of(self._engine.dialect)

    def end_send(self, edition: str, date: dt.date) -> bool:
        """Note where a send leaves its issue: sent once nothing is open, or how much yet is.

        Says whether that is news. The issue's time stays that at which the send began. An issue
        that is not `sending` is left alone, so that of several senders one ends it.
        """
        with self._writing() as connection:
            return end_send(connection, _issue(connection, edition, date))

    def take_back(
        self, edition: str, date: dt.date, now: dt.datetime, *, resend: bool
    ) -> tuple[int, int]:
        """Take back what dead senders hold: how many wait again, how many nobody knows of."""
        with self._writing() as connection:
            return take_back(connection, _issue(connection, edition, date), now, resend=resend)

    def settle(
        self,
        edition: str,
        date: dt.date,
        marks: Sequence[bytes],
        state: DeliveryState,
        *,
        detail: str,
        now: dt.datetime,
    ) -> int:
        """Say what became of deliveries that nobody knows of, all or those of some people.

        Gives how many there were.
        """
        with self._writing() as connection:
            number = _issue(connection, edition, date)
            return settle(connection, number, marks, state, detail, now)

    def spared(self, edition: str, date: dt.date) -> Mapping[str, int]:
        """Count by their reason those who are not to get an issue, in the reasons' order."""
        with self._reading() as connection:
            return spared(connection, _issue(connection, edition, date))

    def tally(self, edition: str, date: dt.date) -> Tally:
        """Count an issue's deliveries by their states."""
        with self._reading() as connection:
            return tally(connection, _issue(connection, edition, date))

    def last_receipt(self, edition: str, date: dt.date) -> dt.datetime | None:
        """Give when the last of an issue's deliveries was sent, None where none is."""
        with self._reading() as connection:
            return last_receipt(connection, _issue(connection, edition, date))

    def unfinished(
        self, edition: str, date: dt.date, most: int
    ) -> tuple[tuple[str, DeliveryState, str], ...]:
        """Name who did not get an issue, with the state and why: the first `most` by address."""
        with self._reading() as connection:
            return unfinished(connection, _issue(connection, edition, date), most)


_NUMBER = select(issues.c.id).where(
    issues.c.edition == bindparam("edition"), issues.c.date == bindparam("date")
)


def _issue(connection: Connection, edition: str, date: dt.date) -> int:
    number = connection.scalar(_NUMBER, {"edition": edition, "date": date})
    if number is None:
        raise StoreError("there is no such issue", where=f"{edition} {date}")
    return int(number)
