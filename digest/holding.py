"""Hold: an editor stops an issue now, before its send or in the middle, and lets it go again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.building import require_whole
from digest.errors import Skipped
from digest.model import OUT, IssueState
from digest.planning import hold_reason

if TYPE_CHECKING:
    import datetime as dt

    from digest.newsroom import Newsroom

NEVER_MADE = (IssueState.SKIPPED, IssueState.MISSED)


def pause(newsroom: Newsroom, date: dt.date, why: str, now: dt.datetime) -> bool:
    """Pause the send of an issue, saying who and why; False where none is under way.

    Nobody is claimed any more from the next claim on: what a sender has in hand still goes, a batch
    a connection at most, and everybody else waits in the ledger.
    """
    paused = newsroom.store.pause_issue(newsroom.edition.name, date, why)
    if paused:
        newsroom.refresh_gallery(now)
    return paused


def hold(newsroom: Newsroom, date: dt.date, now: dt.datetime) -> None:
    """Hold an issue at once, as the day's choices say; one that has yet to be built will be.

    Raises Skipped where it is too late, Held where something of it has left, and Busy.
    """
    edition = newsroom.edition.name
    with newsroom.alone_with(date):
        require_holdable(newsroom, date)
        if newsroom.store.issue(edition, date) is not None:
            reason = hold_reason(newsroom.choices(date))
            newsroom.store.set_state(edition, date, IssueState.HELD, now, reason)
    newsroom.refresh_public(now)
    newsroom.refresh_gallery(now)


def require_holdable(newsroom: Newsroom, date: dt.date) -> None:
    """Raise Skipped where it is too late to hold an issue, Held where something of it has left."""
    record = newsroom.store.issue(newsroom.edition.name, date)
    require_whole(newsroom, record)
    gone = (*NEVER_MADE, *(OUT if newsroom.deliverer.irrevocable else ()))
    if record and record.state in gone:
        raise Skipped(
            f"nothing to hold: the issue is {record.state}",
            where=f"{newsroom.edition.name} {date}",
            hint="Another day's issue is held by its date: digest hold DATE",
        )


def is_held_by_a_word(newsroom: Newsroom, date: dt.date) -> bool:
    """Whether an issue is held neither for errors nor because something of it may have left."""
    record = newsroom.store.issue(newsroom.edition.name, date)
    held = record is not None and record.state is IssueState.HELD
    return bool(held and record and not record.errors and not record.begun)


def let_go(newsroom: Newsroom, date: dt.date, now: dt.datetime) -> IssueState | None:
    """Let go what the editors held, now that the day's choices do not any more.

    It is what it was: approved, a draft, or held for the errors that preflight found in it. Gives
    its state, None where it has yet to be built. Raises Held where something of it has left, Busy.
    """
    edition = newsroom.edition.name
    with newsroom.alone_with(date):
        record = newsroom.store.issue(edition, date)
        require_whole(newsroom, record)
        if record is None or record.state is not IssueState.HELD:
            return record.state if record else None
        state, note = IssueState.DRAFT, ""
        if record.approved_by:
            state = IssueState.APPROVED
        elif record.errors:
            state, note = IssueState.HELD, "preflight found errors"
        newsroom.store.set_state(edition, date, state, now, note)
    newsroom.refresh_gallery(now)
    return state
