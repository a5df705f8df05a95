"""The timetable made to happen: APScheduler ticks, `timetable` says what is due, the shells do it.

APScheduler only ticks: its cron triggers skip and repeat runs around a change of the clock, and two
of its schedulers on one store do a job twice. What is due is decided purely; that an issue is made
once is the ledger's word.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import signal
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from apscheduler.schedulers.background import BackgroundScheduler

from digest.alerting import alert, note_failure
from digest.approving import READY, awaits_approval
from digest.building import build
from digest.enriching import enrich
from digest.errors import AlreadyIssued, Busy, ConfigError, DigestError, Held, Skipped
from digest.model import IssueState
from digest.pulling import pull
from digest.recipe import Approval, Choice
from digest.resting import Rests
from digest.resuming import recover
from digest.sending import send
from digest.store import IssueRecord
from digest.timetable import due_jobs, slot_on

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from digest.newsroom import Newsroom
    from digest.pulling import SourceResult
    from digest.timetable import Job

log = logging.getLogger(__name__)

TICK_S = 30
ALERTING_S = 5  # that a tick waits for the editors' mail server
LONGEST_S = 300  # of one job: what it has no time for is due again at the next tick


def serve(newsrooms: Sequence[Newsroom]) -> None:
    """Tick until a signal says stop; the job in hand is finished first."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    started = dt.datetime.now(dt.UTC)
    rests = Rests()

    def tick_all() -> None:
        for newsroom in newsrooms:
            if stop.is_set():
                break
            # In whole seconds: an hour must not be a millisecond short of one.
            now = dt.datetime.now(dt.UTC).replace(microsecond=0)
            tick(newsroom, now, since=started, stopping=stop.is_set, rests=rests)

    scheduler = BackgroundScheduler(timezone=dt.UTC)
    scheduler.add_job(
        tick_all,
        "interval",
        seconds=TICK_S,
        next_run_time=started,
        coalesce=True,
        max_instances=1,
        misfire_grace_time=None,  # its default of 1 s drops a tick that comes late
    )
    log.info("publishing %s", ", ".join(newsroom.edition.name for newsroom in newsrooms))
    scheduler.start()
    while not stop.wait(1):  # a signal between a look and an endless wait would go unheard
        pass
    log.info("stopping; what is in hand is finished first")
    scheduler.shutdown(wait=True)


def tick(
    newsroom: Newsroom,
    now: dt.datetime,
    *,
    since: dt.datetime,
    stopping: Callable[[], bool] = lambda: False,
    rests: Rests | None = None,
) -> tuple[Job, ...]:
    """Do what is due for one edition at `now`, and give the jobs that were.

    `since` is when the scheduler started: issues whose deadline was before it are not called
    missed. A job that fails is logged and is due again at the next tick, until its deadline. No
    further job is begun once `stopping`. At last the editors are told by email what needs them.
    """
    done: list[Job] = []
    try:
        recover(newsroom, now, _bounded(stopping), rests)
        for job in _due(newsroom, now, since):
            if stopping():
                break
            done.append(job)
            _try(newsroom, job, now, stopping)
    except Exception:
        log.exception("%s: what is due could not be found out", newsroom.edition.name)
    if not stopping():
        _alert(newsroom, now)
    return tuple(done)


def _bounded(stopping: Callable[[], bool]) -> Callable[[], bool]:
    """Give what says stop, and says so after a while too: yesterday's send waits for today's."""
    began = time.monotonic()
    return lambda: stopping() or time.monotonic() - began > LONGEST_S


def _alert(newsroom: Newsroom, now: dt.datetime) -> None:
    """Tell the editors; a server that falls silent keeps neither other editions nor the end."""
    telling = threading.Thread(target=alert, args=(newsroom, now), daemon=True)
    telling.start()
    telling.join(ALERTING_S)


def _try(newsroom: Newsroom, job: Job, now: dt.datetime, stopping: Callable[[], bool]) -> None:
    try:
        _do(newsroom, job, now, stopping)
    except (Busy, AlreadyIssued) as reason:
        log.info("%s", reason)
    except Held as reason:
        log.warning("%s", reason)
    except DigestError as error:
        log.error("%s %s failed: %s", newsroom.edition.name, job.kind, error)  # noqa: TRY400  one line for a person
        note_failure(newsroom, _date_of(newsroom, job, now), job.kind, error, now)
    except Exception as error:
        log.exception("%s %s failed", newsroom.edition.name, job.kind)
        note_failure(newsroom, _date_of(newsroom, job, now), job.kind, repr(error), now)


def _date_of(newsroom: Newsroom, job: Job, now: dt.datetime) -> dt.date:
    return job.date or now.astimezone(ZoneInfo(newsroom.publication.timezone)).date()


def _due(newsroom: Newsroom, now: dt.datetime, since: dt.datetime) -> tuple[Job, ...]:
    """Give what is due; what waits for an approval is due to be missed, but not to be sent."""
    records = newsroom.store.issues(newsroom.edition.name)
    waiting = {one.date for one in records if awaits_approval(newsroom.edition, one)}
    jobs = due_jobs(
        newsroom.edition.timetable,
        newsroom.publication.timezone,
        now,
        issues={record.date: _state(newsroom, record) for record in records},
        last_pull=newsroom.store.last_pull(newsroom.edition.name),
        since=since,
    )
    return tuple(job for job in jobs if job.kind != "send" or job.date not in waiting)


def _state(newsroom: Newsroom, record: IssueRecord) -> IssueState:
    """Give an issue's state; one built or released after its deadline is that person's to send."""
    slot = slot_on(newsroom.edition.timetable, newsroom.publication.timezone, record.date)
    late = record.state in READY and record.state_at > slot.deadline
    return IssueState.HELD if late else record.state


def _do(newsroom: Newsroom, job: Job, now: dt.datetime, stopping: Callable[[], bool]) -> None:
    if job.kind == "pull":
        _pull(newsroom, now)
    elif job.date is not None and job.kind == "build":
        _build(newsroom, job.date, now)
    elif job.date is not None and job.kind == "send":
        send(_forgiving(newsroom), job.date, now, stopping, enough=_bounded(stopping))
        log.info("%s %s: sent", newsroom.edition.name, job.date)
    elif job.date is not None:
        _miss(newsroom, job.date, now)


def _miss(newsroom: Newsroom, date: dt.date, now: dt.datetime) -> None:
    with newsroom.alone_with(date):
        record = newsroom.store.issue(newsroom.edition.name, date)
        if record is not None and record.state not in READY:
            return  # somebody sent or held it meanwhile
        unapproved = record is not None and awaits_approval(newsroom.edition, record)
        note = f"not sent before its deadline{': nobody approved it' if unapproved else ''}"
        _record(newsroom, date, IssueState.MISSED, now, note)


def _pull(newsroom: Newsroom, now: dt.datetime) -> None:
    async def work() -> None:
        async with newsroom.http() as http:
            report = await pull(newsroom, http, now, _log_source)
        for notice in report.notices:
            log.warning("%s", notice)

    asyncio.run(work())


def _log_source(result: SourceResult) -> None:
    log.log(logging.WARNING if result.error else logging.INFO, "pull %s", result)


def _build(newsroom: Newsroom, date: dt.date, now: dt.datetime) -> None:
    slot = slot_on(newsroom.edition.timetable, newsroom.publication.timezone, date)
    forgiving = _forgiving(newsroom)
    asyncio.run(_enrich(forgiving, date, slot.cutoff, now))
    try:
        built = build(forgiving, date, slot.cutoff, now)
    except (Busy, AlreadyIssued):
        raise
    except Skipped as reason:
        _record(newsroom, date, IssueState.SKIPPED, now, reason.what)
        return
    edition = newsroom.edition.name
    log.info("%s %s: %s in %s", edition, date, built.state, built.folder)
    if built.hold and not built.issue.hold:  # the editors' own is among the notices
        log.warning("%s %s is held: %s", edition, date, built.hold)
    if built.state is IssueState.DRAFT and newsroom.edition.approval is Approval.REQUIRED:
        log.warning("%s %s waits to be approved: digest approve %s", edition, date, date)
    for notice in built.issue.notices:
        log.warning("%s", notice)


async def _enrich(newsroom: Newsroom, date: dt.date, cutoff: dt.datetime, now: dt.datetime) -> None:
    """Look up what the issue lacks; what fails there must not cost the issue."""
    try:
        async with newsroom.http() as http:
            await enrich(newsroom, http, date, cutoff, now)
    except Exception:
        log.exception("%s %s could not be enriched", newsroom.edition.name, date)


def _forgiving(newsroom: Newsroom) -> Newsroom:
    """Give the newsroom as the morning needs it: nobody's typo stops it."""
    return replace(newsroom, choices=lambda day: _readable_choices(newsroom, day))


def _readable_choices(newsroom: Newsroom, date: dt.date) -> tuple[Choice, ...]:
    """Read the day's choices; a file that cannot be read is told of, and the morning goes on.

    One that seems to hold the issue does: what is held can still be sent.
    """
    try:
        return newsroom.choices(date)
    except ConfigError as error:
        log.error("the choices of %s are left out: %s", date, error)  # noqa: TRY400  likewise
        text = "the day's choices cannot be read, and seem to hold it"
        where = f"choices/{newsroom.edition.name}/{date}.toml"
        return (Choice(do="hold", text=text, where=where),) if error.holds else ()


def _record(
    newsroom: Newsroom, date: dt.date, state: IssueState, now: dt.datetime, note: str
) -> None:
    """Write into the ledger that no issue came that day, and why; what is there already stays."""
    edition = newsroom.edition.name
    log.warning("%s %s: %s: %s", edition, date, state, note)
    if newsroom.store.issue(edition, date) is not None:
        newsroom.store.set_state(edition, date, state, now, note)
    else:
        slot = slot_on(newsroom.edition.timetable, newsroom.publication.timezone, date)
        record = IssueRecord(
            edition=edition,
            date=date,
            state=state,
            cutoff=slot.cutoff,
            built_at=now,
            state_at=now,
            note=note,
        )
        newsroom.store.save_issue(record, ())
    newsroom.refresh_gallery(now)
