"""The weather from a JSON file that the newsroom's own system writes.

    {"temperature_c": 12.2, "condition": "light rain", "as_of": "2026-11-23T05:40+00:00"}

`condition` may be left out.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from digest.errors import ProviderError
from digest.weather import checked_report, json_object

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from digest.model import Report
    from digest.protocols import Http

MAX_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A weather file at `path`, relative to `root`; its time is in `timezone` if it names none."""

    path: str
    root: Path
    timezone: str

    async def report(
        self,
        http: Http,  # noqa: ARG002  the protocol's: a file needs no network
        now: dt.datetime,  # noqa: ARG002  likewise: the file says as of when it is
    ) -> Report:
        """Give the file's report. Raises ProviderError when it is absent or not usable."""
        data = await asyncio.to_thread(self._read)
        if len(data) > MAX_BYTES:
            raise self._error("the weather file is larger than 64 KiB")
        try:
            facts = json_object(data)
            return checked_report(
                temperature_c=facts.get("temperature_c"),
                as_of=facts.get("as_of"),
                condition=facts.get("condition"),
                zone=ZoneInfo(self.timezone),
            )
        except ValueError as error:
            raise self._error(f"the weather file cannot be used: {error}") from error

    def _read(self) -> bytes:
        try:
            with (self.root / self.path).open("rb") as file:
                return file.read(MAX_BYTES + 1)
        except OSError as error:
            raise ProviderError(
                f"the weather file cannot be read: {error.strerror}",
                where=self.path,
                hint="Its path is relative to the folder that holds config/; "
                "without a file, leave [weather] out",
            ) from error

    def _error(self, what: str) -> ProviderError:
        return ProviderError(
            what,
            where=self.path,
            hint='Write {"temperature_c": 12.2, "as_of": "2026-11-23T05:40Z"}',
        )
