"""Claims: which sender has which deliveries in hand, for as long as a lease, and what it leaves.

On PostgreSQL senders skip what another one is claiming.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Integer, and_, bindparam, case, or_, select, update

from digest.ledger import IN_DOUBT, Claim, DeliveryState
from digest.outgoing import Subscriber
from digest.store.suppressions import is_suppressed
from digest.store.tables import deliveries, issues, subscribers

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement, Connection, Row
    from sqlalchemy.sql.dml import ReturningUpdate


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


def is_pending() -> ColumnElement[bool]:
    """Give the condition that nobody has taken a delivery up."""
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
_TAKE_PENDING = _taking(is_pending())
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
        .where(or_(is_pending(), deliveries.c.state == DeliveryState.DEFERRED.value))
        .values(state=DeliveryState.SUPPRESSED.value, detail="erased", next_at=None, at=now)
    )
    return (again + in_doubt, 0) if resend else (again, in_doubt)
