"""Alerts: what the editors were told of an issue, so that nobody is told the same twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, func, select, update

from digest.alerts import Alert, AlertKind
from digest.store.tables import alerts
from digest.store.upserts import insert

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy import ColumnElement, Connection

MOST = 5  # of a kind about an issue: words that change at every try must not fill a mailbox


def write_alert(connection: Connection, alert: Alert) -> None:
    """Keep an alert, unless these very words are kept, or enough of the kind are."""
    of_kind = select(func.count()).where(
        alerts.c.edition == alert.edition,
        alerts.c.date == alert.date,
        alerts.c.kind == alert.kind.value,
    )
    if (connection.scalar(of_kind) or 0) >= MOST:
        return
    added = insert(connection.dialect.name, alerts).on_conflict_do_nothing()
    row = {
        "edition": alert.edition,
        "date": alert.date,
        "kind": alert.kind.value,
        "sha256": alert.sha256,
        "what": alert.what,
        "hint": alert.hint,
        "at": alert.at,
    }
    connection.execute(added.values(row))


def read_unsent(connection: Connection, edition: str, since: dt.datetime) -> tuple[Alert, ...]:
    """Give the alerts from `since` on that nobody took yet, oldest first."""
    rows = connection.execute(
        select(alerts)
        .where(alerts.c.edition == edition, alerts.c.at >= since, alerts.c.sent_at.is_(None))
        .order_by(alerts.c.at, alerts.c.kind, alerts.c.sha256)
    )
    return tuple(
        Alert(
            kind=AlertKind(row.kind),
            edition=row.edition,
            date=row.date,
            what=row.what,
            hint=row.hint,
            at=row.at,
        )
        for row in rows
    )


def write_told(connection: Connection, alert: Alert, now: dt.datetime) -> None:
    """Note that the editors have an alert."""
    connection.execute(update(alerts).where(_is(alert)).values(sent_at=now))


def _is(alert: Alert) -> ColumnElement[bool]:
    return and_(
        alerts.c.edition == alert.edition,
        alerts.c.date == alert.date,
        alerts.c.kind == alert.kind.value,
        alerts.c.sha256 == alert.sha256,
    )
