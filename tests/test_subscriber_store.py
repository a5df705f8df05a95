"""Subscribers, consents and suppressions in the store, on every database at hand."""

from __future__ import annotations

import datetime as dt
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import and_, select

from digest import subscribing
from digest.enlisting import BATCH, enlist
from digest.errors import LinkError, SubscriberError
from digest.outgoing import Subscriber
from digest.particulars import read_address
from digest.store import Store
from digest.store.subscribers import PAGE, is_paused, page_query
from digest.store.suppressions import is_suppressed
from digest.store.tables import metadata, subscribers
from digest.subscriber_lists import Listed, Refusal
from digest.subscribers import Candidate, Consent, Reason
from digest.tokens import Purpose, Ticket, sign

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import ColumnElement, Select

NOW = dt.datetime(2026, 11, 23, 5, 30, tzinfo=dt.UTC)
TODAY = NOW.date()
HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)
ADA = "Ada@quill.example"


def consent(when: dt.datetime | None = NOW, how: str = "the form") -> Consent:
    return Consent(given_at=when, how=how, noted_at=NOW, noted_by="a test")


def candidate(address: str = ADA, given: Consent | None = None, **wishes: Any) -> Candidate:
    found = read_address(address)
    return Candidate(
        key=found.key,
        subscriber=Subscriber(address=found.written, **wishes),
        consent=given or consent(),
        since=NOW,
    )


def mark(store: Store, address: str = ADA) -> bytes:
    return store.mark(read_address(address).key)


def addresses(store: Store, edition: str = "daily") -> list[str]:
    return [one.subscriber.address for one in store.subscribers(edition)]


def is_due(edition: str, date: dt.date) -> ColumnElement[bool]:
    """The condition that a row of `subscribers` gets an edition's issue of a date."""
    return and_(subscribers.c.edition == edition, ~is_paused(date), ~is_suppressed())


def due(store: Store, date: dt.date = TODAY, edition: str = "daily") -> list[str]:
    """Who gets the issue of a date, as a send would ask for it."""
    query = select(subscribers.c.address).where(is_due(edition, date)).order_by(subscribers.c.id)
    with store._engine.connect() as connection:
        return list(connection.scalars(query))


# ------------------------------------------------------------ coming


def test_a_subscriber_comes_back_as_they_went_in_with_their_consent(store: Store) -> None:
    wishes: dict[str, Any] = {
        "name": "Ada “Q” Quill, 日本",
        "language": "de",
        "sections": ("World", "Sport; and more"),
        "paused_until": TODAY,
    }
    store.enlist("daily", [candidate(**wishes)])
    (record,) = store.subscribers("daily")
    assert record.subscriber == Subscriber(address=ADA, **wishes)
    assert (record.edition, record.since, record.mark) == ("daily", NOW, mark(store))
    assert store.consents([record.id]) == {record.id: (consent(),)}
    assert store.subscriber("daily", record.mark) == record
    assert store.subscriber("weekly", record.mark) is None


def test_one_address_is_one_subscriber_of_an_edition_however_it_is_spelt(store: Store) -> None:
    first = store.enlist("daily", [candidate(name="Ada")])
    again = store.enlist("daily", [candidate("ADA@QUILL.example", name="Other")])
    assert first.added == again.known == {"ada@quill.example"}
    assert not again.added
    (record,) = store.subscribers("daily")
    assert record.subscriber.name == "Ada"
    assert store.enlist("weekly", [candidate()]).added


def test_a_sifting_says_what_an_import_does_and_changes_nothing(store: Store) -> None:
    store.enlist("daily", [candidate()])
    store.suppress(mark(store, "gone@b.example"), Reason.ERASED, NOW)
    batch = [candidate(), candidate("gone@b.example"), candidate("new@b.example")]
    sifted = store.sift("daily", batch)
    assert addresses(store) == [ADA]
    assert sifted == store.enlist("daily", batch)
    assert sifted.suppressed == {"gone@b.example": Reason.ERASED}
    assert addresses(store) == [ADA, "new@b.example"]


def test_more_people_than_a_page_are_all_given_once_in_one_order(store: Store) -> None:
    given = [f"r{n}@b.example" for n in range(2 * PAGE)]
    store.enlist("daily", [candidate(one) for one in given])
    store.enlist("weekly", [candidate()])
    assert addresses(store) == sorted(given)


def test_two_imports_at_once_add_everybody_once(store: Store) -> None:
    batch = [candidate(f"r{n}@b.example") for n in range(300)]
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda n: store.enlist("daily", batch[:: (-1) ** n]), range(4)))
    assert sum(len(one.added) for one in done) == 300
    assert all(len(one.added) + len(one.known) == 300 for one in done)
    assert len(addresses(store)) == 300


def test_the_number_of_somebody_who_was_erased_is_never_another_s(store: Store) -> None:
    store.enlist("daily", [candidate()])
    (first,) = store.subscribers("daily")
    store.erase(first.mark, NOW)
    store.enlist("daily", [candidate("b@c.example")])
    (second,) = store.subscribers("daily")
    assert second.id > first.id


def test_a_list_is_counted_line_by_line_and_a_dry_run_says_the_same(store: Store) -> None:
    store.enlist("daily", [candidate("known@b.example")])
    store.suppress(mark(store, "gone@b.example"), Reason.COMPLAINED, NOW)

    def rows() -> Iterator[Listed | Refusal]:
        for n in range(BATCH + 5):
            yield Listed(line=n + 2, candidate=candidate(f"r{n}@b.example"))
        yield Refusal(line=9_000, address="x", reason="no address")
        unsaid = consent(None, "")
        for n, address in enumerate(
            ("R0@b.example", "known@b.example", "gone@b.example", "new@b.example"), 9_001
        ):
            yield Listed(line=n, candidate=candidate(address, unsaid))

    dry = enlist(store, "daily", rows(), dry_run=True)
    assert addresses(store) == ["known@b.example"]
    wet = enlist(store, "daily", rows(), dry_run=False)
    assert dry == wet
    assert (wet.added, wet.known, wet.duplicates, wet.refusals) == (BATCH + 6, 1, 1, 1)
    assert (wet.lines, wet.unsaid) == (BATCH + 10, 1)
    assert wet.left_out == [Refusal(line=9_003, address="gone@b.example", reason="complaint")]


# ------------------------------------------------------------ staying away


@pytest.mark.parametrize("reason", Reason)
def test_who_is_suppressed_gets_nothing_and_no_import_brings_them_back(
    store: Store, reason: Reason
) -> None:
    store.enlist("daily", [candidate(), candidate("b@c.example")])
    assert store.suppress(mark(store), reason, NOW, edition="daily", note="asked to")
    assert due(store) == addresses(store) == ["b@c.example"]
    assert store.enlist("daily", [candidate()]).suppressed == {"ada@quill.example": reason}
    assert due(store) == ["b@c.example"]
    assert [one.subscriber.address for one in store.subscribers("daily", suppressed=True)] == [
        ADA,
        "b@c.example",
    ]


def test_a_suppression_of_one_edition_leaves_the_others_alone(store: Store) -> None:
    for edition in ("daily", "weekly"):
        store.enlist(edition, [candidate()])
    store.suppress(mark(store), Reason.UNSUBSCRIBED, NOW, edition="daily")
    assert (due(store), due(store, edition="weekly")) == ([], [ADA])
    store.suppress(mark(store), Reason.COMPLAINED, NOW)
    assert due(store, edition="weekly") == []
    assert store.enlist("monthly", [candidate()]).suppressed


def test_a_graver_reason_takes_the_place_of_a_lighter_and_no_other_does(store: Store) -> None:
    assert store.suppress(mark(store), Reason.BOUNCED, NOW, note="550")
    assert not store.suppress(mark(store), Reason.BOUNCED, NOW + HOUR, note="again")
    assert not store.suppress(mark(store), Reason.UNSUBSCRIBED, NOW + HOUR)
    (kept,) = store.person(mark(store)).suppressions
    assert (kept.reason, kept.since, kept.note) == (Reason.BOUNCED, NOW, "550")
    assert store.suppress(mark(store), Reason.COMPLAINED, NOW + HOUR, note="spam")
    (graver,) = store.person(mark(store)).suppressions
    assert (graver.reason, graver.since) == (Reason.COMPLAINED, NOW + HOUR)


def test_a_later_consent_that_says_how_lifts_a_suppression(store: Store) -> None:
    store.enlist("daily", [candidate(name="Ada", language="de")])
    store.suppress(mark(store), Reason.UNSUBSCRIBED, NOW, edition="daily")
    back = candidate(given=consent(NOW + HOUR, "by phone"), sections=("World",))
    for given, hint in ((consent(NOW + HOUR, ""), "--consent"), (consent(NOW - HOUR), "later")):
        with pytest.raises(SubscriberError, match=hint):
            store.admit("daily", replace(back, consent=given), ())
    assert due(store) == []
    assert store.admit("daily", back, ())
    assert due(store) == [ADA]
    ((record, given_),) = store.person(mark(store)).records
    assert given_ == (consent(), back.consent)
    assert record.subscriber == Subscriber(
        address=ADA, name="Ada", language="de", sections=("World",)
    )
    assert not store.admit("daily", back, ())


def test_what_was_said_of_every_edition_still_holds_for_the_others(store: Store) -> None:
    store.enlist("weekly", [candidate()])
    store.suppress(mark(store), Reason.COMPLAINED, NOW)
    back = candidate(given=consent(NOW + HOUR))
    assert store.admit("daily", back, ("daily", "monthly"))
    assert (due(store), due(store, edition="weekly")) == ([ADA], [])
    assert store.enlist("monthly", [candidate()]).suppressed


def test_a_mailbox_that_is_there_again_is_there_for_every_edition(store: Store) -> None:
    store.enlist("weekly", [candidate()])
    store.suppress(mark(store), Reason.BOUNCED, NOW)
    store.admit("daily", candidate(given=consent(NOW + HOUR)), ("daily", "weekly"))
    assert (due(store), due(store, edition="weekly")) == ([ADA], [ADA])


# ------------------------------------------------------------ being forgotten


def test_of_somebody_who_is_erased_nothing_stays_but_a_salted_hash(store: Store) -> None:
    for edition in ("daily", "weekly"):
        store.enlist(edition, [candidate(name="Ada Quill")])
    store.suppress(mark(store), Reason.BY_HAND, NOW, edition="daily", note="Ada Quill rang")
    assert store.erase(mark(store), NOW, "erased by jane") == 2
    with store._engine.connect() as connection:
        kept = {
            table.name: [tuple(row) for row in connection.execute(select(table))]
            for table in metadata.sorted_tables
        }
    assert not kept["subscribers"]
    assert not kept["consents"]
    (row,) = kept["suppressions"]
    assert row[:3] == (mark(store), "", "erased")
    assert "quill" not in repr(kept).lower()


def test_who_was_erased_is_gone_from_the_file_itself(tmp_path: Path) -> None:
    file = tmp_path / "digest.db"
    with Store.open(f"sqlite:///{file}") as store:
        store.enlist("daily", [candidate(name="Ada Quill"), candidate("b@c.example")])
    assert b"Ada Quill" in file.read_bytes()
    with Store.open(f"sqlite:///{file}") as store:
        store.erase(mark(store), NOW)
    assert b"Ada Quill" not in file.read_bytes()
    assert b"quill" not in file.read_bytes()


def test_who_was_erased_is_kept_out_and_may_come_back_of_their_own_wish(store: Store) -> None:
    store.enlist("daily", [candidate()])
    store.erase(mark(store), NOW)
    assert store.enlist("daily", [candidate()]).suppressed
    assert addresses(store) == []
    assert store.admit("daily", candidate(given=consent(NOW + HOUR)), ("daily",))
    assert due(store) == [ADA]


def test_no_table_of_suppressions_has_room_for_an_address() -> None:
    columns = metadata.tables["suppressions"].columns
    assert {column.name for column in columns} == {"mark", "edition", "reason", "since", "note"}


@pytest.mark.parametrize(
    "query",
    [
        select(subscribers.c.id).where(is_due("daily", TODAY)),
        page_query("daily", "m@b.example", suppressed=False),
    ],
    ids=["who gets an issue", "a page of a list"],
)
def test_people_are_found_by_indexes_and_put_in_order_by_them(
    store: Store, query: Select[Any]
) -> None:
    written = query.compile(store._engine, compile_kwargs={"literal_binds": True})
    with store._engine.connect() as connection:
        if store._engine.dialect.name == "sqlite":
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {written}")
        else:
            # An empty table is read whole, whatever its indexes: forbid it, to see them.
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
            plan = connection.exec_driver_sql(f"EXPLAIN {written}")
        steps = "\n".join(str(row) for row in plan)
    assert "uq_subscribers_edition_key" in steps or "sqlite_autoindex_subscribers" in steps
    assert "pk_suppressions" in steps or "sqlite_autoindex_suppressions" in steps
    assert not re.search("SCAN s|TEMP B-TREE|Seq Scan", steps)


# ------------------------------------------------------------ wishes


def test_who_pauses_gets_nothing_before_the_day(store: Store) -> None:
    store.enlist("daily", [candidate()])
    assert store.pause("daily", mark(store), TODAY + DAY)
    assert (due(store), due(store, TODAY + DAY)) == ([], [ADA])
    assert addresses(store) == [ADA]
    store.pause("daily", mark(store), None)
    assert due(store) == [ADA]
    assert not store.pause("weekly", mark(store), None)


def test_subscribers_are_counted_by_what_they_want_and_whether_they_get_it(store: Store) -> None:
    store.enlist(
        "daily",
        [
            candidate("a@b.example", sections=("World", "Sport")),
            candidate("b@b.example", sections=("World",), language="de"),
            candidate("c@b.example", paused_until=TODAY + DAY),
            candidate("d@b.example", paused_until=TODAY),
            candidate("e@b.example", language="fr"),
        ],
    )
    store.suppress(mark(store, "e@b.example"), Reason.UNSUBSCRIBED, NOW, edition="daily")
    store.suppress(mark(store, "nobody@b.example"), Reason.BOUNCED, NOW)
    store.suppress(mark(store, "other@b.example"), Reason.BOUNCED, NOW, edition="weekly")
    counts = store.count_subscribers("daily", TODAY)
    assert (counts.receiving, counts.paused, counts.suppressed) == (3, 1, 1)
    assert counts.languages == {"": 3, "de": 1}
    assert counts.sections == {"World": 2, "": 2, "Sport": 1}
    assert counts.suppressions == {"unsubscribed": 1, "hard bounce": 1}
    assert counts.receiving == len(due(store))
    assert store.wishes("daily", TODAY) == {
        (("World", "Sport"), ""): 1,
        (("World",), "de"): 1,
        ((), ""): 1,
    }
    assert store.wishes("daily", TODAY + DAY)[(), ""] == 2


# ------------------------------------------------------------ links


def link(store: Store, purpose: Purpose) -> str:
    (record,) = store.subscribers("daily", suppressed=True)
    ticket = Ticket(purpose=purpose, edition="daily", mark=record.mark, date=TODAY)
    return sign(ticket, store.link_keys())


def test_a_click_unsubscribes_as_often_as_it_comes_and_through_a_new_key(store: Store) -> None:
    store.enlist("daily", [candidate()])
    token = link(store, Purpose.UNSUBSCRIBE)
    assert store.rotate_link_keys(NOW) == 2
    for _ in range(2):
        assert subscribing.unsubscribe(store, token, NOW).edition == "daily"
    assert due(store) == []
    (one,) = store.person(mark(store)).suppressions
    assert (one.reason, one.note) == (Reason.UNSUBSCRIBED, "by the link in the issue of 2026-11-23")
    assert list(store.link_key_dates()) == [1, 2]


def test_the_way_out_works_when_the_row_is_gone_and_when_it_was_written_anew(store: Store) -> None:
    store.enlist("daily", [candidate()])
    token = link(store, Purpose.UNSUBSCRIBE)
    store.erase(mark(store), NOW)
    subscribing.unsubscribe(store, token, NOW)
    store.admit("daily", candidate(given=consent(NOW + HOUR)), ())
    assert due(store) == [ADA]
    subscribing.unsubscribe(store, token, NOW + DAY)
    assert due(store) == []


def test_a_link_to_preferences_shows_and_sets_them_and_is_a_way_out(store: Store) -> None:
    store.enlist("daily", [candidate()])
    token = link(store, Purpose.PREFERENCES)
    assert subscribing.set_preferences(store, token, sections=("World",), language="fr")
    assert subscribing.pause(store, token, TODAY + DAY)
    found = subscribing.preferences(store, token)
    assert found is not None
    assert found.subscriber == Subscriber(
        address=ADA, sections=("World",), language="fr", paused_until=TODAY + DAY
    )
    subscribing.unsubscribe(store, token, NOW)
    assert due(store, TODAY + DAY) == []


def test_a_link_of_another_purpose_changes_nothing(store: Store) -> None:
    store.enlist("daily", [candidate()])
    token = link(store, Purpose.VIEW)
    with pytest.raises(LinkError):
        subscribing.unsubscribe(store, token, NOW)
    with pytest.raises(LinkError):
        subscribing.set_preferences(
            store, link(store, Purpose.UNSUBSCRIBE), sections=(), language="de"
        )
    assert due(store) == [ADA]


def test_an_address_is_suppressed_in_whatever_spelling(store: Store) -> None:
    store.enlist("daily", [candidate()])
    assert store.suppress(mark(store, "ada@QUILL.example"), Reason.BOUNCED, NOW)
    assert due(store) == []


def test_every_store_has_keys_of_its_own_and_keeps_them(url: str) -> None:
    with Store.open(url) as first:
        kept = (first.link_keys(), first.mark("a@b.example"))
    with Store.open(url) as again, Store.open("sqlite:///:memory:") as other:
        assert (again.link_keys(), again.mark("a@b.example")) == kept
        assert other.link_keys() != kept[0]
        assert other.mark("a@b.example") != kept[1]
