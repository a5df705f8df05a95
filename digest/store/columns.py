"""Column types that mean the same on SQLite and on PostgreSQL."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from sqlalchemy import DateTime, Text, TypeDecorator

if TYPE_CHECKING:
    from sqlalchemy import Dialect


class UtcDateTime(TypeDecorator[dt.datetime]):
    """An aware moment, kept and given in UTC, to the microsecond.

    SQLite keeps it as text of one width, so that the order of the texts is the order in time.
    Refuses a time without a zone.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:  # noqa: ARG002  the signature is SQLAlchemy's
        """Turn an aware time into UTC. Raises ValueError for one without a zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no zone: every time in the store is aware")
        return value.astimezone(dt.UTC)

    def process_result_value(
        self,
        value: dt.datetime | None,
        dialect: Dialect,  # noqa: ARG002  the signature is SQLAlchemy's
    ) -> dt.datetime | None:
        """Give back the zone: SQLite keeps none, PostgreSQL answers in the session's."""
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


class PlainText(TypeDecorator[str]):
    """Text in the order of its code points, whatever the database's locale.

    NUL, which PostgreSQL refuses, and lone surrogates, which UTF-8 has not, are dropped: a feed
    may hold them, and no feed may stop an issue.
    """

    impl = Text().with_variant(Text(collation="C"), "postgresql")
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002  the signature is SQLAlchemy's
        """Drop what a database cannot hold."""
        if value is None or value.isprintable():  # which NUL and surrogates are not
            return value
        return value.replace("\0", "").encode("utf-8", "ignore").decode("utf-8")


class Lines(TypeDecorator[tuple[str, ...]]):
    """Texts of one line each, kept as one text, so that rows can be grouped by them."""

    impl = PlainText
    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, dialect: Dialect) -> str:  # noqa: ARG002  the signature is SQLAlchemy's
        """Put the texts below each other."""
        return "\n".join(value or ())

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[str, ...]:  # noqa: ARG002  likewise
        """Part them again."""
        return tuple(value.split("\n")) if value else ()
