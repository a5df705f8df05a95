"""Hand over: what a sender has claimed goes through a session, and the ledger knows of each step.

    claimed ──begin──▶ sending ──outcome──▶ sent | deferred | failed | unknown

A receipt and the beginning of the next delivery are noted together, in one transaction: so a row is
`sending` from the receipt before it to its own, and only in between can a death leave doubt.
"""

from __future__ import annotations

import datetime as dt
import logging
import random
import time
from typing import TYPE_CHECKING

from digest.errors import DeliveryError, StoreError
from digest.ledger import IN_DOUBT, Acknowledgement, DeliveryState
from digest.retrying import retry_delay_s

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from digest.ledger import Claim
    from digest.outgoing import Delivery, Outcome
    from digest.protocols import Session
    from digest.store import Store

log = logging.getLogger(__name__)

# To end what was begun: a server may take ten minutes for the content, and as long for its receipt.
LONGEST = dt.timedelta(minutes=30)
FRESH = dt.timedelta(minutes=1)  # so long ahead of its content may a beginning be noted
PAUSES_S = (0.2, 1.0, 5.0)  # before a receipt that the store would not take is noted again
ATTEMPTS = 12  # over some eight hours: what is put off as often is given up


class LeaseLostError(DeliveryError):
    """A delivery is no longer this sender's; its message must not leave."""


class StoppingError(DeliveryError):
    """Nothing more is to leave now."""


class Batch:
    """What one session claimed, to be handed over in order, each once.

    With `resend` what is in doubt goes again, once; without, a person decides at once. `clock`
    tells the real time, by which leases run out.
    """

    def __init__(
        self,
        claims: Sequence[Claim],
        *,
        holder: str,
        store: Store,
        clock: Callable[[], dt.datetime],
        stopping: Callable[[], bool],
        resend: bool,
    ) -> None:
        self.claims = claims
        self._holder = holder
        self._store = store
        self._clock = clock
        self._stopping = stopping
        self._resend = resend
        self._open = {claim.id: claim for claim in claims}  # without an outcome, in order
        self._addressed: dict[str, Claim] = {}
        self._begun: set[int] = set()  # their bytes may be on the wire
        self._ahead: tuple[int, dt.datetime] | None = None  # begun for the ledger; until when

    def hand_over(self, session: Session, compose: Callable[[Claim], Delivery]) -> bool:
        """Deliver all; say whether the line carries, and did not turn all of it away untried.

        Raises LeaseLostError, StoppingError and what the session raises; whatever was on the wire
        then is noted as in doubt.
        """
        carries = untried = False
        try:
            for outcome in session.send(self._composed(compose), self._begin):
                self._end(self._claim_of(outcome.delivery), outcome)
                carries |= outcome.state in {"sent", "failed"}
                untried |= not outcome.tried
        finally:
            doubtful = [claim for claim in self.claims if claim.id in self._begun]
            self._note([self._in_doubt(claim) for claim in doubtful])
            untold = bool(self._open)  # by a session that is in no order
            self.give_back()
        return carries or not (untried or untold)

    def give_back(self) -> None:
        """Let others have what was never begun."""
        ids = [number for number in self._open if number not in self._begun]
        if ids:
            self._store.give_back(ids, self._holder, self._clock())

    def _composed(self, compose: Callable[[Claim], Delivery]) -> tuple[Delivery, ...]:
        """Address the message to each; whom it cannot be addressed to has failed."""
        composed, failed = [], []
        for claim in self.claims:
            try:
                composed.append(compose(claim))
                self._addressed[claim.subscriber.address] = claim
            except DeliveryError as error:
                failed.append(
                    Acknowledgement(id=claim.id, state=DeliveryState.FAILED, detail=error.what)
                )
        self._note(failed)
        return tuple(composed)

    def _claim_of(self, delivery: Delivery) -> Claim:
        return self._addressed[delivery.subscriber.address]

    def _begin(self, delivery: Delivery) -> None:
        """Let a message leave, once the ledger says that it may be on its way."""
        if self._stopping():
            raise StoppingError("told to stop")
        claim = self._claim_of(delivery)
        if self._ahead is None or self._ahead[0] != claim.id or self._ahead[1] < self._clock():
            self._note([], claim)
        if self._ahead is None:
            raise LeaseLostError(f"{claim.subscriber.address}: another sender has it now")
        self._begun.add(claim.id)

    def _end(self, claim: Claim, outcome: Outcome) -> None:
        """Note how a delivery ended, and where the line carries that the next one begins."""
        self._open.pop(claim.id, None)
        following = next(iter(self._open.values()), None)
        goes_on = outcome.tried and not self._stopping()
        self._note([self._acknowledgement(claim, outcome)], following if goes_on else None)

    def _note(self, ends: Sequence[Acknowledgement], following: Claim | None = None) -> None:
        """Write ends and a beginning down; what a busy store will not take, a little later."""
        if not ends and following is None:
            return
        for pause_s in (*PAUSES_S, None):
            now = self._clock()
            try:
                noted, begun = self._store.proceed(
                    ends,
                    [following.id] if following else [],
                    self._holder,
                    now=now,
                    until=now + LONGEST,
                )
            except StoreError:
                if pause_s is None:
                    raise
                time.sleep(pause_s)
            else:
                self._noted(ends, noted)
                self._ahead = (following.id, now + FRESH) if following and begun else None
                return

    def _noted(self, ends: Sequence[Acknowledgement], noted: int) -> None:
        for end in ends:
            self._open.pop(end.id, None)
            self._begun.discard(end.id)
        if noted < len(ends):
            log.warning("%d deliveries ended after their lease", len(ends) - noted)

    def _acknowledgement(self, claim: Claim, outcome: Outcome) -> Acknowledgement:
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
        if not self._resend or claim.before.startswith(IN_DOUBT):
            detail = f"{IN_DOUBT}{why}"
            return Acknowledgement(id=claim.id, state=DeliveryState.UNKNOWN, detail=detail)
        return self._later(claim, f"{IN_DOUBT}{why}")

    def _later(
        self, claim: Claim, detail: str, delay_s: float = 0, *, tried: bool = True
    ) -> Acknowledgement:
        wait_s = max(delay_s, retry_delay_s(claim.attempts, random.random()))  # noqa: S311  no secret
        return Acknowledgement(
            id=claim.id,
            state=DeliveryState.DEFERRED,
            detail=detail,
            next_at=self._clock() + dt.timedelta(seconds=wait_s),
            tried=tried,
        )
