"""Send: check that the folder is what was built, hand the emails over, record how each ended."""

from __future__ import annotations

from email.utils import parseaddr
from typing import TYPE_CHECKING

from digest import archive
from digest.errors import DeliveryError, Skipped
from digest.model import Delivery, IssueState, Subscriber
from digest.newsroom import LEASE_S

if TYPE_CHECKING:
    import datetime as dt

    from digest.model import Outcome
    from digest.newsroom import Newsroom

READY = (IssueState.DRAFT, IssueState.APPROVED)


def send(newsroom: Newsroom, date: dt.date, now: dt.datetime) -> tuple[Outcome, ...]:
    """Deliver the saved issue of a date, and record it as sent.

    Until subscribers are kept there is one delivery: the publication's own copy. Raises Skipped
    when there is nothing to send, DeliveryError when the saved files are not what was built or a
    delivery failed; the issue then stays a draft.
    """
    name = f"{newsroom.edition.name} {date}"
    with newsroom.store.leased(f"send {name}", newsroom.clock(), LEASE_S):
        record = newsroom.store.issue(newsroom.edition.name, date)
        if record is None or record.state not in READY:
            state = "there is no issue" if record is None else f"the issue is {record.state}"
            raise Skipped(
                f"nothing to send: {state}", where=name, hint="Build it first: digest build"
            )
        deliveries = (_own_copy(newsroom, date),)
        newsroom.store.set_state(newsroom.edition.name, date, IssueState.SENDING, now)
        with newsroom.deliverer.open() as session:
            outcomes = tuple(session.send(deliveries, begin=lambda _: None))
        failed = [outcome for outcome in outcomes if outcome.state != "sent"]
        state = IssueState.DRAFT if failed else IssueState.SENT
        newsroom.store.set_state(newsroom.edition.name, date, state, now)
    newsroom.refresh_gallery(now)
    if failed:
        raise DeliveryError(
            f"{len(failed)} of {len(outcomes)} deliveries failed: {failed[0].detail}",
            where=name,
            hint="Mend the cause and send again; the issue is still a draft",
        )
    return outcomes


def _own_copy(newsroom: Newsroom, date: dt.date) -> Delivery:
    folder = newsroom.out / newsroom.edition.name / date.isoformat()
    changed = archive.verify(folder)
    if changed:
        raise DeliveryError(
            f"the saved issue is not what was built: {', '.join(changed)}",
            where=str(folder),
            hint="Build it again: digest build",
        )
    return Delivery(
        edition=newsroom.edition.name,
        date=date,
        subscriber=Subscriber(address=parseaddr(newsroom.publication.sender)[1]),
        message=(folder / "message.eml").read_bytes(),
    )
