"""Statements that run once a message: compiled once, and then handed to the driver as they are.

Looking a statement up and preparing its values takes SQLAlchemy longer than SQLite takes to run it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Dialect
    from sqlalchemy.engine.interfaces import DBAPICursor
    from sqlalchemy.sql.dml import UpdateBase


class Prepared:
    """One statement, as a database's driver wants it."""

    def __init__(self, statement: UpdateBase, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)
        self._sql = str(compiled)
        self._fixed: Mapping[str, Any] = compiled.params
        self._order: Sequence[str] | None = compiled.positiontup if compiled.positional else None
        writers = {
            name: bind.type.dialect_impl(dialect).bind_processor(dialect)
            for bind, name in compiled.bind_names.items()
        }
        self._writers = {name: write for name, write in writers.items() if write}

    def run(self, cursor: DBAPICursor, **values: object) -> int:
        """Run it with values for its parameters, and give how many rows it was about."""
        given = {**self._fixed, **values}
        for name, write in self._writers.items():
            given[name] = write(given[name])
        cursor.execute(self._sql, [given[name] for name in self._order] if self._order else given)
        return cursor.rowcount
