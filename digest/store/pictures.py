"""Pictures made ready for a place on a page, with their bytes, for as long as issues want them."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from sqlalchemy import and_, delete, or_, select, update

from digest.picture import Picture
from digest.store.articles import batches
from digest.store.tables import pictures
from digest.store.upserts import upsert

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from sqlalchemy import Connection

_FACTS = [pictures.c[field.name] for field in fields(Picture)]


def write_picture(connection: Connection, picture: Picture, data: bytes, now: dt.datetime) -> None:
    """Keep a picture, in place of what is kept of its address and shape."""
    facts = {field.name: getattr(picture, field.name) for field in fields(Picture)}
    row = {**facts, "data": data, "fetched_at": now, "used_at": now}
    connection.execute(upsert(connection, pictures), row)


def read_pictures(connection: Connection, urls: Iterable[str]) -> tuple[Picture, ...]:
    """Give the pictures of these addresses, without their bytes, by address and shape."""
    found = [
        Picture(**row._mapping)  # noqa: SLF001  SQLAlchemy's public name for a row's dict
        for batch in batches(sorted(set(urls)))
        for row in connection.execute(select(*_FACTS).where(pictures.c.url.in_(batch)))
    ]
    return tuple(sorted(found, key=lambda picture: (picture.url, picture.shape)))


def read_picture_data(connection: Connection, picture: Picture) -> bytes | None:
    """Give the bytes of this very picture: there may be newer ones of its address."""
    this = and_(
        pictures.c.url == picture.url,
        pictures.c.shape == picture.shape,
        pictures.c.sha256 == picture.sha256,
    )
    return connection.scalar(select(pictures.c.data).where(this))


def use_pictures(
    connection: Connection, wanted: Iterable[tuple[str, str]], now: dt.datetime
) -> None:
    """Note that these are wanted, by address and shape."""
    for url, shape in sorted(wanted):
        this = (pictures.c.url == url, pictures.c.shape == shape, pictures.c.used_at < now)
        connection.execute(update(pictures).where(*this).values(used_at=now))


def forget_pictures(
    connection: Connection, unused_since: dt.datetime, faulty_before: dt.datetime
) -> None:
    """Forget what nobody has wanted since then, and faults that were found before then."""
    faulty = and_(pictures.c.fault != "", pictures.c.fetched_at < faulty_before)
    connection.execute(delete(pictures).where(or_(pictures.c.used_at < unused_since, faulty)))
