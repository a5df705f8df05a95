"""Clicks: how often a page was opened from an issue, by the hour, and nothing about who did it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, or_, select

from digest.model import IssueState
from digest.store.tables import clicks, issues, placements
from digest.store.upserts import insert

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from sqlalchemy import Connection

_OUT = (IssueState.SENDING.value, IssueState.SENT.value)  # readers have it, or some do


def add_click(
    connection: Connection, edition: str, date: dt.date, url: str, now: dt.datetime
) -> None:
    """Count one click, in the hour of `now`."""
    statement = insert(connection.dialect.name, clicks)
    hour = now.replace(minute=0, second=0, microsecond=0)
    row = {"edition": edition, "date": date, "url": url, "hour": hour, "count": 1}
    more = {"count": clicks.c.count + 1}
    connection.execute(
        statement.on_conflict_do_update(index_elements=list(clicks.primary_key), set_=more), row
    )


def read_clicks(
    connection: Connection, edition: str, since: dt.datetime, until: dt.datetime
) -> Mapping[str, int]:
    """Give the clicks of the hours that began in (since, until], by URL, sorted by it."""
    rows = connection.execute(
        select(clicks.c.url, func.sum(clicks.c.count).label("total"))
        .where(clicks.c.edition == edition, clicks.c.hour > since, clicks.c.hour <= until)
        .group_by(clicks.c.url)
        .order_by(clicks.c.url)
    )
    return {row.url: int(row.total) for row in rows}


def read_target(connection: Connection, edition: str, date: dt.date, number: int) -> str | None:
    """Give where the link to a placement leads, of an issue that left the house, or did in part.

    `number` counts the placements in reading order, from 0. None where readers have no such link.
    """
    row = connection.execute(
        select(placements.c.url)
        .join(issues, issues.c.id == placements.c.issue_id)
        .where(issues.c.edition == edition, issues.c.date == date)
        .where(or_(issues.c.state.in_(_OUT), issues.c.begun))
        .where(placements.c.position == number)
    ).first()
    return row.url if row else None
