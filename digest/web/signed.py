"""Who came by a signed link: by its token, and by nothing that is said of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.subscribers import EVERY_EDITION
from digest.subscribing import read_link

if TYPE_CHECKING:
    from digest.outgoing import Subscriber
    from digest.store import Store
    from digest.tokens import Purpose

# What these pages may do beyond the others: send their own form back.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Somebody came by the link of an edition.

    `subscriber` is None where there is none any more; `is_out` says that the edition is not sent to
    them, for whatever reason.
    """

    edition: str
    subscriber: Subscriber | None
    is_out: bool

    @property
    def language(self) -> str:
        """The language that they chose, "" for the publication's."""
        return self.subscriber.language if self.subscriber else ""


def visit(store: Store, token: str, *purposes: Purpose) -> Visit:
    """Tell who came. Raises LinkError for a token that was made for none of the purposes."""
    ticket = read_link(store, token, *purposes)
    person = store.person(ticket.mark)
    found = [one.subscriber for one, _ in person.records if one.edition == ticket.edition]
    held = {one.edition for one in person.suppressions} & {ticket.edition, EVERY_EDITION}
    return Visit(
        edition=ticket.edition,
        subscriber=found[0] if found else None,
        is_out=not found or bool(held),
    )
