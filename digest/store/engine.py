"""Opens the database, SQLite or PostgreSQL, at the version that this program knows."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from sqlalchemy import create_engine, event, exc, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from digest.errors import StoreError
from digest.store import migrations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import URL, Connection, Engine

BUSY_TIMEOUT_S = 5  # how long a statement waits for another program's write to end
BEGIN_WRITING = "BEGIN IMMEDIATE"  # of SQLite
WRITING = "digest_writing"  # the execution option of a transaction that will write

# How a driver's words begin to make sense: what to look for, what it means, what to do.
_MEANINGS = (
    (
        "unable to open database file",
        "the database file cannot be opened",
        "Check that its folder exists and that you may write there",
    ),
    (
        "file is not a database",
        "the file is no SQLite database",
        "Name another file in `[store] url`, or move this one away",
    ),
    (
        "database is locked",
        f"another program has been writing for more than {BUSY_TIMEOUT_S} s",
        "Try again; if it stays so, look for a digest that hangs",
    ),
    (
        "readonly database",
        "the database may not be written",
        "Check who owns the file and its folder",
    ),
    (
        "connection failed",
        "the database server cannot be reached",
        "Check that it runs, and the host, user and password in `[store] url`",
    ),
)


def open_engine(url: str) -> Engine:
    """Give an engine whose database is at this program's version, migrating it if it is older.

    Raises StoreError when it cannot be opened, is no database, or is of a newer version.
    """
    engine = _create(url)
    try:
        with explained(engine.url):
            _bring_to_head(engine)
    except BaseException:
        engine.dispose()
        raise
    return engine


def for_writing(engine: Engine) -> Engine:
    """Give the same engine, whose transactions take SQLite's write lock when they begin."""
    return engine.execution_options(**{WRITING: True})


@contextmanager
def explained(url: URL) -> Iterator[None]:
    """Turn a database's error into a StoreError in an editor's words; the password stays out."""
    try:
        yield
    # OverflowError is sqlite3's word for a number beyond 64 bits.
    except (DBAPIError, OverflowError, exc.TimeoutError) as error:
        raise meant(error.orig if isinstance(error, DBAPIError) else error, url) from error


def meant(error: object, url: URL) -> StoreError:
    """Give what a driver's error means, likewise."""
    said = str(error)
    what, hint = next(
        ((what, hint) for sign, what, hint in _MEANINGS if sign in said),
        (f"the database says: {' '.join(said.split())}", ""),
    )
    return StoreError(what, where=url.render_as_string(), hint=hint)


def _create(url: str) -> Engine:
    address = _address(url)
    try:
        engine = create_engine(address)
    except (ModuleNotFoundError, NoSuchModuleError) as error:
        raise StoreError(
            f"the driver {address.get_driver_name()} is not installed",
            where=address.render_as_string(),
            hint="For PostgreSQL: pip install 'digest-newsletter[postgresql]', "
            'url = "postgresql+psycopg://…"',
        ) from error
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _address(url: str) -> URL:
    backend = url.partition(":")[0]  # all that is repeated: a password might follow
    with suppress(ArgumentError, ValueError):  # the second of a port that is no number
        address = make_url(url)
        backend = address.get_backend_name()
        if backend in {"sqlite", "postgresql"}:
            return address
    raise StoreError(
        f'"{backend}" is no database that can be the store',
        where="[store] url",
        hint="Write sqlite:///digest.db or postgresql+psycopg://user@host/name",
    )


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # None hands BEGIN over to `_begin_sqlite`: sqlite3's own would come too late for a snapshot.
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_S * 1000}")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")
    # Who is erased is to be gone from the file too; some builds of SQLite do so by default.
    connection.execute("PRAGMA secure_delete = ON")
    # The file keeps this mode. SQLite does not wait for a lock to switch: where another has one,
    # that other is just switching, or else a later connection will.
    with suppress(sqlite3.OperationalError):
        connection.execute("PRAGMA journal_mode = WAL")


def _begin_sqlite(connection: Connection) -> None:
    # busy_timeout does not cover a reader that becomes a writer: a writer says so at once.
    writing = connection.get_execution_options().get(WRITING, False)
    connection.exec_driver_sql(BEGIN_WRITING if writing else "BEGIN")


def _bring_to_head(engine: Engine) -> None:
    with engine.connect() as connection:
        if migrations.version(connection) == migrations.HEAD:
            return
    with for_writing(engine).begin() as connection:
        migrations.upgrade(connection)
