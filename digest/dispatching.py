"""Dispatch: hand the ledger's deliveries to the deliverer, in several sessions, until none waits.

Each delivery is claimed, noted as it begins and acknowledged as it ends, so that a sender may die
at any moment: what it held is taken back when its lease runs out.
"""

from __future__ import annotations

import datetime as dt
import logging
import random
import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from email.utils import parseaddr
from typing import TYPE_CHECKING

from digest.addressed import take_apart
from digest.errors import DeliveryError, StoreError
from digest.ledger import IN_DOUBT, Acknowledgement, DeliveryState
from digest.mime import mailbox, message_id
from digest.outgoing import Delivery
from digest.retrying import retry_delay_s
from digest.return_paths import return_path
from digest.tokens import Purpose, Ticket
from digest.variants import WHOLE, wishes_of
from digest.ways import links_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from digest.addressed import Compiled
    from digest.ledger import Claim, Tally
    from digest.newsroom import Newsroom
    from digest.outgoing import Outcome, Subscriber
    from digest.protocols import Session

log = logging.getLogger(__name__)

BATCH = 50  # deliveries that one sender holds at a time: what waits for the lease of one that died
LEASE = dt.timedelta(minutes=10)  # to begin what was claimed
# To end what was begun: a server may take ten minutes for the content, and as long for its receipt.
LONGEST = dt.timedelta(minutes=30)
PAUSES_S = (0.2, 1.0, 5.0)  # before a receipt that the store would not take is noted again
ATTEMPTS = 12  # over some eight hours: what is put off as often is given up


class _LeaseLostError(DeliveryError):
    """A delivery is no longer this sender's; its message must not leave."""


class _StoppingError(DeliveryError):
    """Nothing more is to leave now."""


def dispatch(
    newsroom: Newsroom,
    date: dt.date,
    messages: Mapping[str, bytes],
    stopping: Callable[[], bool],
) -> Tally:
    """Send an issue's messages to all whose delivery waits, and give what the ledger says then.

    `messages` are the issue as approved, by the names of its variants: whose is not among them gets
    the whole. Ends early once `stopping`. What a dead sender held is
    taken back first; what may have left then is sent again, under the same Message-ID. Raises
    DeliveryError where no session can be opened, and StoreError.
    """
    edition = newsroom.edition.name
    newsroom.store.take_back(edition, date, newsroom.clock(), resend=True)
    sender = _Sender(
        newsroom=newsroom,
        date=date,
        compiled={name: take_apart(message) for name, message in messages.items()},
        keys=newsroom.store.link_keys(),
        stopping=stopping,
    )
    with ThreadPoolExecutor(newsroom.deliverer.connections, "sender") as pool:
        for working in [pool.submit(sender.work) for _ in range(newsroom.deliverer.connections)]:
            working.result()
    newsroom.store.take_back(
        edition, date, newsroom.clock(), resend=True
    )  # who was erased meanwhile
    return newsroom.store.tally(edition, date)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sender:
    """What every session of a dispatch needs."""

    newsroom: Newsroom
    date: dt.date
    compiled: Mapping[str, Compiled]
    keys: Mapping[int, bytes]
    stopping: Callable[[], bool]

    def work(self) -> None:
        """Claim and send, batch after batch, while anything waits and the line carries."""
        holder = secrets.token_hex(8)
        while claims := self._claim(holder):
            try:
                with self.newsroom.deliverer.open() as session:
                    while claims and self._send(session, claims, holder):
                        claims = self._claim(holder)
                    return
            except _StoppingError:
                return
            except _LeaseLostError as error:  # what is still to be had is claimed anew
                log.warning("%s", error)
            except OSError as error:
                raise DeliveryError(f"the session broke off: {error}") from error
            finally:
                ids = [claim.id for claim in claims]
                self.newsroom.store.give_back(ids, holder, self.newsroom.clock())

    def _claim(self, holder: str) -> tuple[Claim, ...]:
        if self.stopping():
            return ()
        now = self.newsroom.clock()
        most = min(BATCH, self.newsroom.deliverer.limits.max_batch)
        return self.newsroom.store.claim(
            self.newsroom.edition.name, self.date, holder, most, now=now, until=now + LEASE
        )

    def _send(self, session: Session, claims: Sequence[Claim], holder: str) -> bool:
        """Send a batch; say whether the line carries, and did not turn all of it away untried."""
        composed = self._composed(claims, holder)
        begun: set[int] = set()
        carries = untried = False

        def begin(delivery: Delivery) -> None:
            if self.stopping():
                raise _StoppingError("told to stop")
            claim, now = composed[delivery], self.newsroom.clock()
            if not self.newsroom.store.begin([claim.id], holder, now=now, until=now + LONGEST):
                raise _LeaseLostError(f"{claim.subscriber.address}: another sender has it now")
            begun.add(claim.id)

        try:
            for outcome in session.send(tuple(composed), begin):
                claim = composed[outcome.delivery]
                self._acknowledge([self._end(claim, outcome)], holder)
                begun.discard(claim.id)
                carries |= outcome.state in {"sent", "failed"}
                untried |= not outcome.tried
        finally:
            doubtful = [claim for claim in claims if claim.id in begun]
            self._acknowledge([self._in_doubt(claim) for claim in doubtful], holder)
            ids = [claim.id for claim in claims]
            self.newsroom.store.give_back(ids, holder, self.newsroom.clock())
        return carries or not untried

    def _composed(self, claims: Sequence[Claim], holder: str) -> dict[Delivery, Claim]:
        """Address the message to each; whom it cannot be addressed to has failed."""
        composed = {}
        for claim in claims:
            try:
                composed[self._delivery(claim)] = claim
            except DeliveryError as error:
                end = Acknowledgement(id=claim.id, state=DeliveryState.FAILED, detail=error.what)
                self._acknowledge([end], holder)
        return composed

    def _delivery(self, claim: Claim) -> Delivery:
        newsroom, edition = self.newsroom, self.newsroom.edition.name
        name, address = claim.subscriber.name, claim.subscriber.address
        domain = parseaddr(newsroom.publication.sender)[1].rpartition("@")[2]
        bounce = Ticket(purpose=Purpose.BOUNCE, edition=edition, mark=claim.mark, date=self.date)
        links = links_of(
            claim.mark,
            edition=edition,
            date=self.date,
            keys=self.keys,
            base_url=newsroom.publication.web_url,
        )
        return Delivery(
            edition=edition,
            date=self.date,
            subscriber=claim.subscriber,
            message=self._compiled(claim.subscriber).addressed(
                to=mailbox("To", f"{name} <{address}>" if name else address),
                # By the mark: an id that the address makes could be guessed, and a bounce forged.
                message_id=message_id(edition, self.date, claim.mark.hex(), domain),
                links=links,
            ),
            return_path=return_path(newsroom.bounce_address, bounce, self.keys),
        )

    def _compiled(self, subscriber: Subscriber) -> Compiled:
        newsroom = self.newsroom
        name = wishes_of(subscriber, newsroom.edition, newsroom.publication).name
        return self.compiled.get(name) or self.compiled[WHOLE]

    def _acknowledge(self, ends: Sequence[Acknowledgement], holder: str) -> None:
        """Note how deliveries ended; what a busy store will not take at once, a little later."""
        for pause_s in (*PAUSES_S, None):
            try:
                noted = self.newsroom.store.acknowledge(ends, holder, self.newsroom.clock())
            except StoreError:
                if pause_s is None:
                    raise
                time.sleep(pause_s)
            else:
                if noted < len(ends):
                    log.warning("%d deliveries ended after their lease", len(ends) - noted)
                return

    def _end(self, claim: Claim, outcome: Outcome) -> Acknowledgement:
        """Say what an outcome means: what was put off goes again, what is in doubt once more."""
        if outcome.state == "sent":
            return Acknowledgement(id=claim.id, state=DeliveryState.SENT)
        if outcome.state == "failed":
            return Acknowledgement(id=claim.id, state=DeliveryState.FAILED, detail=outcome.detail)
        if outcome.state == "unknown":
            return self._in_doubt(claim, outcome.detail)
        if outcome.tried and claim.attempts >= ATTEMPTS:
            detail = f"given up after {claim.attempts} attempts: {outcome.detail}"
            return Acknowledgement(id=claim.id, state=DeliveryState.FAILED, detail=detail)
        return self._later(claim, outcome.detail, outcome.delay_s, tried=outcome.tried)

    def _in_doubt(
        self, claim: Claim, why: str = "the session ended while it was sent"
    ) -> Acknowledgement:
        """Say of one that may have left that it goes again; the second time, that nobody knows."""
        if claim.before.startswith(IN_DOUBT):
            return Acknowledgement(
                id=claim.id, state=DeliveryState.UNKNOWN, detail=f"{IN_DOUBT}{why}"
            )
        return self._later(claim, f"{IN_DOUBT}{why}")

    def _later(
        self, claim: Claim, detail: str, delay_s: float = 0, *, tried: bool = True
    ) -> Acknowledgement:
        wait_s = max(delay_s, retry_delay_s(claim.attempts, random.random()))  # noqa: S311  no secret
        return Acknowledgement(
            id=claim.id,
            state=DeliveryState.DEFERRED,
            detail=detail,
            next_at=self.newsroom.clock() + dt.timedelta(seconds=wait_s),
            tried=tried,
        )
