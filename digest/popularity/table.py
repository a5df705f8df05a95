"""Counts from a table, CSV or JSON, in a file or on the web (see `table_reading`).

This is the plug for every newsroom whose analytics can write a file.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from digest.errors import ProviderError, SourceError
from digest.popularity.table_reading import MAX_BYTES, Tabled, read_table
from digest.urls import is_web

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from digest.model import Reading
    from digest.protocols import Considered, Http

MAX_NAMED = 20  # how many lines that were left out are named one by one

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table at `path`: a file, relative to `root`, or an http(s) address; "" for none.

    Without one, only what was imported into the store counts under its name. Times without a zone
    are meant in `timezone`.
    """

    path: str = ""
    root: Path
    timezone: str

    async def readings(
        self,
        http: Http,
        considered: Considered,  # noqa: ARG002  the protocol's: the table is read whole
        now: dt.datetime,
    ) -> tuple[Reading, ...]:
        """Give the table's readings, sorted by URL, one a URL.

        Unusable lines are left out and logged with their reason. Raises ProviderError when the
        table cannot be had or nothing in it is usable.
        """
        if not self.path:
            return ()
        if is_web(self.path):
            data = await self._fetch(http)
        else:
            data = await asyncio.to_thread(self._read)
        tabled = read_table(data, self.path, zone=ZoneInfo(self.timezone), now=now)
        self._log_left_out(tabled)
        return tabled.readings

    async def _fetch(self, http: Http) -> bytes:
        try:
            response = await http.get(self.path)
        except SourceError as error:
            raise self._error(error.what, error.hint) from error
        if not 200 <= response.status < 300:  # noqa: PLR2004  RFC 9110 §15.3: success
            raise self._error(f"the server answered {response.status}", "Open it in a browser")
        return response.body

    def _read(self) -> bytes:
        try:
            with (self.root / self.path).open("rb") as file:
                return file.read(MAX_BYTES + 1)
        except OSError as error:
            raise self._error(
                f"the table cannot be read: {error.strerror}",
                "Its path is relative to the folder that holds config/",
            ) from error

    def _log_left_out(self, tabled: Tabled) -> None:
        for reason in tabled.refused[:MAX_NAMED]:
            _log.warning("%s: left out %s", self.path, reason)
        if len(tabled.refused) > MAX_NAMED:
            more = len(tabled.refused) - MAX_NAMED
            _log.warning("%s: left out more lines: %d", self.path, more)
        for note in tabled.notes:
            _log.warning("%s: %s", self.path, note)

    def _error(self, what: str, hint: str) -> ProviderError:
        return ProviderError(what, where=self.path, hint=hint)
