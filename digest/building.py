"""Build: load what the window holds; group, rank, plan; render, preflight; write the folder.

Gather → decide → apply: everything between `gather` and `_save` is pure.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from email.utils import parseaddr
from typing import TYPE_CHECKING

from digest import __version__, archive
from digest.deciding import decide
from digest.errors import AlreadyIssued, Held
from digest.inputs import Inputs
from digest.mime import compile_message, message_id
from digest.model import IssueState, Past
from digest.preflight import check_email
from digest.rendering import render_issue, theme_fingerprint
from digest.store import IssueRecord
from digest.timetable import slot_on
from digest.wording import learn_idf

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from digest.health import SourceState
    from digest.model import (
        Article,
        Email,
        Image,
        Issue,
        Probe,
        Report,
        Source,
    )
    from digest.newsroom import Newsroom
    from digest.preflight import Finding
    from digest.recipe import Edition
    from digest.store import Store

ARCHIVE_HEADLINES = 5_000  # what the IDF is learnt from: weeks of a newsroom, 0.1 s to count
AFTER_CUTOFF_H = 1  # counts and weather pulled for a cutoff come after it; later ones are not its
LOOK_AHEAD = dt.timedelta(hours=48)  # what is dated further ahead was taken to have no date
LATE_H = 12  # how late after its date an article may show up in its feed and still be news
OUT = (IssueState.SENDING, IssueState.SENT)
NAME_LENGTH = 24  # characters of a feed's title that is still its outlet's name
NO_NAME = frozenset("|>:•–—/")  # what stands between an outlet's name and a department's
WEATHER_AGE_H = 3  # older weather is history


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
        issue = decide(inputs)
        built = _save(newsroom, inputs, issue, IssueState.HELD if issue.hold else state, now)
    newsroom.refresh_gallery(now)
    return built


def gather(newsroom: Newsroom, date: dt.date, cutoff: dt.datetime, now: dt.datetime) -> Inputs:
    """Load everything that the issue is decided from.

    Articles are those known at `now`; counts, weather and archive are those of its own morning,
    so that a past date can be built again.
    """
    store, edition = newsroom.store, _titled(newsroom)
    morning = min(now, cutoff + dt.timedelta(hours=AFTER_CUTOFF_H))
    window = _enriched(store, candidates(newsroom, date, cutoff, now))
    ahead = store.articles(
        [source.id for source in edition.sources], cutoff, cutoff + LOOK_AHEAD, known_by=morning
    )
    past = store.past(edition.name, date)
    stored = store.readings(edition.name, morning)
    return Inputs(
        version=__version__,
        publication=newsroom.publication,
        edition=edition,
        date=date,
        cutoff=cutoff,
        articles=_in_language(newsroom, (*ahead, *window)),
        background=_in_language(newsroom, _background(newsroom, past)),
        first_reads=_first_reads(newsroom, window),
        idf=learn_idf(store.headlines(morning, ARCHIVE_HEADLINES)),
        readings=tuple((name, stored.get(name, ())) for name in newsroom.popularity),
        choices=newsroom.choices(date),
        past=past,
        weather=_fresh(store.report(edition.name, morning), morning),
    )


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


def _titled(newsroom: Newsroom) -> Edition:
    """Give the edition with every source named: by the editors, by itself, or by its domain."""
    states = newsroom.store.source_states()
    return replace(
        newsroom.edition,
        sources=tuple(
            replace(source, title=source.title or _own_name(source, states.get(source.id)))
            for source in newsroom.edition.sources
        ),
    )


def _own_name(source: Source, state: SourceState | None) -> str:
    """Take a feed's title for its outlet's name if it looks like one: "NYT > World" does not."""
    title = state.title if state else ""
    is_name = 0 < len(title) <= NAME_LENGTH and not set(title) & NO_NAME
    return title if is_name else source.owner


def candidates(
    newsroom: Newsroom, date: dt.date, cutoff: dt.datetime, now: dt.datetime
) -> tuple[Article, ...]:
    """Load the articles of the window, and those that came too late for the issue before it.

    A feed may show an article hours after its date, when the cutoff between them has passed.
    """
    store, ids = newsroom.store, [source.id for source in newsroom.edition.sources]
    since = _since(newsroom, date, cutoff)
    found = store.articles(ids, since, cutoff, known_by=now)
    records = store.issues(newsroom.edition.name)
    built = [record.built_at for record in records if record.date < date and record.state in OUT]
    if not built:
        return found
    late = dt.timedelta(hours=LATE_H)
    return found + store.articles(ids, since - late, since, known_by=now, new_since=max(built))


def _background(newsroom: Newsroom, past: Iterable[Past]) -> tuple[Article, ...]:
    """Load the articles of the edition's sources that earlier issues placed, or named as others."""
    ids = {source.id for source in newsroom.edition.sources}
    urls = sorted({url for one in past for url in (one.url, *one.others)})
    return tuple(a for a in newsroom.store.articles_at(urls) if a.source in ids)


def _first_reads(newsroom: Newsroom, window: Iterable[Article]) -> dict[str, dt.datetime]:
    """Say when the sources with undated articles were read first."""
    undated = sorted({article.source for article in window if article.published is None})
    states = newsroom.store.source_states() if undated else {}
    firsts = {one: states[one].first_success for one in undated if one in states}
    return {one: first for one, first in firsts.items() if first}


def _enriched(store: Store, articles: tuple[Article, ...]) -> tuple[Article, ...]:
    """Add what was looked up of articles: their pages, and what their pictures really are."""
    pages = store.pages([article.url for article in articles])
    articles = tuple(
        replace(
            article,
            image=article.image or page.image,
            summary=article.summary or page.summary,
            body=article.body or page.body,
        )
        if (page := pages.get(article.url))
        else article
        for article in articles
    )
    probes = store.probes([article.image.url for article in articles if article.image])
    return tuple(replace(a, image=_honest(a.image, probes)) for a in articles)


def _honest(image: Image | None, probes: Mapping[str, Probe]) -> Image | None:
    """Give a picture the size that it has; None if it turned out to be of no use."""
    probe = probes.get(image.url) if image else None
    if image is None or probe is None or not (probe.fault or probe.width):
        return image
    return None if probe.fault else replace(image, width=probe.width, height=probe.height)


def _in_language(newsroom: Newsroom, articles: Iterable[Article]) -> tuple[Article, ...]:
    """Take articles whose feed states no language to be in the publication's."""
    language = newsroom.publication.language
    return tuple(a if a.language else replace(a, language=language) for a in articles)


def _since(newsroom: Newsroom, date: dt.date, cutoff: dt.datetime) -> dt.datetime:
    """Give the start of the window: its hours, or the last issue's cutoff if that is longer ago."""
    window = newsroom.edition.window
    since = cutoff - dt.timedelta(hours=window.hours)
    last = newsroom.store.last_cutoff(newsroom.edition.name, date) if window.since_last else None
    return max(min(since, last or since), cutoff - dt.timedelta(hours=window.max_hours))


def _fresh(report: Report | None, now: dt.datetime) -> Report | None:
    """Drop weather that is too old to print."""
    if report is None or now - report.as_of > dt.timedelta(hours=WEATHER_AGE_H):
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
