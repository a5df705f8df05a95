"""Articles: add what a pull brought, give what an issue may choose from.

Identity is (source, guid); the URL is never a key. Lists come newest first, ties by (source,
guid).
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import bindparam, select

from digest.model import Article, DateDoubt, Image
from digest.store.columns import PlainText
from digest.store.tables import articles
from digest.store.upserts import upsert
from digest.urls import canonical_url

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import Connection, Row, Select

T = TypeVar("T")

BATCH = 500  # rows asked for at once: well below every database's limit on bound values

_NEWEST_FIRST = (articles.c.dated.desc(), articles.c.source, articles.c.guid)

# Made once: to SQLAlchemy, making a statement and finding it in its cache is most of a pull's cost.
_KNOWN = select(articles).where(
    articles.c.source == bindparam("source"),
    articles.c.guid.in_(bindparam("guids", expanding=True)),
)
_INSERT = articles.insert()
_TEXT = PlainText()


def add_articles(connection: Connection, source: str, given: Sequence[Article]) -> int:
    """Store the source's articles; give how many are new.

    A known article keeps the earliest `first_seen`, and is written only where it changed. Where a
    feed repeats a guid, its first article counts.
    """
    storable = [_storable(connection, article) for article in reversed(given)]
    by_guid = {article.guid: article for article in storable}
    return sum(_add_batch(connection, source, batch) for batch in batches(by_guid.values()))


def window_query(
    sources: Sequence[str],
    since: dt.datetime,
    until: dt.datetime,
    *,
    known_by: dt.datetime,
    new_since: dt.datetime | None = None,
) -> Select[Any]:
    """Select the articles of the sources, dated in (since, until] and seen by `known_by`.

    With `new_since`, only those first seen after it.
    """
    query = select(articles).where(
        articles.c.source.in_(sources),
        articles.c.dated > since,
        articles.c.dated <= until,
        articles.c.first_seen <= known_by,
    )
    if new_since is not None:
        query = query.where(articles.c.first_seen > new_since)
    return query.order_by(*_NEWEST_FIRST)


def window_urls_query(
    sources: Sequence[str], since: dt.datetime, until: dt.datetime, *, known_by: dt.datetime
) -> Select[Any]:
    """Select the addresses of what `window_query` selects, each once, in any order."""
    window = window_query(sources, since, until, known_by=known_by).order_by(None)
    return window.with_only_columns(articles.c.url).distinct()


def headlines_query(until: dt.datetime, limit: int) -> Select[tuple[str, str]]:
    """Select title and language of the newest articles of all sources."""
    return (
        select(articles.c.title, articles.c.language)
        .where(articles.c.dated <= until, articles.c.first_seen <= until)
        .order_by(*_NEWEST_FIRST)
        .limit(limit)
    )


def pages_query(urls: Sequence[str]) -> Select[Any]:
    """Select the articles that have one of these addresses."""
    return select(articles).where(articles.c.url.in_(urls))


def read_window_at(
    connection: Connection, urls: Iterable[str], window: Select[Any], addresses: Select[Any]
) -> tuple[Article, ...]:
    """Give the articles of a window that have one of the addresses, in whatever spelling.

    `addresses` selects those of the window; the articles come newest first, ties by (source, guid).
    """
    wanted = {canonical_url(url) for url in urls}
    found = [row.url for row in connection.execute(addresses) if canonical_url(row.url) in wanted]
    rows = [
        article
        for batch in batches(sorted(found))
        for article in read_articles(connection, window.where(articles.c.url.in_(batch)))
    ]
    return tuple(sorted(rows, key=lambda a: (-a.dated.timestamp(), a.source, a.guid)))


def read_articles(connection: Connection, query: Select[Any]) -> tuple[Article, ...]:
    """Give the articles that a query selects, in its order."""
    return tuple(_article(row) for row in connection.execute(query))


def batches(given: Iterable[T]) -> Iterator[list[T]]:
    """Part what is asked for at once into lists that every database takes."""
    rest = list(given)
    for start in range(0, len(rest), BATCH):
        yield rest[start : start + BATCH]


def image_row(image: Image | None) -> dict[str, object] | None:
    """Give a picture as it is kept, in JSON."""
    return {each.name: getattr(image, each.name) for each in fields(image)} if image else None


def _add_batch(connection: Connection, source: str, batch: list[Article]) -> int:
    guids = [article.guid for article in batch]
    rows = connection.execute(_KNOWN, {"source": source, "guids": guids})
    known = {row.guid: _article(row) for row in rows}
    merged = [_merge(source, article, known.get(article.guid)) for article in batch]
    if new := [_row(article) for article in merged if article.guid not in known]:
        connection.execute(_INSERT, new)
    old = [article for article in merged if article.guid in known]
    if changed := [_row(article) for article in old if article != known[article.guid]]:
        connection.execute(upsert(connection, articles), changed)
    return len(new)


def _storable(connection: Connection, article: Article) -> Article:
    """Give the article under the guid that the database will know it by."""
    guid = _TEXT.process_bind_param(article.guid, connection.dialect) or ""
    return article if guid == article.guid else replace(article, guid=guid)


def _merge(source: str, article: Article, known: Article | None) -> Article:
    """Give the article as it will be stored: under the source that was pulled, seen first once.

    A later date over the same words is not believed: some sites date their evergreens anew. An
    embargo may be put off.
    """
    if known is None:
        return article if article.source == source else replace(article, source=source)
    merged = replace(article, source=source, first_seen=min(known.first_seen, article.first_seen))
    if _is_redated(article, known):
        return replace(merged, published=known.published, date_doubt=known.date_doubt)
    return merged


def _is_redated(article: Article, known: Article) -> bool:
    if known.published is None or article.published is None:
        return False
    if known.published > article.first_seen:  # still ahead
        return False
    same = (article.title, article.summary, article.body) == (
        known.title,
        known.summary,
        known.body,
    )
    return same and article.published > known.published


def _row(article: Article) -> dict[str, object]:
    return {
        "source": article.source,
        "guid": article.guid,
        "url": article.url,
        "title": article.title,
        "summary": article.summary,
        "body": article.body,
        "authors": article.authors,
        "published": article.published,
        "date_doubt": article.date_doubt or "",
        "updated": article.updated,
        "first_seen": article.first_seen,
        "categories": article.categories,
        "image": image_row(article.image),
        "comments": article.comments,
        "views": article.views,
        "language": article.language,
        "dated": article.dated,
    }


def _article(row: Row[Any]) -> Article:
    return Article(
        source=row.source,
        guid=row.guid,
        url=row.url,
        title=row.title,
        summary=row.summary,
        body=tuple(row.body),
        authors=tuple(row.authors),
        published=row.published,
        date_doubt=DateDoubt(row.date_doubt) if row.date_doubt else None,
        updated=row.updated,
        first_seen=row.first_seen,
        categories=tuple(row.categories),
        image=Image(**row.image) if row.image else None,
        comments=row.comments,
        views=row.views,
        language=row.language,
    )
