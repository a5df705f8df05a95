"""Subscribers: their rows and consents; written in batches, read in pages."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, delete, func, select, update

from digest.outgoing import Subscriber
from digest.store.records import SubscriberCounts, SubscriberRecord
from digest.store.suppressions import is_suppressed
from digest.store.tables import consents, subscribers, suppressions
from digest.store.upserts import insert
from digest.subscribers import EVERY_EDITION, Consent

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import ColumnElement, Connection, Row, Select

    from digest.subscribers import Candidate

PAGE = 1_000  # rows at a time: what is held in memory, and how long a write keeps others waiting


def add_subscribers(
    connection: Connection, edition: str, given: Mapping[bytes, Candidate]
) -> frozenset[str]:
    """Add candidates, by mark, with their consents; give the keys of those that were not there."""
    if not given:
        return frozenset()
    statement = insert(connection.dialect.name, subscribers).on_conflict_do_nothing()
    # In one order always: two imports that wait for each other's rows would be a deadlock.
    people = sorted(given.items(), key=lambda pair: pair[1].key)
    rows = [_row(edition, mark, one) for mark, one in people]
    added = connection.execute(statement.returning(subscribers.c.id, subscribers.c.key), rows).all()
    asked = {one.key: one.consent for one in given.values()}
    if added:
        connection.execute(
            consents.insert(), [_consent_row(row.id, asked[row.key]) for row in added]
        )
    return frozenset(row.key for row in added)


def renew_subscriber(
    connection: Connection, edition: str, mark: bytes, candidate: Candidate
) -> None:
    """Write what somebody who is back wants now, as far as they said, and their new consent."""
    one = candidate.subscriber
    wishes = {"name": one.name, "language": one.language, "sections": one.sections}
    if said := {what: wish for what, wish in wishes.items() if wish}:
        change_subscriber(connection, edition, mark, said)
    this = and_(subscribers.c.edition == edition, subscribers.c.mark == mark)
    number = connection.scalar(select(subscribers.c.id).where(this))
    assert number is not None
    connection.execute(consents.insert(), _consent_row(number, candidate.consent))


def read_keys_of(connection: Connection, edition: str, keys: Iterable[str]) -> frozenset[str]:
    """Give those of the keys that subscribe to an edition already."""
    query = select(subscribers.c.key).where(
        subscribers.c.edition == edition, subscribers.c.key.in_(list(keys))
    )
    return frozenset(connection.scalars(query))


def read_page(
    connection: Connection, edition: str, after: str, *, suppressed: bool
) -> tuple[SubscriberRecord, ...]:
    """Give the next subscribers of an edition whose key is above `after`, by key, PAGE at most.

    Those that are suppressed are among them, or are left out.
    """
    return _records(connection, page_query(edition, after, suppressed=suppressed))


def page_query(edition: str, after: str, *, suppressed: bool) -> Select[Any]:
    """Select what `read_page` gives; by key, since that is the order of an index."""
    query = select(subscribers).where(subscribers.c.edition == edition, subscribers.c.key > after)
    if not suppressed:
        query = query.where(~is_suppressed())
    return query.order_by(subscribers.c.key).limit(PAGE)


def read_of_mark(connection: Connection, mark: bytes) -> tuple[SubscriberRecord, ...]:
    """Give the rows that a person has, by edition."""
    query = select(subscribers).where(subscribers.c.mark == mark)
    return _records(connection, query.order_by(subscribers.c.edition))


def read_consents(connection: Connection, ids: Sequence[int]) -> dict[int, tuple[Consent, ...]]:
    """Give the consents of subscribers by id, each's in the order in which they were noted."""
    query = select(consents).where(consents.c.subscriber_id.in_(ids)).order_by(consents.c.id)
    found: dict[int, list[Consent]] = {number: [] for number in ids}
    for row in connection.execute(query):
        found[row.subscriber_id].append(
            Consent(
                given_at=row.given_at, how=row.how, noted_at=row.noted_at, noted_by=row.noted_by
            )
        )
    return {number: tuple(given) for number, given in found.items()}


def change_subscriber(
    connection: Connection, edition: str, mark: bytes, changes: Mapping[str, Any]
) -> bool:
    """Change what a subscriber wants; say whether there is one."""
    changed = connection.execute(
        update(subscribers)
        .where(subscribers.c.edition == edition, subscribers.c.mark == mark)
        .values(**changes)
    )
    return changed.rowcount == 1


def delete_subscriber(connection: Connection, mark: bytes) -> int:
    """Delete all rows of a person, and with them their consents; give how many."""
    return connection.execute(delete(subscribers).where(subscribers.c.mark == mark)).rowcount


def read_wishes(
    connection: Connection, edition: str, date: dt.date
) -> dict[tuple[tuple[str, ...], str], int]:
    """Count who gets the issue of a date, by the sections and the language that they want."""
    rows = connection.execute(
        select(subscribers.c.sections, subscribers.c.language, func.count().label("number"))
        .where(subscribers.c.edition == edition, ~is_suppressed(), ~is_paused(date))
        .group_by(subscribers.c.sections, subscribers.c.language)
    )
    return {(row.sections, row.language): row.number for row in rows}


def count_subscribers(connection: Connection, edition: str, date: dt.date) -> SubscriberCounts:
    """Count an edition's subscribers as of a date, and its suppressions."""
    paused, suppressed = is_paused(date), is_suppressed()
    combinations = connection.execute(
        select(
            subscribers.c.language,
            subscribers.c.sections,
            suppressed.label("suppressed"),
            paused.label("paused"),
            func.count().label("number"),
        )
        .where(subscribers.c.edition == edition)
        .group_by(subscribers.c.language, subscribers.c.sections, "suppressed", "paused")
    ).all()
    reasons = connection.execute(
        select(suppressions.c.reason, func.count().label("number"))
        .where(suppressions.c.edition.in_([edition, EVERY_EDITION]))
        .group_by(suppressions.c.reason)
    )
    return _counted(combinations, {row.reason: row.number for row in reasons})


def _counted(combinations: Sequence[Row[Any]], reasons: Mapping[str, int]) -> SubscriberCounts:
    languages: Counter[str] = Counter()
    sections: Counter[str] = Counter()
    states: Counter[str] = Counter()
    for row in combinations:
        state = "suppressed" if row.suppressed else "paused" if row.paused else "receiving"
        states[state] += row.number
        if not row.suppressed:
            languages[row.language] += row.number
            sections.update(dict.fromkeys(row.sections or ("",), row.number))
    return SubscriberCounts(
        receiving=states["receiving"],
        paused=states["paused"],
        suppressed=states["suppressed"],
        languages=dict(languages.most_common()),
        sections=dict(sections.most_common()),
        suppressions=dict(reasons),
    )


def is_paused(date: dt.date) -> ColumnElement[bool]:
    """Give the condition that a row of `subscribers` wants nothing on a date."""
    return func.coalesce(subscribers.c.paused_until > date, False)


def _row(edition: str, mark: bytes, one: Candidate) -> dict[str, object]:
    return {
        "edition": edition,
        "key": one.key,
        "address": one.subscriber.address,
        "name": one.subscriber.name,
        "language": one.subscriber.language,
        "sections": one.subscriber.sections,
        "paused_until": one.subscriber.paused_until,
        "since": one.since,
        "mark": mark,
    }


def _consent_row(number: int, consent: Consent) -> dict[str, object]:
    return {
        "subscriber_id": number,
        "given_at": consent.given_at,
        "how": consent.how,
        "noted_at": consent.noted_at,
        "noted_by": consent.noted_by,
    }


def _records(connection: Connection, query: Select[Any]) -> tuple[SubscriberRecord, ...]:
    return tuple(
        SubscriberRecord(
            id=row.id,
            edition=row.edition,
            key=row.key,
            mark=row.mark,
            since=row.since,
            subscriber=Subscriber(
                address=row.address,
                name=row.name,
                language=row.language,
                sections=row.sections,
                paused_until=row.paused_until,
            ),
        )
        for row in connection.execute(query)
    )
