from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import DigestError, SourceError, SourceGone
from digest.health import (
    ALERT_AFTER,
    LONGEST_WAIT,
    Health,
    SourceState,
    after_failure,
    alert_of,
)

NOW = dt.datetime(2026, 11, 23, 5, 30, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


def polite(what: str = "no answer", at: dt.datetime = NOW) -> SourceError:
    error = SourceError(what)
    error.retry_at = at + HOUR
    return error


def failing(times: int, *, every: dt.timedelta = HOUR) -> list[SourceState]:
    """Give the states after each of some failures."""
    states: list[SourceState] = []
    for number in range(times):
        at = NOW + number * every
        states.append(after_failure(states[-1] if states else None, polite(at=at), at))
    return states


def told(states: list[SourceState]) -> list[str]:
    return [alert_of(before, after) for before, after in zip([None, *states], states, strict=False)]


def test_a_source_that_fails_is_failing_since_its_first_failure() -> None:
    first, second = failing(2)
    assert (first.health, second.health) == (Health.FAILING, Health.FAILING)
    assert (second.failures, second.failing_since, second.last_attempt) == (2, NOW, NOW + HOUR)


def test_editors_are_told_once_after_some_failures_and_once_when_it_is_given_up() -> None:
    states = failing(40, every=dt.timedelta(hours=12))
    news = [(number, words) for number, words in enumerate(told(states), 1) if words]
    assert [number for number, _ in news] == [ALERT_AFTER, 29]  # 28 half days are two weeks
    assert news[0][1] == "has failed 5 times since 23 November 05:30 UTC"
    assert news[1][1] == "could not be read for 14 days; it is not asked any more"
    assert states[27].health is Health.FAILING
    assert states[28].health is Health.DISABLED


def test_a_machine_that_slept_for_a_month_disables_nothing_on_waking() -> None:
    before, after = failing(2, every=dt.timedelta(days=30))
    assert after.health is Health.FAILING
    assert alert_of(before, after) == ""


def test_a_source_that_is_gone_is_disabled_at_once() -> None:
    state = after_failure(None, SourceGone("gone for good (410)"), NOW)
    assert state.health is Health.DISABLED
    assert alert_of(None, state) == "gone for good; it is not asked any more"
    assert alert_of(state, after_failure(state, SourceGone("410"), NOW)) == ""


def test_a_server_s_wish_to_wait_is_kept() -> None:
    error = SourceError("asked less often")
    error.retry_at = NOW + dt.timedelta(days=3)
    assert after_failure(None, error, NOW).due == NOW + dt.timedelta(days=3)


def test_waiting_grows_with_failures_to_a_day() -> None:
    waits = [state.due - state.last_attempt for state in failing(12) if state.due]
    assert waits[: ALERT_AFTER - 1] == [HOUR] * (ALERT_AFTER - 1)
    assert waits == sorted(waits)
    assert waits[-1] == LONGEST_WAIT


def test_a_failure_that_was_no_server_s_may_be_repeated_whenever_one_likes() -> None:
    assert after_failure(None, SourceError("there is no such file"), NOW).due is None


def test_a_plug_that_crashed_waits_an_hour_for_it_may_have_asked_somebody() -> None:
    assert after_failure(None, DigestError("the plug failed"), NOW).due == NOW + HOUR


def test_memory_stays_unless_the_failure_brings_one() -> None:
    known = failing(1)[0]
    error = SourceError("is HTML")
    error.memory = {"etag": "b"}
    marked = after_failure(known, error, NOW)
    assert marked.memory == {"etag": "b"}
    assert after_failure(marked, SourceError("no answer"), NOW).memory == {"etag": "b"}


@pytest.mark.parametrize(
    ("minutes", "rests"), [(-90, True), (0, True), (59, True), (60, False), (90, False)]
)
def test_a_source_rests_until_it_is_due(minutes: int, *, rests: bool) -> None:
    (state,) = failing(1)
    assert state.rests(NOW + dt.timedelta(minutes=minutes)) is rests


def test_a_disabled_source_rests_for_ever() -> None:
    state = after_failure(None, SourceGone("410"), NOW)
    assert state.rests(NOW + dt.timedelta(days=3650))


@given(st.lists(st.timedeltas(dt.timedelta(), dt.timedelta(days=3)), max_size=60))
def test_there_are_two_alerts_at_most_however_the_failures_fall(gaps: list[dt.timedelta]) -> None:
    at, states = NOW, list[SourceState]()
    for gap in gaps:
        at += gap
        states.append(after_failure(states[-1] if states else None, polite(at=at), at))
    assert len(list(filter(None, told(states)))) <= 2
    assert all(state.due and state.due >= state.last_attempt + HOUR for state in states)
