"""What was looked up beyond the sources: articles' pages, and what pictures really are."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from digest.model import Image, Probe
from digest.store.articles import batches, image_row
from digest.store.tables import pages, probes
from digest.store.upserts import upsert

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

    from digest.model import Article


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What an article's page added to it; what it did not is empty or None."""

    summary: str
    body: tuple[str, ...]
    image: Image | None


def write_page(connection: Connection, article: Article, now: dt.datetime) -> None:
    """Keep an article as its page completed it."""
    connection.execute(
        upsert(connection, pages),
        {
            "url": article.url,
            "read_at": now,
            "summary": article.summary,
            "body": list(article.body),
            "image": image_row(article.image),
        },
    )


def read_pages(connection: Connection, urls: Sequence[str]) -> Mapping[str, Page]:
    """Give the pages of these addresses, as far as they were read."""
    return {
        row.url: Page(
            summary=row.summary,
            body=tuple(row.body),
            image=Image(**row.image) if row.image else None,
        )
        for batch in batches(urls)
        for row in connection.execute(select(pages).where(pages.c.url.in_(batch)))
    }


def write_probe(connection: Connection, probe: Probe) -> None:
    """Keep what a picture is."""
    row = {field.name: getattr(probe, field.name) for field in fields(Probe)}
    connection.execute(upsert(connection, probes), row)


def read_probes(connection: Connection, urls: Sequence[str]) -> Mapping[str, Probe]:
    """Give the probes of these addresses, as far as there are some."""
    return {
        row.url: Probe(**row._mapping)  # noqa: SLF001  SQLAlchemy's public name for a row's dict
        for batch in batches(urls)
        for row in connection.execute(select(probes).where(probes.c.url.in_(batch)))
    }


def forget_faults(connection: Connection, before: dt.datetime) -> None:
    """Forget the pictures that were found faulty before then."""
    old = (probes.c.fault != "", probes.c.checked_at < before)
    connection.execute(delete(probes).where(*old))
