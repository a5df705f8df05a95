"""Sources: what each remembers, and how it is doing."""

from __future__ import annotations

import functools
from dataclasses import fields, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sqlalchemy import case, func, select, update

from digest.health import SourceState, after_failure
from digest.store.tables import articles, pulls, sources
from digest.store.upserts import insert, upsert

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from sqlalchemy import ColumnElement, Connection, Row

    from digest.errors import DigestError
    from digest.protocols import Pulled
    from digest.store.upserts import Insert

_FIELDS = tuple(field.name for field in fields(SourceState))


def record_success(connection: Connection, source: str, pulled: Pulled, now: dt.datetime) -> None:
    """Keep the source's memory, and its title where it gave one; it is healthy.

    On PostgreSQL this locks the source's row: pulls of one source follow each other.
    """
    connection.execute(
        _success(connection.dialect.name),
        {
            "id": source,
            "title": pulled.title,
            "memory": dict(pulled.memory),
            "first_success": now,
            "last_success": now,
            "last_attempt": now,
            "due": pulled.due,
            "failures": 0,
            "failing_since": None,
            "last_error": "",
            "disabled": "",
        },
    )


@functools.cache
def _success(dialect: str) -> Insert:
    """Give the upsert of a whole row, but for a title that is not there and the first success."""
    statement = insert(dialect, sources)
    fresh = {
        column.name: statement.excluded[column.name]
        for column in sources.columns
        if not column.primary_key
    }
    kept = {
        "title": func.coalesce(func.nullif(statement.excluded.title, ""), sources.c.title),
        "first_success": _earlier(sources.c.first_success, statement.excluded.first_success),
    }
    return statement.on_conflict_do_update(index_elements=["id"], set_=fresh | kept)


def _earlier(known: ColumnElement[Any], new: ColumnElement[Any]) -> ColumnElement[Any]:
    return case((known < new, known), else_=new)


def record_failure(
    connection: Connection, source: str, error: DigestError, now: dt.datetime, lag: dt.timedelta
) -> SourceState:
    """Count one more failure, and give the state that it leaves; `due` is `lag` later."""
    query = select(sources).where(sources.c.id == source).with_for_update()
    row = connection.execute(query).one_or_none()
    state = after_failure(_state(row) if row else None, error, now)
    state = replace(state, due=state.due and state.due + lag)
    values = {name: getattr(state, name) for name in _FIELDS} | {"memory": dict(state.memory)}
    connection.execute(upsert(connection, sources), {"id": source, **values})
    return state


def enable(connection: Connection, source: str) -> None:
    """Let a source be asked again at once."""
    connection.execute(
        update(sources)
        .where(sources.c.id == source)
        .values(disabled="", due=None, failures=0, failing_since=None)
    )


def read_states(connection: Connection) -> dict[str, SourceState]:
    """Give every source's state by its id, in the order of the ids."""
    return {
        row.id: _state(row) for row in connection.execute(select(sources).order_by(sources.c.id))
    }


def _state(row: Row[Any]) -> SourceState:
    values = {name: getattr(row, name) for name in _FIELDS}
    return SourceState(**values | {"memory": MappingProxyType(row.memory)})


def write_pull(connection: Connection, edition: str, now: dt.datetime) -> None:
    """Note when an edition's sources were pulled."""
    connection.execute(upsert(connection, pulls), {"edition": edition, "at": now})


def read_pull(connection: Connection, edition: str) -> dt.datetime | None:
    """Give when an edition's sources were last pulled."""
    return connection.scalar(select(pulls.c.at).where(pulls.c.edition == edition))


def count_articles(
    connection: Connection, ids: Sequence[str], since: dt.datetime, until: dt.datetime
) -> Mapping[str, int]:
    """Count the articles dated in (since, until] of each source that has some, by its id."""
    query = (
        select(articles.c.source, func.count())
        .where(articles.c.source.in_(ids), articles.c.dated > since, articles.c.dated <= until)
        .group_by(articles.c.source)
    )
    return dict(connection.execute(query).all())
