"""The ledger of deliveries, on SQLite and on a real PostgreSQL: one email a subscriber."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import create_engine, text
from test_store import NOW, TODAY, record

from digest.errors import StoreError
from digest.ledger import IN_DOUBT, Acknowledgement, Claim, DeliveryState
from digest.model import IssueState
from digest.outgoing import Subscriber
from digest.store import Store
from digest.subscribers import Candidate, Consent, Reason

MINUTE = dt.timedelta(minutes=1)
LATER = NOW + MINUTE


def enlist(store: Store, number: int, edition: str = "daily", **wishes: object) -> list[bytes]:
    """Add subscribers a0@…, a1@…; give their marks."""
    candidates = [
        Candidate(
            key=f"a{n}@home.example",
            subscriber=Subscriber(address=f"a{n}@home.example", **wishes),  # type: ignore[arg-type]
            consent=Consent(given_at=NOW, how="the form", noted_at=NOW, noted_by="test"),
            since=NOW,
        )
        for n in range(number)
    ]
    store.enlist(edition, candidates)
    return [store.mark(one.key) for one in candidates]


@pytest.fixture
def issued(store: Store) -> Store:
    """A store with an issue of today."""
    store.save_issue(record(), ())
    return store


def take(
    store: Store, most: int = 100, holder: str = "me", now: dt.datetime = NOW
) -> tuple[Claim, ...]:
    return store.claim("daily", TODAY, holder, most, now=now, until=now + MINUTE)


def end(claim: Claim, state: DeliveryState, **more: object) -> Acknowledgement:
    return Acknowledgement(id=claim.id, state=state, **more)  # type: ignore[arg-type]


def begin(store: Store, ids: list[int], holder: str = "me", now: dt.datetime = NOW) -> set[int]:
    return set(store.proceed([], ids, holder, now=now, until=now + MINUTE)[1])


def acknowledge(
    store: Store, ends: list[Acknowledgement], holder: str = "me", now: dt.datetime = NOW
) -> int:
    return store.proceed(ends, [], holder, now=now, until=now + MINUTE)[0]


def counts(store: Store) -> dict[str, int]:
    return {state.value: n for state, n in store.tally("daily", TODAY).counts.items()}


def test_every_subscriber_gets_one_delivery_however_often_it_is_fanned_out(issued: Store) -> None:
    enlist(issued, 5)
    assert issued.fan_out("daily", TODAY, NOW) == 5
    assert issued.fan_out("daily", TODAY, NOW) == 0
    enlist(issued, 7)
    assert issued.fan_out("daily", TODAY, NOW) == 2
    assert counts(issued) == {"pending": 7}


def test_who_is_suppressed_or_paused_is_counted_and_not_sent_to(issued: Store) -> None:
    marks = enlist(issued, 6)
    issued.suppress(marks[0], Reason.COMPLAINED, NOW)
    issued.suppress(marks[1], Reason.UNSUBSCRIBED, NOW, edition="daily")
    issued.suppress(marks[2], Reason.UNSUBSCRIBED, NOW, edition="weekly")
    issued.pause("daily", marks[3], TODAY + dt.timedelta(days=1))
    issued.pause("daily", marks[4], TODAY)
    assert issued.fan_out("daily", TODAY, NOW) == 6
    assert counts(issued) == {"pending": 3, "suppressed": 3}
    assert [claim.subscriber.address[:2] for claim in take(issued)] == ["a2", "a4", "a5"]


def test_nobody_is_claimed_of_an_issue_that_is_paused(issued: Store) -> None:
    enlist(issued, 3)
    issued.fan_out("daily", TODAY, NOW)
    assert not issued.pause_issue("daily", TODAY, "Ada: wait")  # it is not being sent
    issued.set_state("daily", TODAY, IssueState.SENDING, NOW)
    assert len(take(issued, 1)) == 1
    assert issued.pause_issue("daily", TODAY, "Ada: wait")
    assert take(issued) == ()
    assert counts(issued) == {"claimed": 1, "pending": 2}
    issued.set_state("daily", TODAY, IssueState.SENDING, LATER, "2 have yet to end")
    assert take(issued) == ()
    assert issued.pause_issue("daily", TODAY, "")
    assert len(take(issued)) == 2


def test_a_pause_ends_with_the_send(issued: Store) -> None:
    issued.set_state("daily", TODAY, IssueState.SENDING, NOW)
    issued.pause_issue("daily", TODAY, "Ada: wait")
    issued.set_state("daily", TODAY, IssueState.SENT, LATER)
    saved = issued.issue("daily", TODAY)
    assert saved
    assert saved.paused == ""


def test_a_claim_is_nobody_elses_until_its_lease_runs_out(issued: Store) -> None:
    enlist(issued, 3)
    issued.fan_out("daily", TODAY, NOW)
    first = take(issued, 2)
    assert [claim.attempts for claim in first] == [1, 1]
    assert [claim.subscriber.address for claim in take(issued, holder="you")] == ["a2@home.example"]
    assert take(issued, holder="you") == ()
    assert issued.take_back("daily", TODAY, NOW, resend=True) == (0, 0)
    assert issued.take_back("daily", TODAY, LATER + MINUTE, resend=True) == (3, 0)
    assert len(take(issued, holder="you", now=LATER + MINUTE)) == 3


def test_a_stale_lease_can_neither_begin_nor_acknowledge(issued: Store) -> None:
    enlist(issued, 2)
    issued.fan_out("daily", TODAY, NOW)
    one, two = take(issued)
    assert begin(issued, [one.id]) == {one.id}
    late = LATER + MINUTE
    assert begin(issued, [two.id], now=late) == set()
    assert acknowledge(issued, [end(one, DeliveryState.SENT)], now=late) == 0
    assert begin(issued, [two.id], "you") == set()
    assert acknowledge(issued, [end(one, DeliveryState.SENT)], "you") == 0
    assert acknowledge(issued, [end(one, DeliveryState.SENT)]) == 1
    assert counts(issued) == {"sent": 1, "claimed": 1}


@pytest.mark.parametrize(
    ("resend", "given", "left"),
    [(True, (2, 0), {"pending": 2}), (False, (1, 1), {"pending": 1, "unknown": 1})],
)
def test_what_may_have_left_is_sent_again_or_left_for_a_person(
    issued: Store,
    *,
    resend: bool,
    given: tuple[int, int],
    left: dict[str, int],
) -> None:
    enlist(issued, 2)
    issued.fan_out("daily", TODAY, NOW)
    one, _ = take(issued)
    begin(issued, [one.id])
    assert issued.take_back("daily", TODAY, LATER + MINUTE, resend=resend) == given
    assert counts(issued) == left


def test_a_death_hides_no_doubt_that_was_there_before(issued: Store) -> None:
    enlist(issued, 1)
    issued.fan_out("daily", TODAY, NOW)
    (one,) = take(issued)
    begin(issued, [one.id])
    doubt = f"{IN_DOUBT}no receipt"
    acknowledge(issued, [end(one, DeliveryState.DEFERRED, detail=doubt, next_at=NOW)])
    (again,) = take(issued)
    begin(issued, [again.id])
    issued.take_back("daily", TODAY, LATER + MINUTE, resend=True)
    (third,) = take(issued, now=LATER + MINUTE)
    assert third.before == doubt


def test_a_deferred_one_waits_for_its_time(issued: Store) -> None:
    enlist(issued, 1)
    issued.fan_out("daily", TODAY, NOW)
    (one,) = take(issued)
    begin(issued, [one.id])
    acknowledge(issued, [end(one, DeliveryState.DEFERRED, detail="450 later", next_at=LATER)])
    assert issued.tally("daily", TODAY).next_at == LATER
    assert take(issued, now=NOW) == ()
    (again,) = take(issued, now=LATER)
    assert again.attempts == 2


def test_leaving_meanwhile_takes_effect_before_the_next_claim(issued: Store) -> None:
    marks = enlist(issued, 3)
    issued.fan_out("daily", TODAY, NOW)
    (first,) = take(issued, 1)
    issued.suppress(marks[0], Reason.COMPLAINED, NOW)  # too late for this one
    issued.suppress(marks[1], Reason.UNSUBSCRIBED, NOW, edition="daily")
    assert [claim.subscriber.address for claim in take(issued)] == ["a2@home.example"]
    assert begin(issued, [first.id]) == {first.id}
    assert counts(issued) == {"sending": 1, "claimed": 1, "suppressed": 1}


def test_who_was_erased_is_sent_nothing_and_still_adds_up(issued: Store) -> None:
    marks = enlist(issued, 2)
    issued.fan_out("daily", TODAY, NOW)
    issued.erase(marks[0], NOW)
    assert [claim.subscriber.address for claim in take(issued)] == ["a1@home.example"]
    tally = issued.tally("daily", TODAY)
    assert tally.candidates == 2
    assert counts(issued) == {"claimed": 1, "suppressed": 1}


def test_the_ledger_adds_up_and_names_who_did_not_get_it(issued: Store) -> None:
    enlist(issued, 5)
    issued.fan_out("daily", TODAY, NOW)
    sent, failed, unknown, deferred, _ = claims = take(issued)
    begin(issued, [claim.id for claim in claims])
    acknowledge(
        issued,
        [
            end(sent, DeliveryState.SENT),
            end(failed, DeliveryState.FAILED, detail="550 no such user"),
            end(unknown, DeliveryState.UNKNOWN, detail="lost after the final dot"),
            end(deferred, DeliveryState.DEFERRED, detail="450", next_at=LATER),
        ],
    )
    tally = issued.tally("daily", TODAY)
    assert (tally.candidates, tally.open) == (5, 3)
    assert issued.unfinished("daily", TODAY, 9) == (
        ("a1@home.example", DeliveryState.FAILED, "550 no such user"),
        ("a2@home.example", DeliveryState.UNKNOWN, "lost after the final dot"),
        ("a3@home.example", DeliveryState.DEFERRED, "450"),
        ("a4@home.example", DeliveryState.SENDING, ""),
    )


def test_two_senders_never_claim_the_same(issued: Store) -> None:
    enlist(issued, 300)
    issued.fan_out("daily", TODAY, NOW)

    def drain(holder: str) -> list[int]:
        taken = []
        while claims := take(issued, 7, holder):
            taken += [claim.id for claim in claims]
        return taken

    with ThreadPoolExecutor(4) as pool:
        found = [number for ids in pool.map(drain, "abcd") for number in ids]
    assert len(found) == len(set(found)) == 300


def test_a_database_that_fails_in_the_middle_of_a_send_says_so(url: str) -> None:
    store = Store.open(url)
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE deliveries"))
    engine.dispose()
    with pytest.raises(StoreError, match=r"the database says: .*deliveries"):
        begin(store, [1])
    store.close()


def test_two_editions_at_one_moment_share_the_room_of_a_day(issued: Store) -> None:
    issued.save_issue(replace(record(), edition="weekly"), ())
    enlist(issued, 8)
    enlist(issued, 8, edition="weekly")

    def fan_out(edition: str) -> int:
        return issued.fan_out(edition, TODAY, NOW, most=5, since=NOW - MINUTE)

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(fan_out, ("daily", "weekly"))) == [8, 8]
    sums = [issued.tally(edition, TODAY).counts for edition in ("daily", "weekly")]
    assert sum(one.get(DeliveryState.PENDING, 0) for one in sums) == 5


def test_a_lease_that_a_living_sender_has_is_nothing_that_is_due(issued: Store) -> None:
    enlist(issued, 1)
    issued.fan_out("daily", TODAY, NOW)
    assert issued.tally("daily", TODAY).is_anything_due(NOW)
    take(issued)
    assert not issued.tally("daily", TODAY).is_anything_due(NOW)
    assert issued.tally("daily", TODAY).is_anything_due(LATER)
