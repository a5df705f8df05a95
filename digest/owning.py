"""Whose delivery an answer is about, and by which proof."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.answers import Proof
from digest.errors import DeliveryError, LinkError, SubscriberError
from digest.mime import message_id
from digest.particulars import read_address
from digest.return_paths import read_return_token
from digest.tokens import Purpose, verify

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from digest.answers import Answer, Recipient
    from digest.store import Store

_ID_DATE = re.compile(r"<(\d{8})\.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Whose delivery an answer is about: by mark; "" and None where edition and date are unknown.

    `address` is how they are written to, "" where they are no subscribers any more.
    """

    mark: bytes
    proof: Proof
    edition: str = ""
    date: dt.date | None = None
    address: str = ""


def find_owner(
    store: Store, answer: Answer, recipient: Recipient, editions: Sequence[str]
) -> Owner | None:
    """Say whose delivery an answer is about, by the best proof that there is; None for nobody's."""
    keys, traces = store.link_keys(), answer.traces
    for token in traces.return_tokens:
        if (ticket := read_return_token(token, keys, editions)) is not None:
            return _owner(store, ticket.mark, Proof.RETURN_PATH, ticket.edition, ticket.date)
    for token in traces.link_tokens:
        try:
            ticket = verify(token, keys, Purpose.UNSUBSCRIBE)
        except LinkError:
            continue
        return _owner(store, ticket.mark, Proof.LINK, ticket.edition, ticket.date)
    marks = list(_marks(store, (*recipient.addresses, *traces.addresses)))
    for mark in marks:
        for edition, date in _named(traces.message_ids, mark, editions):
            return _owner(store, mark, Proof.MESSAGE_ID, edition, date)
    for mark in marks:
        if (owner := _owner(store, mark, Proof.ADDRESS)).address:
            return owner
    return None


def _owner(
    store: Store, mark: bytes, proof: Proof, edition: str = "", date: dt.date | None = None
) -> Owner:
    records = store.person(mark).records
    address = records[0][0].subscriber.address if records else ""
    return Owner(mark=mark, proof=proof, edition=edition, date=date, address=address)


def _marks(store: Store, addresses: Iterable[str]) -> Iterator[bytes]:
    for address in addresses:
        try:
            yield store.mark(read_address(address).key)
        except SubscriberError:
            continue


def _named(
    ids: Iterable[str], mark: bytes, editions: Sequence[str]
) -> Iterator[tuple[str, dt.date]]:
    """Give edition and date of the Message-IDs that are ours to a mark, which nobody else knows."""
    for given in ids:
        domain = given.rpartition("@")[2].rstrip(">")
        try:
            date = dt.date.fromisoformat(_ID_DATE.findall(given)[0])
            for edition in editions:
                if message_id(edition, date, mark.hex(), domain) == given:
                    yield edition, date
        except (IndexError, ValueError, DeliveryError):
            continue
