"""Try an issue out: its saved message to one address, the way that emails leave, and no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.errors import DeliveryError
from digest.outgoing import Delivery, Subscriber
from digest.sending import saved_message

if TYPE_CHECKING:
    import datetime as dt

    from digest.newsroom import Newsroom
    from digest.outgoing import Outcome


def try_out(newsroom: Newsroom, date: dt.date, address: str) -> Outcome:
    """Deliver the saved issue of a date to an address, whatever its state; none is changed.

    Raises DeliveryError when the saved files are not what was built, or it is not sent.
    """
    delivery = Delivery(
        edition=newsroom.edition.name,
        date=date,
        subscriber=Subscriber(address=address),
        message=newsroom.sign(saved_message(newsroom, date)),
    )
    with newsroom.deliverer.open() as session:
        (outcome,) = session.send((delivery,), lambda _: None)
    if outcome.state != "sent":
        raise DeliveryError(
            f"the test is {outcome.state}: {outcome.detail}",
            where=f"{delivery.edition} {delivery.date} to {address}",
            hint="Nothing else was sent",
        )
    return outcome
