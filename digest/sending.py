"""Send: check that the folder is what was built, hand the emails over, record how each ended."""

from __future__ import annotations

import logging
from email.utils import parseaddr
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from digest.approving import READY, require_approval
from digest.building import require_whole
from digest.dispatching import side_by_side
from digest.errors import DeliveryError, Held, Skipped
from digest.handing import StoppingError
from digest.model import IssueState
from digest.outgoing import Delivery, Subscriber
from digest.planning import hold_reason
from digest.resuming import go_on, require_way_out, saved_messages, show
from digest.variants import WHOLE

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence

    from digest.newsroom import Newsroom
    from digest.outgoing import Outcome

log = logging.getLogger(__name__)

SAVED_AGAIN = (IssueState.SENDING, IssueState.SENT, IssueState.HELD)  # where nothing leaves


def send(
    newsroom: Newsroom,
    date: dt.date,
    now: dt.datetime,
    stopping: Callable[[], bool] = lambda: False,
    *,
    enough: Callable[[], bool] | None = None,
) -> tuple[Outcome, ...]:
    """Deliver the saved issue of a date: the publication's own copy, then each subscriber's.

    It is sent when every delivery has ended, and sending until then: `recover` goes on with what
    was put off. Gives how the own copy ended. Raises Skipped when there is nothing to send, and
    DeliveryError when the saved files are not what was built, when subscribers would have no way
    out of it, or when the own copy failed. The issue is a draft again then, unless something may
    have left the house: then it is held, for a person to look. Raises Held for one that waits for
    a person: for that reason, by the editors' word, be it newer than the issue, or to be approved.
    Once `stopping` nothing more is begun, and receipts are waited for some seconds only. Once
    `enough`, by default the same, no more subscribers are sent to for now; the own copy has time.
    """
    with newsroom.alone_with(date):
        before = _require_ready(newsroom, date)
        _require_no_hold(newsroom, date, now)
        _require_approved(newsroom, date, now)
        require_way_out(newsroom, date)
        outcomes = _own_copy_first(newsroom, date, before, now, stopping)
    go_on(newsroom, date, now, enough or stopping)
    return outcomes


def _own_copy_first(
    newsroom: Newsroom,
    date: dt.date,
    before: IssueState,
    now: dt.datetime,
    stopping: Callable[[], bool],
) -> tuple[Outcome, ...]:
    """Send the publication's own copy, and give every subscriber a delivery once it is out."""
    edition = newsroom.edition.name
    deliveries = (_own_copy(newsroom, date),)
    begun: list[Delivery] = []
    out = False
    newsroom.store.set_state(edition, date, IssueState.SENDING, now)
    try:
        newsroom.publish_pictures(date)
        outcomes = _deliver(newsroom, deliveries, begun, stopping)
        out = True
        _fan_out(newsroom, date)
        # Once more: whoever took a process for dead that was only frozen said otherwise.
        newsroom.store.set_state(edition, date, IssueState.SENDING, now)
        newsroom.store.end_send(edition, date)  # where nobody subscribes
    except BaseException as error:
        # Once the own copy is out there must be no second: `recover` leaves it to a person.
        state = IssueState.SENDING if out else _after_failure(newsroom, before, begun)
        held, note = state is IssueState.HELD, str(error)
        record = newsroom.store.issue(edition, date)
        if state is IssueState.DRAFT and record and record.paused:  # whoever paused it meant hold
            state, note = IssueState.HELD, record.paused
        newsroom.store.set_state(edition, date, state, now, note, begun=held)
        show(newsroom, now)
        raise
    return outcomes


def _fan_out(newsroom: Newsroom, date: dt.date) -> None:
    """Give every subscriber a delivery: from here on the ledger says how far the send is."""
    edition = newsroom.edition.name
    if not newsroom.deliverer.irrevocable:
        newsroom.store.forget_deliveries(edition, date)  # a rebuilt issue is saved again for all
    now = newsroom.clock()
    local = now.astimezone(ZoneInfo(newsroom.publication.timezone))
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    warming = newsroom.warm_up if newsroom.deliverer.irrevocable else None
    most = warming.most_on(midnight.date()) if warming else None
    newsroom.store.fan_out(edition, date, now, most=most, since=midnight)


def send_on(
    newsroom: Newsroom,
    date: dt.date,
    now: dt.datetime,
    stopping: Callable[[], bool] = lambda: False,
) -> bool:
    """Send an issue to its subscribers whose own copy may have left, as a person decided.

    False where there is none. Raises what `send` raises.
    """
    edition = newsroom.edition.name
    with newsroom.alone_with(date):
        record = newsroom.store.issue(edition, date)
        if record is None or record.state is not IssueState.HELD or not record.begun:
            return False
        _require_no_hold(newsroom, date, now)
        _require_approved(newsroom, date, now)
        require_way_out(newsroom, date)
        _fan_out(newsroom, date)
        newsroom.store.set_state(edition, date, IssueState.SENDING, now)
        newsroom.store.end_send(edition, date)
    go_on(newsroom, date, now, stopping)
    return True


def _deliver(
    newsroom: Newsroom,
    deliveries: Sequence[Delivery],
    begun: list[Delivery],
    stopping: Callable[[], bool],
) -> tuple[Outcome, ...]:
    """Hand the deliveries over, noting each that begins. DeliveryError if one is not sent."""
    most = newsroom.deliverer.limits.max_batch
    outcomes: list[Outcome] = []

    def begin(delivery: Delivery) -> None:
        if stopping():
            raise StoppingError("told to stop")
        begun.append(delivery)

    def work() -> None:
        with newsroom.deliverer.open() as session:
            for first in range(0, len(deliveries), most):
                outcomes.extend(session.send(deliveries[first : first + most], begin))

    ended = side_by_side(work, 1, stopping)
    silence = "the deliverer told of no outcome" if ended else "no receipt when told to stop"
    for outcome in outcomes:
        if outcome.state in {"deferred", "failed"} and outcome.delivery in begun:
            begun.remove(outcome.delivery)  # whoever says no has nothing
    failed = [outcome.detail for outcome in outcomes if outcome.state != "sent"]
    failed += [silence] * (len(deliveries) - len(outcomes))
    if failed:
        raise DeliveryError(
            f"{len(failed)} of {len(deliveries)} deliveries failed: {failed[0]}",
            where=f"{deliveries[0].edition} {deliveries[0].date}",
            hint="Mend the cause; `digest status` tells what became of the issue",
        )
    return tuple(outcomes)


def _require_ready(newsroom: Newsroom, date: dt.date) -> IssueState:
    """Give the issue's state. Raises Skipped when it is not to be sent; saving again always is.

    Raises Held when it waits for a person.
    """
    record = newsroom.store.issue(newsroom.edition.name, date)
    require_whole(newsroom, record)
    if record and record.state is IssueState.HELD and not record.begun:
        raise _held(newsroom, date, record.note, for_errors=record.errors > 0)
    if record and record.paused:
        raise Held(
            f"the send is paused: {record.paused}",
            where=f"{record.edition} {date}",
            hint=f"Go on with it: digest release {date}",
        )
    again = () if newsroom.deliverer.irrevocable else SAVED_AGAIN
    if record is None or record.state not in {*READY, *again}:
        state = "there is no issue" if record is None else f"the issue is {record.state}"
        raise Skipped(
            f"nothing to send: {state}",
            where=f"{newsroom.edition.name} {date}",
            hint="Build it first: digest build",
        )
    return record.state


def _require_no_hold(newsroom: Newsroom, date: dt.date, now: dt.datetime) -> None:
    """Raise Held, and record it, where the editors hold the issue since it was built."""
    if reason := hold_reason(newsroom.choices(date)):
        newsroom.store.set_state(newsroom.edition.name, date, IssueState.HELD, now, reason)
        show(newsroom, now)
        raise _held(newsroom, date, reason)


def _require_approved(newsroom: Newsroom, date: dt.date, now: dt.datetime) -> None:
    """Raise Held where nobody approved what is saved, and somebody has to."""
    record = newsroom.store.issue(newsroom.edition.name, date)
    assert record
    try:
        require_approval(newsroom, record, now)
    except Held:
        show(newsroom, now)
        raise


def _held(newsroom: Newsroom, date: dt.date, reason: str, *, for_errors: bool = False) -> Held:
    """Say that the issue is held, and how that ends: for errors, and by the editors' word."""
    hint = (
        f"Mend that and build the issue again, or send it as it is: digest release {date}"
        if for_errors and not hold_reason(newsroom.choices(date))
        else f"Take that back, and it can be sent: digest release {date}"
    )
    return Held(f"the issue is held: {reason}", where=f"{newsroom.edition.name} {date}", hint=hint)


def _after_failure(newsroom: Newsroom, before: IssueState, begun: Sequence[Delivery]) -> IssueState:
    """Give what becomes of an issue whose sending failed; one that was sent before stays sent."""
    if begun and newsroom.deliverer.irrevocable:
        return IssueState.HELD
    return IssueState.SENT if before is IssueState.SENT else IssueState.DRAFT


def saved_message(newsroom: Newsroom, date: dt.date) -> bytes:
    """Give the message that was saved. Raises DeliveryError where files are not what was built."""
    return saved_messages(newsroom, date)[WHOLE]


def _own_copy(newsroom: Newsroom, date: dt.date) -> Delivery:
    return Delivery(
        edition=newsroom.edition.name,
        date=date,
        subscriber=Subscriber(address=parseaddr(newsroom.publication.sender)[1]),
        message=newsroom.sign(saved_message(newsroom, date)),
    )
