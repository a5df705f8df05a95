"""The one place where the queries depend on the database: insert, or else update."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Connection, Table
    from sqlalchemy.dialects.postgresql import Insert as PostgresInsert
    from sqlalchemy.dialects.sqlite import Insert as SqliteInsert

    Insert = PostgresInsert | SqliteInsert


def upsert(connection: Connection, table: Table, *, keys: tuple[str, ...] = ()) -> Insert:
    """Give an insert that overwrites the whole row where `keys` (the primary key) are there."""
    return _upsert(connection.dialect.name, table, keys)


@functools.cache  # a handful of statements; making one costs more than running it
def _upsert(dialect: str, table: Table, keys: tuple[str, ...]) -> Insert:
    keys = keys or tuple(column.name for column in table.primary_key)
    statement = insert(dialect, table)
    fresh = {
        column.name: statement.excluded[column.name]
        for column in table.columns
        if column.name not in keys and not column.primary_key
    }
    return statement.on_conflict_do_update(index_elements=keys, set_=fresh)


def insert(dialect: str, table: Table) -> Insert:
    """Give an insert that knows `on_conflict_do_update`, in the dialect of this name."""
    if dialect == "postgresql":
        from sqlalchemy.dialects import postgresql

        return postgresql.insert(table)
    from sqlalchemy.dialects import sqlite

    return sqlite.insert(table)
