"""How often pages are read an hour."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.model import Article, Reading, Source
from digest.rates import PRIOR_COUNTS, PRIOR_HOURS, shrunk_rates
from digest.recipe import Edition, SectionRule

CUTOFF = dt.datetime(2026, 11, 23, 5, 30, tzinfo=dt.UTC)
COURIER, WIRE = "https://courier.example", "https://wire.example"
EDITION = Edition(
    name="daily",
    title="The Daily Courier",
    sources=(
        Source(id="courier", title="Courier", owner="courier.example", section="London"),
        Source(id="wire", title="Wire", owner="wire.example", section="World"),
    ),
    sections=(SectionRule(title="London"), SectionRule(title="World")),
)


def article(slug: str, by: str = "courier", *, hours_ago: float = 2, **more: Any) -> Article:
    given: dict[str, Any] = {
        "url": f"https://{by}.example/{slug}",
        "title": slug,
        "published": CUTOFF - dt.timedelta(hours=hours_ago),
        "first_seen": CUTOFF - dt.timedelta(hours=1),
    }
    return Article(source=by, guid=slug, **(given | more))


def reading(url: str, count: int, *, hours: float | None = 24, hours_ago: float = 1) -> Reading:
    as_of = CUTOFF - dt.timedelta(hours=hours_ago)
    return Reading(url=url, count=count, unit="read", as_of=as_of, hours=hours)


def hourly(*articles: Article, readings: list[Reading]) -> dict[str, float]:
    rates = shrunk_rates(articles, readings, EDITION, CUTOFF)
    return {url: rate.hourly for url, rate in rates.items()}


def test_rates_are_drawn_towards_their_sections() -> None:
    rates = hourly(
        article("a", hours_ago=30),
        article("b", hours_ago=30),
        article("c", "wire", hours_ago=30),
        readings=[
            reading(f"{COURIER}/a", 96),
            reading(f"{COURIER}/b", 0, hours=1),
            reading(f"{WIRE}/c", 24),
            reading(f"{COURIER}/nowhere", 1000),
        ],
    )
    usual = 96 / 25
    prior = PRIOR_COUNTS / usual
    assert rates == {
        f"{COURIER}/a": pytest.approx((96 + PRIOR_COUNTS) / (24 + prior)),
        f"{COURIER}/b": pytest.approx(PRIOR_COUNTS / (1 + prior)),
        f"{WIRE}/c": pytest.approx(1),
    }


def test_where_counts_are_thin_the_usual_is_worth_four_hours_and_no_more() -> None:
    articles = [article(f"p{n}", hours_ago=30) for n in range(10)]
    readings = [reading(f"{COURIER}/p{n}", 1 if n == 0 else 0) for n in range(10)]
    usual = 1 / 240
    rates = hourly(*articles, readings=readings)
    assert rates[f"{COURIER}/p0"] == pytest.approx((1 + PRIOR_HOURS * usual) / (24 + PRIOR_HOURS))


def test_a_count_without_hours_runs_since_the_article_came_out_and_an_hour_at_least() -> None:
    rates = hourly(
        article("a", hours_ago=11),
        article("b", "wire", hours_ago=1),
        readings=[
            reading(f"{COURIER}/a", 20, hours=None),
            reading(f"{WIRE}/b", 20, hours=None),
        ],
    )
    assert rates == {f"{COURIER}/a": pytest.approx(2), f"{WIRE}/b": pytest.approx(20)}


def test_the_newest_reading_of_a_page_counts() -> None:
    url = f"{COURIER}/a"
    readings = [reading(url, 48, hours_ago=1), reading(url, 9_000, hours_ago=9)]
    assert hourly(article("a", hours_ago=30), readings=readings) == {url: pytest.approx(2)}


def test_a_page_is_not_charged_for_hours_before_it_came_out() -> None:
    rates = hourly(
        article("new", hours_ago=5),
        article("old", "wire", hours_ago=40),
        readings=[reading(f"{COURIER}/new", 48), reading(f"{WIRE}/old", 48)],
    )
    assert rates == {f"{COURIER}/new": pytest.approx(12), f"{WIRE}/old": pytest.approx(2)}


def test_an_undated_page_is_charged_for_all_hours_of_its_count() -> None:
    url = f"{COURIER}/a"
    rates = hourly(article("a", published=None), readings=[reading(url, 48)])
    assert rates == {url: pytest.approx(2)}


def test_thin_counts_do_not_beat_steady_ones() -> None:
    rates = hourly(
        article("steady", hours_ago=30),
        article("lucky", hours_ago=30),
        *(article(f"x{n}", hours_ago=30) for n in range(8)),
        readings=[
            reading(f"{COURIER}/steady", 240),
            reading(f"{COURIER}/lucky", 11, hours=1),
            *(reading(f"{COURIER}/x{n}", 24) for n in range(8)),
        ],
    )
    assert rates[f"{COURIER}/steady"] > rates[f"{COURIER}/lucky"]


def test_the_more_is_counted_the_less_a_rate_may_be_wrong() -> None:
    articles = [article(slug, by, hours_ago=30) for slug, by in (("a", "courier"), ("b", "wire"))]
    readings = [reading(f"{COURIER}/a", 24), reading(f"{WIRE}/b", 2400)]
    rates = shrunk_rates(articles, readings, EDITION, CUTOFF)
    few, many = rates[f"{COURIER}/a"], rates[f"{WIRE}/b"]
    assert few.hourly == pytest.approx(1)
    assert few.error == pytest.approx(0.2, rel=0.02)
    assert many.error / many.hourly == pytest.approx(0.1 * few.error / few.hourly, rel=0.02)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.builds(
            reading,
            st.integers(0, 11).map(lambda n: f"{COURIER}/page-{n}"),
            st.integers(0, 10**6),
            hours=st.none() | st.floats(0, 100),
            hours_ago=st.floats(0, 50),
        ),
        max_size=8,
    )
)
def test_a_rate_is_no_lower_than_none_and_no_higher_than_the_highest(
    readings: list[Reading],
) -> None:
    articles = [article(f"page-{n}", hours_ago=10_000) for n in range(12)]
    rates = shrunk_rates(articles, readings, EDITION, CUTOFF)
    assert rates.keys() == {one.url for one in readings}
    highest = max((one.count / max(1.0, one.hours or 1) for one in readings), default=0)
    assert all(0 <= rate.hourly <= highest + 1e-6 for rate in rates.values())
    assert shrunk_rates(articles[::-1], readings[::-1], EDITION, CUTOFF) == rates
