"""Build: gather, decide, render, preflight; write the folder and record it.

Gather → decide → apply: everything between `gather` and `_save` is pure.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from email.utils import parseaddr
from typing import TYPE_CHECKING

from digest import __version__, archive
from digest.clicks import counted_links
from digest.deciding import decide
from digest.errors import AlreadyIssued, Held
from digest.gathering import gather
from digest.mime import compile_message, message_id
from digest.model import OUT, IssueState, Past
from digest.preflight import check_email
from digest.rendering import render_issue, render_web, theme_fingerprint
from digest.store import IssueRecord
from digest.timetable import slot_on
from digest.trimming import fit

if TYPE_CHECKING:
    from pathlib import Path

    from digest.inputs import Inputs
    from digest.model import Issue
    from digest.newsroom import Newsroom
    from digest.outgoing import Email
    from digest.preflight import Finding


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


def express(inputs: Inputs, issue: Issue, themes: tuple[Path, ...]) -> tuple[Issue, Email, bytes]:
    """Render the issue and compile the message that a subscriber gets, addresses aside.

    The issue comes back as it is shown: without what there was no room for.
    """
    base = _link_base(inputs)
    issue, email = fit(issue, lambda one: render_issue(counted_links(one, base), themes=themes))
    sender = inputs.publication.sender
    domain = parseaddr(sender)[1].rpartition("@")[2]
    edition = inputs.edition
    message = compile_message(
        email,
        sender=sender,
        to=sender,
        date=slot_on(edition.timetable, inputs.publication.timezone, inputs.date).send_at,
        message_id=message_id(edition.name, inputs.date, sender, domain),
        list_id=f"{edition.title} <{edition.name}.{domain}>",
    )
    return issue, email, message


def express_publicly(inputs: Inputs, issue: Issue, themes: tuple[Path, ...]) -> str:
    """Render the issue as everybody may read it: links lead straight on, none is a subscriber's."""
    web = archive.page_on_web(inputs.publication, issue.edition, issue.date)
    return render_web(issue, web, themes=themes)


def _looked_at(inputs: Inputs, issue: Issue, themes: tuple[Path, ...]) -> Email | None:
    """Render the issue for those who only look at it, None where the email leads straight on.

    Links are never turned back in the email: a feed may have written what looks like one of ours.
    """
    return render_issue(issue, themes=themes) if _link_base(inputs) else None


def _link_base(inputs: Inputs) -> str:
    """Give the address by way of which links to stories lead, "" if they lead straight on."""
    return inputs.publication.web_url if inputs.edition.popular.clicks else ""


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
    newsroom: Newsroom, inputs: Inputs, issue: Issue, state: IssueState, now: dt.datetime
) -> Built:
    issue, email, message = express(inputs, issue, newsroom.themes)
    findings = check_email(email)
    folder = archive.write_issue(
        newsroom.out,
        archive.SavedIssue(
            issue=issue,
            email=email,
            looked_at=_looked_at(inputs, issue, newsroom.themes),
            message=message,
            page=express_publicly(inputs, issue, newsroom.themes),
            inputs=archive.dump(inputs),
            findings=findings,
            pictures=_local_pictures(newsroom, issue),
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


def _local_pictures(newsroom: Newsroom, issue: Issue) -> dict[str, Path]:
    """Find the bundled files of the issue's pictures, so that previews show them offline."""
    urls = {placement.image.url for placement in issue.placements if placement.image}
    found = {url: newsroom.bundled_picture(url) for url in sorted(urls)}
    return {url: file for url, file in found.items() if file}
