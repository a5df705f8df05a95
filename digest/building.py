"""Build: gather, decide, render, preflight; write the folder and record it.

Gather → decide → apply: everything between `gather` and `_save` is pure.
"""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from digest import __version__, archive
from digest.deciding import decide
from digest.errors import AlreadyIssued, DigestError, Held, StoreError
from digest.expressing import express
from digest.gathering import gather
from digest.model import OUT, IssueState, Past
from digest.preflight import Finding, Former, check_email, held_by, located
from digest.rendering import theme_fingerprint, theme_sources
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
    """An issue as it was saved; `hold` says why it is held, "" if it is not."""

    folder: Path
    issue: Issue
    email: Email
    findings: tuple[Finding, ...]
    state: IssueState
    hold: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    """An issue as it leaves the house, and what preflight found in it.

    `released_by` names who sent on this very message in spite of errors, "" if nobody did.
    """

    made: Expressed
    findings: tuple[Finding, ...]
    released_by: str

    @property
    def hold(self) -> str:
        """Why it is held: by the editors' word, or for errors that nobody released."""
        return self.made.issue.hold or ("" if self.released_by else held_by(self.findings))


def build(newsroom: Newsroom, date: dt.date, cutoff: dt.datetime, now: dt.datetime) -> Built:
    """Build the issue of a date from what is stored, and save it as a draft.

    Where a deliverer only saves, an issue that was sent stays sent, and `send` saves it again. One
    that the editors hold, or in which preflight finds errors, is saved as held; errors hold nothing
    that a person released as these very bytes.
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
        judged = _judge(newsroom, inputs, issue)
        if judged.hold and not issue.hold and state is IssueState.SENT:
            _withdraw(newsroom, date, judged.hold, now)
        built = _save(newsroom, inputs, judged, state, now)
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
    if record and record.begun and newsroom.deliverer.irrevocable:
        raise Held(
            "the issue is held: a send of it began and did not end",
            where=f"{record.edition} {record.date}",
            hint="Look at what left the house",
        )


def _judge(newsroom: Newsroom, inputs: Inputs, planned: Issue) -> _Judged:
    """Render the issue and look it over."""
    made = express(inputs, planned, newsroom.themes, lambda one: _data_of(newsroom, one))
    found = check_email(made.email, former=_former(newsroom, planned.date))
    before = newsroom.store.issue(planned.edition, planned.date)
    released = before is not None and before.released_sha256 == _sha256(made.message)
    return _Judged(
        made=made,
        findings=(
            *(located(found, theme_sources(newsroom.themes)) if found else ()),
            *_uncopied(newsroom, made),
        ),
        released_by=before.released_by if before and released else "",
    )


def _sha256(message: bytes) -> str:
    return sha256(message).hexdigest()


def _former(newsroom: Newsroom, date: dt.date) -> Former | None:
    """Give what the last issue that readers got said in the inbox."""
    records = newsroom.store.issues(newsroom.edition.name)
    record = next((one for one in records if one.date < date and one.state in OUT), None)
    if record is None:
        return None
    preheader = ""
    with suppress(DigestError):  # its folder may be gone; the ledger knows the subject
        folder = newsroom.out / record.edition / record.date.isoformat()
        preheader = archive.read_issue(folder).preheader
    return Former(subject=record.subject, preheader=preheader)


def _save(
    newsroom: Newsroom, inputs: Inputs, judged: _Judged, state: IssueState, now: dt.datetime
) -> Built:
    made, findings = judged.made, judged.findings
    issue, email = made.issue, made.email
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
    state = _state_of(judged, state)
    newsroom.store.save_issue(
        IssueRecord(
            edition=issue.edition,
            date=issue.date,
            state=state,
            cutoff=issue.cutoff,
            built_at=now,
            state_at=now,
            note=judged.hold,
            subject=issue.subject,
            standfirst=issue.lead.standfirst,
            stories=issue.stories,
            articles=issue.articles,
            size_bytes=len(email.html.encode()),
            findings=len(findings),
            errors=sum(finding.level == "error" for finding in findings),
            released_by=judged.released_by,
            released_sha256=_sha256(made.message) if judged.released_by else "",
            begun=before is not None and before.begun,
        ),
        _placements(issue),
    )
    return Built(
        folder=folder,
        issue=issue,
        email=email,
        findings=findings,
        state=state,
        hold=judged.hold,
    )


def _state_of(judged: _Judged, state: IssueState) -> IssueState:
    """Give the state to save: held, or what a build leaves, approved where a person released it."""
    if judged.hold:
        return IssueState.HELD
    approved = judged.released_by and state is IssueState.DRAFT
    return IssueState.APPROVED if approved else state


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
