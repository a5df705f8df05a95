"""`Store`: everything that is remembered, one short transaction a method."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from digest.store.articles import (
    add_articles,
    batches,
    headlines_query,
    pages_query,
    read_articles,
    read_window_at,
    window_query,
    window_urls_query,
)
from digest.store.bounces import BounceStore
from digest.store.clicks import add_click, read_clicks, read_target
from digest.store.comments import add_comments, read_comments
from digest.store.issue_store import IssueStore
from digest.store.ledger_store import LedgerStore
from digest.store.lookups import (
    forget_faults,
    read_pages,
    read_probes,
    write_page,
    write_probe,
)
from digest.store.pictures import (
    forget_pictures,
    read_picture_data,
    read_pictures,
    use_pictures,
    write_picture,
)
from digest.store.readings import add_readings, add_report, read_readings, read_report
from digest.store.sources import (
    count_articles,
    enable,
    read_pull,
    read_states,
    record_failure,
    record_success,
    write_pull,
)
from digest.store.subscriber_store import SubscriberStore
from digest.store.vectors import read_vectors, write_vectors

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from digest.comment import Comment
    from digest.errors import DigestError
    from digest.health import SourceState
    from digest.model import Article, Identity, Probe, Reading, Report
    from digest.picture import Picture
    from digest.protocols import Pulled
    from digest.store.lookups import Page


class Store(IssueStore, SubscriberStore, LedgerStore, BounceStore):
    """The database behind one publication; `open` it, and close it at the end.

    May be used by many threads and processes at once. Every method raises StoreError when the
    database fails; a method that writes has then written nothing.
    """

    # ------------------------------------------------------------ sources

    def add_pull(self, source: str, pulled: Pulled, now: dt.datetime) -> int:
        """Store what a pull gave, whole or not at all: articles or comments, memory, title, health.

        Gives how many of them are new. A known one keeps its `first_seen`; what changed in it is
        updated. The same pull once more changes nothing but the health's times.
        """
        with self._writing() as connection:
            record_success(connection, source, pulled, now)
            return add_articles(connection, source, pulled.articles) + add_comments(
                connection, source, pulled.comments
            )

    def fail_pull(
        self,
        source: str,
        error: DigestError,
        now: dt.datetime,
        lag: dt.timedelta = dt.timedelta(0),
    ) -> SourceState:
        """Note that a pull failed, and give the state it leaves. The source's articles stay.

        `lag` is how far the real time is ahead of `now`.
        """
        with self._writing() as connection:
            return record_failure(connection, source, error, now, lag)

    def note_pull(self, edition: str, now: dt.datetime) -> None:
        """Note that an edition's sources were pulled, as far as they were due."""
        with self._writing() as connection:
            write_pull(connection, edition, now)

    def last_pull(self, edition: str) -> dt.datetime | None:
        """Give when an edition's sources were last pulled."""
        with self._reading() as connection:
            return read_pull(connection, edition)

    def enable_source(self, source: str) -> None:
        """Let a source be asked again at once, whatever became of it."""
        with self._writing() as connection:
            enable(connection, source)

    def source_states(self) -> Mapping[str, SourceState]:
        """Give the state of every source that was ever pulled, by id."""
        with self._reading() as connection:
            return read_states(connection)

    def count_articles(
        self, sources: Sequence[str], since: dt.datetime, until: dt.datetime
    ) -> Mapping[str, int]:
        """Count the articles dated in (since, until] of each source that has some, by its id."""
        with self._reading() as connection:
            return count_articles(connection, sources, since, until)

    # ------------------------------------------------------------ articles

    def articles(
        self,
        sources: Sequence[str],
        since: dt.datetime,
        until: dt.datetime,
        *,
        known_by: dt.datetime | None = None,
        new_since: dt.datetime | None = None,
    ) -> tuple[Article, ...]:
        """Give the articles of the sources dated in (since, until], newest first.

        Only those count that were first seen by `known_by` (default: `until`), because a pull for a
        cutoff comes after it; and after `new_since`, if given. Ties by (source, guid).
        """
        query = window_query(sources, since, until, known_by=known_by or until, new_since=new_since)
        with self._reading() as connection:
            return read_articles(connection, query)

    def window_at(
        self,
        urls: Iterable[str],
        sources: Sequence[str],
        since: dt.datetime,
        until: dt.datetime,
        *,
        known_by: dt.datetime,
    ) -> tuple[Article, ...]:
        """Give those of `articles` that have one of these addresses, in whatever spelling."""
        window = window_query(sources, since, until, known_by=known_by)
        addresses = window_urls_query(sources, since, until, known_by=known_by)
        with self._reading() as connection:
            return read_window_at(connection, urls, window, addresses)

    def headlines(self, until: dt.datetime, limit: int) -> tuple[tuple[str, str], ...]:
        """Give (title, language) of the newest articles of all sources, as known at `until`."""
        with self._reading() as connection:
            rows = connection.execute(headlines_query(until, limit))
            return tuple((row.title, row.language) for row in rows)

    def articles_at(self, urls: Sequence[str]) -> tuple[Article, ...]:
        """Give the articles that have one of these addresses, spelt alike.

        Newest first, ties by (source, guid).
        """
        with self._reading() as connection:
            found = [
                article
                for batch in batches(sorted(set(urls)))
                for article in read_articles(connection, pages_query(batch))
            ]
        return tuple(sorted(found, key=lambda a: (-a.dated.timestamp(), a.source, a.guid)))

    # ------------------------------------------------------------ comments

    def comments(
        self,
        sources: Sequence[str],
        since: dt.datetime,
        *,
        until: dt.datetime | None = None,
        known_by: dt.datetime,
    ) -> tuple[Comment, ...]:
        """Give the comments of the feeds dated in (since, until], newest first.

        Only those count that were first seen by `known_by`. Ties by (source, guid).
        """
        with self._reading() as connection:
            return read_comments(connection, sources, since, until, known_by)

    # ------------------------------------------------------------ what was looked up

    def add_page(self, article: Article, now: dt.datetime) -> None:
        """Keep what an article's page added to it, under the article's URL."""
        with self._writing() as connection:
            write_page(connection, article, now)

    def pages(self, urls: Sequence[str]) -> Mapping[str, Page]:
        """Give what the pages of these articles added, as far as they were read, by URL."""
        with self._reading() as connection:
            return read_pages(connection, urls)

    def add_probe(self, probe: Probe) -> None:
        """Keep what a picture's address holds."""
        with self._writing() as connection:
            write_probe(connection, probe)

    def probes(self, urls: Sequence[str]) -> Mapping[str, Probe]:
        """Give what is known of these pictures, by URL."""
        with self._reading() as connection:
            return read_probes(connection, urls)

    def forget_faults(self, before: dt.datetime) -> None:
        """Forget the pictures that were found faulty before then, so that they are asked again."""
        with self._writing() as connection:
            forget_faults(connection, before)

    # ------------------------------------------------------------ pictures made ready

    def add_picture(self, picture: Picture, data: bytes, now: dt.datetime) -> None:
        """Keep a picture made ready for a shape; of one with a fault there are no bytes."""
        with self._writing() as connection:
            write_picture(connection, picture, data, now)

    def pictures(self, urls: Iterable[str]) -> tuple[Picture, ...]:
        """Give what is kept of these addresses, in whatever shape, by address and shape."""
        with self._reading() as connection:
            return read_pictures(connection, urls)

    def picture_data(self, picture: Picture) -> bytes | None:
        """Give a picture's bytes, None where they are not kept any more."""
        with self._reading() as connection:
            return read_picture_data(connection, picture)

    def use_pictures(self, wanted: Iterable[tuple[str, str]], now: dt.datetime) -> None:
        """Note that an issue wants these, by address and shape, so that they are kept."""
        with self._writing() as connection:
            use_pictures(connection, wanted, now)

    def forget_pictures(self, *, unused_since: dt.datetime, faulty_before: dt.datetime) -> None:
        """Forget what no issue has wanted since then, and faults that were found before then."""
        with self._writing() as connection:
            forget_pictures(connection, unused_since, faulty_before)

    # ------------------------------------------------------------ what articles mean

    def add_vectors(
        self, model: str, texts: Mapping[Identity, str], made: Mapping[Identity, bytes]
    ) -> None:
        """Keep the vectors that a model made of stored articles' texts; both are by article."""
        with self._writing() as connection:
            write_vectors(connection, model, texts, made)

    def vectors(self, model: str, texts: Mapping[Identity, str]) -> Mapping[Identity, bytes]:
        """Give a model's vectors of these articles, where it made them of these very texts."""
        with self._reading() as connection:
            return read_vectors(connection, model, texts)

    # ------------------------------------------------------------ readings

    def add_readings(
        self, edition: str, provider: str, readings: Sequence[Reading], now: dt.datetime
    ) -> None:
        """Keep what a provider counted, beside what it counted before."""
        with self._writing() as connection:
            add_readings(connection, edition, provider, readings, now)

    def readings(
        self, edition: str, until: dt.datetime, within: dt.timedelta
    ) -> Mapping[str, tuple[Reading, ...]]:
        """Give the newest reading of each URL, by provider, ordered by URL.

        Only readings of the time `within` before `until` count, and of `until` itself.
        """
        with self._reading() as connection:
            return read_readings(connection, edition, until - within, until)

    # ------------------------------------------------------------ clicks

    def add_click(self, edition: str, date: dt.date, url: str, now: dt.datetime) -> None:
        """Count that a page was opened from the issue of a date."""
        with self._writing() as connection:
            add_click(connection, edition, date, url, now)

    def clicks(self, edition: str, since: dt.datetime, until: dt.datetime) -> Mapping[str, int]:
        """Give how often pages were opened from an edition's issues, by URL, sorted by it.

        It counts in whole hours: those that began in (since, until].
        """
        with self._reading() as connection:
            return read_clicks(connection, edition, since, until)

    def click_target(self, edition: str, date: dt.date, number: int) -> str | None:
        """Give where a link that readers have leads (see `read_target`)."""
        with self._reading() as connection:
            return read_target(connection, edition, date, number)

    # ------------------------------------------------------------ the weather

    def add_report(self, edition: str, report: Report) -> None:
        """Keep a weather report."""
        with self._writing() as connection:
            add_report(connection, edition, report)

    def report(self, edition: str, until: dt.datetime) -> Report | None:
        """Give the newest weather report not after `until`, however old."""
        with self._reading() as connection:
            return read_report(connection, edition, until)
