"""The one place where the queries depend on the database: insert, or else update."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Table
    from sqlalchemy.dialects.postgresql import Insert as PostgresInsert
    from sqlalchemy.dialects.sqlite import Insert as SqliteInsert

    Insert = PostgresInsert | SqliteInsert


def insert(connection: Connection, table: Table) -> Insert:
    """Give an insert that knows `on_conflict_do_update`, in the connection's dialect."""
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql

        return postgresql.insert(table)
    from sqlalchemy.dialects import sqlite

    return sqlite.insert(table)


def upsert(connection: Connection, table: Table, *, keys: Sequence[str] = ()) -> Insert:
    """Give an insert that overwrites the whole row where `keys` (the primary key) are there."""
    keys = keys or [column.name for column in table.primary_key]
    statement = insert(connection, table)
    fresh = {
        column.name: statement.excluded[column.name]
        for column in table.columns
        if column.name not in keys and not column.primary_key
    }
    return statement.on_conflict_do_update(index_elements=keys, set_=fresh)
