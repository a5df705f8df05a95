"""Deliveries: the ledger of one email an issue and a subscriber.

Here it is made and added up; `claims` say who has which in hand, `handovers` note what leaves. The
same statements run on SQLite and on PostgreSQL.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import (
    and_,
    bindparam,
    case,
    delete,
    func,
    literal,
    or_,
    select,
    update,
)

from digest.ledger import OPEN, DeliveryState, Tally
from digest.model import IssueState
from digest.store.claims import is_pending
from digest.store.subscribers import is_paused
from digest.store.suppressions import is_suppressed
from digest.store.tables import deliveries, issues, subscribers
from digest.store.upserts import insert

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection


def fan_out(connection: Connection, edition: str, date: dt.date, now: dt.datetime) -> int:
    """Give each subscriber of an edition a delivery of the issue of a date, in one statement.

    Whoever is suppressed, or paused on that date, is counted as suppressed. Gives how many are new:
    none, when it is done again.
    """
    barred, paused = is_suppressed(), is_paused(date)
    chosen = (
        select(
            issues.c.id,
            subscribers.c.id,
            case(
                (or_(barred, paused), DeliveryState.SUPPRESSED.value),
                else_=DeliveryState.PENDING.value,
            ),
            case((barred, "suppressed"), (paused, "paused"), else_=""),
            literal(0),
            literal(""),
            bindparam("now", now, deliveries.c.at.type),
        )
        .join_from(subscribers, issues, issues.c.edition == subscribers.c.edition)
        .where(issues.c.edition == edition, issues.c.date == date)
        .where(literal(value=True))  # SQLite would take ON CONFLICT for a join's ON without it
    )
    columns = ["issue_id", "subscriber_id", "state", "detail", "attempts", "holder", "at"]
    statement = (
        insert(connection.dialect.name, deliveries)
        .from_select(columns, chosen)
        .on_conflict_do_nothing(index_elements=["issue_id", "subscriber_id"])
    )
    # SQLAlchemy forgets how many rows an insert made, unless it is asked.
    return connection.execute(statement.execution_options(preserve_rowcount=True)).rowcount


def one_at_a_time(connection: Connection) -> None:
    """Wait for other fan-outs of a warm-up, so that no two of them take the same room of a day.

    SQLite has one writer anyway. Comes before anything else is written.
    """
    connection.execute(select(issues.c.id).order_by(issues.c.id).with_for_update(key_share=True))


def warm_up(
    connection: Connection, issue: int, most: int, since: dt.datetime, now: dt.datetime
) -> int:
    """Leave so many deliveries of an issue and of all others since the day's beginning; no more.

    Who has been subscribed for longest goes first; the others are suppressed. Gives how many.
    """
    counts = deliveries.c.state != DeliveryState.SUPPRESSED.value
    others = connection.scalar(
        select(func.count()).where(deliveries.c.issue_id != issue, deliveries.c.at >= since, counts)
    )
    first = (
        select(deliveries.c.id)
        .where(deliveries.c.issue_id == issue, counts)
        .order_by(deliveries.c.subscriber_id)
        .limit(max(most - (others or 0), 0))
    )
    return connection.execute(
        update(deliveries)
        .where(deliveries.c.issue_id == issue, is_pending(), deliveries.c.id.not_in(first))
        .values(state=DeliveryState.SUPPRESSED.value, detail="warm-up", at=now)
    ).rowcount


def forget(connection: Connection, issue: int) -> None:
    """Take out all deliveries of an issue."""
    connection.execute(delete(deliveries).where(deliveries.c.issue_id == issue))


def settle(
    connection: Connection,
    issue: int,
    marks: Sequence[bytes],
    state: DeliveryState,
    detail: str,
    now: dt.datetime,
) -> int:
    """Move what nobody knows of on, all of an issue's or that of some people; give how many."""
    unknown = and_(
        deliveries.c.issue_id == issue, deliveries.c.state == DeliveryState.UNKNOWN.value
    )
    if marks:
        theirs = select(subscribers.c.id).where(subscribers.c.mark.in_(marks))
        unknown = and_(unknown, deliveries.c.subscriber_id.in_(theirs))
    return connection.execute(
        update(deliveries).where(unknown).values(state=state.value, detail=detail, at=now)
    ).rowcount


def stop_for(connection: Connection, mark: bytes, edition: str, now: dt.datetime, why: str) -> int:
    """Suppress what nobody has claimed yet of a person, in an edition or, where that is "", in all.

    Gives how many deliveries that were.
    """
    theirs = select(subscribers.c.id).where(subscribers.c.mark == mark)
    if edition:
        theirs = theirs.where(subscribers.c.edition == edition)
    waiting = [DeliveryState.PENDING.value, DeliveryState.DEFERRED.value]
    return connection.execute(
        update(deliveries)
        .where(deliveries.c.subscriber_id.in_(theirs))
        .where(deliveries.c.state.in_(waiting))
        .values(state=DeliveryState.SUPPRESSED.value, detail=why, next_at=None, at=now)
    ).rowcount


def tally(connection: Connection, issue: int) -> Tally:
    """Count an issue's deliveries by their states."""
    rows = connection.execute(
        select(
            deliveries.c.state,
            func.count(),
            func.min(deliveries.c.next_at),
            func.min(deliveries.c.lease_until),
        )
        .where(deliveries.c.issue_id == issue)
        .group_by(deliveries.c.state)
    ).all()
    due = [at for state, _, at, _ in rows if state == DeliveryState.DEFERRED.value and at]
    return Tally(
        counts={DeliveryState(state): count for state, count, _, _ in rows},
        next_at=min(due, default=None),
        lapses_at=min((until for *_, until in rows if until), default=None),
    )


def spared(connection: Connection, issue: int) -> Mapping[str, int]:
    """Count by their reason those who are not to get an issue."""
    rows = connection.execute(
        select(deliveries.c.detail, func.count())
        .where(deliveries.c.issue_id == issue)
        .where(deliveries.c.state == DeliveryState.SUPPRESSED.value)
        .group_by(deliveries.c.detail)
        .order_by(deliveries.c.detail)
    )
    return {row[0]: row[1] for row in rows}


def last_receipt(connection: Connection, issue: int) -> dt.datetime | None:
    """Give when the last of an issue's deliveries was sent."""
    last: dt.datetime | None = connection.scalar(
        select(func.max(deliveries.c.at))
        .where(deliveries.c.issue_id == issue)
        .where(deliveries.c.state == DeliveryState.SENT.value)
    )
    return last


def unfinished(
    connection: Connection, issue: int, most: int
) -> tuple[tuple[str, DeliveryState, str], ...]:
    """Name those who did not get an issue, with the state and why: the first `most` by address."""
    rows = connection.execute(
        select(subscribers.c.address, deliveries.c.state, deliveries.c.detail)
        .join_from(deliveries, subscribers, isouter=True)
        .where(deliveries.c.issue_id == issue)
        .where(deliveries.c.state.in_([DeliveryState.FAILED.value, *(one.value for one in OPEN)]))
        .order_by(subscribers.c.address, deliveries.c.id)
        .limit(most)
    )
    return tuple((row[0] or "(erased)", DeliveryState(row[1]), row[2]) for row in rows)


def end_send(connection: Connection, issue: int) -> bool:
    """Move an issue that is being sent on to sent, or note what is open; say whether that is news.

    Its time stays that at which the send began.
    """
    now = tally(connection, issue)
    note = f"{now.open} of {now.candidates} deliveries have yet to end" if now.open else ""
    state = IssueState.SENDING if now.open else IssueState.SENT
    ended = {} if now.open else {"paused": ""}  # nothing is left that could wait
    moved = connection.execute(
        update(issues)
        .where(issues.c.id == issue, issues.c.state == IssueState.SENDING.value)
        .where(or_(issues.c.state != state.value, issues.c.note != note))
        .values(state=state.value, note=note, **ended)
    )
    return moved.rowcount == 1
