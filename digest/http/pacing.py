"""Whose turn it is: few requests at once to a host, each a while after the last."""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

MAX_CONNECTIONS = 100
MAX_CONNECTIONS_A_HOST = 2
SPACING_S = 1.0


class Pacing:
    """At most 100 requests at once, 2 of them to one host, where they begin `spacing_s` apart."""

    def __init__(self, spacing_s: float) -> None:
        self._spacing_s = spacing_s
        self._everywhere = asyncio.Semaphore(MAX_CONNECTIONS)
        self._hosts: defaultdict[str, asyncio.Semaphore] = defaultdict(
            lambda: asyncio.Semaphore(MAX_CONNECTIONS_A_HOST)
        )
        self._next: dict[str, float] = {}  # host → when its next request may begin

    @contextlib.asynccontextmanager
    async def turn(self, host: str, *, spaced: bool = True) -> AsyncIterator[None]:
        """Wait until this host, and then the house, has a connection to spare.

        A request that is not `spaced` goes by the numbers only, not by the time between two.
        """
        async with self._hosts[host]:
            if spaced:
                await self._space(host)
            async with self._everywhere:
                yield

    async def _space(self, host: str) -> None:
        now = asyncio.get_running_loop().time()
        start = max(now, self._next.get(host, now))
        self._next[host] = start + self._spacing_s
        if start > now:
            await asyncio.sleep(start - now)
