"""Compose: an issue's message as each of its readers gets it.

A variant's message is taken apart once, and only what is a reader's own is put in for each.
"""

from __future__ import annotations

from contextlib import contextmanager
from email.utils import parseaddr
from functools import lru_cache
from typing import TYPE_CHECKING

from digest.addressed import take_apart
from digest.errors import DeliveryError, DigestError
from digest.mime import mailbox, message_id
from digest.outgoing import Delivery
from digest.return_paths import return_path
from digest.tokens import Purpose, Ticket
from digest.variants import WHOLE, wishes_of
from digest.ways import links_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping

    from digest.addressed import Compiled
    from digest.ledger import Claim
    from digest.newsroom import Newsroom
    from digest.outgoing import Subscriber

VARIANTS_KEPT = 16  # taken apart, in memory at one time


class Composer:
    """Makes deliveries of claims, for any number of threads.

    `messages` are the issue as approved, by the names of its variants: whose is not among them gets
    the whole.
    """

    def __init__(self, newsroom: Newsroom, date: dt.date, messages: Mapping[str, bytes]) -> None:
        self._newsroom = newsroom
        self._date = date
        self._keys = newsroom.store.link_keys()
        self._domain = parseaddr(newsroom.publication.sender)[1].rpartition("@")[2]
        self._names = frozenset(messages)

        @lru_cache(VARIANTS_KEPT)
        def compiled(name: str) -> Compiled:
            return take_apart(messages[name])

        self._compiled = compiled

    def compose(self, claim: Claim) -> Delivery:
        """Address the message to whom a claim is for.

        Raises DeliveryError where it cannot be addressed to them, and DigestError where it can be
        to nobody, or is not what was approved.
        """
        edition, subscriber = self._newsroom.edition.name, claim.subscriber
        name, address = subscriber.name, subscriber.address
        bounce = Ticket(purpose=Purpose.BOUNCE, edition=edition, mark=claim.mark, date=self._date)
        links = links_of(
            claim.mark,
            edition=edition,
            date=self._date,
            keys=self._keys,
            base_url=self._newsroom.publication.web_url,
        )
        back = return_path(self._newsroom.bounce_address, bounce, self._keys)
        to = mailbox("To", f"{name} <{address}>" if name else address)
        with self._nobodys_fault():
            compiled = self._compiled(self._variant(subscriber))
            message = compiled.addressed(
                to=to,
                # By the mark: an id that the address makes could be guessed, and a bounce forged.
                message_id=message_id(edition, self._date, claim.mark.hex(), self._domain),
                links=links,
                leave_by=back,  # `digest bounce` reads both
            )
        return Delivery(
            edition=edition,
            date=self._date,
            subscriber=subscriber,
            message=self._newsroom.sign(message),
            return_path=back,
            dotless=compiled.dotless,
        )

    @contextmanager
    def _nobodys_fault(self) -> Iterator[None]:
        """Let what is wrong for all stop the send, and fail none of those whom it is for."""
        try:
            yield
        except DeliveryError as error:
            raise DigestError(error.what, where=str(self._date), hint=error.hint) from error

    def _variant(self, subscriber: Subscriber) -> str:
        wishes = wishes_of(subscriber, self._newsroom.edition, self._newsroom.publication)
        return wishes.name if wishes.name in self._names else WHOLE
