"""Send: check that the folder is what was built, hand the emails over, record how each ended."""

from __future__ import annotations

from email.utils import parseaddr
from typing import TYPE_CHECKING

from digest import archive
from digest.errors import DeliveryError, Skipped
from digest.model import Delivery, IssueState, Subscriber

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from digest.model import Outcome
    from digest.newsroom import Newsroom

READY = (IssueState.DRAFT, IssueState.APPROVED)
SENT = (IssueState.SENT, "")  # the state after a send that went well, and no word about it


def send(newsroom: Newsroom, date: dt.date, now: dt.datetime) -> tuple[Outcome, ...]:
    """Deliver the saved issue of a date, and record it as sent.

    Until subscribers are kept there is one delivery: the publication's own copy. Raises Skipped
    when there is nothing to send, and DeliveryError when the saved files are not what was built, or
    a delivery failed. The issue is a draft again then, unless something may have left the house:
    then it is held, for a person to look.
    """
    name = f"{newsroom.edition.name} {date}"
    with newsroom.alone_with(date):
        _require_ready(newsroom, date)
        deliveries = (_own_copy(newsroom, date),)
        begun: list[Delivery] = []
        newsroom.store.set_state(newsroom.edition.name, date, IssueState.SENDING, now)
        state, note = IssueState.HELD, "a send ended before it was done"
        try:
            with newsroom.deliverer.open() as session:
                outcomes = tuple(session.send(deliveries, begun.append))
            failed = [outcome for outcome in outcomes if outcome.state != "sent"]
            state, note = (_after_failure(newsroom, begun), failed[0].detail) if failed else SENT
        except Exception as error:
            state, note = _after_failure(newsroom, begun), str(error)
            raise
        finally:
            newsroom.store.set_state(newsroom.edition.name, date, state, now, note)
            newsroom.refresh_gallery(now)
    if failed:
        raise DeliveryError(
            f"{len(failed)} of {len(outcomes)} deliveries failed: {failed[0].detail}",
            where=name,
            hint=f"Mend the cause; the issue is {state}",
        )
    return outcomes


def _require_ready(newsroom: Newsroom, date: dt.date) -> None:
    """Raise Skipped when the issue is not to be sent; saving it once more is always allowed."""
    record = newsroom.store.issue(newsroom.edition.name, date)
    again = () if newsroom.deliverer.irrevocable else (IssueState.SENDING, IssueState.SENT)
    if record is None or record.state not in {*READY, *again}:
        state = "there is no issue" if record is None else f"the issue is {record.state}"
        raise Skipped(
            f"nothing to send: {state}",
            where=f"{newsroom.edition.name} {date}",
            hint="Build it first: digest build",
        )


def _after_failure(newsroom: Newsroom, begun: Sequence[Delivery]) -> IssueState:
    """Give what becomes of an issue whose sending failed."""
    out_of_reach = bool(begun) and newsroom.deliverer.irrevocable
    return IssueState.HELD if out_of_reach else IssueState.DRAFT


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
