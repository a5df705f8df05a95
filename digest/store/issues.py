"""Issues: the ledger of one issue an edition and a date, and what stood in each."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select, update

from digest.model import IssueState, Past
from digest.store.records import IssueRecord
from digest.store.tables import issues, placements
from digest.store.upserts import upsert

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from sqlalchemy import Connection, RowMapping, Select

_CAME = (IssueState.APPROVED, IssueState.SENDING, IssueState.SENT)  # readers have seen, or will


def write_issue(connection: Connection, record: IssueRecord, placed: Sequence[Past]) -> None:
    """Save an issue and its placements, in reading order, replacing what was saved for its day."""
    row = asdict(record) | {"state": record.state.value}
    connection.execute(upsert(connection, issues, keys=("edition", "date")), row)
    number = connection.scalar(_of_day(select(issues.c.id), record.edition, record.date))
    connection.execute(delete(placements).where(placements.c.issue_id == number))
    if rows := [
        {
            "issue_id": number,
            "position": position,
            "slot": past.slot,
            "url": past.url,
            "story": past.story,
            "title": past.title,
            "began": past.began,
            "others": list(past.others),
        }
        for position, past in enumerate(placed)
    ]:
        connection.execute(placements.insert(), rows)


def read_issue(connection: Connection, edition: str, date: dt.date) -> IssueRecord | None:
    """Give the issue of a day, if there is one."""
    row = connection.execute(_of_day(select(issues), edition, date)).mappings().first()
    return _record(row) if row else None


def read_issues(connection: Connection, edition: str | None) -> tuple[IssueRecord, ...]:
    """Give the issues of one edition or of all, newest first, ties by edition."""
    query = select(issues).order_by(issues.c.date.desc(), issues.c.edition)
    if edition is not None:
        query = query.where(issues.c.edition == edition)
    return tuple(_record(row) for row in connection.execute(query).mappings())


def write_state(
    connection: Connection,
    edition: str,
    date: dt.date,
    state: IssueState,
    *,
    now: dt.datetime,
    note: str,
    begun: bool,
) -> bool:
    """Move an issue into a state; say whether there is such an issue.

    Once a send of it has begun, that is never forgotten; that it is paused is, when it ends.
    """
    moved = connection.execute(
        update(issues)
        .where(issues.c.edition == edition, issues.c.date == date)
        .values(
            state=state.value,
            state_at=now,
            note=note,
            **({"begun": True} if begun else {}),
            **({} if state is IssueState.SENDING else {"paused": ""}),
        )
    )
    return moved.rowcount == 1


def write_approval(
    connection: Connection, edition: str, date: dt.date, now: dt.datetime, by: str, sha256: str
) -> bool:
    """Approve what an issue's manifest vouches for; say whether there is such an issue."""
    moved = connection.execute(
        update(issues)
        .where(issues.c.edition == edition, issues.c.date == date)
        .values(
            state=IssueState.APPROVED.value,
            state_at=now,
            note="",
            approved_by=by,
            approved_at=now,
            approved_sha256=sha256,
        )
    )
    return moved.rowcount == 1


def void_approval(connection: Connection, edition: str, date: dt.date) -> None:
    """Forget that an issue was approved."""
    connection.execute(
        update(issues)
        .where(issues.c.edition == edition, issues.c.date == date)
        .values(approved_by="", approved_at=None, approved_sha256="")
    )


def write_pause(connection: Connection, edition: str, date: dt.date, why: str) -> bool:
    """Pause the send of an issue, or let it go on where `why` is ""; say whether one is on."""
    noted = connection.execute(
        update(issues)
        .where(issues.c.edition == edition, issues.c.date == date)
        .where(issues.c.state == IssueState.SENDING.value)
        .values(paused=why)
    )
    return noted.rowcount == 1


def read_past(
    connection: Connection, edition: str, before: dt.date, number: int
) -> tuple[Past, ...]:
    """Give the placements of the last issues, newest issue first, each in reading order."""
    rows = connection.execute(
        select(issues.c.date, issues.c.cutoff, placements)
        .join(issues, issues.c.id == placements.c.issue_id)
        .where(issues.c.id.in_(last_issues(edition, before, number)))
        .order_by(issues.c.date.desc(), placements.c.position)
    )
    return tuple(
        Past(
            date=row.date,
            cutoff=row.cutoff,
            slot=row.slot,
            url=row.url,
            story=row.story,
            title=row.title,
            began=row.began,
            others=tuple(row.others),
        )
        for row in rows
    )


def read_last_cutoff(connection: Connection, edition: str, before: dt.date) -> dt.datetime | None:
    """Give the cutoff of the newest issue sent before a day, be it to most of its readers."""
    cutoff: dt.datetime | None = connection.scalar(
        select(issues.c.cutoff)
        .where(issues.c.edition == edition, issues.c.date < before)
        .where(issues.c.state.in_([IssueState.SENT.value, IssueState.SENDING.value]))
        .order_by(issues.c.date.desc())
        .limit(1)
    )
    return cutoff


def last_issues(edition: str, before: dt.date, number: int) -> Select[tuple[int]]:
    """Select the ids of the last issues before a day that readers saw, or still may."""
    return (
        select(issues.c.id)
        .where(issues.c.edition == edition, issues.c.date < before)
        .where(issues.c.state.in_([state.value for state in _CAME]))
        .order_by(issues.c.date.desc())
        .limit(number)
    )


def _of_day(query: Select[Any], edition: str, date: dt.date) -> Select[Any]:
    return query.where(issues.c.edition == edition, issues.c.date == date)


def _record(row: RowMapping) -> IssueRecord:
    columns = {name: value for name, value in row.items() if name != "id"}
    return IssueRecord(**columns | {"state": IssueState(row["state"])})
