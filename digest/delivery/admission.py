"""Who of a batch may go now: those with an address, at a domain that takes more.

One for each session. Whoever was let in stays in until he leaves, so that asking twice uses up
nothing twice.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from digest.delivery.envelopes import domain_of, envelope
from digest.outgoing import Outcome

if TYPE_CHECKING:
    from digest.delivery.throttling import Throttle
    from digest.outgoing import Delivery

Commands = tuple[bytes, bytes, bytes]


class Admission:
    """The deliveries of one session that were asked about, by identity."""

    def __init__(self, throttle: Throttle, sender: str) -> None:
        self._throttle = throttle
        self._sender = sender
        self._judged: dict[int, Commands | Outcome] = {}
        self._inside: dict[int, str] = {}  # the domain that each sends to

    def admit(self, delivery: Delivery, patience_s: float) -> Outcome | None:
        """Let a delivery in, or give the outcome of one that cannot go, or not now.

        A domain with too many connections is waited for so long.
        """
        key, domain = id(delivery), domain_of(delivery)
        if key not in self._judged:
            self._judged[key] = self._judge(delivery, domain)
        judged = self._judged[key]
        if isinstance(judged, Outcome):
            return judged
        if key not in self._inside and not self._enters(domain, patience_s):
            return put_off(delivery, f"too many connections send to {domain}", patience_s)
        self._inside[key] = domain
        return None

    def commands(self, delivery: Delivery) -> Commands:
        """Give the envelope of a delivery that was let in."""
        judged = self._judged[id(delivery)]
        assert not isinstance(judged, Outcome)
        return judged

    def leave(self, delivery: Delivery) -> None:
        """Forget a delivery that has its outcome."""
        self._judged.pop(id(delivery), None)
        self._go(id(delivery))

    def leave_all(self) -> None:
        """Forget the whole batch."""
        self._judged.clear()
        for key in list(self._inside):
            self._go(key)

    def _judge(self, delivery: Delivery, domain: str) -> Commands | Outcome:
        try:
            commands = envelope(delivery, self._sender)
        except ValueError as error:
            detail = f"{str(error)[:100]!r} is no address that a mail server takes"
            return Outcome(delivery=delivery, state="failed", detail=detail)
        if wait_s := self._throttle.take(domain, time.monotonic()):
            return put_off(delivery, f"{domain} has as many this minute as it takes", wait_s)
        return commands

    def _enters(self, domain: str, patience_s: float) -> bool:
        """Whether this connection may send to a domain: it does already, or there is room."""
        return domain in self._inside.values() or self._throttle.enter(domain, patience_s)

    def _go(self, key: int) -> None:
        domain = self._inside.pop(key, None)
        if domain is not None and domain not in self._inside.values():
            self._throttle.leave(domain)


def put_off(delivery: Delivery, why: str, delay_s: float) -> Outcome:
    """Give the outcome of a delivery that nobody was asked to take."""
    return Outcome(delivery=delivery, state="deferred", detail=why, delay_s=delay_s, tried=False)
