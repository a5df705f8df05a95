"""Which sends rest: one whose line carried nothing is left alone for a while, longer each time.

Each try at a server in trouble may leave a delivery in doubt, so that trying must become rare.
"""

from __future__ import annotations

import datetime as dt
import random
from typing import TypeAlias

from digest.retrying import retry_delay_s

Send: TypeAlias = tuple[str, dt.date]  # an edition, and an issue of it


class Rests:
    """The sends that rest, for one process."""

    def __init__(self) -> None:
        self._fruitless: dict[Send, int] = {}  # tries in a row that carried nothing
        self._until: dict[Send, dt.datetime] = {}

    def rests(self, send: Send, now: dt.datetime) -> bool:
        """Whether a send is to be left alone yet."""
        return now < self._until.get(send, now)

    def note(self, send: Send, now: dt.datetime, *, carried: bool) -> None:
        """Note whether a try at a send brought anybody their email."""
        if carried:
            self._fruitless.pop(send, None)
            self._until.pop(send, None)
            return
        self._fruitless[send] = self._fruitless.get(send, 0) + 1
        delay_s = retry_delay_s(self._fruitless[send], random.random())  # noqa: S311  no secret
        self._until[send] = now + dt.timedelta(seconds=delay_s)
