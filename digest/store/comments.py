"""Comments: add what a pull brought, give what editors may choose from.

Identity is (source, guid). Lists come newest first, ties by (source, guid).
"""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select

from digest.comment import Comment
from digest.store.articles import batches
from digest.store.columns import PlainText
from digest.store.tables import comments
from digest.store.upserts import upsert

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from sqlalchemy import Connection

_FIELDS = tuple(field.name for field in fields(Comment))
_TEXT = PlainText()
_KNOWN = select(comments.c.guid, comments.c.first_seen).where(
    comments.c.source == bindparam("source"),
    comments.c.guid.in_(bindparam("guids", expanding=True)),
)


def add_comments(connection: Connection, source: str, given: Sequence[Comment]) -> int:
    """Store the comments of a feed; give how many are new.

    A known one keeps the earliest `first_seen`, and is else as the feed has it now. Where a feed
    repeats a guid, its first comment counts.
    """
    rows = {}
    for comment in reversed(given):
        guid = _TEXT.process_bind_param(comment.guid, connection.dialect) or ""
        rows[guid] = _row(comment) | {"source": source, "guid": guid}
    new = 0
    for batch in batches(rows):
        found = connection.execute(_KNOWN, {"source": source, "guids": batch})
        known = {row.guid: row.first_seen for row in found}
        for guid, first_seen in known.items():
            rows[guid]["first_seen"] = min(first_seen, rows[guid]["first_seen"])
        connection.execute(upsert(connection, comments), [rows[guid] for guid in batch])
        new += len(batch) - len(known)
    return new


def read_comments(
    connection: Connection,
    sources: Sequence[str],
    since: dt.datetime,
    until: dt.datetime | None,
    known_by: dt.datetime,
) -> tuple[Comment, ...]:
    """Give the comments of the feeds, dated in (since, until] and seen by `known_by`.

    Without `until`, those dated later count as well.
    """
    query = select(comments).where(
        comments.c.source.in_(sources),
        comments.c.dated > since,
        comments.c.first_seen <= known_by,
    )
    if until is not None:
        query = query.where(comments.c.dated <= until)
    order = (comments.c.dated.desc(), comments.c.source, comments.c.guid)
    rows = connection.execute(query.order_by(*order)).mappings()
    return tuple(Comment(**{name: row[name] for name in _FIELDS}) for row in rows)


def _row(comment: Comment) -> dict[str, object]:
    return {name: getattr(comment, name) for name in _FIELDS} | {"dated": comment.dated}
