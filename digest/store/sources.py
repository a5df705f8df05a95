"""Sources: what each remembers, and how it is doing."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from digest.store.records import SourceState
from digest.store.tables import articles, sources
from digest.store.upserts import insert

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from digest.protocols import Pulled


def read_memory(connection: Connection, source: str) -> Mapping[str, str]:
    """Give what the source remembers: nothing, the first time."""
    memory: dict[str, str] | None = connection.scalar(
        select(sources.c.memory).where(sources.c.id == source)
    )
    return MappingProxyType(memory or {})


def record_success(connection: Connection, source: str, pulled: Pulled, now: dt.datetime) -> None:
    """Keep the source's memory, and its title where it gave one; it is healthy.

    On PostgreSQL this locks the source's row: pulls of one source follow each other.
    """
    well = {
        "memory": dict(pulled.memory),
        "last_success": now,
        "last_attempt": now,
        "failures": 0,
        "last_error": "",
    }
    titled = {"title": pulled.title} if pulled.title else {}
    connection.execute(
        insert(connection, sources)
        .values(id=source, title=pulled.title, **well)
        .on_conflict_do_update(index_elements=["id"], set_=well | titled)
    )


def record_failure(connection: Connection, source: str, reason: str, now: dt.datetime) -> None:
    """Count one more failure and keep its reason."""
    unwell = {"last_attempt": now, "last_error": reason}
    connection.execute(
        insert(connection, sources)
        .values(id=source, title="", memory={}, failures=1, **unwell)
        .on_conflict_do_update(
            index_elements=["id"], set_={"failures": sources.c.failures + 1, **unwell}
        )
    )


def read_states(connection: Connection) -> dict[str, SourceState]:
    """Give every source's state by its id, in the order of the ids."""
    stored = (
        select(articles.c.source, func.count().label("number"))
        .group_by(articles.c.source)
        .subquery()
    )
    rows = connection.execute(
        select(sources, func.coalesce(stored.c.number, 0).label("number"))
        .outerjoin(stored, stored.c.source == sources.c.id)
        .order_by(sources.c.id)
    )
    return {
        row.id: SourceState(
            title=row.title,
            last_success=row.last_success,
            last_attempt=row.last_attempt,
            failures=row.failures,
            last_error=row.last_error,
            articles=row.number,
        )
        for row in rows
    }
