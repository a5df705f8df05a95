"""Release: a person sends on what preflight's errors hold, or goes on with a paused send."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.approving import outgoing_sha256
from digest.building import require_whole
from digest.errors import Held, Skipped
from digest.model import IssueState
from digest.planning import hold_reason
from digest.resuming import recover
from digest.sending import send
from digest.timetable import slot_on

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from digest.newsroom import Newsroom
    from digest.outgoing import Outcome
    from digest.store import IssueRecord


def release(
    newsroom: Newsroom,
    date: dt.date,
    by: str,
    now: dt.datetime,
    stopping: Callable[[], bool] = lambda: False,
) -> tuple[Outcome, ...]:
    """Approve the held issue of a date as it was built, and send it if its time has come.

    A deliverer that only saves does so at once; else an issue whose time has yet to come is left to
    the scheduler, and any other is sent here. What is released are these bytes: a build that makes
    others is held again. `by` is who says so.

    Raises Skipped where preflight's errors hold no issue, DeliveryError where the saved files are
    not what was built, Busy, and Held for what a release does not undo: the editors' own hold, and
    a send that began.
    """
    with newsroom.alone_with(date):
        _require_releasable(newsroom, date)
        fingerprint = outgoing_sha256(newsroom, date)
        newsroom.store.approve_issue(newsroom.edition.name, date, now, by=by, sha256=fingerprint)
    newsroom.refresh_gallery(now)
    slot = slot_on(newsroom.edition.timetable, newsroom.publication.timezone, date)
    due = now >= slot.send_at or not newsroom.deliverer.irrevocable
    return send(newsroom, date, now, stopping) if due else ()


def go_on(
    newsroom: Newsroom,
    date: dt.date,
    now: dt.datetime,
    stopping: Callable[[], bool] = lambda: False,
) -> bool:
    """Go on with the send of an issue that is paused; False where it is not."""
    record = newsroom.store.issue(newsroom.edition.name, date)
    if record is None or not record.paused:
        return False
    newsroom.store.pause_issue(newsroom.edition.name, date, "")
    newsroom.refresh_gallery(now)
    recover(newsroom, now, stopping)
    return True


def _require_releasable(newsroom: Newsroom, date: dt.date) -> None:
    record = newsroom.store.issue(newsroom.edition.name, date)
    require_whole(newsroom, record)
    where = f"{newsroom.edition.name} {date}"
    if reason := hold_reason(newsroom.choices(date)):
        raise Held(
            f"the editors hold the issue: {reason}",
            where=where,
            hint=f"Their word is theirs to take back: digest choose undo hold --date {date}",
        )
    if record is None or record.state is not IssueState.HELD or not record.errors:
        raise Skipped(
            f"nothing to release: {_as_it_is(record)}",
            where=where,
            hint="Only what is held or paused is released; digest status shows every state",
        )


def _as_it_is(record: IssueRecord | None) -> str:
    if record is None:
        return "there is no issue"
    if record.state is IssueState.HELD:
        return "the issue is held, and not for an error: build it again"
    return f"the issue is {record.state}"
