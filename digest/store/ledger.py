"""Deliveries: the ledger of one email an issue and a subscriber.

The same statements run on SQLite, one writer at a time, and on PostgreSQL, where senders skip what
another one is claiming.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    Integer,
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

from digest.ledger import IN_DOUBT, OPEN, Claim, DeliveryState, Tally
from digest.model import IssueState
from digest.outgoing import Subscriber
from digest.store.subscribers import is_paused
from digest.store.suppressions import is_suppressed
from digest.store.tables import deliveries, issues, subscribers
from digest.store.upserts import insert

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from sqlalchemy import ColumnElement, Connection, Row
    from sqlalchemy.sql.dml import ReturningUpdate


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
        .where(deliveries.c.issue_id == issue, _is_pending(), deliveries.c.id.not_in(first))
        .values(state=DeliveryState.SUPPRESSED.value, detail="warm-up", at=now)
    ).rowcount


def forget(connection: Connection, issue: int) -> None:
    """Take out all deliveries of an issue."""
    connection.execute(delete(deliveries).where(deliveries.c.issue_id == issue))


def claim(
    connection: Connection,
    issue: int,
    holder: str,
    most: int,
    *,
    now: dt.datetime,
    until: dt.datetime,
) -> tuple[Claim, ...]:
    """Take up to `most` deliveries that wait, until a lease runs out; in order of their ids.

    Whoever was suppressed since the fan-out is noted as such, and is not among them. Of an issue
    whose send is paused nobody is taken.
    """
    if connection.scalar(_PAUSED, {"issue": issue}):
        return ()
    told = {"issue": issue, "by": holder, "now": now, "until": until}
    while True:
        taken = list(connection.execute(_TAKE_PENDING, told | {"most": most}).scalars())
        if len(taken) < most:
            left = most - len(taken)
            taken += connection.execute(_TAKE_DUE, told | {"most": left}).scalars()
        rows = connection.execute(_READ_TAKEN, {"ids": taken}).all()
        _bar(connection, [row.id for row in rows if row.barred], now)
        if not taken or not all(row.barred for row in rows):
            return tuple(_claim(row) for row in rows if not row.barred)


def _is_pending() -> ColumnElement[bool]:
    return deliveries.c.state == DeliveryState.PENDING.value


def _taking(waiting: ColumnElement[bool]) -> ReturningUpdate[int]:
    """Make the statement that takes what waits in one way: by the index of states, unsorted."""
    due = (
        select(deliveries.c.id)
        .where(deliveries.c.issue_id == bindparam("issue"), waiting)
        .where(deliveries.c.subscriber_id.is_not(None))
        .order_by(deliveries.c.id)
        .limit(bindparam("most", type_=Integer))
        .with_for_update(skip_locked=True)
        .cte("due")  # which PostgreSQL evaluates once, since it locks
    )
    return (
        update(deliveries)
        .where(deliveries.c.id.in_(select(due.c.id)))
        .values(
            state=DeliveryState.CLAIMED.value,
            holder=bindparam("by"),
            lease_until=bindparam("until"),
            attempts=deliveries.c.attempts + 1,
            at=bindparam("now"),
        )
        .returning(deliveries.c.id)
    )


# Made once: to make such a statement takes longer than to run it.
_PAUSED = select(issues.c.paused).where(issues.c.id == bindparam("issue"))
_TAKE_PENDING = _taking(_is_pending())
_TAKE_DUE = _taking(
    and_(
        deliveries.c.state == DeliveryState.DEFERRED.value,
        deliveries.c.next_at <= bindparam("now", type_=deliveries.c.at.type),
    )
)
_READ_TAKEN = (
    select(
        deliveries.c.id,
        deliveries.c.attempts,
        deliveries.c.detail,
        subscribers.c.mark,
        subscribers.c.address,
        subscribers.c.name,
        subscribers.c.language,
        subscribers.c.sections,
        subscribers.c.paused_until,
        is_suppressed().label("barred"),
    )
    .join(subscribers, subscribers.c.id == deliveries.c.subscriber_id)
    .where(deliveries.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(deliveries.c.id)
)


def _bar(connection: Connection, ids: Sequence[int], now: dt.datetime) -> None:
    """Note whose delivery was taken and may not be sent any more."""
    if not ids:
        return
    connection.execute(
        update(deliveries)
        .where(deliveries.c.id.in_(ids))
        .values(
            state=DeliveryState.SUPPRESSED.value,
            detail="suppressed",
            holder="",
            lease_until=None,
            next_at=None,
            at=now,
        )
    )


def _claim(row: Row[*tuple[Any, ...]]) -> Claim:
    number, attempts, before, mark, address, name, language, sections, paused_until, _ = row
    return Claim(
        id=number,
        attempts=attempts,
        before=before,
        mark=mark,
        subscriber=Subscriber(
            address=address,
            name=name,
            language=language,
            sections=sections,
            paused_until=paused_until,
        ),
    )


def give_back(connection: Connection, ids: Sequence[int], holder: str, now: dt.datetime) -> None:
    """Let others have what never left; that was no attempt."""
    connection.execute(
        update(deliveries)
        .where(deliveries.c.id.in_(ids), deliveries.c.holder == holder)
        .where(deliveries.c.state.in_([DeliveryState.CLAIMED.value, DeliveryState.SENDING.value]))
        .values(
            state=DeliveryState.PENDING.value,
            attempts=deliveries.c.attempts - 1,
            holder="",
            lease_until=None,
            at=now,
        )
    )


def take_back(
    connection: Connection, issue: int, now: dt.datetime, *, resend: bool
) -> tuple[int, int]:
    """Take back what dead senders hold: give how many wait again, and how many nobody knows of.

    What was only claimed waits again. What may have left does too where it is to be sent again, and
    is for a person to decide where not. Whoever was erased meanwhile waits no more.
    """
    lapsed = and_(deliveries.c.issue_id == issue, deliveries.c.lease_until <= now)
    freed = {"holder": "", "lease_until": None, "at": now}
    again = connection.execute(
        update(deliveries)
        .where(lapsed, deliveries.c.state == DeliveryState.CLAIMED.value)
        .values(state=DeliveryState.PENDING.value, **freed)
    ).rowcount
    unsent = DeliveryState.PENDING if resend else DeliveryState.UNKNOWN
    # A doubt before this one stays told: a second receipt that never comes is for a person, however
    # many senders died in between.
    doubted = deliveries.c.detail.startswith(IN_DOUBT)
    told = case((doubted, deliveries.c.detail), else_="a sender died while sending it")
    in_doubt = connection.execute(
        update(deliveries)
        .where(lapsed, deliveries.c.state == DeliveryState.SENDING.value)
        .values(state=unsent.value, detail=told, **freed)
    ).rowcount
    connection.execute(
        update(deliveries)
        .where(deliveries.c.issue_id == issue, deliveries.c.subscriber_id.is_(None))
        .where(or_(_is_pending(), deliveries.c.state == DeliveryState.DEFERRED.value))
        .values(state=DeliveryState.SUPPRESSED.value, detail="erased", next_at=None, at=now)
    )
    return (again + in_doubt, 0) if resend else (again, in_doubt)


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
