"""Approve: a person answers for all that leaves the house, by the hash that the manifest has of it.

built ──▶ draft ──approve──▶ approved ──▶ sent
            ▲                    │
            └── a file changed ──┘   (held, where nobody has to approve: a draft would go)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest import archive
from digest.building import require_whole
from digest.errors import DeliveryError, Held, Skipped
from digest.model import IssueState
from digest.planning import hold_reason
from digest.recipe import Approval

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path
    from typing import NoReturn

    from digest.newsroom import Newsroom
    from digest.recipe import Edition
    from digest.store import IssueRecord

READY = (IssueState.DRAFT, IssueState.APPROVED)


def approve(newsroom: Newsroom, date: dt.date, by: str, now: dt.datetime) -> IssueRecord:
    """Approve the issue of a date as it was built, and give its record; `by` is who says so.

    One that is approved already stays as it is. Raises Held for one that is held, naming what lets
    it go, and where what was approved has changed; Skipped where there is nothing to approve, Busy,
    and DeliveryError where the saved files are not what was built.
    """
    edition = newsroom.edition.name
    with newsroom.alone_with(date):
        record = _approvable(newsroom, date)
        if record.approved_by:
            require_approval(newsroom, record, now)
            return record
        fingerprint = outgoing_sha256(newsroom, date)
        newsroom.store.approve_issue(edition, date, now, by=by, sha256=fingerprint)
        approved = newsroom.store.issue(edition, date)
    newsroom.refresh_gallery(now)
    assert approved
    return approved


def awaits_approval(edition: Edition, record: IssueRecord) -> bool:
    """Whether an issue is ready but for a person's approval."""
    return (
        edition.approval is Approval.REQUIRED
        and record.state is IssueState.DRAFT
        and not record.approved_by
    )


def require_approval(newsroom: Newsroom, record: IssueRecord, now: dt.datetime) -> None:
    """Raise Held where nobody approved what is saved, and somebody has to.

    Where a file is not what was approved, the approval is void from then on: the issue is a draft
    again where that has to be approved, and held otherwise.
    """
    if record.approved_by:
        if changed := _changed(newsroom, record.date):
            _void(newsroom, record, changed, now)
    elif newsroom.edition.approval is Approval.REQUIRED:
        raise Held(
            f"the issue is not approved{f': {record.note}' if record.note else ''}",
            where=f"{record.edition} {record.date}",
            hint=f"Look at it, and approve it: digest approve {record.date}",
        )


def outgoing_sha256(newsroom: Newsroom, date: dt.date) -> str:
    """Give what there is to approve of a saved issue. Raises DeliveryError where files changed."""
    return archive.read_manifest(unchanged_folder(newsroom, date)).approved


def unchanged_folder(newsroom: Newsroom, date: dt.date) -> Path:
    """Give an issue's folder. Raises DeliveryError where it is not what was built, and approved."""
    folder = _folder(newsroom, date)
    if changed := _changed(newsroom, date):
        raise DeliveryError(
            f"the saved issue is not what was built: {', '.join(changed)}",
            where=str(folder),
            hint="Build it again: digest build",
        )
    return folder


def _approvable(newsroom: Newsroom, date: dt.date) -> IssueRecord:
    record = newsroom.store.issue(newsroom.edition.name, date)
    require_whole(newsroom, record)
    where = f"{newsroom.edition.name} {date}"
    reason = hold_reason(newsroom.choices(date))
    if reason or (record and record.state is IssueState.HELD):
        raise Held(
            f"the issue is held: {reason or (record.note if record else '')}",
            where=where,
            hint=f"To approve is not to let it go; that is: digest release {date}",
        )
    if record is None or record.state not in READY:
        state = f"the issue is {record.state}" if record else "there is no issue"
        raise Skipped(
            f"nothing to approve: {state}",
            where=where,
            hint="A draft is approved; `digest status` shows every state",
        )
    return record


def _changed(newsroom: Newsroom, date: dt.date) -> tuple[str, ...]:
    """Name the files that are not what was built, or the manifest where another one was approved.

    Whoever changes a file and the manifest with it does not change what the store says.
    """
    folder = _folder(newsroom, date)
    if changed := archive.verify(folder):
        return changed
    record = newsroom.store.issue(newsroom.edition.name, date)
    approved = record.approved_sha256 if record else ""
    same = approved in {"", archive.read_manifest(folder).approved}
    return () if same else (archive.MANIFEST,)


def _void(
    newsroom: Newsroom, record: IssueRecord, changed: tuple[str, ...], now: dt.datetime
) -> NoReturn:
    if record.begun:
        raise DeliveryError(
            f"the saved issue is not what left the house already: {', '.join(changed)}",
            where=f"{record.edition} {record.date}",
            hint="Put back what was there before",
        )
    when = f"{record.approved_at:%Y-%m-%d %H:%M} UTC" if record.approved_at else "some day"
    note = f"{', '.join(changed)} changed since {record.approved_by} approved it, {when}"
    waits = newsroom.edition.approval is Approval.REQUIRED and not record.errors
    state = IssueState.DRAFT if waits else IssueState.HELD  # a draft would go by itself
    newsroom.store.void_approval(record.edition, record.date, state, now, note)
    verb = "release" if record.errors else "approve"
    raise Held(
        f"the approval is void: {note}",
        where=f"{record.edition} {record.date}",
        hint=f"Build it again, look at it, and approve that: digest build --date {record.date}, "
        f"then digest {verb} {record.date}",
    )


def _folder(newsroom: Newsroom, date: dt.date) -> Path:
    return newsroom.out / newsroom.edition.name / date.isoformat()
