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
        self._began: dict[str, float] = {}  # host → when its last spaced request began

    @contextlib.asynccontextmanager
    async def turn(self, host: str, *, spaced: bool = True) -> AsyncIterator[None]:
        """Wait until this host, and then the house, has a connection to spare.

        A request that is not `spaced` goes by the numbers only, not by the time between two.
        """
        clock = asyncio.get_running_loop().time
        async with self._hosts[host]:
            await self._everywhere.acquire()
            # Nobody holds a place of the house while a host rests; another may have been quicker.
            while spaced and (wait := self._rest_of(host) - clock()) > 0:
                self._everywhere.release()
                await asyncio.sleep(wait)
                await self._everywhere.acquire()
            try:
                if spaced:
                    self._began[host] = clock()
                yield
            finally:
                self._everywhere.release()

    def _rest_of(self, host: str) -> float:
        """Give when the host's next spaced request may begin."""
        return self._began.get(host, -self._spacing_s) + self._spacing_s
