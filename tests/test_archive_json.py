"""Canonical JSON: what is dumped loads equal, and equal values give equal bytes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pytest
from archive_makers import CUTOFF
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.archive import dump, load
from digest.model import Article, Factor, Image, Placement, Report, Rights, Source
from digest.recipe import Edition, SectionRule, Timetable

moments = st.datetimes(timezones=st.just(dt.UTC))
numbers = st.floats(allow_nan=False, allow_infinity=False)
images = st.builds(Image, url=st.text(), alt=st.text(), width=st.none() | st.integers())
articles = st.builds(
    Article,
    source=st.text(),
    guid=st.text(),
    url=st.text(),
    title=st.text(),
    body=st.lists(st.text(), max_size=3).map(tuple),
    published=st.none() | moments,
    first_seen=moments,
    image=st.none() | images,
    comments=st.none() | st.integers(),
)
placements = st.builds(
    Placement,
    slot=st.text(),
    story=st.text(),
    url=st.text(),
    title=st.text(),
    source=st.text(),
    date=moments,
    score=numbers,
    factors=st.lists(
        st.builds(Factor, name=st.text(), value=numbers | st.integers(0, 9), why=st.text()),
        max_size=3,
    ).map(tuple),
    image=st.none() | images,
)
editions = st.builds(
    Edition,
    name=st.text(),
    title=st.text(),
    timetable=st.builds(
        Timetable,
        cutoff=st.times(),
        skip_dates=st.lists(st.dates(), max_size=3).map(tuple),
    ),
    sources=st.lists(
        st.builds(
            Source, id=st.text(), title=st.text(), owner=st.text(), rights=st.sampled_from(Rights)
        ),
        max_size=2,
    ).map(tuple),
    sections=st.lists(st.builds(SectionRule, title=st.text()), max_size=2).map(tuple),
)


@settings(deadline=None, max_examples=80)
@given(articles | placements | editions)
def test_what_is_dumped_loads_equal_and_dumps_the_same(
    value: Article | Placement | Edition,
) -> None:
    data = dump(value)
    again = load(type(value), data)
    assert again == value
    assert dump(again) == data


def test_json_is_sorted_indented_utf8_and_ends_in_a_newline() -> None:
    data = dump(Report(temperature_c=12, as_of=CUTOFF, condition="brouillard dès l’aube"))
    assert data.decode() == (
        "{\n"
        '  "as_of": "2026-11-23T05:30:00Z",\n'
        '  "condition": "brouillard dès l’aube",\n'
        '  "temperature_c": 12.0\n'
        "}\n"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    counts: dict[str, tuple[int, ...]]


def test_equal_mappings_give_equal_bytes() -> None:
    one, other = Tally(counts={"a": (1,), "b": ()}), Tally(counts={"b": (), "a": (1,)})
    assert dump(one) == dump(other)
    assert load(Tally, dump(one)) == other


@pytest.mark.parametrize("score", [float("nan"), float("inf")])
def test_a_number_that_json_lacks_is_refused(score: float) -> None:
    with pytest.raises(ValueError, match="JSON"):
        dump(Factor(name="coverage", value=score, why=""))
