"""Keys: the secrets behind subscribers' links and behind the hashes of their addresses.

The first of each purpose comes with the tables.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from sqlalchemy import select

from digest.store.tables import keys

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy import Connection

LINKS = "links"  # may be rotated: what older ones signed still verifies
MARKS = "marks"  # never: who was erased is known by it alone

_BYTES = 32


def read_keys(connection: Connection, purpose: str) -> dict[int, bytes]:
    """Give the keys of a purpose by number; the highest is the newest."""
    query = select(keys.c.number, keys.c.secret).where(keys.c.purpose == purpose)
    return {row.number: row.secret for row in connection.execute(query)}


def read_made(connection: Connection, purpose: str) -> dict[int, dt.datetime]:
    """Give when the keys of a purpose were made, by number, oldest first."""
    query = select(keys.c.number, keys.c.made_at).where(keys.c.purpose == purpose)
    rows = connection.execute(query.order_by(keys.c.number))
    return {row.number: row.made_at for row in rows}


def make_key(connection: Connection, purpose: str, number: int, now: dt.datetime) -> None:
    """Make the key of a number that there is not yet."""
    secret = secrets.token_bytes(_BYTES)
    row = {"purpose": purpose, "number": number, "secret": secret, "made_at": now}
    connection.execute(keys.insert(), row)
