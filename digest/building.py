"""Build: gather, decide, render, preflight; write the folder and record it.

Gather → decide → apply: everything between `gather` and `_save` is pure.
"""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest import __version__, archive
from digest.deciding import decide
from digest.errors import AlreadyIssued, Held, StoreError
from digest.expressing import express
from digest.gathering import gather
from digest.model import OUT, IssueState, Past
from digest.preflight import Finding, check_email
from digest.rendering import theme_fingerprint
from digest.store import IssueRecord

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from digest.expressing import Expressed
    from digest.inputs import Inputs
    from digest.model import Issue
    from digest.newsroom import Newsroom
    from digest.outgoing import Email
    from digest.picture import Picture


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """An issue as it was saved."""

    folder: Path
    issue: Issue
    email: Email
    findings: tuple[Finding, ...]
    state: IssueState


def build(newsroom: Newsroom, date: dt.date, cutoff: dt.datetime, now: dt.datetime) -> Built:
    """Build the issue of a date from what is stored, and save it as a draft.

    Where a deliverer only saves, an issue that was sent stays sent, and `send` saves it again. One
    that the editors hold is saved as held.
    Raises AlreadyIssued or Held when it may not be built again, Busy when another process is at
    it, and Skipped when it would be too short: then nothing is written.
    """
    with newsroom.alone_with(date):
        state = rebuilt_state(newsroom, date)
        inputs = gather(newsroom, date, cutoff, now)
        issue = decide(inputs, newsroom.words)
        if issue.hold and state is IssueState.SENT:
            # First of all: should the rest fail, nothing of what is held stays public.
            newsroom.store.set_state(issue.edition, date, IssueState.HELD, now, issue.hold)
            newsroom.refresh_public(now)
        built = _save(newsroom, inputs, issue, IssueState.HELD if issue.hold else state, now)
    newsroom.refresh_public(now)
    newsroom.refresh_gallery(now)
    return built


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
    if record and record.begun and newsroom.deliverer.irrevocable:
        raise Held(
            "the issue is held: a send of it began and did not end",
            where=f"{record.edition} {record.date}",
            hint="Look at what left the house",
        )


def _save(
    newsroom: Newsroom, inputs: Inputs, planned: Issue, state: IssueState, now: dt.datetime
) -> Built:
    made = express(inputs, planned, newsroom.themes, lambda one: _data_of(newsroom, one))
    issue, email = made.issue, made.email
    findings = (*check_email(email), *_uncopied(newsroom, made))
    folder = archive.write_issue(
        newsroom.out,
        archive.SavedIssue(
            issue=issue,
            email=email,
            looked_at=made.looked_at,
            message=made.message,
            page=made.page,
            inputs=archive.dump(inputs),
            findings=findings,
            pictures=_copies(newsroom, issue, made),
            version=__version__,
            theme=theme_fingerprint(newsroom.themes),
        ),
        templates=newsroom.templates,
    )
    before = newsroom.store.issue(issue.edition, issue.date)
    newsroom.store.save_issue(
        IssueRecord(
            edition=issue.edition,
            date=issue.date,
            state=state,
            cutoff=issue.cutoff,
            built_at=now,
            state_at=now,
            note=issue.hold,
            subject=issue.subject,
            standfirst=issue.lead.standfirst,
            stories=issue.stories,
            articles=issue.articles,
            size_bytes=len(email.html.encode()),
            findings=len(findings),
            begun=before is not None and before.begun,
        ),
        _placements(issue),
    )
    return Built(folder=folder, issue=issue, email=email, findings=findings, state=state)


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


def _copies(newsroom: Newsroom, issue: Issue, made: Expressed) -> dict[str, archive.Copy]:
    """Load the copies of the issue's pictures, so that previews show them without a network.

    They are by the address at which the email shows them.
    """
    ours = {one.ready for one in made.pictures if one.ours}
    copied = {picture.url for picture in made.copies.values()}
    return _bundled_copies(newsroom, issue, copied) | {
        address: archive.Copy(
            name=picture.name, data=_data_of(newsroom, picture), readers=picture in ours
        )
        for address, picture in made.copies.items()
    }


def _bundled_copies(newsroom: Newsroom, issue: Issue, copied: set[str]) -> dict[str, archive.Copy]:
    """Read the bundled files of the issue's other pictures; one that cannot be read is left out."""
    copies = {}
    for url in sorted({one.image.url for one in issue.placements if one.image} - copied):
        if file := newsroom.bundled_picture(url):
            with suppress(OSError):
                copies[url] = archive.Copy(name=archive.picture_name(url), data=file.read_bytes())
    return copies


def _data_of(newsroom: Newsroom, picture: Picture) -> bytes:
    data = newsroom.store.picture_data(picture)
    if data is None:
        raise StoreError(
            "a picture was fetched anew at this moment",
            where=picture.url,
            hint="Build the issue again",
        )
    return data


def _uncopied(newsroom: Newsroom, made: Expressed) -> Iterator[Finding]:
    """Tell the staff which pictures have no copy, and why, each once."""
    lacking = {one.url: one for one in made.pictures if not one.ready}
    for url, one in lacking.items():
        why = one.picture.fault if one.picture else "it was not fetched before the issue was built"
        what = "a picture stays linked" if one.ours else "the preview lacks a picture"
        if one.ours or newsroom.bundled_picture(url) is None:
            yield Finding(level="warning", rule="picture-copy", message=f"{what}: {why}", where=url)
