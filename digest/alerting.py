"""Alert: email the editors when an issue needs a person, each thing once, and never at its cost.

What an issue's state calls for is found at every tick, kept in the store, and sent from there: so
neither a restart nor a mail server that is down makes anybody be told twice, or never.
"""

from __future__ import annotations

import datetime as dt
import logging
from contextlib import suppress
from email.utils import parseaddr
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from digest.alerts import Alert, AlertKind, plain
from digest.approving import awaits_approval
from digest.errors import Busy, StoreError
from digest.mime import compile_note, message_id
from digest.model import IssueState
from digest.newsroom import LEASE_S
from digest.outgoing import Delivery, Subscriber
from digest.recipe import Approval
from digest.timetable import slot_on

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digest.errors import DigestError
    from digest.newsroom import Newsroom
    from digest.store import IssueRecord

log = logging.getLogger(__name__)

RECENT = dt.timedelta(hours=12)  # what is older is no news, such as before the scheduler was there
STANDS_STILL = dt.timedelta(hours=1)  # that nobody got an issue who was to get it
AGAIN = "It is tried again until the deadline."


def note_failure(
    newsroom: Newsroom, date: dt.date, job: str, error: DigestError | str, now: dt.datetime
) -> None:
    """Keep an alert of a job that failed; where the store is what fails, the log alone tells."""
    if isinstance(error, str):
        what, hint = error, ""
    else:
        what, hint = ": ".join(filter(None, (error.where, error.what))), error.hint
    hints = filter(None, [f"{hint}." if hint else "", AGAIN])
    with suppress(StoreError):
        _keep(newsroom, date, now, (AlertKind.FAILED, f"{job} failed: {what}", " ".join(hints)))


def alert(newsroom: Newsroom, now: dt.datetime) -> None:
    """Tell the editors what there is to tell; whatever fails is logged, and tried again."""
    if not newsroom.alerts_to:
        return
    job = f"alerts {newsroom.edition.name}"
    try:
        for record in newsroom.store.issues(newsroom.edition.name):
            if record.state_at < now - RECENT:
                continue
            for words in _called_for(newsroom, record, now):
                _keep(newsroom, record.date, now, words)
        with suppress(Busy), newsroom.store.leased(job, newsroom.clock, LEASE_S):
            _send_all(newsroom, now)
    except Exception as error:  # noqa: BLE001  no alert may break a morning
        log.warning("%s: the editors could not be alerted: %s", newsroom.edition.name, error)


Words = tuple[AlertKind, str, str]


def _keep(newsroom: Newsroom, date: dt.date, now: dt.datetime, words: Words) -> None:
    kind, what, hint = words
    if newsroom.alerts_to:
        edition = newsroom.edition.name
        newsroom.store.add_alert(
            Alert(kind=kind, edition=edition, date=date, what=plain(what), hint=plain(hint), at=now)
        )


def _called_for(newsroom: Newsroom, record: IssueRecord, now: dt.datetime) -> Iterator[Words]:
    """Give what an issue's state calls for: its kind, what happened, and what to do."""
    on = f"{record.date} --edition {record.edition}"
    rebuild = f"digest build --date {on}"
    if record.state is IssueState.HELD:
        yield AlertKind.HELD, record.note, _how_to_let_go(record, on)
    elif record.paused:
        what = f"its send is paused: {record.paused}"
        yield AlertKind.HELD, what, f"To go on with it: digest release {on}"
    elif record.state is IssueState.SKIPPED:
        hint = f"Nothing, or once there is more to tell: {rebuild}, then digest send {on}"
        yield AlertKind.SHORT, record.note, hint
    elif record.state is IssueState.MISSED:
        hint = f"Nothing, or to send it late: {rebuild}, then digest send {on}"
        yield AlertKind.MISSED, record.note, hint
    elif record.state is IssueState.SENDING and _stands_still(newsroom, record, now):
        hint = f"See who waits, and why: digest status {on}"
        yield AlertKind.FAILED, "its send stands still: for an hour nobody got it", hint
    elif record.state is IssueState.DRAFT:
        yield from _before_its_send(newsroom, record, now, on)


def _stands_still(newsroom: Newsroom, record: IssueRecord, now: dt.datetime) -> bool:
    """Whether nobody got an issue for a while who was to get it."""
    if now - record.state_at < STANDS_STILL:
        return False
    last = newsroom.store.last_receipt(record.edition, record.date)
    return last is None or now - last >= STANDS_STILL


def _how_to_let_go(record: IssueRecord, on: str) -> str:
    if record.begun:
        return f"Look at what left the house, then send it to the subscribers: digest release {on}"
    if record.errors:
        return (
            f"Mend that and build it again (digest build --date {on}), or send it as it is: "
            f"digest release {on}"
        )
    return f"To let it go: digest release {on}"


def _before_its_send(
    newsroom: Newsroom, record: IssueRecord, now: dt.datetime, on: str
) -> Iterator[Words]:
    """Say of a draft that somebody has to approve it, or may hold it yet."""
    zone = newsroom.publication.timezone
    slot = slot_on(newsroom.edition.timetable, zone, record.date)
    time = f"{slot.send_at.astimezone(ZoneInfo(zone)):%H:%M}"
    built = f"“{record.subject}” is built"
    if awaits_approval(newsroom.edition, record) and now < slot.deadline:
        what = record.note or f"{built}, to go at {time}; it does not go before it is approved"
        yield AlertKind.APPROVAL, what, f"Look at it, and approve it: digest approve {on}"
    elif newsroom.edition.approval is Approval.VETO_UNTIL_SEND and now < slot.send_at:
        what = f"{built}, and goes at {time} unless you hold it"
        yield AlertKind.VETO, what, f"Nothing; or to hold it: digest hold {on}"


def _send_all(newsroom: Newsroom, now: dt.datetime) -> None:
    """Send what nobody took yet; as soon as one of the editors has an alert, it is told."""
    waiting = newsroom.store.unsent_alerts(newsroom.edition.name, now - RECENT)
    if not waiting:
        return
    with newsroom.deliverer.open() as session:
        for one in waiting:
            states = []
            for to in newsroom.alerts_to:
                for outcome in session.send((_delivery(newsroom, one, to),), lambda _: None):
                    states.append(outcome.state)
                    if outcome.state != "sent":
                        log.warning("the alert to %s: %s: %s", to, outcome.state, outcome.detail)
            if set(states) - {"deferred"}:  # and whoever refuses does so for good
                newsroom.store.note_told(one, now)


def _delivery(newsroom: Newsroom, alert: Alert, to: str) -> Delivery:
    title, sender = newsroom.edition.title, newsroom.publication.sender
    preview = newsroom.out / alert.edition / alert.date.isoformat() / "preview.html"
    domain = parseaddr(sender)[1].rpartition("@")[2]
    named = f"{alert.kind} {alert.sha256} {to}"  # the same alert comes under the same Message-ID
    return Delivery(
        edition=f"{alert.edition}/alerts",  # where a deliverer that only saves keeps them apart
        date=alert.date,
        subscriber=Subscriber(address=to),
        message=newsroom.sign(
            compile_note(
                alert.text(title, str(preview) if preview.is_file() else ""),
                subject=alert.subject(title),
                sender=sender,
                to=to,
                date=alert.at,
                message_id=message_id(alert.edition, alert.date, named, domain),
            )
        ),
    )
