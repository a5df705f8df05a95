"""Build: load what the window holds; group, rank, plan; render, preflight; write the folder.

Gather → decide → apply: everything between `gather` and `_save` is pure.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from email.utils import parseaddr
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from digest import __version__, archive
from digest.errors import Skipped
from digest.grouping import group_articles
from digest.inputs import Inputs
from digest.mime import compile_message, message_id
from digest.model import IssueState, Past
from digest.newsroom import LEASE_S
from digest.planning import plan_issue
from digest.popular import usable_counts
from digest.preflight import check_email
from digest.ranking import rank_stories
from digest.rendering import render_issue, theme_fingerprint
from digest.store import IssueRecord
from digest.timetable import slot_on
from digest.wording import learn_idf

if TYPE_CHECKING:
    from pathlib import Path

    from digest.model import Email, Issue, Report
    from digest.newsroom import Newsroom
    from digest.preflight import Finding
    from digest.recipe import Edition

ARCHIVE_HEADLINES = 5_000  # what the IDF is learnt from: weeks of a newsroom, 0.1 s to count
WEATHER_AGE_H = 3  # older weather is history


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """An issue as it was saved."""

    folder: Path
    issue: Issue
    email: Email
    findings: tuple[Finding, ...]


def build(newsroom: Newsroom, date: dt.date, cutoff: dt.datetime, now: dt.datetime) -> Built:
    """Build the issue of a date from what is stored, and save it as a draft.

    Raises Skipped when it was sent already, is being built elsewhere, or would be too short: then
    nothing is written.
    """
    refuse_reissue(newsroom, date)
    with newsroom.store.leased(f"build {newsroom.edition.name} {date}", newsroom.clock(), LEASE_S):
        inputs = gather(newsroom, date, cutoff)
        issue = decide(inputs)
        built = _save(newsroom, inputs, issue, now)
    newsroom.refresh_gallery(now)
    return built


def gather(newsroom: Newsroom, date: dt.date, cutoff: dt.datetime) -> Inputs:
    """Load everything that the issue is decided from."""
    store, edition = newsroom.store, _titled(newsroom)
    ids = [source.id for source in edition.sources]
    background = (a for a in store.placed_articles(edition.name, date) if a.source in set(ids))
    stored = store.readings(edition.name, cutoff)
    return Inputs(
        version=__version__,
        publication=newsroom.publication,
        edition=edition,
        date=date,
        cutoff=cutoff,
        articles=store.articles(ids, _since(newsroom, date, cutoff), cutoff),
        background=tuple(background),
        idf=learn_idf(store.headlines(cutoff, ARCHIVE_HEADLINES)),
        readings=tuple((name, stored.get(name, ())) for name in newsroom.popularity),
        choices=newsroom.choices(date),
        past=store.past(edition.name, date),
        weather=_fresh(store.report(edition.name, cutoff), cutoff),
    )


def decide(inputs: Inputs) -> Issue:
    """Group, rank, plan. Pure: the same inputs give the same issue. Raises Skipped."""
    edition = inputs.edition
    weights = {source.id: source.weight for source in edition.sources}
    fresh = {(article.source, article.guid) for article in inputs.articles}
    known = (a for a in inputs.background if (a.source, a.guid) not in fresh)
    stories = group_articles((*inputs.articles, *known), idf=inputs.idf, weights=weights)
    current = [s for s in stories if any((a.source, a.guid) in fresh for a in s.articles)]
    counts, _ = usable_counts(inputs.readings, edition.popular, inputs.cutoff)
    scored = rank_stories(
        current,
        edition=edition,
        readings=counts.readings if counts else (),
        past=inputs.past,
        now=inputs.cutoff,
    )
    return plan_issue(inputs, scored)


def express(inputs: Inputs, issue: Issue, themes: tuple[Path, ...]) -> tuple[Email, bytes]:
    """Render the issue and compile the message that a subscriber gets, addresses aside."""
    email = render_issue(issue, themes=themes)
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
    return email, message


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """Which files of a stored issue came out the same, which did not, and the likely cause."""

    same: tuple[str, ...]
    different: tuple[str, ...]
    hint: str = ""


def replay(folder: Path, themes: tuple[Path, ...]) -> Replay:
    """Build a stored issue again from its own inputs and compare, writing nothing."""
    inputs = archive.load(Inputs, archive.read_inputs(folder))
    issue = decide(inputs)
    email, message = express(inputs, issue, themes)
    again = {
        "issue.json": archive.dump(issue),
        "email.html": email.html.encode(),
        "email.txt": email.text.encode(),
        "message.eml": message,
    }
    same = tuple(name for name, data in again.items() if (folder / name).read_bytes() == data)
    return Replay(
        same=same,
        different=tuple(name for name in again if name not in same),
        hint=f"It was built by version {inputs.version}; this is {__version__}. A template that "
        "changed since is the usual cause",
    )


def refuse_reissue(newsroom: Newsroom, date: dt.date) -> None:
    """Raise Skipped when the issue of a date may not be built again.

    A draft may, as often as one likes. A sent one is frozen, unless nothing irrevocable happened
    (its deliverer only saves) and no later issue stands on it.
    """
    records = newsroom.store.issues(newsroom.edition.name)
    state = next((record.state for record in records if record.date == date), IssueState.DRAFT)
    newest = max((record.date for record in records), default=date)
    frozen = newsroom.deliverer.irrevocable or newest > date
    if state is IssueState.SENDING or (state is IssueState.SENT and frozen):
        raise Skipped(
            f"the issue was already issued ({state})",
            where=f"{newsroom.edition.name} {date}",
            hint="A sent issue is never changed; the next one is built on its own date",
        )


def _save(newsroom: Newsroom, inputs: Inputs, issue: Issue, now: dt.datetime) -> Built:
    email, message = express(inputs, issue, newsroom.themes)
    findings = check_email(email)
    folder = archive.write_issue(
        newsroom.out,
        archive.SavedIssue(
            issue=issue,
            email=email,
            message=message,
            inputs=archive.dump(inputs),
            findings=findings,
            pictures=_local_pictures(newsroom, issue),
            version=__version__,
            theme=theme_fingerprint(newsroom.themes),
        ),
        templates=newsroom.templates,
    )
    newsroom.store.save_issue(
        IssueRecord(
            edition=issue.edition,
            date=issue.date,
            state=IssueState.DRAFT,
            cutoff=issue.cutoff,
            built_at=now,
            state_at=now,
            subject=issue.subject,
            standfirst=issue.lead.standfirst,
            stories=issue.stories,
            articles=issue.articles,
            size_bytes=len(email.html.encode()),
            findings=len(findings),
        ),
        _placements(issue),
    )
    return Built(folder=folder, issue=issue, email=email, findings=findings)


def _titled(newsroom: Newsroom) -> Edition:
    """Give the edition with each source called as it calls itself, where editors gave no title."""
    states = newsroom.store.source_states()
    return replace(
        newsroom.edition,
        sources=tuple(
            source
            if source.title != source.owner or source.id not in states
            else replace(source, title=states[source.id].title or source.owner)
            for source in newsroom.edition.sources
        ),
    )


def _since(newsroom: Newsroom, date: dt.date, cutoff: dt.datetime) -> dt.datetime:
    """Give the start of the window: its hours, or the last issue's cutoff if that is longer ago."""
    window = newsroom.edition.window
    since = cutoff - dt.timedelta(hours=window.hours)
    last = newsroom.store.last_cutoff(newsroom.edition.name, date) if window.since_last else None
    return max(min(since, last or since), cutoff - dt.timedelta(hours=window.max_hours))


def _fresh(report: Report | None, cutoff: dt.datetime) -> Report | None:
    """Drop weather that is too old to print."""
    if report is None or cutoff - report.as_of > dt.timedelta(hours=WEATHER_AGE_H):
        return None
    return report


def _placements(issue: Issue) -> tuple[Past, ...]:
    """Give what later issues must know: which address stood where."""
    return tuple(
        Past(
            date=issue.date,
            slot=placement.slot,
            url=placement.url,
            story=placement.story,
            title=placement.title,
        )
        for placement in issue.placements
    )


def _local_pictures(newsroom: Newsroom, issue: Issue) -> dict[str, Path]:
    """Find the bundled files of the issue's pictures, so that previews show them offline."""
    if newsroom.pictures is None:
        return {}
    found = {}
    for placement in issue.placements:
        if placement.image is not None:
            file = newsroom.pictures / PurePosixPath(urlsplit(placement.image.url).path).name
            if file.is_file():
                found[placement.image.url] = file
    return found
