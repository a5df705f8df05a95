"""Delivery by a mail server, over SMTP: several connections, each pipelined."""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from digest.delivery.admission import Admission
from digest.delivery.connecting import connect
from digest.delivery.posting import Posting
from digest.delivery.throttling import Throttle
from digest.protocols import Limits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digest.relay import Relay


class Smtp:
    """The mail server `relay` as a deliverer; to `sender` returns what cannot be delivered."""

    irrevocable = True
    limits = Limits(max_batch=500)

    def __init__(self, *, relay: Relay, smtp_password: str, sender: str) -> None:
        self.connections = relay.connections
        self._relay = relay
        self._password = smtp_password
        self._sender = sender
        self._throttle = Throttle(relay.limits)

    @contextmanager
    def open(self) -> Iterator[Posting]:
        """Connect and log in. Raises DeliveryError."""
        posting = Posting(
            partial(connect, self._relay, self._password),
            Admission(self._throttle, self._sender),
            per_connection=self._relay.messages_per_connection,
            patience_s=self._relay.timeout_s,
        )
        posting.open()
        try:
            yield posting
        finally:
            posting.close()
