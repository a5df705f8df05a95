"""Deliveries to hand to a mail server, and what became of them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from digest.delivery.smtp import Smtp
from digest.outgoing import Delivery, Outcome, Subscriber
from digest.relay import Relay, Security

if TYPE_CHECKING:
    from collections.abc import Callable

SENDER = "daily@courier.example"


def delivery(number: int = 1, **facts: Any) -> Delivery:
    """Give a delivery with an address and a message of its own."""
    address = facts.pop("address", f"reader{number}@home.example")
    message = f"Subject: No. {number}\r\n\r\nThe barrier closed.\r\n".encode()
    return Delivery(
        edition="daily",
        date=dt.date(2026, 11, 23),
        subscriber=Subscriber(address=address),
        **{"message": message, **facts},
    )


def deliveries(count: int) -> list[Delivery]:
    return [delivery(number) for number in range(1, count + 1)]


def smtp(port: int, **facts: Any) -> Smtp:
    """Give the deliverer for a server on loopback, which has little patience."""
    password = facts.pop("password", "")
    given = {"host": "127.0.0.1", "security": Security.NONE, "timeout_s": 2, **facts}
    return Smtp(relay=Relay(port=port, **given), smtp_password=password, sender=SENDER)


def deliver(
    deliverer: Smtp, batch: list[Delivery], begin: Callable[[Delivery], None] = lambda _: None
) -> list[Outcome]:
    with deliverer.open() as session:
        return list(session.send(batch, begin))


def states(outcomes: list[Outcome]) -> list[str]:
    return [outcome.state for outcome in outcomes]
