"""Leases: a job is done by one scheduler at a time, and by another if that one dies."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from sqlalchemy import delete, or_

from digest.store.tables import leases
from digest.store.upserts import insert

if TYPE_CHECKING:
    from sqlalchemy import Connection


def take_lease(
    connection: Connection, name: str, holder: str, now: dt.datetime, seconds: float
) -> bool:
    """Take or renew a lease; say whether it is now the holder's.

    It is refused while another holds it; one that has run out is anybody's.
    """
    until = now + dt.timedelta(seconds=seconds)
    taken = connection.scalar(
        insert(connection.dialect.name, leases)
        .values(name=name, holder=holder, until=until)
        .on_conflict_do_update(
            index_elements=["name"],
            set_={"holder": holder, "until": until},
            where=or_(leases.c.until <= now, leases.c.holder == holder),
        )
        .returning(leases.c.holder)
    )
    return taken is not None


def end_lease(connection: Connection, name: str, holder: str) -> None:
    """Give a lease back; another's is left alone."""
    connection.execute(delete(leases).where(leases.c.name == name, leases.c.holder == holder))
