"""Counts of the newsletter's own links: how often each page was opened from an issue."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.model import Reading

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping

    from digest.protocols import Considered, Http


@dataclass(frozen=True, slots=True, kw_only=True)
class Clicks:
    """What `clicks` counts between two moments, by URL."""

    clicks: Callable[[dt.datetime, dt.datetime], Mapping[str, int]]

    async def readings(
        self,
        http: Http,  # noqa: ARG002  the protocol's: nobody has to be asked
        considered: Considered,
        now: dt.datetime,  # noqa: ARG002  likewise: the counts end where the time considered does
    ) -> tuple[Reading, ...]:
        """Give one reading a URL that was opened, sorted by URL."""
        counted = await asyncio.to_thread(self.clicks, considered.since, considered.until)
        hours = (considered.until - considered.since).total_seconds() / 3600
        return tuple(
            Reading(url=url, count=count, unit="opened", as_of=considered.until, hours=hours)
            for url, count in sorted(counted.items())
        )
