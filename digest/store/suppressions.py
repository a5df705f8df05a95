"""Suppressions: who is not to be written to, known by the salted hash of their address alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, delete, exists, or_, select

from digest.store.tables import subscribers, suppressions
from digest.store.upserts import insert
from digest.subscribers import EVERY_EDITION, Reason, Suppression

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import ColumnElement, Connection


def is_suppressed() -> ColumnElement[bool]:
    """Give the condition that a row of `subscribers` is suppressed, for its edition or for all."""
    return exists().where(
        suppressions.c.mark == subscribers.c.mark,
        or_(
            suppressions.c.edition == subscribers.c.edition, suppressions.c.edition == EVERY_EDITION
        ),
    )


def write_suppression(connection: Connection, given: Suppression) -> bool:
    """Suppress an address; say whether that changed anything.

    What is suppressed already stays as it is, unless the new reason is graver.
    """
    statement = insert(connection.dialect.name, suppressions).values(
        mark=given.mark,
        edition=given.edition,
        reason=given.reason.value,
        since=given.since,
        note=given.note,
    )
    fresh = {name: statement.excluded[name] for name in ("reason", "since", "note")}
    kept = [reason.value for reason in given.reason.as_grave]
    written = connection.execute(
        statement.on_conflict_do_update(
            index_elements=["mark", "edition"],
            set_=fresh,
            where=suppressions.c.reason.not_in(kept),
        ).returning(suppressions.c.mark)
    )
    return written.first() is not None


def read_suppressions(connection: Connection, mark: bytes) -> tuple[Suppression, ...]:
    """Give all suppressions of an address, those of every edition first, then by edition."""
    query = select(suppressions).where(suppressions.c.mark == mark).order_by(suppressions.c.edition)
    return tuple(
        Suppression(
            mark=row.mark,
            edition=row.edition,
            reason=Reason(row.reason),
            since=row.since,
            note=row.note,
        )
        for row in connection.execute(query)
    )


def read_reasons(
    connection: Connection, edition: str, marks: Sequence[bytes]
) -> dict[bytes, Reason]:
    """Give why addresses are suppressed for an edition, as far as they are: the gravest reason."""
    rows = connection.execute(
        select(suppressions.c.mark, suppressions.c.reason).where(
            suppressions.c.mark.in_(marks), suppressions.c.edition.in_([edition, EVERY_EDITION])
        )
    )
    order = list(Reason)
    found = sorted(
        ((row.mark, Reason(row.reason)) for row in rows), key=lambda o: order.index(o[1])
    )
    return dict(found)


def lift_suppressions(
    connection: Connection, mark: bytes, edition: str, editions: Iterable[str]
) -> None:
    """Let an edition be sent to an address again.

    What somebody said of every edition still holds for the other `editions`, and for those that
    they ever subscribed to; that a mailbox is not there holds for none, once it proves to be.
    """
    of_all = and_(suppressions.c.mark == mark, suppressions.c.edition == EVERY_EDITION)
    row = connection.execute(select(suppressions).where(of_all)).first()
    if row and not Reason(row.reason).of_mailbox:
        known = select(subscribers.c.edition).where(subscribers.c.mark == mark)
        others = {*editions, *connection.scalars(known)} - {edition}
        for other in sorted(others):
            kept = Suppression(
                mark=mark, edition=other, reason=Reason(row.reason), since=row.since, note=row.note
            )
            write_suppression(connection, kept)
    here = suppressions.c.edition.in_([edition, EVERY_EDITION])
    connection.execute(delete(suppressions).where(suppressions.c.mark == mark, here))


def forget_suppressions(connection: Connection, mark: bytes) -> None:
    """Take out all suppressions of an address, for one that says it all is to follow."""
    connection.execute(delete(suppressions).where(suppressions.c.mark == mark))
