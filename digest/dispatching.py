"""Dispatch: hand the ledger's deliveries to the deliverer, in several sessions, until none waits.

Each delivery is claimed, noted as it begins and acknowledged as it ends, so that a sender may die
at any moment: what it held is taken back when its lease runs out. Any number of senders may work
on one issue at a time.
"""

from __future__ import annotations

import datetime as dt
import logging
import secrets
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.composing import Composer
from digest.errors import DeliveryError
from digest.handing import Batch, LeaseLostError, StoppingError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from digest.ledger import Tally
    from digest.newsroom import Newsroom

log = logging.getLogger(__name__)

BATCH = 50  # deliveries that one sender holds at a time: what waits for the lease of one that died
LEASE = dt.timedelta(minutes=10)  # to begin what was claimed
DRAIN_S = 7  # once told to stop: for the receipts of what is on the wire
LOOK_S = 0.1


def dispatch(
    newsroom: Newsroom,
    date: dt.date,
    messages: Mapping[str, bytes],
    stopping: Callable[[], bool],
) -> Tally:
    """Send an issue's messages to all whose delivery waits, and give what the ledger says then.

    `messages` are the issue as approved, by the names of its variants. What a dead sender held is
    taken back first. Once `stopping` nothing more is begun, and receipts are waited for some
    seconds only: whatever is late is still noted, if this process lives, or taken back. Raises
    DeliveryError where no session can be opened, and StoreError.
    """
    take_back(newsroom, date)
    sender = _Sender(
        newsroom=newsroom,
        date=date,
        composer=Composer(newsroom, date, messages),
        stopping=stopping,
    )
    side_by_side(sender.work, newsroom.deliverer.connections, stopping)
    take_back(newsroom, date)  # who was erased meanwhile
    return newsroom.store.tally(newsroom.edition.name, date)


def take_back(newsroom: Newsroom, date: dt.date) -> None:
    """Take back what dead senders held, as the edition wants it of what may have left."""
    store, now = newsroom.store, newsroom.clock()
    store.take_back(newsroom.edition.name, date, now, resend=resends(newsroom))


def resends(newsroom: Newsroom) -> bool:
    """Whether what may have left goes again: the edition wants it, and a double can be told."""
    return newsroom.resend and newsroom.deliverer.limits.resend


def side_by_side(work: Callable[[], None], number: int, stopping: Callable[[], bool]) -> bool:
    """Do the same work in several threads, raise the first error of theirs, say if all ended.

    They are daemons: one that waits for a server which has fallen silent must not keep the program
    from ending when it is told to.
    """
    errors: list[BaseException] = []

    def guarded() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001  raised in the thread that waits
            errors.append(error)

    threads = [threading.Thread(target=guarded, daemon=True) for _ in range(number)]
    for thread in threads:
        thread.start()
    until = None
    while alive := [thread for thread in threads if thread.is_alive()]:
        alive[0].join(LOOK_S)
        if stopping():
            until = until or time.monotonic() + DRAIN_S
            if time.monotonic() > until:
                log.warning("a server is silent; what it was handed last is in doubt")
                break
    if errors:
        raise errors[0]
    return not any(thread.is_alive() for thread in threads)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sender:
    """What every session of a dispatch needs."""

    newsroom: Newsroom
    date: dt.date
    composer: Composer
    stopping: Callable[[], bool]

    def work(self) -> None:
        """Claim and send, batch after batch, while anything waits and the line carries."""
        holder = secrets.token_hex(8)
        while (batch := self._claim(holder)).claims:
            try:
                with self.newsroom.deliverer.open() as session:
                    while batch.claims and batch.hand_over(session, self.composer.compose):
                        batch = self._claim(holder)
                    return
            except StoppingError:
                return
            except LeaseLostError as error:  # what is still to be had is claimed anew
                log.warning("%s", error)
            except OSError as error:
                raise DeliveryError(f"the session broke off: {error}") from error
            finally:
                batch.give_back()

    def _claim(self, holder: str) -> Batch:
        newsroom = self.newsroom
        now, most = newsroom.clock(), min(BATCH, newsroom.deliverer.limits.max_batch)
        claims = (
            ()
            if self.stopping()
            else newsroom.store.claim(
                newsroom.edition.name, self.date, holder, most, now=now, until=now + LEASE
            )
        )
        return Batch(
            claims,
            holder=holder,
            store=newsroom.store,
            clock=newsroom.clock,
            stopping=self.stopping,
            resend=resends(newsroom),
        )
