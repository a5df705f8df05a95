"""Send: check that the folder is what was built, hand the emails over, record how each ended."""

from __future__ import annotations

import logging
from contextlib import suppress
from email.utils import parseaddr
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from digest import archive
from digest.approving import READY, require_approval, unchanged_folder
from digest.building import require_whole
from digest.dispatching import dispatch
from digest.errors import Busy, DeliveryError, DigestError, Held, Skipped
from digest.ledger import DeliveryState
from digest.model import IssueState
from digest.outgoing import Delivery, Subscriber
from digest.planning import hold_reason
from digest.variants import WHOLE

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence

    from digest.newsroom import Newsroom
    from digest.outgoing import Outcome
    from digest.store import IssueRecord

log = logging.getLogger(__name__)

SAVED_AGAIN = (IssueState.SENDING, IssueState.SENT, IssueState.HELD)  # where nothing leaves


def send(
    newsroom: Newsroom,
    date: dt.date,
    now: dt.datetime,
    stopping: Callable[[], bool] = lambda: False,
) -> tuple[Outcome, ...]:
    """Deliver the saved issue of a date: the publication's own copy, then each subscriber's.

    It is sent when every delivery has ended, and sending until then: `recover` goes on with what
    was put off. Gives how the own copy ended. Raises Skipped when there is nothing to send, and
    DeliveryError when the saved files are not what was built, when subscribers would have no way
    out of it, or when the own copy failed. The issue is a draft again then, unless something may
    have left the house: then it is held, for a person to look. Raises Held for one that waits for a
    person, by the editors' word, be it newer than the issue, for that reason, or to be approved.
    """
    with newsroom.alone_with(date):
        before = _require_ready(newsroom, date)
        _require_no_hold(newsroom, date, now)
        _require_approved(newsroom, date, now)
        _require_way_out(newsroom, date)
        outcomes = _own_copy_first(newsroom, date, before, now)
    _go_on(newsroom, date, stopping)
    return outcomes


def _own_copy_first(
    newsroom: Newsroom, date: dt.date, before: IssueState, now: dt.datetime
) -> tuple[Outcome, ...]:
    """Send the publication's own copy, and give every subscriber a delivery once it is out."""
    edition = newsroom.edition.name
    deliveries = (_own_copy(newsroom, date),)
    begun: list[Delivery] = []
    out = False
    newsroom.store.set_state(edition, date, IssueState.SENDING, now)
    try:
        newsroom.publish_pictures(date)
        outcomes = _deliver(newsroom, deliveries, begun)
        out = True
        _fan_out(newsroom, date)
        newsroom.store.end_send(edition, date)  # where nobody subscribes
    except BaseException as error:
        # Once the own copy is out, whatever fails is gone on with.
        state = IssueState.SENDING if out else _after_failure(newsroom, before, begun)
        held = state is IssueState.HELD
        newsroom.store.set_state(edition, date, state, now, str(error), begun=held)
        _show(newsroom, now)
        raise
    return outcomes


def _require_way_out(newsroom: Newsroom, date: dt.date) -> None:
    """Raise DeliveryError where there are subscribers, and they would have no way out."""
    publication = newsroom.publication
    lacking = [
        name
        for name, value in (
            ("[web] base_url", publication.web_url),
            ("[publication] postal_address", publication.postal_address),
        )
        if not value.strip()
    ]
    if lacking and newsroom.store.wishes(newsroom.edition.name, date):
        raise DeliveryError(
            "nothing is sent to subscribers who could not leave, or would not know whom",
            where=f"{newsroom.edition.name} {date}",
            hint=f"Set {' and '.join(lacking)} in digest.toml, and run `digest web` there",
        )


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


def _go_on(newsroom: Newsroom, date: dt.date, stopping: Callable[[], bool]) -> None:
    """Send to all whose delivery waits, and note where that leaves the issue.

    What cannot be sent now waits in the ledger, so that a dead line is no reason to hold the issue.
    No lease is held meanwhile: the ledger keeps any number of senders apart.
    """
    edition, store = newsroom.edition.name, newsroom.store
    try:
        if store.tally(edition, date).open:
            _require_way_out(newsroom, date)
            _show(newsroom, newsroom.clock())  # whoever has it may view it in a browser from now on
            dispatch(newsroom, date, _saved_messages(newsroom, date), stopping)
    except DigestError as error:
        log.warning("%s %s: %s; it goes on later", edition, date, error)
    finally:
        store.end_send(edition, date)
        _show(newsroom, newsroom.clock())


def _is_anything_due(newsroom: Newsroom, record: IssueRecord) -> bool:
    """Whether a delivery waits, or may be taken back, or nothing is left that could end."""
    tally = newsroom.store.tally(record.edition, record.date)
    in_hand = (DeliveryState.PENDING, DeliveryState.CLAIMED, DeliveryState.SENDING)
    due = tally.next_at is not None and tally.next_at <= newsroom.clock()
    return due or not tally.open or any(tally.counts.get(state) for state in in_hand)


def recover(
    newsroom: Newsroom, now: dt.datetime, stopping: Callable[[], bool] = lambda: False
) -> None:
    """Go on with sends that have yet to end, and bring issues out of one that died.

    What subscribers have yet to get is in the ledger, and is sent, unless somebody paused it.
    Without any, an issue becomes a draft, or is held where something may have left.
    """
    for record in newsroom.store.issues(newsroom.edition.name):
        if record.state is not IssueState.SENDING or record.paused:
            continue
        try:
            if not newsroom.store.tally(record.edition, record.date).candidates:
                _recover_own_copy(newsroom, record.date, now)
            elif _is_anything_due(newsroom, record):
                _go_on(newsroom, record.date, stopping)
        except DigestError as error:  # what else is due must not wait for it
            log.warning("%s %s: %s", record.edition, record.date, error)


def _recover_own_copy(newsroom: Newsroom, date: dt.date, now: dt.datetime) -> None:
    """Bring an issue out of a send that died before anybody had a delivery."""
    edition = newsroom.edition.name
    with suppress(Busy), newsroom.alone_with(date):
        record = newsroom.store.issue(edition, date)
        going_on = newsroom.store.tally(edition, date).candidates
        if record is None or record.state is not IssueState.SENDING or going_on:
            return  # whoever was at it has done so meanwhile
        held = newsroom.deliverer.irrevocable
        state = IssueState.HELD if held else IssueState.DRAFT
        note = "a send ended before it was done"
        log.error("%s %s: %s; it is %s now", edition, date, note, state)
        newsroom.store.set_state(edition, date, state, now, note, begun=held)
        _show(newsroom, now)


def settle(
    newsroom: Newsroom, date: dt.date, marks: Sequence[bytes], by: str, *, arrived: bool
) -> int:
    """Say what became of deliveries that nobody knows of: they arrived, or they go once more.

    All of an issue's, or those of some people. Gives how many there were.
    """
    edition, now = newsroom.edition.name, newsroom.clock()
    state = DeliveryState.SENT if arrived else DeliveryState.PENDING
    settled = newsroom.store.settle(edition, date, marks, state, detail=f"settled by {by}", now=now)
    newsroom.store.end_send(edition, date)
    _show(newsroom, now)
    return settled


def _deliver(
    newsroom: Newsroom, deliveries: Sequence[Delivery], begun: list[Delivery]
) -> tuple[Outcome, ...]:
    """Hand the deliveries over, noting each that begins. DeliveryError if one is not sent."""
    most = newsroom.deliverer.limits.max_batch
    with newsroom.deliverer.open() as session:
        outcomes = tuple(
            outcome
            for first in range(0, len(deliveries), most)
            for outcome in session.send(deliveries[first : first + most], begun.append)
        )
    for outcome in outcomes:
        if outcome.state in {"deferred", "failed"} and outcome.delivery in begun:
            begun.remove(outcome.delivery)  # whoever says no has nothing
    failed = [outcome.detail for outcome in outcomes if outcome.state != "sent"]
    failed += ["the deliverer told of no outcome"] * (len(deliveries) - len(outcomes))
    if failed:
        raise DeliveryError(
            f"{len(failed)} of {len(deliveries)} deliveries failed: {failed[0]}",
            where=f"{deliveries[0].edition} {deliveries[0].date}",
            hint="Mend the cause; `digest status` tells what became of the issue",
        )
    return outcomes


def _show(newsroom: Newsroom, now: dt.datetime) -> None:
    """Refresh the pages; that they cannot be written must not hide how the send ended."""
    for refresh, name in (
        (newsroom.refresh_public, "public archive"),
        (newsroom.refresh_gallery, "gallery"),
    ):
        try:
            refresh(now)
        except (DigestError, OSError) as error:
            log.warning("the %s could not be written: %s", name, error)


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
        _show(newsroom, now)
        raise _held(newsroom, date, reason)


def _require_approved(newsroom: Newsroom, date: dt.date, now: dt.datetime) -> None:
    """Raise Held where nobody approved what is saved, and somebody has to."""
    record = newsroom.store.issue(newsroom.edition.name, date)
    assert record
    try:
        require_approval(newsroom, record, now)
    except Held:
        _show(newsroom, now)
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
    return _saved_messages(newsroom, date)[WHOLE]


def _saved_messages(newsroom: Newsroom, date: dt.date) -> archive.Messages:
    """Give what was saved for each variant, likewise."""
    return archive.Messages(unchanged_folder(newsroom, date))


def _own_copy(newsroom: Newsroom, date: dt.date) -> Delivery:
    return Delivery(
        edition=newsroom.edition.name,
        date=date,
        subscriber=Subscriber(address=parseaddr(newsroom.publication.sender)[1]),
        message=newsroom.sign(saved_message(newsroom, date)),
    )
