"""`digest subscribers import` and `export`: whole lists, as CSV."""

from __future__ import annotations

import datetime as dt
import os
import sys
from contextlib import contextmanager
from dataclasses import asdict
from io import TextIOWrapper
from itertools import count, islice
from pathlib import Path, PurePath
from typing import IO, TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from digest.cli.printing import printable
from digest.cli.shared import (
    by_option,
    config_option,
    edition_option,
    json_option,
    opened_store,
    pick_recipe,
    print_json,
    who,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import TextIO

    from digest.enlisting import Enlistment
    from digest.outgoing import Subscriber
    from digest.settings import Configuration, Recipe
    from digest.store import Store
    from digest.subscriber_lists import Refusal, Terms
    from digest.subscribers import Consent

STEP = 100_000  # lines between two words to a file
SHOWN = 20  # lines that are named one by one
BATCH = 1_000  # people whose consents are read at once


@click.command("import")
@click.argument("file", type=click.File("rb"))
@click.option("--consent", default="", help="How those consented whose line does not say it.")
@click.option("--dry-run", is_flag=True, help="Say what would be, and change nothing.")
@by_option
@config_option
@edition_option
@json_option
def import_list(
    file: IO[bytes],
    config_dir: Path,
    edition: str | None,
    by: str | None,
    consent: str,
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Add the people of a CSV file to an edition; "-" reads standard input.

    Its columns are address (or email), and optionally name, language, sections, paused_until,
    since, consented_at and source. Who subscribes already stays as they are, and who left or is
    suppressed stays out. What was brought before an error is known when it is brought again.
    """
    from digest.enlisting import enlist
    from digest.subscriber_lists import SubscriberList

    name = who(by)
    with opened_store(config_dir) as (configuration, store):
        recipe = pick_recipe(configuration, edition)
        terms = _terms(configuration, recipe, consent, f"import {_shown(file)} by {name},")
        listed = SubscriberList(file, file.name, terms)
        with _progress(quiet=as_json) as progress:
            report = enlist(
                store, recipe.edition.name, listed.rows(), dry_run=dry_run, progress=progress
            )
    if as_json:
        print_json(_facts(report, recipe.edition.name, listed.ignored, dry_run=dry_run))
    else:
        _tell(report, recipe.edition.name, listed.ignored, dry_run=dry_run)
    if report.refusals and report.refusals == report.lines:
        sys.exit(1)


@click.command("export")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Write this file.")
@config_option
@edition_option
def export_list(config_dir: Path, edition: str | None, output: Path | None) -> None:
    """Write an edition's subscribers as CSV, which import reads back.

    Paused ones are among them, suppressed ones are not. The consent is the newest that is kept.
    """
    from digest.subscriber_lists import write_list

    with opened_store(config_dir) as (configuration, store):
        name = pick_recipe(configuration, edition).edition.name
        with _writing(output) as file:
            write_list(file, _with_consents(store, name))


def _terms(configuration: Configuration, recipe: Recipe, consent: str, by: str) -> Terms:
    from digest.particulars import read_words
    from digest.subscriber_lists import Terms

    return Terms(
        sections=tuple(section.title for section in recipe.edition.sections),
        zone=ZoneInfo(configuration.publication.timezone),
        now=dt.datetime.now(dt.UTC),
        how=read_words(consent, "consent"),
        by=by,
    )


def _shown(file: IO[bytes]) -> str:
    return printable(PurePath(file.name).name if file.name != "<stdin>" else "standard input")


@contextmanager
def _progress(*, quiet: bool) -> Iterator[Callable[[int], None]]:
    """Show the lines so far: on a terminal as they go, elsewhere now and then."""
    if quiet:
        yield lambda _: None
    elif not sys.stderr.isatty():
        yield _say_steps()
    else:
        from rich.console import Console
        from rich.progress import Progress, SpinnerColumn, TextColumn

        columns = (SpinnerColumn(), TextColumn("{task.completed:,} lines"))
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("", total=None)
            yield lambda lines: bar.update(task, completed=lines)


def _say_steps() -> Callable[[int], None]:
    steps = count(STEP, STEP)
    due = next(steps)

    def say(lines: int) -> None:
        nonlocal due
        if lines >= due:
            click.echo(f"{lines:,} lines", err=True)
            due = next(step for step in steps if step > lines)

    return say


@contextmanager
def _writing(output: Path | None) -> Iterator[TextIO]:
    """Open a file that only its owner can read, marked as UTF-8 for Excel; or standard output."""
    if output:

        def private(path: str, flags: int) -> int:
            return os.open(path, flags, 0o600)

        with open(output, "w", encoding="utf-8-sig", newline="", opener=private) as file:
            yield file
        return
    out = TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="")
    try:
        yield out
        out.flush()
    finally:
        out.detach()  # else it would close the stream behind it


def _with_consents(
    store: Store, edition: str
) -> Iterator[tuple[Subscriber, Consent | None, dt.datetime]]:
    """Give an edition's subscribers with the newest consent of each, a batch at a time."""
    records = store.subscribers(edition)
    while batch := list(islice(records, BATCH)):
        given = store.consents([one.id for one in batch])
        for one in batch:
            consent = given[one.id][-1] if given[one.id] else None
            yield one.subscriber, consent, one.since


def _tell(report: Enlistment, edition: str, ignored: Iterable[str], *, dry_run: bool) -> None:
    click.echo(f"{'Would add' if dry_run else 'Added'} to {edition}: {report.added:,}")
    held = report.suppressed.total()
    for number, what in ((report.known, "Already there"), (report.duplicates, "Twice in the list")):
        if number:
            click.echo(f"{what}: {number:,}")
    if held:
        click.echo(f"Suppressed, and left out: {held:,}")
        _list(report.left_out, held)
    if report.refusals:
        click.echo(f"Refused: {report.refusals:,}", err=True)
        _list(report.refused, report.refusals)
    for note in ignored:
        click.echo(f"  {printable(note)}", err=True)
    if report.unsaid:
        people = f"{report.unsaid:,} {'has' if report.unsaid == 1 else 'have'}"
        hint = "say it for all with --consent TEXT, or a line with a column source"
        click.echo(f"  {people} no word on how they consented; {hint}", err=True)


def _list(lines: Sequence[Refusal], total: int) -> None:
    for one in lines[:SHOWN]:
        who_is = f"{one.address}: " if one.address else ""
        click.echo(f"  {printable(f'line {one.line}: {who_is}{one.reason}')}", err=True)
    if total > SHOWN:
        click.echo(f"  and {total - SHOWN:,} more; --json lists them", err=True)


def _facts(
    report: Enlistment, edition: str, ignored: Sequence[str], *, dry_run: bool
) -> dict[str, object]:
    return {
        "edition": edition,
        "dry_run": dry_run,
        "lines": report.lines,
        "added": report.added,
        "already_there": report.known,
        "duplicates": report.duplicates,
        "without_consent": report.unsaid,
        "suppressed": {reason.value: number for reason, number in report.suppressed.items()},
        "suppressed_lines": [asdict(one) for one in report.left_out],
        "refused": report.refusals,
        "refused_lines": [asdict(one) for one in report.refused],
        "notes": list(ignored),
    }
