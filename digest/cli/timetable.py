"""The verb that publishes by the timetable: schedule."""

from __future__ import annotations

import datetime as dt
import logging
from contextlib import ExitStack
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from digest.cli.shared import config_option, json_option, moment, print_json

if TYPE_CHECKING:
    from pathlib import Path

    from digest.settings import Configuration


@click.command()
@config_option
@click.option("--next", "count", type=click.IntRange(1, 366), help="Show the next N issues only.")
@click.option("--from", "start", metavar="TIME", help="With --next: as seen from TIME.")
@json_option
def schedule(config_dir: Path, count: int | None, start: str | None, *, as_json: bool) -> None:
    """Publish every edition by its timetable.

    It runs until stopped. With --next, show what will run, in local time and UTC, and end.
    """
    from digest.settings import load_configuration

    configuration = load_configuration(config_dir)
    if count is None:
        _serve(configuration)
    else:
        rows = _next_rows(configuration, count, moment(start, configuration.publication))
        print_json(rows) if as_json else _tell_rows(configuration, rows)


def _serve(configuration: Configuration) -> None:
    from digest.app import open_newsroom
    from digest.scheduler import serve

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    for chatty in ("apscheduler", "alembic", "botocore"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    with ExitStack() as stack:
        newsrooms = [
            stack.enter_context(open_newsroom(configuration, recipe))
            for recipe in configuration.editions.values()
        ]
        serve(newsrooms)


def _next_rows(
    configuration: Configuration, count: int, now: dt.datetime
) -> list[dict[str, dt.datetime | str]]:
    """Give the next issues of all editions, earliest first; all times in UTC."""
    from digest.timetable import next_slots

    rows: list[dict[str, dt.datetime | str]] = []
    for name, recipe in configuration.editions.items():
        timetable = recipe.edition.timetable
        rows += [
            {
                "edition": name,
                "date": slot.date.isoformat(),
                "build_at": slot.cutoff,
                "send_at": slot.send_at,
                "deadline": slot.deadline,
            }
            for slot in next_slots(timetable, configuration.publication.timezone, now, count)
        ]
    return sorted(rows, key=lambda row: (row["send_at"], row["edition"]))[:count]


def _tell_rows(configuration: Configuration, rows: list[dict[str, dt.datetime | str]]) -> None:
    from rich.console import Console
    from rich.table import Table

    zone = ZoneInfo(configuration.publication.timezone)
    table = Table("Edition", "Issue", "Build", "Send", "UTC", box=None, pad_edge=False)
    for row in rows:
        cutoff, send_at = row["build_at"], row["send_at"]
        assert isinstance(cutoff, dt.datetime)
        assert isinstance(send_at, dt.datetime)
        table.add_row(
            str(row["edition"]),
            f"{send_at.astimezone(zone):%a %-d %b %Y}",
            f"{cutoff.astimezone(zone):%H:%M}",
            f"{send_at.astimezone(zone):%H:%M %Z}",
            f"{cutoff:%H:%M}, {send_at:%H:%M}",
        )
    Console().print(table)
    for name, recipe in configuration.editions.items():
        minutes = recipe.edition.timetable.pull_every_min
        click.echo(f"{name}: sources are pulled every {minutes} minutes, and before each build")
