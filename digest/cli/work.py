"""The verbs that do the work: pull, build, run."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from digest.cli.printing import finding_line, many
from digest.cli.shared import (
    at_option,
    config_option,
    edition_option,
    json_option,
    local_date,
    moment,
    opened,
    print_json,
    shown,
    told_to_stop,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from digest.building import Built
    from digest.errors import Held
    from digest.newsroom import Newsroom
    from digest.pulling import PullReport, SourceResult

OUTCOMES = ("read", "unchanged", "resting", "failed")

force_option = click.option(
    "--force", is_flag=True, help="Ask every source, even one that was asked within the hour."
)


@click.command()
@config_option
@edition_option
@at_option
@force_option
@json_option
def pull(
    config_dir: Path, edition: str | None, at: str | None, *, force: bool, as_json: bool
) -> None:
    """Ask every source that is due what is new, and store it.

    A source is asked once an hour at most, and less often where its server wishes so.
    """
    with opened(config_dir, edition) as newsroom:
        report = _pull(newsroom, moment(at, newsroom.publication), force=force, quiet=as_json)
    if as_json:
        print_json(_pull_facts(report))
    else:
        _tell_pull(report)


@click.command()
@config_option
@edition_option
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="The issue's date.")
@at_option
@json_option
def build(
    config_dir: Path, edition: str | None, day: dt.datetime | None, at: str | None, *, as_json: bool
) -> None:
    """Build an issue from what is stored, and save it as a draft.

    Nothing newer than the timetable's cutoff on that date goes in; with --at the cutoff is that
    time. On a day without an issue nothing is built (exit code 3); `digest run` ignores days.
    """
    from digest import building
    from digest.errors import Skipped
    from digest.timetable import publishes_on, slot_on

    with opened(config_dir, edition) as newsroom:
        now = moment(at, newsroom.publication)
        date = day.date() if day else local_date(now, newsroom.publication)
        timetable = newsroom.edition.timetable
        if not publishes_on(timetable, date):
            raise Skipped(
                f"{date:%A} {date} is no publishing day",
                where=newsroom.edition.name,
                hint="`digest run` makes an issue on any day",
            )
        slot = slot_on(timetable, newsroom.publication.timezone, date)
        cutoff = now if at else min(now, slot.cutoff)
        built = building.build(newsroom, date, cutoff, now)
    if as_json:
        print_json(_built_facts(newsroom, built))
    else:
        _tell_built(built)
        _tell_places(newsroom, built)


@click.command()
@config_option
@edition_option
@at_option
@force_option
@click.option(
    "--dry-run", is_flag=True, help="Decide from what is stored, ask nobody, save no issue."
)
@json_option
def run(
    config_dir: Path,
    edition: str | None,
    at: str | None,
    *,
    force: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Pull, build and send one issue, now.

    It does so whatever the day. The cutoff is now, or TIME with --at.
    """
    from digest import building
    from digest.cli.deliveries import delivery_sum

    with opened(config_dir, edition) as newsroom:
        now = moment(at, newsroom.publication)
        date = local_date(now, newsroom.publication)
        building.rebuilt_state(newsroom, date)
        newsroom.choices(date)  # a mistake in today's file is told before anything is asked
        if dry_run:
            _tell_plan(newsroom, date, now, as_json=as_json)
            return
        report = _pull(newsroom, now, force=force, quiet=as_json)
        if not as_json:
            _tell_pull(report)
        _enrich(newsroom, date, now)
        built = building.build(newsroom, date, now, now)
        sent, held = _send(newsroom, date, now)
        tally = newsroom.store.tally(newsroom.edition.name, date)
    if as_json:
        print_json(_built_facts(newsroom, built) | {"pull": _pull_facts(report)})
    else:
        _tell_built(built)
        if sent:
            click.echo(f"Sent {sent} email, the publication's own copy")
        if tally.candidates:
            click.echo(f"Subscribers: {delivery_sum(tally)}")
        _tell_places(newsroom, built)
    if held:
        raise held


def _send(newsroom: Newsroom, date: dt.date, now: dt.datetime) -> tuple[int, Held | None]:
    """Send what was built; an issue that is held is told of after what was built."""
    from digest import sending
    from digest.errors import Held

    try:
        return len(sending.send(newsroom, date, now, told_to_stop())), None
    except Held as reason:
        return 0, reason


def _pull(newsroom: Newsroom, now: dt.datetime, *, force: bool, quiet: bool) -> PullReport:
    from digest.pulling import pull as pull_sources

    async def work() -> PullReport:
        async with newsroom.http() as http:
            with _progress(len(newsroom.edition.feeds), quiet=quiet) as tell:
                return await pull_sources(newsroom, http, now, tell, force=force)

    return asyncio.run(work())


def _enrich(newsroom: Newsroom, date: dt.date, now: dt.datetime) -> None:
    from digest.enriching import enrich

    async def work() -> None:
        async with newsroom.http() as http:
            await enrich(newsroom, http, date, now, now)

    asyncio.run(work())


@contextmanager
def _progress(total: int, *, quiet: bool) -> Iterator[Callable[[SourceResult], None]]:
    """Show a bar on a terminal, and elsewhere a structured line for each source."""
    if quiet:
        yield lambda _: None
    elif not sys.stderr.isatty():
        yield lambda result: click.echo(str(result), err=True)
    else:
        from rich.console import Console
        from rich.progress import Progress

        with Progress(console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("Pulling", total=total)
            yield lambda _: bar.advance(task)


def _tell_pull(report: PullReport) -> None:
    outcomes = Counter(result.outcome for result in report.sources)
    asked = [f"{outcomes[word]} {word}" for word in OUTCOMES if outcomes[word]]
    new = sum(result.new for result in report.sources)
    sources = many(len(report.sources), "source")
    click.echo(f"Pulled {sources} ({', '.join(asked)}): {many(new, 'new article')}")
    if report.comments:
        new = sum(result.new for result in report.comments)
        click.echo(f"  {many(new, 'new comment')}")
    for result in report.sources if sys.stderr.isatty() else ():
        if result.error:
            click.echo(f"  {result.error}", err=True)
        elif result.warnings:
            click.echo(f"  {result.source}: {'; '.join(result.warnings)}", err=True)
    if outcomes["resting"]:
        click.echo("  Resting ones were asked not long ago; --force asks all the same", err=True)
    for notice in report.notices:
        click.echo(f"  {notice}", err=True)


def _pull_facts(report: PullReport) -> dict[str, object]:
    return {
        "sources": [_result_facts(result) for result in report.sources],
        "comments": [_result_facts(result) for result in report.comments],
        "notices": report.notices,
    }


def _result_facts(result: SourceResult) -> dict[str, object]:
    return {
        "source": result.source,
        "new": result.new,
        "read": result.read,
        "outcome": result.outcome,
        "resting_until": result.resting_until,
        "took_s": round(result.took_s, 3),
        "error": result.error,
        "warnings": result.warnings,
    }


def _tell_built(built: Built) -> None:
    issue = built.issue
    click.echo(
        f"Built {issue.edition} {issue.date}: {len(issue.placements)} stories "
        f"from {issue.articles} articles, {built.email.words} words"
    )
    for notice in issue.notices:
        click.echo(f"  {notice}", err=True)
    for finding in built.findings:
        click.echo(f"  {finding_line(finding)}", err=True)
    if built.hold and not issue.hold:  # the editors' own is among the notices
        click.echo(f"  held: {built.hold}", err=True)


def _tell_places(newsroom: Newsroom, built: Built) -> None:
    click.echo(f"Issue:   {shown(built.folder / 'preview.html')}")
    click.echo(f"Gallery: {shown(newsroom.out / 'index.html')}")


def _built_facts(newsroom: Newsroom, built: Built) -> dict[str, object]:
    issue = built.issue
    return {
        "edition": issue.edition,
        "date": issue.date,
        "subject": issue.subject,
        "hold": built.hold,
        "articles": issue.articles,
        "stories": issue.stories,
        "placed": len(issue.placements),
        "words": built.email.words,
        "notices": issue.notices,
        "findings": [f"{f.level}: {f.message}" for f in built.findings],
        "folder": str(built.folder),
        "gallery": str(newsroom.out / "index.html"),
    }


def _tell_plan(newsroom: Newsroom, date: dt.date, now: dt.datetime, *, as_json: bool) -> None:
    from digest.cli.explaining import issue_facts, tell_issue
    from digest.deciding import decide
    from digest.gathering import gather

    issue = decide(gather(newsroom, date, now, now), newsroom.words)
    if as_json:
        print_json(issue_facts(issue))
    else:
        tell_issue(issue)
