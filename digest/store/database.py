"""The database behind a store: opened and closed, its transactions, and leases on jobs."""

from __future__ import annotations

import secrets
import threading
from contextlib import closing, contextmanager, nullcontext, suppress
from typing import TYPE_CHECKING, Self

from sqlalchemy import exc

from digest.errors import Busy, StoreError
from digest.store.engine import BEGIN_WRITING, explained, for_writing, meant, open_engine
from digest.store.leases import end_lease, take_lease

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator
    from types import TracebackType

    from sqlalchemy import Connection, Engine
    from sqlalchemy.engine.interfaces import DBAPICursor


class Database:
    """An open database; a method that writes does so wholly or not at all."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._writer = for_writing(engine)
        # SQLite has one writer, and lets others sleep for milliseconds before they ask again; our
        # own threads wait for each other here, and are woken at once.
        one_by_one = engine.dialect.name == "sqlite"
        self._turn = threading.RLock() if one_by_one else nullcontext()

    @classmethod
    def open(cls, url: str) -> Self:
        """Open the store at an SQLAlchemy URL, making or migrating its tables where needed.

        Raises StoreError when it cannot be opened, is no database, or is of a newer version.
        """
        return cls(open_engine(url))

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # ------------------------------------------------------------ leases

    def lease(self, name: str, holder: str, now: dt.datetime, seconds: float) -> bool:
        """Take or renew the lease on a job; False while another holds it."""
        with self._writing() as connection:
            return take_lease(connection, name, holder, now, seconds)

    def release(self, name: str, holder: str) -> None:
        """Give a lease back; another's is left alone."""
        with self._writing() as connection:
            end_lease(connection, name, holder)

    @contextmanager
    def leased(self, name: str, clock: Callable[[], dt.datetime], seconds: float) -> Iterator[None]:
        """Hold the lease on a job while it is done, however long. Raises Busy while another does.

        It is renewed meanwhile: `seconds` are what a run that died holds it for.
        """
        holder = secrets.token_hex(8)
        if not self.lease(name, holder, clock(), seconds):
            raise Busy(
                "another run is at it",
                where=name,
                hint=f"Wait for it; if it died, its lease ends within {seconds:.0f} s",
            )
        done = threading.Event()

        def renew() -> None:
            while not done.wait(seconds / 3):
                with suppress(StoreError):  # the next time will do
                    self.lease(name, holder, clock(), seconds)

        renewing = threading.Thread(target=renew, daemon=True)
        renewing.start()
        try:
            yield
        finally:
            done.set()
            renewing.join()
            self.release(name, holder)

    # ------------------------------------------------------------ transactions

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with explained(self._engine.url), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self._turn, explained(self._engine.url), self._writer.begin() as connection:
            yield connection

    @contextmanager
    def _driving(self) -> Iterator[DBAPICursor]:
        """Write by the driver itself: for prepared statements, a thousand transactions a second."""
        engine = self._engine
        try:
            # To close takes back what was not committed.
            with self._turn, closing(engine.raw_connection()) as connection:
                cursor = connection.cursor()
                if engine.dialect.name == "sqlite":
                    cursor.execute(BEGIN_WRITING)
                yield cursor
                connection.commit()
        except (engine.dialect.loaded_dbapi.Error, exc.TimeoutError) as error:
            raise meant(error, engine.url) from error
