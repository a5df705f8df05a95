"""Limits of domains and pauses before another attempt: pure, so that time is a number."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from digest.delivery.throttling import BURST_S, Throttle
from digest.relay import DomainLimit
from digest.retrying import retry_delay_s


def throttle(per_minute: int) -> Throttle:
    return Throttle([DomainLimit(domain="slow.example", per_minute=per_minute)])


@given(
    st.integers(1, 600),
    st.lists(st.floats(0, 5), min_size=1, max_size=200),
)
def test_no_stretch_of_time_has_more_messages_than_its_rate_and_one_burst(
    per_minute: int, pauses: list[float]
) -> None:
    limited, now, begun = throttle(per_minute), 1000.0, list[float]()
    for pause in pauses:
        now += pause
        if limited.take("slow.example", now) == 0:
            begun.append(now)
    rate = per_minute / 60
    for first, start in enumerate(begun):
        for last in range(first, len(begun)):
            allowed = rate * (begun[last] - start) + max(rate * BURST_S, 1)
            assert last - first + 1 <= allowed + 1e-6


def test_who_comes_when_told_to_is_let_in() -> None:
    limited, now = throttle(12), 1000.0
    told = [limited.take("slow.example", now) for _ in range(6)]
    assert told == [0, 0, 5, 10, 15, 20]
    assert [limited.take("slow.example", now + wait) for wait in told[2:]] == [0, 0, 0, 0]


def test_a_domain_that_takes_one_a_minute_gets_the_first_at_once() -> None:
    limited = throttle(1)
    assert [limited.take("slow.example", 1000) for _ in range(3)] == [0, 60, 120]


def test_the_rate_is_reached_and_not_only_kept() -> None:
    limited = throttle(60)
    assert sum(limited.take("slow.example", 1000 + tick / 10) == 0 for tick in range(600)) == 69


def test_a_domain_without_a_limit_takes_everything() -> None:
    limited = throttle(1)
    assert [limited.take("home.example", 1000) for _ in range(100)] == [0] * 100
    assert all(limited.enter("home.example", 0) for _ in range(100))


def test_connections_to_a_domain_are_counted_in_and_out() -> None:
    limited = Throttle([DomainLimit(domain="small.example", connections=2)])
    assert [limited.enter("small.example", 0) for _ in range(3)] == [True, True, False]
    limited.leave("small.example")
    assert limited.enter("small.example", 0)
    assert not limited.enter("small.example", 0.01)


def test_pauses_double_from_a_minute_to_an_hour() -> None:
    middle = [retry_delay_s(attempts, 0.5) for attempts in range(1, 10)]
    assert middle == [60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]


@given(st.integers(-1, 10**9), st.floats(0, 1))
def test_chance_moves_a_pause_by_a_quarter_at_most(attempts: int, chance: float) -> None:
    middle = retry_delay_s(attempts, 0.5)
    assert 0.75 * middle <= retry_delay_s(attempts, chance) <= 1.25 * middle
