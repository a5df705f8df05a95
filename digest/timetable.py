"""Which issues are due, late or missed: the edition's timetable against the clock.

Pure: every moment is an argument, and every answer is an aware UTC instant. The wall clock decides,
with one rule for both of its oddities: a time of day means the first instant at which the clock of
that date reads it or later. So a time that spring skips is the moment after the gap, and one that
autumn repeats is its first occurrence.

    pull, pull… ──▶ cutoff: pull, build ──▶ send_at: send ──▶ deadline: miss what did not go
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from digest.errors import ConfigError
from digest.model import IssueState

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from digest.recipe import Timetable

LOOK_AHEAD = dt.timedelta(days=400)
MISS_MEMORY = dt.timedelta(hours=36)

QUIET = dt.timedelta(hours=1)  # before a cutoff: as long as a source rests
_DAY = dt.timedelta(days=1)
_SECOND = dt.timedelta(seconds=1)
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_READY = (IssueState.DRAFT, IssueState.APPROVED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One publishing day's three moments, in UTC; `date` is the local one."""

    date: dt.date
    cutoff: dt.datetime
    send_at: dt.datetime
    deadline: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One thing to do now: `due` since when, in UTC; `date` is the issue's, None for a pull."""

    kind: Literal["pull", "build", "send", "miss"]
    date: dt.date | None
    due: dt.datetime


def publishes_on(timetable: Timetable, date: dt.date) -> bool:
    """Say whether an issue comes out on that local date."""
    return date.isoweekday() in timetable.days and date not in timetable.skip_dates


def slot_on(timetable: Timetable, zone: str, date: dt.date) -> Slot:
    """Give the three moments of `date`, strictly in order, whether or not it is a publishing day.

    Where a gap in the clock makes two of them coincide, the later keeps the distance that the
    timetable gives it. Raises ConfigError when the timetable itself is out of order.
    """
    times = (timetable.cutoff, timetable.send_at, timetable.send_deadline)
    if not times[0] < times[1] < times[2]:
        raise ConfigError(
            "cutoff, send_at and send_deadline must follow each other within one day",
            where="[timetable]",
            hint='For example cutoff = "05:30", send_at = "06:30", send_deadline = "10:30"',
        )
    clock = ZoneInfo(zone)
    walls = [dt.datetime.combine(date, time) for time in times]
    cutoff, send_at, deadline = (_first_instant(wall, clock) for wall in walls)
    if send_at <= cutoff:
        send_at = cutoff + (walls[1] - walls[0])
    if deadline <= send_at:
        deadline = send_at + (walls[2] - walls[1])
    return Slot(date=date, cutoff=cutoff, send_at=send_at, deadline=deadline)


def next_slots(timetable: Timetable, zone: str, now: dt.datetime, count: int) -> tuple[Slot, ...]:
    """Give the next `count` slots whose send time is after `now`, soonest first.

    There are fewer when the next 400 days hold fewer.
    """
    slots = _slots(timetable, zone, now - _DAY, now + LOOK_AHEAD)
    return tuple(islice((slot for slot in slots if slot.send_at > now), count))


def due_jobs(
    timetable: Timetable,
    zone: str,
    now: dt.datetime,
    issues: Mapping[dt.date, IssueState],
    last_pull: dt.datetime | None,
    *,
    since: dt.datetime,
) -> tuple[Job, ...]:
    """Say what is to be done at `now`, in the order in which to do it.

    First misses, oldest first, then a pull, then the day's build or send. `issues` holds the state
    of each issue there is; `last_pull` is when sources were last asked. `since` is when this
    edition was first scheduled: slots whose deadline is before it are nobody's fault and ignored.

    A job is due until its doing shows in `issues` or `last_pull`, so asking again is safe. A build
    shows as a draft, and its send is due from the next time of asking.
    """
    slots = tuple(_slots(timetable, zone, now - MISS_MEMORY - _DAY, now + _DAY))
    known = [slot for slot in slots if slot.deadline >= since]
    missed = [job for slot in known if (job := _miss(slot, issues.get(slot.date), now))]
    issued = [job for slot in known if (job := _issue_job(slot, issues.get(slot.date), now))]
    before_cutoff = any(dt.timedelta(0) < slot.cutoff - now < QUIET for slot in slots)
    return (*missed, *_pull(timetable, now, last_pull, issued, quiet=before_cutoff), *issued)


def _miss(slot: Slot, state: IssueState | None, now: dt.datetime) -> Job | None:
    """Tell of an issue that ought to have gone by now: nobody held it, and nobody sent it."""
    if slot.deadline <= now <= slot.deadline + MISS_MEMORY and (state is None or state in _READY):
        return Job(kind="miss", date=slot.date, due=slot.deadline)
    return None


def _issue_job(slot: Slot, state: IssueState | None, now: dt.datetime) -> Job | None:
    if state is None and slot.cutoff <= now < slot.deadline:
        return Job(kind="build", date=slot.date, due=slot.cutoff)
    if state in _READY and slot.send_at <= now < slot.deadline:
        return Job(kind="send", date=slot.date, due=slot.send_at)
    return None


def _pull(
    timetable: Timetable,
    now: dt.datetime,
    last_pull: dt.datetime | None,
    issued: list[Job],
    *,
    quiet: bool,
) -> Iterator[Job]:
    """Ask for one pull at most: by the hour, or because a build needs all until its cutoff.

    In the hour before a cutoff there is none by the hour: a source that was just asked would be
    resting when it matters.
    """
    every = dt.timedelta(minutes=timetable.pull_every_min)
    cutoffs = [job.due for job in issued if job.kind == "build"]
    if last_pull is None:
        yield Job(kind="pull", date=None, due=now)
    elif cutoffs and last_pull < max(cutoffs):
        yield Job(kind="pull", date=None, due=max(cutoffs))
    elif now - last_pull >= every and not quiet:
        yield Job(kind="pull", date=None, due=last_pull + every)
    elif last_pull - now >= every:  # a clock that was wrong must not stop the pulls for good
        yield Job(kind="pull", date=None, due=now)


def _slots(
    timetable: Timetable, zone: str, since: dt.datetime, until: dt.datetime
) -> Iterator[Slot]:
    """Give the publishing days that the clock shows between two moments, oldest first."""
    clock = ZoneInfo(zone)
    date, last = since.astimezone(clock).date(), until.astimezone(clock).date()
    while date <= last:
        if publishes_on(timetable, date) and _exists(date, clock):
            yield slot_on(timetable, zone, date)
        date += _DAY


def _exists(date: dt.date, clock: ZoneInfo) -> bool:
    """Say whether the clock ever showed this date: Samoa had no 30 December 2011."""
    midnight = _first_instant(dt.datetime.combine(date, dt.time()), clock)
    return midnight.astimezone(clock).date() == date


def _first_instant(wall: dt.datetime, clock: ZoneInfo) -> dt.datetime:
    """Give the first instant, in UTC, at which the clock reads `wall` or later."""
    instant = wall.replace(tzinfo=clock).astimezone(dt.UTC)  # in a fold, this is the first
    if _reads(clock, instant) == wall:
        return instant
    # In a gap, PEP 495 counts fold 0 by the offset before it, which gives a moment after the gap,
    # and fold 1 by the offset after it, which gives one before. The gap's end is in between.
    before = wall.replace(tzinfo=clock, fold=1).astimezone(dt.UTC)
    seconds = range((before - _EPOCH) // _SECOND, (instant - _EPOCH) // _SECOND)
    end = bisect_left(seconds, wall, key=lambda second: _reads(clock, _EPOCH + second * _SECOND))
    return _EPOCH + (seconds.start + end) * _SECOND


def _reads(clock: ZoneInfo, instant: dt.datetime) -> dt.datetime:
    """Read the clock on the wall: a time without a zone."""
    return instant.astimezone(clock).replace(tzinfo=None)
