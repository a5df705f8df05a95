"""Which sources a pull asks, when, and what it tells of them."""

from __future__ import annotations

import asyncio
import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from fiction import CUTOFF
from loopback import visitor
from publication import newsroom_of, write_publication

from digest.errors import SourceError, SourceGone
from digest.health import ALERT_AFTER, Health
from digest.model import Source
from digest.protocols import Pulled
from digest.pulling import PullReport, SourceResult, _spread, pull
from digest.scheduler import tick

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from digest.newsroom import Newsroom

HOUR = dt.timedelta(hours=1)


class Plug:
    """A source on the web: it wants an hour between two requests."""

    def __init__(self) -> None:
        self.asked: list[Mapping[str, str]] = []
        self.error: Exception | None = None

    async def pull(self, http: object, memory: Mapping[str, str], now: dt.datetime) -> Pulled:
        self.asked.append(memory)
        if self.error:
            raise self.error
        return Pulled(memory={"etag": "a"}, due=now + HOUR)


class Clock:
    """The real time, as far as the newsroom knows."""

    def __init__(self) -> None:
        self.now = CUTOFF

    def __call__(self) -> dt.datetime:
        return self.now


@pytest.fixture
def plug() -> Plug:
    return Plug()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def newsroom(tmp_path: Path, plug: Plug, clock: Clock) -> Iterator[Newsroom]:
    """A newsroom of one source, which is `plug`."""
    with newsroom_of(write_publication(tmp_path)) as opened:
        only = opened.edition.sources[:1]
        yield replace(
            opened,
            edition=replace(opened.edition, sources=only),
            sources={only[0].id: plug},
            clock=clock,
        )


def pulled(newsroom: Newsroom, now: dt.datetime, *, force: bool = False) -> PullReport:
    async def work() -> PullReport:
        async with visitor() as http:
            return await pull(newsroom, http, now, force=force)

    return asyncio.run(work())


def outcomes(report: PullReport) -> list[str]:
    return [result.outcome for result in report.sources]


def test_a_source_is_left_alone_until_it_is_due(
    newsroom: Newsroom, plug: Plug, clock: Clock
) -> None:
    assert outcomes(pulled(newsroom, clock.now)) == ["read"]
    clock.now += HOUR - dt.timedelta(seconds=1)
    (resting,) = pulled(newsroom, clock.now).sources
    assert (resting.outcome, resting.resting_until) == ("resting", CUTOFF + HOUR)
    clock.now += dt.timedelta(seconds=1)
    assert outcomes(pulled(newsroom, clock.now)) == ["read"]
    assert plug.asked == [{}, {"etag": "a"}]


def test_a_pull_for_another_time_does_not_make_servers_think_that_time_has_passed(
    newsroom: Newsroom, plug: Plug, clock: Clock
) -> None:
    pulled(newsroom, clock.now)
    assert outcomes(pulled(newsroom, CUTOFF - 30 * HOUR)) == ["resting"]
    assert outcomes(pulled(newsroom, CUTOFF + 30 * HOUR)) == ["resting"]
    clock.now += HOUR
    assert outcomes(pulled(newsroom, CUTOFF - 30 * HOUR)) == ["read"]
    assert outcomes(pulled(newsroom, clock.now)) == ["resting"]
    assert len(plug.asked) == 2


def test_an_editor_may_ask_all_the_same(newsroom: Newsroom, plug: Plug) -> None:
    pulled(newsroom, CUTOFF)
    assert outcomes(pulled(newsroom, CUTOFF, force=True)) == ["read"]
    assert plug.asked == [{}, {"etag": "a"}]


def test_a_source_that_is_gone_is_asked_again_by_force_only_and_is_well_if_it_answers(
    newsroom: Newsroom, plug: Plug, clock: Clock
) -> None:
    plug.error = SourceGone("gone for good (410)", where="courier")
    report = pulled(newsroom, clock.now)
    assert report.notices[0] == (
        "Courier: gone for good; it is not asked any more (courier: gone for good (410))"
    )
    clock.now += 900 * HOUR
    assert outcomes(pulled(newsroom, clock.now)) == ["resting"]
    plug.error = None
    assert outcomes(pulled(newsroom, clock.now, force=True)) == ["read"]
    (state,) = newsroom.store.source_states().values()
    assert state.health is Health.ACTIVE


def test_a_disabled_source_that_is_enabled_is_asked_by_the_next_pull(
    newsroom: Newsroom, plug: Plug
) -> None:
    plug.error = SourceGone("gone for good (410)")
    pulled(newsroom, CUTOFF)
    newsroom.store.enable_source(newsroom.edition.sources[0].id)
    plug.error = None
    assert outcomes(pulled(newsroom, CUTOFF)) == ["read"]


def test_the_editors_are_told_once_of_a_source_that_keeps_failing(
    newsroom: Newsroom, plug: Plug, clock: Clock
) -> None:
    plug.error = SourceError("no answer", where="courier")
    told = []
    for number in range(1, 13):
        if any("Courier" in notice for notice in pulled(newsroom, clock.now).notices):
            told.append(number)
        clock.now += 24 * HOUR
    assert told == [ALERT_AFTER]


def test_a_pull_in_which_all_rest_is_a_pull_too(
    newsroom: Newsroom, plug: Plug, clock: Clock
) -> None:
    """Else the scheduler would pull at each of its ticks until one of them is due."""
    noon = CUTOFF.replace(hour=14)
    clock.now = noon
    kinds = []
    for minutes in range(0, 125, 5):
        clock.now = noon + dt.timedelta(minutes=minutes)
        plug.error = None
        kinds += [job.kind for job in tick(newsroom, clock.now, since=noon)]
    assert kinds.count("pull") == 3


def test_sources_of_one_owner_are_spread_over_the_pull() -> None:
    owners = ["a", "a", "a", "b", "b", "c"]
    sources = [Source(id=str(n), title="", owner=owner) for n, owner in enumerate(owners)]
    assert [source.owner for source in _spread(sources)] == ["a", "b", "c", "a", "b", "a"]


def test_a_result_is_one_structured_line() -> None:
    result = SourceResult(
        source="https://courier.example/a b", title="", new=3, read=20, took_s=0.25,
        warnings=('odd "date"', "cut"),
    )  # fmt: skip
    assert str(result) == (
        'source="https://courier.example/a b" outcome=read new=3 read=20 took_s=0.25 '
        'warnings="odd \\"date\\"; cut"'
    )


def test_no_line_of_a_log_holds_what_a_terminal_obeys() -> None:
    hostile = "a\x1b[31mb\u009bc\u202ed\u2028e\nf"
    line = str(SourceResult(source="s", title="", error=hostile))
    assert line.isprintable()
    assert line.isascii()
