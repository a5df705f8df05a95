"""Delivery by Amazon SES, over its API: a call for each message, on several connections.

What is sent are the finished bytes (`SendEmail` with `Raw`). The call for fifty at once
(`SendBulkEmail`) takes templates only, and would build another email than the one approved.
"""

from __future__ import annotations

import logging
import time
from contextlib import closing, contextmanager
from threading import Lock
from typing import TYPE_CHECKING

from digest.delivery.admission import put_off
from digest.delivery.allowance import Allowance
from digest.delivery.envelopes import wire_address
from digest.errors import ConfigError
from digest.outgoing import Outcome
from digest.protocols import Limits
from digest.retrying import LONGEST_S

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from digest.delivery.amazon import Amazon, Line
    from digest.outgoing import Delivery
    from digest.relay import SesAccount

log = logging.getLogger(__name__)

FRESH_S = 60  # for so long the account's terms are believed; asking is limited too


class Ses:
    """An account with Amazon SES as a deliverer. Raises ConfigError where botocore is missing."""

    irrevocable = True
    # Few at a time: at one message a second, more would outlast their lease. Amazon writes its own
    # Message-ID, so that nobody could tell a double.
    limits = Limits(max_batch=50, resend=False)

    def __init__(
        self, *, ses: SesAccount, ses_access_key_id: str, ses_secret_access_key: str
    ) -> None:
        self.connections = ses.connections
        self._amazon = _amazon(ses, ses_access_key_id, ses_secret_access_key)
        self._allowance = Allowance()
        self._lock = Lock()
        self._asked: float | None = None

    @contextmanager
    def open(self) -> Iterator[Calls]:
        """Connect, and see that the account may send. Raises DeliveryError."""
        with closing(self._amazon.connect()) as line:
            self._learn_terms(line)
            yield Calls(line, self._allowance)

    def _learn_terms(self, line: Line) -> None:
        """Ask what the account may do, one session for all of them."""
        with self._lock:
            if self._asked is not None and time.monotonic() - self._asked < FRESH_S:
                return
            terms = line.terms()
            if terms.in_sandbox:
                log.warning(
                    "The account with Amazon SES is in the sandbox: only addresses that are "
                    "verified there get anything. Ask Amazon for production access"
                )
            self._allowance.renew(terms.per_second, terms.left)
            self._asked = time.monotonic()


class Calls:
    """An open session, for one thread."""

    def __init__(self, line: Line, allowance: Allowance) -> None:
        self._line = line
        self._allowance = allowance

    def send(
        self, batch: Sequence[Delivery], begin: Callable[[Delivery], None]
    ) -> Iterator[Outcome]:
        """Deliver each by a call of its own, in order, as `protocols.Session` says.

        What is neither sent nor failed is the account's or the service's trouble, and would meet
        the next one too: the rest of the batch is deferred untried.
        """
        rest = iter(batch)
        for delivery in rest:
            outcome = self._deliver(delivery, begin)
            yield outcome
            if outcome.state not in {"sent", "failed"}:
                break
        for delivery in rest:
            yield put_off(delivery, outcome.detail, outcome.delay_s)

    def _deliver(self, delivery: Delivery, begin: Callable[[Delivery], None]) -> Outcome:
        try:
            to = wire_address(delivery.subscriber.address)
        except ValueError as error:
            detail = f"{str(error)[:100]!r} is no address that Amazon takes"
            return Outcome(delivery=delivery, state="failed", detail=detail)
        wait_s = self._allowance.take(time.monotonic())
        if wait_s is None:
            return put_off(delivery, "the account may send no more in these 24 hours", LONGEST_S)
        time.sleep(wait_s)  # the rate is everybody's: nobody else is held up
        begin(delivery)
        return self._line.hand_over(delivery, to)


def _amazon(account: SesAccount, key_id: str, secret: str) -> Amazon:
    try:
        from digest.delivery.amazon import Amazon
    except ImportError as error:
        raise ConfigError(
            f'use = "ses" in [delivery] needs a package that cannot be imported ({error})',
            hint="Install it: pip install 'digest-newsletter[ses]'",
        ) from error
    return Amazon(account, key_id, secret)
