"""The part of `Store` that knows people: subscribers, consents, suppressions, keys."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from digest.errors import StoreError, SubscriberError
from digest.store.database import Database
from digest.store.keys import LINKS, MARKS, make_key, read_keys, read_made
from digest.store.ledger import stop_for
from digest.store.records import Person, Sifted
from digest.store.subscribers import (
    PAGE,
    add_subscribers,
    change_subscriber,
    count_subscribers,
    delete_subscriber,
    read_consents,
    read_keys_of,
    read_of_mark,
    read_page,
    read_wishes,
    renew_subscriber,
)
from digest.store.suppressions import (
    forget_suppressions,
    lift_suppressions,
    read_reasons,
    read_suppressions,
    write_suppression,
)
from digest.subscribers import EVERY_EDITION, Reason, Suppression
from digest.tokens import MAX_KEY, mark_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import Connection

    from digest.store.records import SubscriberCounts, SubscriberRecord
    from digest.subscribers import Candidate, Consent


class SubscriberStore(Database):
    """Who gets what, why, and who does not; `Store` tells how its methods work."""

    # ------------------------------------------------------------ keys

    def mark(self, key: str) -> bytes:
        """Give the salted hash by which an address is known in links and suppressions."""
        return mark_of(key, self._marks)

    def link_keys(self) -> Mapping[int, bytes]:
        """Give the keys of links by number, of which the highest signs."""
        with self._reading() as connection:
            return read_keys(connection, LINKS)

    def link_key_dates(self) -> Mapping[int, dt.datetime]:
        """Give when each key of links was made, by number, oldest first."""
        with self._reading() as connection:
            return read_made(connection, LINKS)

    def rotate_link_keys(self, now: dt.datetime) -> int:
        """Make a new key to sign links with, and give its number. Older ones go on verifying."""
        with self._writing() as connection:
            number = max(read_made(connection, LINKS)) + 1
            if number > MAX_KEY:
                raise StoreError(f"there are {MAX_KEY} keys already", hint="Rotate more rarely")
            make_key(connection, LINKS, number, now)
        return number

    @cached_property
    def _marks(self) -> bytes:
        with self._reading() as connection:
            return read_keys(connection, MARKS)[1]

    # ------------------------------------------------------------ subscribers

    def sift(self, edition: str, candidates: Sequence[Candidate]) -> Sifted:
        """Say what `enlist` would make of a batch, none of whom is there twice."""
        marked = self._marked(candidates)
        with self._reading() as connection:
            return _sift(connection, edition, marked)

    def enlist(self, edition: str, candidates: Sequence[Candidate]) -> Sifted:
        """Add a batch of candidates, none of whom is there twice, with their consents.

        Who subscribes already is left as they are; who is suppressed stays out.
        """
        marked = self._marked(candidates)
        with self._writing() as connection:
            sifted = _sift(connection, edition, marked)
            new = {mark: one for mark, one in marked.items() if one.key in sifted.added}
            added = add_subscribers(connection, edition, new)
        late = sifted.added - added  # whom another process has just added
        return Sifted(added=added, known=sifted.known | late, suppressed=sifted.suppressed)

    def admit(self, edition: str, candidate: Candidate, editions: Iterable[str]) -> bool:
        """Add one person who asked for it, suppressed or not; say whether that changed anything.

        A suppression yields to a consent that is newer than it and says how it was given; what
        held for every edition goes on holding for the other `editions`. Raises SubscriberError
        where the consent is not of that kind.
        """
        mark = self.mark(candidate.key)
        with self._writing() as connection:
            held = [
                one
                for one in read_suppressions(connection, mark)
                if one.edition in (edition, EVERY_EDITION)
            ]
            _require_newer(candidate.consent, held)
            if held:
                lift_suppressions(connection, mark, edition, editions)
            added = add_subscribers(connection, edition, {mark: candidate})
            if held and not added:
                renew_subscriber(connection, edition, mark, candidate)
        return bool(added or held)

    def subscribers(self, edition: str, *, suppressed: bool = False) -> Iterator[SubscriberRecord]:
        """Give an edition's subscribers by key, paused ones too; on request the suppressed too.

        They are read in pages, each a transaction of its own.
        """
        after = ""
        while True:
            with self._reading() as connection:
                page = read_page(connection, edition, after, suppressed=suppressed)
            yield from page
            if len(page) < PAGE:
                return
            after = page[-1].key

    def consents(self, ids: Sequence[int]) -> Mapping[int, tuple[Consent, ...]]:
        """Give the consents of subscribers by id, each's in the order in which they were noted."""
        with self._reading() as connection:
            return read_consents(connection, ids)

    def subscriber(self, edition: str, mark: bytes) -> SubscriberRecord | None:
        """Give the subscriber of an edition whose mark it is, suppressed or not."""
        with self._reading() as connection:
            found = read_of_mark(connection, mark)
        return next((one for one in found if one.edition == edition), None)

    def person(self, mark: bytes) -> Person:
        """Give all that is known of the address whose mark it is."""
        with self._reading() as connection:
            records = read_of_mark(connection, mark)
            given = read_consents(connection, [one.id for one in records])
            return Person(
                records=tuple((one, given[one.id]) for one in records),
                suppressions=read_suppressions(connection, mark),
            )

    def set_preferences(
        self, edition: str, mark: bytes, *, sections: tuple[str, ...], language: str
    ) -> bool:
        """Set what a subscriber wants; say whether there is one. No sections stand for all."""
        changes = {"sections": sections, "language": language}
        with self._writing() as connection:
            return change_subscriber(connection, edition, mark, changes)

    def pause(self, edition: str, mark: bytes, until: dt.date | None) -> bool:
        """Send a subscriber nothing before a day, None for at once again; say if there is one."""
        with self._writing() as connection:
            return change_subscriber(connection, edition, mark, {"paused_until": until})

    def wishes(self, edition: str, date: dt.date) -> dict[tuple[tuple[str, ...], str], int]:
        """Count who gets the issue of a date, by the sections and the language that they want.

        Whoever is suppressed, or paused on that date, is not counted.
        """
        with self._reading() as connection:
            return read_wishes(connection, edition, date)

    def count_subscribers(self, edition: str, date: dt.date) -> SubscriberCounts:
        """Count an edition's subscribers as of a date, and its suppressions."""
        with self._reading() as connection:
            return count_subscribers(connection, edition, date)

    # ------------------------------------------------------------ suppressions

    def suppress(
        self,
        mark: bytes,
        reason: Reason,
        now: dt.datetime,
        *,
        edition: str = EVERY_EDITION,
        note: str = "",
    ) -> bool:
        """Have an address not written to, of an edition or at all; say whether that is new.

        What is suppressed already stays as it is, unless the new reason is graver.
        """
        given = Suppression(mark=mark, edition=edition, reason=reason, since=now, note=note)
        with self._writing() as connection:
            stop_for(connection, mark, edition, now, reason.value)
            return write_suppression(connection, given)

    def erase(self, mark: bytes, now: dt.datetime, note: str = "") -> int:
        """Forget a person in every edition but for their mark; give how many rows they had."""
        erased = Suppression(
            mark=mark, edition=EVERY_EDITION, reason=Reason.ERASED, since=now, note=note
        )
        with self._writing() as connection:
            stop_for(connection, mark, EVERY_EDITION, now, Reason.ERASED.value)
            gone = delete_subscriber(connection, mark)
            forget_suppressions(connection, mark)
            write_suppression(connection, erased)
        return gone

    def _marked(self, candidates: Sequence[Candidate]) -> dict[bytes, Candidate]:
        return {self.mark(one.key): one for one in candidates}


def _sift(connection: Connection, edition: str, marked: Mapping[bytes, Candidate]) -> Sifted:
    reasons = read_reasons(connection, edition, list(marked))
    suppressed = {marked[mark].key: reason for mark, reason in reasons.items()}
    open_to = [one.key for one in marked.values() if one.key not in suppressed]
    known = read_keys_of(connection, edition, open_to)
    return Sifted(added=frozenset(open_to) - known, known=known, suppressed=suppressed)


def _require_newer(consent: Consent, held: Sequence[Suppression]) -> None:
    """Raise SubscriberError where a suppression does not yield to a consent."""
    newest = max(held, key=lambda one: one.since, default=None)
    if newest is None:
        return
    said = f"this address is suppressed since {newest.since:%Y-%m-%d} ({newest.reason.value})"
    if not consent.how:
        raise SubscriberError(said, hint="Say how they asked for it again: --consent TEXT")
    if consent.given_at is None or consent.given_at < newest.since:
        raise SubscriberError(said, hint="Only a later consent lifts it: --consented-at")
