"""Build: gather, decide, render, preflight; write the folder and record it.

Gather → decide → apply: everything between `gather` and `_save` is pure.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest import archive
from digest.deciding import decide
from digest.errors import AlreadyIssued, Held
from digest.gathering import gather
from digest.making import Approved, make
from digest.model import OUT, IssueState, Past
from digest.recipe import Approval
from digest.store import IssueRecord

if TYPE_CHECKING:
    from pathlib import Path

    from digest.making import Made
    from digest.model import Issue
    from digest.newsroom import Newsroom
    from digest.outgoing import Email
    from digest.preflight import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """An issue as it was saved; `hold` says why it is held, "" if it is not."""

    folder: Path
    issue: Issue
    email: Email
    findings: tuple[Finding, ...]
    state: IssueState
    hold: str


def build(newsroom: Newsroom, date: dt.date, cutoff: dt.datetime, now: dt.datetime) -> Built:
    """Build the issue of a date from what is stored, and save it as a draft.

    Where a deliverer only saves, an issue that was sent stays sent, and `send` saves it again. One
    that the editors hold, or in which preflight finds errors, is saved as held; errors hold nothing
    that a person released as these very bytes. Where approval is required, whatever nobody approved
    is a draft.
    Raises AlreadyIssued or Held when it may not be built again, Busy when another process is at
    it, and Skipped when it would be too short: then nothing is written.
    """
    with newsroom.alone_with(date):
        state = rebuilt_state(newsroom, date)
        inputs = gather(newsroom, date, cutoff, now)
        issue = decide(inputs, newsroom.words)
        if issue.hold and state is IssueState.SENT:
            # First of all: should the rest fail, nothing of what is held stays public.
            _withdraw(newsroom, date, issue.hold, now)
        made = make(newsroom, inputs, issue)
        if made.hold and not issue.hold and state is IssueState.SENT:
            _withdraw(newsroom, date, made.hold, now)
        built = _save(newsroom, made, state, now)
    newsroom.refresh_public(now)
    newsroom.refresh_gallery(now)
    return built


def _withdraw(newsroom: Newsroom, date: dt.date, reason: str, now: dt.datetime) -> None:
    """Hold an issue that was sent, and take it out of the public archive."""
    newsroom.store.set_state(newsroom.edition.name, date, IssueState.HELD, now, reason)
    newsroom.refresh_public(now)


def rebuilt_state(newsroom: Newsroom, date: dt.date) -> IssueState:
    """Give the state that the issue of a date will have when it is built now, if nobody holds it.

    A draft may be built again as often as one likes. One that was sent is frozen, unless nothing
    irrevocable happened (its deliverer only saves) and no later issue stands on it: it stays sent.
    What the editors held never left: it is a draft once more. Raises AlreadyIssued, and Held for
    one that may have left the house in part.
    """
    records = newsroom.store.issues(newsroom.edition.name)
    before = next((record for record in records if record.date == date), None)
    require_whole(newsroom, before)
    state = before.state if before else IssueState.DRAFT
    if state not in OUT:
        return IssueState.DRAFT
    followed = any(record.date > date and record.state in OUT for record in records)
    if followed or newsroom.deliverer.irrevocable:
        raise AlreadyIssued(
            f"the issue was already issued ({state})",
            where=f"{newsroom.edition.name} {date}",
            hint="A sent issue is never changed; the next one is built on its own date",
        )
    return IssueState.SENT if state is IssueState.SENT else IssueState.DRAFT


def require_whole(newsroom: Newsroom, record: IssueRecord | None) -> None:
    """Raise Held for an issue that may have left the house in part, beyond anybody's reach."""
    begun = record is not None and record.begun and record.state not in OUT
    if record and begun and newsroom.deliverer.irrevocable:
        raise Held(
            "the issue is held: a send of it began and did not end",
            where=f"{record.edition} {record.date}",
            hint="Look at what left the house; digest release sends it to the subscribers",
        )


def _save(newsroom: Newsroom, made: Made, state: IssueState, now: dt.datetime) -> Built:
    saved, issue, email = made.saved, made.saved.issue, made.saved.email
    folder = archive.write_issue(newsroom.out, saved, templates=newsroom.templates)
    archive.keep_version(newsroom.out, newsroom.themes, issue.date)
    before = newsroom.store.issue(issue.edition, issue.date)
    state = _state_of(made, state, newsroom.edition.approval)
    approved = made.approval or Approved()
    newsroom.store.save_issue(
        IssueRecord(
            edition=issue.edition,
            date=issue.date,
            state=state,
            cutoff=issue.cutoff,
            built_at=now,
            state_at=now,
            note=made.hold,
            subject=issue.subject,
            standfirst=issue.lead.standfirst,
            stories=issue.stories,
            articles=issue.articles,
            size_bytes=len(email.html.encode()),
            findings=len(saved.findings),
            errors=sum(finding.level == "error" for finding in saved.findings),
            approved_by=approved.by,
            approved_at=approved.at,
            approved_sha256=approved.sha256,
            begun=before is not None and before.begun,
        ),
        _placements(issue),
    )
    return Built(
        folder=folder,
        issue=issue,
        email=email,
        findings=tuple(saved.findings),
        state=state,
        hold=made.hold,
    )


def _state_of(made: Made, state: IssueState, approval: Approval) -> IssueState:
    """Give the state to save: held, or what a build leaves, approved where a person approved it."""
    if made.hold:
        return IssueState.HELD
    if made.approval:
        return IssueState.APPROVED if state is IssueState.DRAFT else state
    return IssueState.DRAFT if approval is Approval.REQUIRED else state


def _placements(issue: Issue) -> tuple[Past, ...]:
    """Give what later issues must know: which address stood where."""
    return tuple(
        Past(
            date=issue.date,
            cutoff=issue.cutoff,
            slot=placement.slot,
            url=placement.url,
            story=placement.story,
            title=placement.title,
            began=issue.date - dt.timedelta(days=placement.day - 1),
            others=tuple(credit.url for credit in placement.also),
        )
        for placement in issue.placements
    )
