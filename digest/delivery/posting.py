"""A session with a mail server: envelopes ahead of their turn, and each outcome as it is known.

    ours    MAIL RCPT DATA            content . MAIL RCPT DATA            content . …
    theirs                 250 250 354                         250 250 250 354

Where the server takes several commands at once (RFC 2920), the next envelope is written behind the
final dot, so that a message costs one round trip instead of four. An envelope moves nothing: a
delivery begins with its content, and may have arrived once its final dot was written.
"""

from __future__ import annotations

import random
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING

from digest.delivery.admission import put_off
from digest.delivery.connecting import reason
from digest.delivery.envelopes import content
from digest.errors import DeliveryError
from digest.outgoing import Outcome
from digest.retrying import retry_delay_s

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from digest.delivery.admission import Admission
    from digest.delivery.wire import Reply, Wire
    from digest.outgoing import Delivery

MAX_FRUITLESS = 2  # connections in a row that took nothing; then the rest of a batch is put off
CLOSING = 421  # RFC 5321 §3.8: the server says goodbye, whatever it was asked
CONTINUE = 354
SENDER, RECIPIENT, CONTENT = range(3)  # the replies to an envelope, in order
ENDED = {2: "sent", 4: "deferred", 5: "failed"}


class Posting:
    """An open session, for one thread. `connect` gives a connection, or raises DeliveryError.

    After `per_connection` answers a connection is ended; for a domain that has no room for another
    the session waits `patience_s`.
    """

    def __init__(
        self,
        connect: Callable[[], Wire],
        admission: Admission,
        *,
        per_connection: int,
        patience_s: float,
    ) -> None:
        self._connect = connect
        self._admission = admission
        self._per_connection = per_connection
        self._patience_s = patience_s
        self._wire: Wire | None = None
        self._answered = 0  # deliveries that this connection's server answered
        self._fruitless = 0
        self._trouble = ""  # what ended the last connection
        self._offered: Delivery | None = None  # whose envelope is on the wire, its replies unread

    def open(self) -> Wire:
        """Give the connection; a new one where there is none. Raises DeliveryError."""
        if self._wire is None:
            self._wire, self._answered = self._connect(), 0
        return self._wire

    def close(self) -> None:
        """Take leave of the server, if that is possible in order."""
        if self._wire and self._offered is None:
            with suppress(OSError):  # the server knows all that it has to
                self._wire.ask(b"QUIT")
        self._hang_up()

    def send(
        self, batch: Sequence[Delivery], begin: Callable[[Delivery], None]
    ) -> Iterator[Outcome]:
        """Deliver each, in order, as `protocols.Session` says.

        A connection that ends is opened again, and the delivery that it left out is tried once
        more. When two in a row took nothing, the rest of the batch is deferred untried.
        """
        rest = deque(batch)
        try:
            while rest and self._fruitless < MAX_FRUITLESS:
                outcome = self._deliver(rest[0], rest[1] if len(rest) > 1 else None, begin)
                if outcome:
                    self._admission.leave(rest.popleft())
                    yield outcome
            self._fruitless = 0
            for delivery in rest:
                yield put_off(delivery, self._trouble, retry_delay_s(1, _chance()))
        finally:
            if self._offered is not None:
                self._hang_up()  # a word more would be taken for content
            self._admission.leave_all()

    def _deliver(
        self, delivery: Delivery, following: Delivery | None, begin: Callable[[Delivery], None]
    ) -> Outcome | None:
        """Bring one delivery to its outcome; None where it has to be tried again, or put off."""
        if turned_away := self._admission.admit(delivery, self._patience_s):
            return turned_away
        try:
            replies = self._offer(self.open(), delivery)
        except DeliveryError as error:
            self._fruitless, self._trouble = MAX_FRUITLESS, str(error)
            return None
        except OSError as error:
            return self._lost_before(delivery, error)
        following = self._worth_offering(following)
        if refused := _refused(delivery, replies):
            self._withdraw(replies, following)
            return refused
        begin(delivery)
        return self._hand_over(delivery, following)

    def _worth_offering(self, delivery: Delivery | None) -> Delivery | None:
        """Give the delivery if its envelope may go ahead of its turn on this connection."""
        ahead = self._wire and self._wire.pipelines and self._answered + 2 <= self._per_connection
        # Waiting for room at one domain while holding some at another could wait for ever.
        if delivery is None or not ahead or self._admission.admit(delivery, patience_s=0):
            return None
        return delivery

    def _offer(self, wire: Wire, delivery: Delivery) -> list[Reply]:
        """Give the replies to an envelope: three, or in lockstep all up to the first refusal."""
        commands = self._admission.commands(delivery)
        if self._offered is not delivery:
            self._offered = delivery
            if wire.pipelines:
                wire.put(b"".join(commands))
        replies: list[Reply] = []
        for command in commands:
            if not wire.pipelines:
                wire.put(command)
            replies.append(_answer(wire))
            if not wire.pipelines and _refused(delivery, replies):
                break
        return replies

    def _withdraw(self, replies: Sequence[Reply], following: Delivery | None) -> None:
        """End a transaction that moves nothing, so that the next can begin."""
        asks = len(replies) > CONTENT and replies[CONTENT].code == CONTINUE
        if asks and _is_expected(RECIPIENT, replies[RECIPIENT]):
            self._hang_up()  # a lone dot would be a message to somebody
            return
        try:
            # RFC 2920 §3.1: content is asked for although nobody is to have it.
            self._end(b".\r\n" if asks else b"RSET\r\n", following)
        except OSError as error:
            self._hang_up(error)
        self._count_answer()

    def _hand_over(self, delivery: Delivery, following: Delivery | None) -> Outcome:
        data = content(delivery)
        assert self._wire
        wire = self._wire
        try:
            reply = self._end(data, following, long=True)
        except OSError as error:
            # Without its final dot no message has arrived; with it, nobody knows (RFC 1047).
            state = "unknown" if wire.written >= len(data) else "deferred"
            self._hang_up(error)
            self._fruitless += 1
            return Outcome(delivery=delivery, state=state, detail=self._trouble)
        state = ENDED.get(reply.code // 100, "unknown")
        if reply.code == CLOSING or state == "unknown":
            self._hang_up(ConnectionError(str(reply)))
            self._fruitless += 1
        else:
            self._count_answer()
        return Outcome(delivery=delivery, state=state, detail=str(reply))

    def _end(self, ending: bytes, following: Delivery | None, *, long: bool = False) -> Reply:
        """Write what ends a transaction and the next envelope, and give the reply to the first."""
        assert self._wire
        self._offered = following
        commands = self._admission.commands(following) if following else ()
        self._wire.put(b"".join((ending, *commands)))
        return self._wire.reply(long=long)

    def _count_answer(self) -> None:
        self._answered += 1
        self._fruitless = 0
        if self._answered >= self._per_connection:
            self.close()

    def _lost_before(self, delivery: Delivery, error: OSError) -> Outcome | None:
        """Say what becomes of a delivery whose connection ended before anything of it left.

        Where others went well, servers end connections for reasons of their own: a new one is
        worth a try.
        """
        went_well = self._answered > 0
        self._hang_up(error)
        if went_well:
            return None
        self._fruitless += 1
        return Outcome(delivery=delivery, state="deferred", detail=self._trouble)

    def _hang_up(self, error: OSError | None = None) -> None:
        if error:
            self._trouble = f"the connection ended: {reason(error)}"
        if self._wire:
            self._wire.close()
        self._wire = self._offered = None


def _answer(wire: Wire) -> Reply:
    """Read a reply to an envelope. Raises ConnectionError where it is a goodbye."""
    reply = wire.reply()
    if reply.code == CLOSING:
        raise ConnectionError(str(reply))
    return reply


def _refused(delivery: Delivery, replies: Sequence[Reply]) -> Outcome | None:
    """Give the outcome of an envelope that was not taken.

    That the sender is refused says nothing of the recipient: it is mended and tried again.
    """
    for place, reply in enumerate(replies):
        if not _is_expected(place, reply):
            final = place != SENDER and ENDED.get(reply.code // 100) == "failed"
            state = "failed" if final else "deferred"
            return Outcome(delivery=delivery, state=state, detail=str(reply))
    return None


def _is_expected(place: int, reply: Reply) -> bool:
    return reply.code == CONTINUE if place == CONTENT else 200 <= reply.code < 300  # noqa: PLR2004


def _chance() -> float:
    return random.random()  # noqa: S311  it scatters, and hides nothing
