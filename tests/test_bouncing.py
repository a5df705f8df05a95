"""Whose an answer is, and what follows: who is suppressed, who is counted, whom nobody can harm."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from incoming_mail import ADDRESS, DATE, NOW, SAMPLES, sample, subscribe, traces

from digest.answer_reading import read_answer
from digest.answers import Proof
from digest.bouncing import SOFT_LIMIT, Judgement, apply, judge
from digest.mime import message_id
from digest.model import IssueState
from digest.store import IssueRecord
from digest.subscribers import EVERY_EDITION, Reason

if TYPE_CHECKING:
    from digest.store import Store

EDITIONS = ("daily", "weekly")
DAY = dt.timedelta(days=1)
SOFT = "postfix-mailbox-full-german"
HARD = "postfix-unknown-user"


@pytest.fixture(autouse=True)
def reader(store: Store) -> bytes:
    """Have one subscriber, and give their mark."""
    return subscribe(store)


def take(store: Store, data: bytes, now: dt.datetime = NOW) -> Judgement:
    """Take a message in, and give the one thing that was made of it."""
    judged = judge(store, read_answer(data), EDITIONS, now)
    apply(store, judged)
    (only,) = judged
    return only


def suppressions(store: Store, address: str = ADDRESS) -> dict[str, Reason]:
    return {one.edition: one.reason for one in store.person(store.mark(address)).suppressions}


def anew(data: bytes, number: int) -> bytes:
    """Give a report another Message-ID, and so another name."""
    return data.replace(b"Message-Id: <", f"Message-Id: <{number}.".encode(), 1)


def miss(store: Store, date: dt.date, number: int = 0) -> Judgement:
    """Take in that the issue of a date found a full mailbox."""
    data = anew(sample(SOFT, **traces(store, date)), number or date.toordinal())
    return take(store, data, dt.datetime.combine(date, dt.time(8), dt.UTC))


def send(store: Store, date: dt.date) -> None:
    record = IssueRecord(
        edition="daily", date=date, state=IssueState.SENT, cutoff=NOW, built_at=NOW, state_at=NOW
    )
    store.save_issue(record, [])


@pytest.mark.parametrize(
    ("trace", "suppressed"),
    [("return_path", EVERY_EDITION), ("message_id", EVERY_EDITION), ("link", "daily")],
)
def test_each_trace_of_ours_proves_whose_the_bounce_is_and_a_link_no_more_than_it_can_do(
    store: Store, trace: str, suppressed: str
) -> None:
    made = take(store, sample(HARD, **{trace: traces(store)[trace]}))
    assert made.owner is not None
    assert (made.owner.edition, made.owner.date) == ("daily", DATE)
    assert made.owner.proof.value.replace(" ", "_") == trace
    assert suppressions(store) == {suppressed: Reason.BOUNCED}


@pytest.mark.parametrize("name", ["forged", HARD])
def test_without_a_trace_of_ours_a_bounce_is_counted_and_suppresses_nobody(
    store: Store, name: str
) -> None:
    for number in range(2 * SOFT_LIMIT):
        made = take(store, anew(sample(name), number))
        assert made.owner is not None
        assert made.owner.proof is Proof.ADDRESS
        assert made.outcome == "counted, without proof"
    assert suppressions(store) == {}


def test_who_knows_the_address_can_make_no_message_id_of_ours(store: Store) -> None:
    guessed = message_id("daily", DATE, ADDRESS, "courier.example")
    assert take(store, sample(HARD, message_id=guessed)).outcome == "counted, without proof"
    assert suppressions(store) == {}


def test_a_token_of_one_person_is_no_proof_about_another(store: Store) -> None:
    other = subscribe(store, "sam@reader.example")
    data = sample(HARD, **traces(store)).replace(b"jane@", b"sam@")
    made = take(store, data)
    assert made.owner is not None
    assert made.owner.mark != other
    assert suppressions(store, "sam@reader.example") == {}


def test_what_is_about_nobody_we_know_is_told_and_not_kept(store: Store) -> None:
    made = take(store, sample(HARD).replace(b"jane@", b"stranger@"))
    assert (made.outcome, made.owner, made.bounce) == ("about nobody known", None, None)


def test_the_words_of_a_server_are_kept_without_the_address(store: Store) -> None:
    take(store, sample(HARD, **traces(store)))
    (kept,) = store.person(store.mark(ADDRESS)).suppressions
    assert "User unknown" in kept.note
    assert "@" not in kept.note
    assert "2026-11-23" in kept.note


@pytest.mark.parametrize(
    ("name", "edition"), [("yahoo-complaint", EVERY_EDITION), ("outlook-complaint", "daily")]
)
def test_a_complaint_ends_as_much_as_its_trace_may(store: Store, name: str, edition: str) -> None:
    made = take(store, sample(name, **traces(store)))
    assert made.outcome == "suppressed"
    assert suppressions(store) == {edition: Reason.COMPLAINED}


def test_a_complaint_without_a_trace_of_ours_ends_nothing(store: Store) -> None:
    assert take(store, sample("yahoo-complaint")).outcome == "counted, without proof"
    assert suppressions(store) == {}


def test_a_complaint_counts_however_late_it_comes_and_a_bounce_does_not(store: Store) -> None:
    late = NOW + 90 * DAY
    assert take(store, sample(HARD, **traces(store)), late).outcome == "counted"
    assert suppressions(store) == {}
    take(store, sample("yahoo-complaint", **traces(store)), late)
    assert suppressions(store) == {EVERY_EDITION: Reason.COMPLAINED}


@pytest.mark.parametrize("name", ["unsubscribe", "unsubscribe-by-subject"])
def test_a_mail_with_a_token_unsubscribes_from_its_edition_alone(store: Store, name: str) -> None:
    made = take(store, sample(name, **traces(store)))
    assert made.outcome == "unsubscribed from daily"
    assert suppressions(store) == {"daily": Reason.UNSUBSCRIBED}


def test_a_mail_with_a_token_that_is_none_of_ours_unsubscribes_nobody(store: Store) -> None:
    forged = {"return_path": f"bounces+{'a' * 48}@courier.example", "link_token": "L" * 51}
    for name in ("unsubscribe", "unsubscribe-by-subject"):
        assert take(store, sample(name, **forged)).owner is None
    assert suppressions(store) == {}


def test_five_issues_in_a_row_that_did_not_arrive_end_the_deliveries(store: Store) -> None:
    for day in range(SOFT_LIMIT):
        send(store, DATE + day * DAY)
    for day in range(SOFT_LIMIT - 1):
        assert miss(store, DATE + day * DAY).outcome == "counted"
    assert suppressions(store) == {}
    assert miss(store, DATE + 4 * DAY).outcome == "suppressed"
    assert suppressions(store) == {EVERY_EDITION: Reason.BOUNCED}


def test_an_issue_that_arrived_between_begins_the_count_anew(store: Store) -> None:
    for day in range(2 * SOFT_LIMIT):
        send(store, DATE + day * DAY)
    for day in (0, 1, 2, 3, 5, 6, 7, 8):
        miss(store, DATE + day * DAY)
    assert suppressions(store) == {}
    assert miss(store, DATE + 9 * DAY).outcome == "suppressed"


def test_reports_in_any_order_make_the_same_run(store: Store) -> None:
    for day in range(SOFT_LIMIT + 2):
        send(store, DATE + day * DAY)
    outcomes = [miss(store, DATE + day * DAY).outcome for day in (4, 0, 3, 1, 2)]
    assert outcomes == [*["counted"] * 4, "suppressed"]


def test_many_reports_of_one_issue_are_one_issue_that_did_not_arrive(store: Store) -> None:
    for number in range(1, 2 * SOFT_LIMIT):
        assert miss(store, DATE, number).outcome == "counted"
    assert suppressions(store) == {}


def test_what_lies_more_than_thirty_days_apart_is_no_run(store: Store) -> None:
    outcomes = {miss(store, DATE + 8 * week * DAY).outcome for week in range(SOFT_LIMIT + 2)}
    assert outcomes == {"counted"}


def test_the_same_report_counts_once_even_after_somebody_came_back(store: Store) -> None:
    report = sample(HARD, **traces(store))
    take(store, report)
    came_back = dt.datetime(2026, 11, 24, tzinfo=dt.UTC)
    subscribe_again(store, came_back)
    assert take(store, report, came_back).outcome == "known already"
    assert suppressions(store) == {}


def subscribe_again(store: Store, at: dt.datetime) -> None:
    from digest.outgoing import Subscriber
    from digest.subscribers import Candidate, Consent

    consent = Consent(given_at=at, how="by phone", noted_at=at, noted_by="a test")
    candidate = Candidate(
        key=ADDRESS, subscriber=Subscriber(address=ADDRESS), consent=consent, since=at
    )
    store.admit("daily", candidate, EDITIONS)


def test_a_death_after_the_suppression_and_before_the_count_is_made_up_for(store: Store) -> None:
    report = sample(HARD, **traces(store))
    (judged,) = judge(store, read_answer(report), EDITIONS, NOW)
    assert judged.suppression is not None
    store.suppress(judged.suppression.mark, judged.suppression.reason, NOW)
    assert take(store, report).outcome == "suppressed"
    assert store.has_bounce(read_answer(report).name, store.mark(ADDRESS))


def test_a_judgement_alone_changes_nothing(store: Store) -> None:
    report = sample(HARD, **traces(store))
    for _ in range(2):
        (judged,) = judge(store, read_answer(report), EDITIONS, NOW)
        assert judged.outcome == "suppressed"
    assert suppressions(store) == {}


def test_somebody_who_was_erased_stays_erased(store: Store) -> None:
    carried = traces(store)
    store.erase(store.mark(ADDRESS), NOW)
    made = take(store, sample("yahoo-complaint", **carried))
    assert made.owner is not None
    assert made.owner.address == ""
    assert suppressions(store) == {EVERY_EDITION: Reason.ERASED}


@given(st.sampled_from(SAMPLES), st.data())
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_mutation_of_a_sample_stops_the_taking_in(
    store: Store, name: str, data: st.DataObject
) -> None:
    text = sample(name, **traces(store))
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(start, min(len(text), start + 80)))
        text = text[:start] + data.draw(st.binary(max_size=30)) + text[end:]
    for judged in judge(store, read_answer(text), EDITIONS, NOW):
        assert judged.outcome


@given(
    st.sampled_from([b"Final-Recipient: rfc822; ", b"To: ", b"Message-ID: "]),
    st.binary(max_size=80),
)
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_address_stops_the_taking_in(store: Store, field: bytes, value: bytes) -> None:
    text = sample("forged")
    at = text.rindex(field) + len(field)
    for judged in judge(store, read_answer(text[:at] + value + text[at:]), EDITIONS, NOW):
        assert judged.outcome
