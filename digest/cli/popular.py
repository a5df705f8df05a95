"""The verbs on counts of readers: popular show, popular import."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from digest.cli.popular_show import show_counts
from digest.cli.printing import many, printable
from digest.cli.shared import (
    at_option,
    config_option,
    edition_option,
    json_option,
    moment,
    opened,
    print_json,
)
from digest.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from digest.popularity.table_reading import Tabled

SHOWN = 20  # refused lines that are named one by one


@click.group()
def popular() -> None:
    """See what readers chose, and bring counts of your own."""


@click.command("import")
@click.argument("file", type=click.File("rb"))
@click.option("--provider", help="Keep them as this provider's; else as the first table's.")
@click.option("--dry-run", is_flag=True, help="Say what would be kept, and keep nothing.")
@config_option
@edition_option
@at_option
@json_option
def import_counts(
    file: IO[bytes],
    config_dir: Path,
    edition: str | None,
    at: str | None,
    provider: str | None,
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Bring counts of readers from a CSV or JSON file; "-" reads standard input.

    Its columns, or keys, are url, count, as_of, and optionally hours and unit. An as_of without a
    zone is meant in the publication's. They are kept beside what the provider counted itself: of
    each page, the newest counts.
    """
    from digest.popularity.table_reading import MAX_BYTES, read_table

    with opened(config_dir, edition) as newsroom:
        now = moment(at, newsroom.publication)
        zone = ZoneInfo(newsroom.publication.timezone)
        tabled = read_table(file.read(MAX_BYTES + 1), file.name, zone=zone, now=now)
        known = tuple(newsroom.popularity)
        name = provider or next(filter(_is_table, known), "table")
        _require_table(name, known)
        if not dry_run:
            newsroom.store.add_readings(newsroom.edition.name, name, tabled.readings, now)
    if as_json:
        print_json(_facts(tabled, name, used=name in known))
    else:
        _tell(tabled, f"{'Would keep' if dry_run else 'Kept'} as {name}'s")
        _warn(name, known)


def _is_table(name: str) -> bool:
    """Tell whether a provider is a table, by its name: "table", or "table 2"."""
    return name.partition(" ")[0] == "table"


def _require_table(name: str, known: Sequence[str]) -> None:
    """Raise ConfigError for a provider that counts for itself: what it counted is no other's."""
    from digest.settings.plugs import COUNTS

    if not _is_table(name) and (name in known or name.partition(" ")[0] in COUNTS.names):
        raise ConfigError(
            f"{printable(name)} counts for itself, and takes no counts from a file",
            where="--provider",
            hint='Name a table, or leave it out; [[most_popular.from]] with use = "table" adds one',
        )


def _tell(tabled: Tabled, did: str) -> None:
    readings = tabled.readings
    units = " ".join(sorted({reading.unit for reading in readings}))
    newest = max(reading.as_of for reading in readings)
    pages = many(len(readings), "page")
    click.echo(f"{did}: {pages}, {units}, as of {newest:%Y-%m-%d %H:%M} UTC")
    if tabled.refused:
        click.echo(f"Refused: {len(tabled.refused)}", err=True)
    for reason in tabled.refused[:SHOWN]:
        click.echo(f"  {printable(reason)}", err=True)
    if len(tabled.refused) > SHOWN:
        click.echo(f"  and {len(tabled.refused) - SHOWN} more; --json gives all", err=True)
    for note in tabled.notes:
        click.echo(f"  {printable(note)}", err=True)


def _warn(name: str, known: Sequence[str]) -> None:
    if name not in known:
        there = f"It has: {', '.join(known)}" if known else "It has none"
        click.echo(
            f"  The edition has no provider called {printable(name)}, so they are not used. "
            f'{there}; add [[most_popular.from]] with use = "table"',
            err=True,
        )


def _facts(tabled: Tabled, name: str, *, used: bool) -> dict[str, object]:
    return {
        "provider": name,
        "used": used,
        "kept": [
            {"url": one.url, "count": one.count, "unit": one.unit, "as_of": one.as_of}
            for one in tabled.readings
        ],
        "refused": tabled.refused,
        "notes": tabled.notes,
    }


popular.add_command(import_counts)
popular.add_command(show_counts)
