"""Readings and weather: what outside counters said, as often as they said it.

Earlier ones stay, so that an issue can be built again as of its cutoff.
"""

from __future__ import annotations

from dataclasses import fields
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from digest.model import Reading, Report
from digest.store.tables import readings, reports
from digest.store.upserts import upsert

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from sqlalchemy import Connection, RowMapping, Select


def add_readings(
    connection: Connection,
    edition: str,
    provider: str,
    given: Sequence[Reading],
    now: dt.datetime,
) -> None:
    """Keep what a provider counted; one of the same URL and time replaces the earlier."""
    rows = [
        {
            "edition": edition,
            "provider": provider,
            "url": reading.url,
            "as_of": reading.as_of,
            "count": reading.count,
            "unit": reading.unit,
            "hours": reading.hours,
            "taken_at": now,
        }
        for reading in given
    ]
    if rows:
        connection.execute(upsert(connection, readings), rows)


def read_readings(
    connection: Connection, edition: str, since: dt.datetime, until: dt.datetime
) -> dict[str, tuple[Reading, ...]]:
    """Give each provider's newest reading of each URL in (since, until].

    Providers and URLs are in alphabetical order.
    """
    rows = connection.execute(readings_query(edition, since, until)).mappings()
    # The last of a page is its newest. (A database that is asked for it reads all there ever were.)
    newest = {(row["provider"], row["url"]): row for row in rows}
    return {
        provider: tuple(_reading(newest[key]) for key in group)
        for provider, group in groupby(sorted(newest), key=itemgetter(0))
    }


def readings_query(edition: str, since: dt.datetime, until: dt.datetime) -> Select[Any]:
    """Select an edition's readings in (since, until], the oldest first."""
    return (
        select(readings)
        .where(readings.c.edition == edition, readings.c.as_of > since, readings.c.as_of <= until)
        .order_by(readings.c.as_of)
    )


def add_report(connection: Connection, edition: str, report: Report) -> None:
    """Keep a weather report; one of the same time replaces the earlier."""
    connection.execute(
        upsert(connection, reports),
        {
            "edition": edition,
            "as_of": report.as_of,
            "temperature_c": report.temperature_c,
            "condition": report.condition,
        },
    )


def read_report(connection: Connection, edition: str, until: dt.datetime) -> Report | None:
    """Give the newest weather report not after `until`."""
    row = connection.execute(
        select(reports)
        .where(reports.c.edition == edition, reports.c.as_of <= until)
        .order_by(reports.c.as_of.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    return Report(temperature_c=row.temperature_c, as_of=row.as_of, condition=row.condition)


def _reading(row: RowMapping) -> Reading:
    return Reading(**{field.name: row[field.name] for field in fields(Reading)})
