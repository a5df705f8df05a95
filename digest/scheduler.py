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
from typing import TYPE_CHECKING

from apscheduler.schedulers.blocking import BlockingScheduler

from digest.building import build
from digest.errors import Busy, DigestError, Skipped
from digest.http import Client
from digest.model import IssueState
from digest.pulling import pull
from digest.sending import send
from digest.store import IssueRecord
from digest.timetable import due_jobs, slot_on

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.newsroom import Newsroom
    from digest.timetable import Job

log = logging.getLogger(__name__)

TICK_S = 30


def serve(newsrooms: Sequence[Newsroom]) -> None:
    """Tick until a signal says stop; the work in hand is finished first."""
    scheduler = BlockingScheduler(timezone=dt.UTC)
    started = dt.datetime.now(dt.UTC)

    def tick_all() -> None:
        for newsroom in newsrooms:
            tick(newsroom, dt.datetime.now(dt.UTC), since=started)

    scheduler.add_job(
        tick_all,
        "interval",
        seconds=TICK_S,
        next_run_time=started,
        coalesce=True,
        max_instances=1,
        misfire_grace_time=None,  # its default of 1 s drops a tick that comes late
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: scheduler.shutdown(wait=False))
    log.info("publishing %s", ", ".join(newsroom.edition.name for newsroom in newsrooms))
    scheduler.start()


def tick(newsroom: Newsroom, now: dt.datetime, *, since: dt.datetime) -> tuple[Job, ...]:
    """Do what is due for one edition at `now`, and give the jobs that were.

    `since` is when the scheduler started: issues whose deadline was before it are not called
    missed. A job that fails is logged and is due again at the next tick, until its deadline.
    """
    jobs = _due(newsroom, now, since)
    for job in jobs:
        try:
            _do(newsroom, job, now)
        except Busy as reason:
            log.info("%s", reason)
        except DigestError as error:
            log.error("%s %s failed: %s", newsroom.edition.name, job.kind, error)  # noqa: TRY400  one line for a person
        except Exception:
            log.exception("%s %s failed", newsroom.edition.name, job.kind)
    return jobs


def _due(newsroom: Newsroom, now: dt.datetime, since: dt.datetime) -> tuple[Job, ...]:
    asked = newsroom.store.source_states()
    attempts = [asked[s.id].last_attempt for s in newsroom.edition.sources if s.id in asked]
    return due_jobs(
        newsroom.edition.timetable,
        newsroom.publication.timezone,
        now,
        issues={r.date: r.state for r in newsroom.store.issues(newsroom.edition.name)},
        last_pull=max(attempts, default=None),
        since=since,
    )


def _do(newsroom: Newsroom, job: Job, now: dt.datetime) -> None:
    if job.kind == "pull":
        _pull(newsroom, now)
    elif job.date is not None and job.kind == "build":
        _build(newsroom, job.date, now)
    elif job.date is not None and job.kind == "send":
        send(newsroom, job.date, now)
        log.info("%s %s: sent", newsroom.edition.name, job.date)
    elif job.date is not None:
        _record(newsroom, job.date, IssueState.MISSED, now, "not sent before its deadline")


def _pull(newsroom: Newsroom, now: dt.datetime) -> None:
    async def work() -> None:
        async with Client(contact=newsroom.publication.url) as http:
            report = await pull(newsroom, http, now)
        for result in report.sources:
            if result.error:
                log.warning("pull source=%s error=%r", result.source, result.error)
            else:
                log.info("pull source=%s new=%d read=%d", result.source, result.new, result.read)
        for notice in report.notices:
            log.warning("%s", notice)

    asyncio.run(work())


def _build(newsroom: Newsroom, date: dt.date, now: dt.datetime) -> None:
    slot = slot_on(newsroom.edition.timetable, newsroom.publication.timezone, date)
    try:
        built = build(newsroom, date, slot.cutoff, now)
    except Busy:
        raise
    except Skipped as reason:
        _record(newsroom, date, IssueState.SKIPPED, now, str(reason))
        return
    log.info("%s %s: built in %s", newsroom.edition.name, date, built.folder)
    for notice in built.issue.notices:
        log.warning("%s", notice)


def _record(
    newsroom: Newsroom, date: dt.date, state: IssueState, now: dt.datetime, note: str
) -> None:
    """Write into the ledger that there is no issue that day, and why."""
    log.warning("%s %s: %s: %s", newsroom.edition.name, date, state, note)
    slot = slot_on(newsroom.edition.timetable, newsroom.publication.timezone, date)
    newsroom.store.save_issue(
        IssueRecord(
            edition=newsroom.edition.name,
            date=date,
            state=state,
            cutoff=slot.cutoff,
            built_at=now,
            state_at=now,
            note=note,
        ),
        (),
    )
    newsroom.refresh_gallery(now)
