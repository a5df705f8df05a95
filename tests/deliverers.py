"""A deliverer that tests hand over to."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from digest.errors import DeliveryError
from digest.outgoing import Outcome
from digest.protocols import Limits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from digest.outgoing import Delivery
    from digest.protocols import Session


class Post:
    """A deliverer whose emails are out of reach; `dies` after the first byte left."""

    irrevocable = True
    connections = 1
    limits = Limits(max_batch=500)

    def __init__(self, *, dies: bool = False) -> None:
        self.dies = dies
        self.sent: list[Delivery] = []

    @contextmanager
    def open(self) -> Iterator[Session]:
        yield self

    def send(
        self, batch: Sequence[Delivery], begin: Callable[[Delivery], None]
    ) -> Iterator[Outcome]:
        for delivery in batch:
            begin(delivery)
            if self.dies:
                raise DeliveryError("the line went dead")
            self.sent.append(delivery)
            yield Outcome(delivery=delivery, state="sent")
