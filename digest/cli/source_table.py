"""`digest sources list`: how each source is doing, as a table, as lines, as facts."""

from __future__ import annotations

import datetime as dt
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from digest.cli.printing import printable
from digest.cli.shared import config_option, edition_option, json_option, moment, opened, print_json

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from digest.health import SourceState
    from digest.model import Source
    from digest.newsroom import Newsroom

DAYS = 14  # over which articles a day are counted
COLUMNS = ("Source", "Health", "Last success", "Next due", "A day", "Last error")
WRAPPED = ("Source", "Last error")  # on a terminal that is too narrow


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """A source as the editors describe it, and as the store knows it, if it was ever asked."""

    source: Source
    state: SourceState | None
    a_day: float

    @property
    def name(self) -> str:
        itself = self.state.title if self.state else ""
        name = self.source.title or itself or self.source.id
        return f"{name}, {self.source.section}" if self.source.section else name

    @property
    def health(self) -> str:
        if self.state is None:
            return "not asked yet"
        failing = f" ({self.state.failures})" if self.state.health == "failing" else ""
        return f"{self.state.health}{failing}"

    @property
    def problem(self) -> str:
        if self.state is None:
            return ""
        return self.state.disabled or self.state.last_error.removeprefix(f"{self.source.id}: ")


@click.command("list")
@config_option
@edition_option
@json_option
def list_sources(config_dir: Path, edition: str | None, *, as_json: bool) -> None:
    """List the sources with their health, and how many articles a day they bring."""
    with opened(config_dir, edition) as newsroom:
        now = moment(None, newsroom.publication)
        rows = _rows(newsroom, now)
    if as_json:
        print_json([_facts(row) for row in rows])
        return
    zone = ZoneInfo(newsroom.publication.timezone)
    cells = [_cells(row, now, zone) for row in rows]
    if sys.stdout.isatty():
        _print_table(cells)
    else:
        _print_lines([COLUMNS, *cells])
    click.echo(f"Times are those of {zone.key}; articles a day are the mean of {DAYS} days.")


def _rows(newsroom: Newsroom, now: dt.datetime) -> list[_Row]:
    """Give the edition's sources in its file's order."""
    states = newsroom.store.source_states()
    ids = [source.id for source in newsroom.edition.sources]
    counts = newsroom.store.count_articles(ids, now - dt.timedelta(days=DAYS), now)
    return [
        _Row(source=source, state=states.get(source.id), a_day=counts.get(source.id, 0) / DAYS)
        for source in newsroom.edition.sources
    ]


def _cells(row: _Row, now: dt.datetime, zone: ZoneInfo) -> tuple[str, ...]:
    cells = (
        row.name,
        row.health,
        _time(row.state.last_success if row.state else None, zone) or "never",
        _due(row.state, now, zone),
        f"{row.a_day:.1f}",
        row.problem,
    )
    return tuple(map(printable, cells))


def _due(state: SourceState | None, now: dt.datetime, zone: ZoneInfo) -> str:
    if state and state.disabled:
        return "never"
    return _time(state.due, zone) if state and state.due and state.due > now else "now"


def _time(moment: dt.datetime | None, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}" if moment else ""


def _print_table(rows: Sequence[tuple[str, ...]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    for column in COLUMNS:
        table.add_column(column, no_wrap=column not in WRAPPED)
    for row in rows:
        table.add_row(*map(Text, row))
    Console().print(table)


def _print_lines(rows: Sequence[tuple[str, ...]]) -> None:
    """Align the columns, as wide as they must be, with two spaces between them."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        click.echo("  ".join(cells).rstrip())


def _facts(row: _Row) -> dict[str, object]:
    state = row.state
    return {
        "source": row.source.id,
        "title": row.name,
        "health": str(state.health) if state else "",
        "failures": state.failures if state else 0,
        "failing_since": state.failing_since if state else None,
        "last_success": state.last_success if state else None,
        "due": state.due if state else None,
        "disabled": state.disabled if state else "",
        "articles_a_day": row.a_day,
        "last_error": state.last_error if state else "",
    }
