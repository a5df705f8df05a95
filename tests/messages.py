"""The messages of the matrix's issues, as they leave the house."""

from __future__ import annotations

import datetime as dt
import functools

from courier import DATE
from matrix import emails

from digest.mime import compile_message, message_id

SENDER = "The London Courier <daily@courier.example>"
MORNING = dt.datetime(2026, 11, 23, 6, 30, tzinfo=dt.UTC)


@functools.cache
def messages() -> dict[str, bytes]:
    """Give the bytes of each email of the matrix, compiled for a reader."""
    return {
        name: compile_message(
            email,
            sender=SENDER,
            to="reader@home.example",
            date=MORNING,
            message_id=message_id("daily", DATE, f"{name}@home.example", "courier.example"),
            list_id="The Daily Courier <daily.courier.example>",
            unsubscribe="https://placeholder.invalid/unsubscribe",
            feedback_id="20261123:daily:digest:courier-example",
        )
        for name, email in emails().items()
    }
