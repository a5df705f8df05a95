"""Bounces: what came back, by the mark of whom it is about. No address stands here."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from sqlalchemy import or_, select

from digest.answers import Grade
from digest.model import IssueState
from digest.store.database import Database
from digest.store.tables import bounces, issues
from digest.store.upserts import insert

if TYPE_CHECKING:
    import datetime as dt

    from digest.answers import Bounce

_OUT = (IssueState.SENDING.value, IssueState.SENT.value)


class BounceStore(Database):
    """What came back of which issue; `Store` tells how its methods work."""

    def add_bounce(self, bounce: Bounce) -> None:
        """Keep what an answer says about somebody; the same once more changes nothing."""
        row = asdict(bounce) | {"grade": bounce.grade.value}
        with self._writing() as connection:
            statement = insert(connection.dialect.name, bounces)
            connection.execute(statement.on_conflict_do_nothing(), row)

    def has_bounce(self, answer: str, mark: bytes) -> bool:
        """Whether an answer about somebody is kept, by its name."""
        query = select(bounces.c.mark).where(bounces.c.answer == answer, bounces.c.mark == mark)
        with self._reading() as connection:
            return connection.execute(query).first() is not None

    def bounced_dates(self, mark: bytes, edition: str, since: dt.date) -> frozenset[dt.date]:
        """Give the dates of the issues, from `since` on, that provenly did not arrive."""
        query = select(bounces.c.date).where(
            bounces.c.mark == mark,
            bounces.c.edition == edition,
            bounces.c.date >= since,
            bounces.c.proven,
            bounces.c.grade != Grade.COMPLAINT.value,
        )
        with self._reading() as connection:
            return frozenset(connection.scalars(query))

    def sent_dates(self, edition: str, since: dt.date) -> frozenset[dt.date]:
        """Give the dates of the issues, from `since` on, that left the house, or did in part."""
        query = select(issues.c.date).where(
            issues.c.edition == edition,
            issues.c.date >= since,
            or_(issues.c.state.in_(_OUT), issues.c.begun),
        )
        with self._reading() as connection:
            return frozenset(connection.scalars(query))
