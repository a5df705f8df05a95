"""What a subscriber changes by a signed link: to leave, to choose, to pause."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.subscribers import Reason
from digest.tokens import Purpose, Ticket, verify

if TYPE_CHECKING:
    import datetime as dt

    from digest.store import Store, SubscriberRecord


def read_link(store: Store, token: str, *purposes: Purpose) -> Ticket:
    """Read a token that was made for one of the purposes. Raises LinkError for any other."""
    return verify(token, store.link_keys(), *purposes)


def unsubscribe(store: Store, token: str, now: dt.datetime) -> Ticket:
    """Send somebody an edition no more, as often as they ask. Raises LinkError.

    The preferences page has a way out too, so that its tokens do as well. It holds before the next
    email is sent, and whether or not their row is still there.
    """
    ticket = read_link(store, token, Purpose.UNSUBSCRIBE, Purpose.PREFERENCES)
    note = f"by the link in the issue of {ticket.date}"
    store.suppress(ticket.mark, Reason.UNSUBSCRIBED, now, edition=ticket.edition, note=note)
    return ticket


def preferences(store: Store, token: str) -> SubscriberRecord | None:
    """Give the subscriber whose preferences a link opens, None once they are gone.

    Raises LinkError.
    """
    ticket = read_link(store, token, Purpose.PREFERENCES)
    return store.subscriber(ticket.edition, ticket.mark)


def set_preferences(store: Store, token: str, *, sections: tuple[str, ...], language: str) -> bool:
    """Set what somebody wants, checked by `particulars`; say whether they are still there.

    Raises LinkError.
    """
    ticket = read_link(store, token, Purpose.PREFERENCES)
    return store.set_preferences(ticket.edition, ticket.mark, sections=sections, language=language)


def pause(store: Store, token: str, until: dt.date | None) -> bool:
    """Send somebody nothing before a day, None for at once again; say if they are still there.

    Raises LinkError.
    """
    ticket = read_link(store, token, Purpose.PREFERENCES)
    return store.pause(ticket.edition, ticket.mark, until)
