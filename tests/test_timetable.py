"""The timetable: one slot a publishing day, whatever the clocks do."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.errors import ConfigError
from digest.model import IssueState
from digest.recipe import Timetable
from digest.timetable import Job, due_jobs, next_slots, publishes_on, slot_on

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

LONDON, NEW_YORK = "Europe/London", "America/New_York"
APIA, LORD_HOWE = "Pacific/Apia", "Australia/Lord_Howe"
ZONES = (LONDON, NEW_YORK, APIA, LORD_HOWE)
EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)
WEEKDAYS = Timetable()
LONG_AGO = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
SUNDAY = 6
NOON = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
MONDAY = dt.date(2026, 11, 23)


def utc(day: int, hour: int, minute: int = 0, *, month: int = 11) -> dt.datetime:
    return dt.datetime(2026, month, day, hour, minute, tzinfo=dt.UTC)


def daily(cutoff: dt.time, send_at: dt.time, deadline: dt.time) -> Timetable:
    return Timetable(days=EVERY_DAY, cutoff=cutoff, send_at=send_at, send_deadline=deadline)


def jobs(
    now: dt.datetime,
    issues: Mapping[dt.date, IssueState] | None = None,
    last_pull: dt.datetime | None = None,
    since: dt.datetime = LONG_AGO,
) -> tuple[Job, ...]:
    """Weekdays in London on and after Friday, with Friday's issue sent unless said otherwise."""
    past = {dt.date(2026, 11, 20): IssueState.SENT}
    return due_jobs(WEEKDAYS, LONDON, now, {**past, **(issues or {})}, last_pull, since=since)


def kinds(answer: tuple[Job, ...]) -> list[str]:
    return [job.kind for job in answer]


# ---------------------------------------------------------------- slots


def test_an_issue_comes_out_on_its_weekdays_save_the_skipped_dates() -> None:
    timetable = Timetable(skip_dates=(dt.date(2026, 12, 25),))
    assert publishes_on(timetable, dt.date(2026, 12, 24))
    assert not publishes_on(timetable, dt.date(2026, 12, 25))
    assert not publishes_on(timetable, dt.date(2026, 12, 26))


def test_a_slot_is_local_time_told_in_utc_in_winter_and_in_summer() -> None:
    winter, summer = (slot_on(WEEKDAYS, LONDON, dt.date(2026, month, 1)) for month in (12, 7))
    assert (winter.cutoff.hour, winter.send_at.hour, winter.deadline.hour) == (5, 6, 10)
    assert (summer.cutoff.hour, summer.send_at.hour, summer.deadline.hour) == (4, 5, 9)
    assert {moment.tzinfo for moment in (winter.cutoff, summer.deadline)} == {dt.UTC}


@pytest.mark.parametrize(
    ("zone", "date", "skipped", "expected"),
    [
        (LONDON, dt.date(2026, 3, 29), dt.time(1, 30), "2026-03-29T01:00"),
        (NEW_YORK, dt.date(2026, 3, 8), dt.time(2, 30), "2026-03-08T07:00"),
        (LORD_HOWE, dt.date(2026, 10, 4), dt.time(2, 15), "2026-10-03T15:30"),
        ("America/Sao_Paulo", dt.date(2018, 11, 4), dt.time(0, 1), "2018-11-04T03:00"),
    ],
)
def test_a_time_that_spring_skips_is_the_first_moment_after_the_gap(
    zone: str, date: dt.date, skipped: dt.time, expected: str
) -> None:
    slot = slot_on(daily(skipped, dt.time(6), dt.time(7)), zone, date)
    assert slot.cutoff == dt.datetime.fromisoformat(expected).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("zone", "date", "repeated", "expected"),
    [
        (LONDON, dt.date(2026, 10, 25), dt.time(1, 30), "2026-10-25T00:30"),
        (NEW_YORK, dt.date(2026, 11, 1), dt.time(1, 30), "2026-11-01T05:30"),
        (LORD_HOWE, dt.date(2026, 4, 5), dt.time(1, 45), "2026-04-04T14:45"),
    ],
)
def test_a_time_that_autumn_repeats_is_its_first_occurrence(
    zone: str, date: dt.date, repeated: dt.time, expected: str
) -> None:
    slot = slot_on(daily(repeated, dt.time(6), dt.time(7)), zone, date)
    assert slot.cutoff == dt.datetime.fromisoformat(expected).replace(tzinfo=dt.UTC)


def test_three_times_inside_one_gap_keep_their_distances() -> None:
    timetable = daily(dt.time(2, 10), dt.time(2, 20), dt.time(2, 50))
    slot = slot_on(timetable, NEW_YORK, dt.date(2026, 3, 8))
    assert slot.cutoff == utc(8, 7, month=3)
    assert slot.send_at == utc(8, 7, 10, month=3)
    assert slot.deadline == utc(8, 7, 40, month=3)


def test_a_date_that_the_zone_never_had_is_no_publishing_day() -> None:
    timetable = daily(dt.time(5), dt.time(6), dt.time(7))
    start = dt.datetime(2011, 12, 29, 12, tzinfo=dt.UTC)
    dates = [slot.date.day for slot in next_slots(timetable, APIA, start, 3)]
    assert dates == [29, 31, 1]
    state = {dt.date(2011, 12, day): IssueState.SENT for day in (28, 29, 31)}
    after = dt.datetime(2011, 12, 31, 12, tzinfo=dt.UTC)
    assert not due_jobs(timetable, APIA, after, state, after, since=LONG_AGO)


@pytest.mark.parametrize(
    "times",
    [
        (dt.time(6), dt.time(6), dt.time(7)),
        (dt.time(6), dt.time(5), dt.time(7)),
        (dt.time(5), dt.time(6), dt.time(6)),
    ],
)
def test_a_timetable_out_of_order_is_refused(times: tuple[dt.time, dt.time, dt.time]) -> None:
    with pytest.raises(ConfigError, match="follow each other"):
        slot_on(daily(*times), LONDON, MONDAY)


def test_the_next_slots_leave_out_weekends_and_a_send_time_that_is_now() -> None:
    first = next_slots(WEEKDAYS, LONDON, dt.datetime(2026, 11, 20, 6, 29, tzinfo=dt.UTC), 3)
    assert [slot.date.day for slot in first] == [20, 23, 24]
    second = next_slots(WEEKDAYS, LONDON, dt.datetime(2026, 11, 20, 6, 30, tzinfo=dt.UTC), 2)
    assert [slot.date.day for slot in second] == [23, 24]


def test_a_timetable_without_days_has_no_next_slot() -> None:
    assert next_slots(Timetable(days=()), LONDON, NOON, 5) == ()


def times_of_day() -> st.SearchStrategy[list[dt.time]]:
    times = st.integers(0, 24 * 60 - 1).map(lambda minute: dt.time(*divmod(minute, 60)))
    return st.lists(times, min_size=3, max_size=3, unique=True).map(sorted)


def dates_around_changes(zone: str, year: int = 2026) -> list[dt.date]:
    """Name the dates on which the zone's offset changes, and their neighbours."""
    clock = ZoneInfo(zone)
    days = [dt.datetime(year, 1, 1, tzinfo=dt.UTC) + dt.timedelta(days=n) for n in range(365)]
    changed = [
        day.astimezone(clock).date()
        for day in days
        if day.astimezone(clock).utcoffset()
        != (day + dt.timedelta(days=1)).astimezone(clock).utcoffset()
    ]
    near = {day + dt.timedelta(days=n) for day in changed for n in (-1, 0, 1, 2)}
    return sorted(near) or [dt.date(year, 6, 6), dt.date(year, 6, 7)]


@st.composite
def days_in_zones(draw: st.DrawFn) -> tuple[str, dt.date]:
    zone = draw(st.sampled_from(ZONES))
    year = draw(st.sampled_from((2008, 2010, 2011, 2012, 2020, 2026, 2027)))
    return zone, draw(st.sampled_from(dates_around_changes(zone, year)))


@settings(max_examples=150, deadline=None)
@given(days_in_zones(), times_of_day())
def test_every_slot_is_in_order_and_starts_when_the_clock_first_reads_its_cutoff(
    day: tuple[str, dt.date], times: list[dt.time]
) -> None:
    zone, date = day
    clock = ZoneInfo(zone)
    slot = slot_on(daily(*times), zone, date)
    assert slot.cutoff < slot.send_at < slot.deadline
    wall = dt.datetime.combine(date, times[0])
    assert slot.cutoff.astimezone(clock).replace(tzinfo=None) >= wall
    for seconds in (1, *range(900, 5 * 3600, 900)):
        earlier = (slot.cutoff - dt.timedelta(seconds=seconds)).astimezone(clock)
        assert earlier.replace(tzinfo=None) < wall


@pytest.mark.parametrize("zone", ZONES)
def test_every_publishing_day_of_a_year_has_exactly_one_slot(zone: str) -> None:
    start = dt.datetime(2026, 1, 1, tzinfo=ZoneInfo(zone))
    found = [slot.date for slot in next_slots(WEEKDAYS, zone, start.astimezone(dt.UTC), 261)]
    year = [dt.date(2026, 1, 1) + dt.timedelta(days=n) for n in range(365)]
    assert found == [date for date in year if publishes_on(WEEKDAYS, date)]


# ---------------------------------------------------------------- jobs


def test_the_first_job_ever_is_a_pull() -> None:
    assert jobs(NOON) == (Job(kind="pull", date=None, due=NOON),)


def test_a_pull_is_due_when_its_interval_has_passed() -> None:
    assert not jobs(NOON, last_pull=NOON - dt.timedelta(minutes=59, seconds=59))
    (pull,) = jobs(NOON, last_pull=NOON - dt.timedelta(minutes=75))
    assert (pull.kind, pull.due) == ("pull", NOON - dt.timedelta(minutes=15))


def test_a_last_pull_far_in_the_future_does_not_stop_the_pulls() -> None:
    assert kinds(jobs(NOON, last_pull=NOON + dt.timedelta(days=300))) == ["pull"]
    assert not jobs(NOON, last_pull=NOON + dt.timedelta(seconds=5))


def test_nothing_is_built_before_the_cutoff() -> None:
    assert not jobs(utc(23, 5, 29), last_pull=utc(23, 5, 0))


def test_in_the_hour_before_a_cutoff_nothing_is_pulled_so_that_no_source_rests_at_it() -> None:
    long_ago = utc(23, 3, 0)
    assert kinds(jobs(utc(23, 4, 30), last_pull=long_ago)) == ["pull"]
    assert not jobs(utc(23, 4, 31), last_pull=long_ago)
    assert not jobs(utc(23, 5, 29), last_pull=long_ago)
    assert kinds(jobs(utc(23, 5, 30), last_pull=long_ago)) == ["pull", "build"]
    saturday = utc(28, 5, 0)
    assert "pull" in kinds(jobs(saturday, last_pull=saturday - dt.timedelta(hours=1)))


def test_at_the_cutoff_the_sources_are_asked_once_more_and_then_the_issue_is_built() -> None:
    answer = jobs(utc(23, 5, 30), last_pull=utc(23, 5, 29))
    assert answer == (
        Job(kind="pull", date=None, due=utc(23, 5, 30)),
        Job(kind="build", date=MONDAY, due=utc(23, 5, 30)),
    )


def test_a_pull_after_the_cutoff_is_not_repeated_for_the_build() -> None:
    assert kinds(jobs(utc(23, 5, 31), last_pull=utc(23, 5, 30))) == ["build"]


@pytest.mark.parametrize("state", [IssueState.DRAFT, IssueState.APPROVED])
def test_a_ready_issue_is_sent_from_its_send_time_to_before_its_deadline(state: IssueState) -> None:
    asked = {
        moment: kinds(jobs(moment, {MONDAY: state}, moment))
        for moment in (utc(23, 6, 29), utc(23, 6, 30), utc(23, 10, 29), utc(23, 10, 30))
    }
    assert list(asked.values()) == [[], ["send"], ["send"], ["miss"]]


@pytest.mark.parametrize(
    "state",
    [
        IssueState.HELD,
        IssueState.SENDING,
        IssueState.SENT,
        IssueState.SKIPPED,
        IssueState.MISSED,
    ],
)
@pytest.mark.parametrize("now", [utc(23, 5, 30), utc(23, 6, 30), utc(23, 10, 30)])
def test_an_issue_in_other_hands_is_left_alone(state: IssueState, now: dt.datetime) -> None:
    assert not jobs(now, {MONDAY: state}, now)


def test_a_machine_that_slept_over_the_send_time_catches_up_before_the_deadline() -> None:
    late = utc(23, 9, 0)
    assert kinds(jobs(late, last_pull=utc(23, 4))) == ["pull", "build"]
    assert kinds(jobs(late, {MONDAY: IssueState.DRAFT}, late)) == ["send"]


def test_after_the_deadline_an_issue_that_never_was_is_missed_and_not_built() -> None:
    assert jobs(utc(23, 10, 30), last_pull=utc(23, 10, 30)) == (
        Job(kind="miss", date=MONDAY, due=utc(23, 10, 30)),
    )


def test_a_miss_is_told_for_a_day_and_a_half() -> None:
    issues = {dt.date(2026, 11, 24): IssueState.SENT}
    assert kinds(jobs(utc(24, 22, 30), issues, utc(24, 22, 30))) == ["miss"]
    assert not jobs(utc(24, 22, 31), issues, utc(24, 22, 31))


def test_what_was_due_before_the_edition_was_first_scheduled_is_not_missed() -> None:
    noon = utc(23, 12)
    assert not jobs(noon, last_pull=noon, since=utc(23, 11))
    assert kinds(jobs(noon, last_pull=noon, since=utc(23, 10))) == ["miss"]


def test_an_old_miss_comes_before_todays_work() -> None:
    issues = {dt.date(2026, 11, 24): IssueState.DRAFT}
    assert kinds(jobs(utc(24, 6, 30), issues, utc(24, 5))) == ["miss", "pull", "send"]


# ---------------------------------------------------------------- a simulated scheduler

TICK = dt.timedelta(seconds=30)
DONE = {"build": IssueState.DRAFT, "send": IssueState.SENT, "miss": IssueState.MISSED}


def simulate(
    timetable: Timetable, zone: str, ticks: Iterator[dt.datetime], since: dt.datetime
) -> Counter[tuple[str, dt.date]]:
    """Run a scheduler whose only memory is the store, and count what it did for each date."""
    issues: dict[dt.date, IssueState] = {}
    last_pull: dt.datetime | None = None
    done: Counter[tuple[str, dt.date]] = Counter()
    for now in ticks:
        for job in due_jobs(timetable, zone, now, issues, last_pull, since=since):
            assert job.due <= now
            if job.date is None:
                last_pull = now
                continue
            slot = slot_on(timetable, zone, job.date)
            on_time = {"build": slot.cutoff, "send": slot.send_at, "miss": slot.deadline}
            assert on_time[job.kind] <= now
            assert job.kind == "miss" or now < slot.deadline
            assert job.kind != "build" or (last_pull and last_pull >= slot.cutoff)
            issues[job.date] = DONE[job.kind]
            done[job.kind, job.date] += 1
    return done


def small_hours(start: dt.datetime) -> Iterator[dt.datetime]:
    """Tick through the first four hours of two days, and rest in between."""
    nights = (start, start + dt.timedelta(days=1))
    return (night + n * TICK for night in nights for n in range(4 * 120))


@pytest.mark.parametrize("zone", ZONES)
def test_a_scheduler_that_ticks_through_the_clock_changes_does_every_job_once(zone: str) -> None:
    """The times lie inside the gap and the fold; a tick comes each half-minute."""
    timetable = daily(dt.time(1, 31), dt.time(2, 15), dt.time(2, 45))
    for date in [day for day in dates_around_changes(zone) if day.weekday() == SUNDAY]:
        start = dt.datetime.combine(date, dt.time(), ZoneInfo(zone)).astimezone(dt.UTC)
        done = simulate(timetable, zone, small_hours(start), start)
        expected = [date, date + dt.timedelta(days=1)]
        assert done == Counter((kind, day) for day in expected for kind in ("build", "send"))


@settings(max_examples=20, deadline=None)
@given(
    days_in_zones(),
    times_of_day(),
    st.lists(st.tuples(st.integers(0, 4 * 24 * 60), st.integers(1, 2000)), max_size=4),
)
def test_a_scheduler_that_dies_and_restarts_sends_or_misses_each_issue_exactly_once(
    day: tuple[str, dt.date], times: list[dt.time], outages: list[tuple[int, int]]
) -> None:
    """Outages are minutes from the start and lengths; ticks come each ten minutes."""
    zone, date = day
    timetable = daily(*times)
    start = dt.datetime.combine(date, dt.time(), ZoneInfo(zone)).astimezone(dt.UTC)
    minutes = [n for n in range(0, 5 * 24 * 60, 10) if not any(a <= n < a + b for a, b in outages)]
    ticks = (start + dt.timedelta(minutes=n) for n in minutes)
    done = simulate(timetable, zone, ticks, start)
    assert set(done.values()) <= {1}
    until = start + dt.timedelta(minutes=minutes[-1])
    over = [
        slot.date
        for slot in next_slots(timetable, zone, start - dt.timedelta(days=1), 12)
        if start <= slot.deadline <= until
    ]
    longest = sum(length for _, length in outages)
    for ended in over:
        ends = done["send", ended] + done["miss", ended]
        assert ends == 1 or (ends == 0 and longest > 36 * 60)
