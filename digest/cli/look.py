"""The verbs that look: explain, status, replay."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from digest.cli.printing import printable
from digest.cli.shared import (
    config_option,
    edition_option,
    find_issue,
    json_option,
    opened,
    print_json,
    shown,
)
from digest.errors import DigestError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from digest.cli.explaining import Told
    from digest.health import SourceState
    from digest.model import Issue
    from digest.newsroom import Newsroom
    from digest.store import IssueRecord

KNOWN_FOR = dt.timedelta(days=60)  # before or after an issue, an article is looked for


@click.command()
@click.argument("issue", required=False)
@click.argument("url", required=False)
@config_option
@edition_option
@json_option
def explain(
    config_dir: Path, edition: str | None, issue: str | None, url: str | None, *, as_json: bool
) -> None:
    """Say why each story stands where it stands.

    ISSUE is a date (default: the newest issue). With URL, everything about that one story; then
    ISSUE may be left out.
    """
    from digest.archive import read_issue
    from digest.cli.explaining import issue_facts, story_facts, tell_issue, tell_story

    if issue and url is None and "://" in issue:
        issue, url = None, issue
    with opened(config_dir, edition) as newsroom:
        folder = find_issue(newsroom, issue)
        found = _find_story(newsroom, folder, url) if url else []
        plan = read_issue(folder)
    if url is None:
        print_json(issue_facts(plan)) if as_json else tell_issue(plan)
    elif as_json:
        print_json([story_facts(one) for one in found])
    else:
        tell_story(found)


def _find_story(newsroom: Newsroom, folder: Path, url: str) -> list[Told]:
    """Find a story in a plan, among all that it was decided from, or say why it is in neither."""
    from digest.archive import read_issue
    from digest.cli.explaining import find_story, reports_of
    from digest.deciding import decide, story_of
    from digest.replaying import read_inputs

    plan = read_issue(folder)
    if found := find_story(plan, url):
        return found
    inputs = read_inputs(folder)
    whole = decide(inputs, newsroom.words, told=len(inputs.articles))
    if found := find_story(whole, url) or reports_of(whole, story_of(inputs, url)):
        return found
    raise DigestError(
        f"{url} was not considered: {_why_unknown(newsroom, plan, url)}",
        where=f"{plan.edition} {plan.date}",
        hint="`digest explain` without an address lists what was",
    )


def _why_unknown(newsroom: Newsroom, plan: Issue, url: str) -> str:
    """Say why an issue could not choose from the article of an address."""
    ours = [source.id for source in newsroom.edition.sources]
    around = (plan.cutoff - KNOWN_FOR, plan.cutoff + KNOWN_FOR)
    now = dt.datetime.now(dt.UTC)
    article = next(iter(newsroom.store.window_at([url], ours, *around, known_by=now)), None)
    if article is None:
        others = newsroom.store.articles_at([url])
        return "its source is none of this edition's" if others else "no pull brought it"
    zone = ZoneInfo(newsroom.publication.timezone)
    dated = f"it is dated {article.dated.astimezone(zone):%-d %B %Y, %H:%M}"
    if article.dated > plan.cutoff:
        return f"{dated}, which is after the cutoff"
    if article.first_seen > plan.cutoff:
        seen = article.first_seen.astimezone(zone)
        return f"it was first seen on {seen:%-d %B %Y, %H:%M}, after the issue was built"
    return f"{dated}, which is before what this issue looked at"


@click.command()
@click.argument("issue", required=False)
@config_option
@edition_option
@json_option
def replay(config_dir: Path, edition: str | None, issue: str | None, *, as_json: bool) -> None:
    """Build a stored issue again and compare every byte.

    It is built from its own inputs. ISSUE is a date (default: the newest issue). Nothing is
    written.
    """
    from digest.replaying import replay as replay_issue

    with opened(config_dir, edition) as newsroom:
        folder = find_issue(newsroom, issue)
        result = replay_issue(folder, newsroom.themes)
    if as_json:
        print_json({"folder": str(folder), "same": result.same, "different": result.different})
    if result.different:
        raise DigestError(
            f"not the same bytes: {', '.join(result.different)}",
            where=shown(folder),
            hint=result.hint,
        )
    if not as_json:
        click.echo(f"{shown(folder)}: {', '.join(result.same)} came out the same, byte for byte")


@click.command()
@click.argument("issue", required=False)
@config_option
@edition_option
@json_option
def status(config_dir: Path, edition: str | None, issue: str | None, *, as_json: bool) -> None:
    """Show the newest issues and the health of every source.

    With ISSUE, a date: how its deliveries add up, and who did not get it and why.
    """
    from digest.cli.deliveries import tell_deliveries
    from digest.timetable import next_slots

    with opened(config_dir, edition) as newsroom:
        if issue:
            tell_deliveries(newsroom, issue, as_json=as_json)
            return
        records = newsroom.store.issues(newsroom.edition.name)[:10]
        states = newsroom.store.source_states()
        slots = next_slots(
            newsroom.edition.timetable,
            newsroom.publication.timezone,
            dt.datetime.now(dt.UTC),
            1,
        )
        if as_json:
            print_json(_status_facts(newsroom, records, states))
            return
        click.echo(f"{newsroom.edition.title} of {newsroom.publication.name}")
        if slots:
            zone = ZoneInfo(newsroom.publication.timezone)
            click.echo(f"Next issue: {slots[0].send_at.astimezone(zone):%A %-d %B %Y, %H:%M}")
        _tell_issues(records)
        _tell_sources(newsroom, states)


def _tell_issues(records: tuple[IssueRecord, ...]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table("Issue", "State", "Subject", "Articles", "Size", box=None, pad_edge=False)
    for record in records:
        table.add_row(
            str(record.date),
            record.state,
            Text(record.subject or record.note),
            str(record.articles),
            f"{record.size_bytes / 1000:.0f} kB",
        )
    Console().print(table if records else "No issue yet: digest run")
    for record in records:
        if record.subject and record.told:  # without a subject, the table has the note in its place
            click.echo(printable(f"{record.date} {record.state}: {record.told}"))


def _tell_sources(newsroom: Newsroom, states: Mapping[str, SourceState]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table("Source", "Last read", "Health", box=None, pad_edge=False)
    for source in newsroom.edition.feeds:
        state = states.get(source.id)
        read = state.last_success if state else None
        table.add_row(
            Text(f"{source.title}  {source.id}".strip()),
            f"{read:%Y-%m-%d %H:%M} UTC" if read else "never",
            Text(_health(state)),
        )
    Console().print(table)


def _health(state: SourceState | None) -> str:
    if state is None:
        return "not asked yet"
    if state.disabled:
        return f"disabled: {state.disabled}"
    return f"failed {state.failures} times: {state.last_error}" if state.failures else "active"


def _status_facts(
    newsroom: Newsroom, records: tuple[IssueRecord, ...], states: Mapping[str, SourceState]
) -> dict[str, object]:
    return {
        "edition": newsroom.edition.name,
        "issues": [
            {
                "date": record.date,
                "state": record.state,
                "state_at": record.state_at,
                "subject": record.subject,
                "note": record.note,
                "articles": record.articles,
                "stories": record.stories,
                "size_bytes": record.size_bytes,
                "findings": record.findings,
                "errors": record.errors,
                "approved_by": record.approved_by,
                "approved_at": record.approved_at,
                "paused": record.paused,
            }
            for record in records
        ],
        "sources": [
            {
                "source": source.id,
                "title": source.title,
                "health": state.health if state else None,
                "last_success": state.last_success if state else None,
                "due": state.due if state else None,
                "failures": state.failures if state else 0,
                "last_error": state.last_error if state else "",
            }
            for source in newsroom.edition.feeds
            for state in [states.get(source.id)]
        ],
    }
