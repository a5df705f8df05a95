"""What several verbs share: their options, finding an edition or an issue, telling a person."""

from __future__ import annotations

import datetime as dt
import getpass
import json
import re
import signal
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from digest.errors import ConfigError, DigestError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from digest.newsroom import Newsroom
    from digest.recipe import Publication
    from digest.settings import Configuration, Recipe
    from digest.store import Store
    from digest.web import Faces

config_option = click.option(
    "--config",
    "config_dir",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("config"),
    show_default=True,
    help="The folder that holds digest.toml.",
)
edition_option = click.option("--edition", help="Which edition, where there are several.")
json_option = click.option("--json", "as_json", is_flag=True, help="Print facts as JSON.")
at_option = click.option(
    "--at",
    metavar="TIME",
    help="Work as if it were TIME, in the publication's own zone: 2026-11-23T05:30.",
)
by_option = click.option("--by", help="Who says so (default: the name that you are logged in by).")
MAX_NAME = 100  # characters


def pick_recipe(configuration: Configuration, edition: str | None) -> Recipe:
    """Find the edition that was asked for, or the only one. Raises ConfigError."""
    names = list(configuration.editions)
    if edition is None and len(names) == 1:
        return configuration.editions[names[0]]
    if edition is not None and edition in names:
        return configuration.editions[edition]
    what = f"there is no edition called {edition}" if edition else "there are several editions"
    raise ConfigError(what, hint=f"Choose one with --edition: {', '.join(names)}")


def reader_faces(configuration: Configuration) -> Faces:
    """Give the pages behind subscribers' links, for all editions."""
    from digest.app import template_folders
    from digest.web import Faces

    return Faces(
        publication=configuration.publication,
        editions={name: recipe.edition for name, recipe in configuration.editions.items()},
        templates=template_folders(configuration),
    )


@contextmanager
def opened_store(config_dir: Path) -> Iterator[tuple[Configuration, Store]]:
    """Read the configuration and open the store alone, for what asks no plug for anything."""
    from digest.settings import load_configuration
    from digest.store import Store

    configuration = load_configuration(config_dir)
    with Store.open(configuration.store_url) as store:
        yield configuration, store


@contextmanager
def opened(config_dir: Path, edition: str | None) -> Iterator[Newsroom]:
    """Read the configuration and open one edition."""
    from digest.app import open_newsroom
    from digest.settings import load_configuration

    configuration = load_configuration(config_dir)
    with open_newsroom(configuration, pick_recipe(configuration, edition)) as newsroom:
        yield newsroom


def who(by: str | None) -> str:
    """Give a name for the store: one line, from the option or from the system."""
    try:
        name = " ".join((getpass.getuser() if by is None else by).split())
    except (OSError, KeyError):
        name = ""
    if not name or len(name) > MAX_NAME or not name.isprintable():
        raise click.UsageError(f"say who you are: --by NAME, at most {MAX_NAME} characters")
    return name


def moment(at: str | None, publication: Publication) -> dt.datetime:
    """Give the moment to work at, in UTC: `at`, or now."""
    if at is None:
        return dt.datetime.now(dt.UTC).replace(microsecond=0)
    try:
        given = dt.datetime.fromisoformat(at)
    except ValueError as error:
        raise click.BadParameter(
            f"{at!r} is no time; write it like 2026-11-23T05:30", param_hint="--at"
        ) from error
    local = given if given.tzinfo else given.replace(tzinfo=ZoneInfo(publication.timezone))
    return local.astimezone(dt.UTC)


def local_date(now: dt.datetime, publication: Publication) -> dt.date:
    """Give the date at a moment where the publication is."""
    return now.astimezone(ZoneInfo(publication.timezone)).date()


def find_issue(newsroom: Newsroom, issue: str | None) -> Path:
    """Give the folder of an issue: "2026-11-23", "daily/2026-11-23", or None for the newest.

    Raises DigestError when there is no such issue, naming those that there are.
    """
    folder = newsroom.out / newsroom.edition.name
    edition = issue.rpartition("/")[0] if issue else ""
    if edition and edition != newsroom.edition.name:
        raise DigestError(f"{issue} is not of {newsroom.edition.name}", hint="Use --edition")
    saved = sorted(path.parent.name for path in folder.glob("*/issue.json"))
    date = issue.rpartition("/")[2] if issue else (saved[-1] if saved else "")
    if date in saved:
        return folder / date
    near = f"The newest are {', '.join(saved[-3:])}" if saved else "Build one first: digest run"
    raise DigestError(f"there is no saved issue {date}".strip(), where=str(folder), hint=near)


def issue_date(newsroom: Newsroom, issue: str | None) -> dt.date:
    """Give the date of an issue as `find_issue` does; one that is named may yet be to come."""
    if issue is None or "/" in issue:
        return dt.date.fromisoformat(find_issue(newsroom, issue).name)
    try:
        return dt.date.fromisoformat(issue)
    except ValueError as error:
        raise click.BadParameter(f"{issue!r} is no date", param_hint="ISSUE") from error


def told_to_stop() -> Callable[[], bool]:
    """Let a signal end a send after what is on the wire: the rest waits in the ledger."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop.is_set


def shown(path: Path) -> str:
    """Write a path as a person would type it from here."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)


# Controls beyond ASCII's, and what turns the direction of a line: a terminal would obey them.
_UNPRINTABLE = re.compile(r"[\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


def print_json(facts: object) -> None:
    """Print facts for programs: sorted keys, one document."""
    text = json.dumps(facts, indent=2, sort_keys=True, ensure_ascii=False, default=str)
    click.echo(_UNPRINTABLE.sub(lambda found: json.dumps(found[0])[1:-1], text))
