"""The verb that sends an issue to one address: send --test."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import click

from digest.cli.shared import (
    config_option,
    edition_option,
    find_issue,
    json_option,
    opened,
    print_json,
)

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@click.argument("issue", required=False)
@config_option
@edition_option
@click.option("--test", "address", required=True, metavar="ADDRESS", help="Whom to send it to.")
@json_option
def send(
    config_dir: Path, edition: str | None, issue: str | None, address: str, *, as_json: bool
) -> None:
    """Send a saved issue to one address, to try it out.

    The very bytes that were saved go the way that emails leave, whatever the issue's state, which
    stays as it is. ISSUE is a date (default: the newest issue).
    """
    from digest.trying import try_out

    with opened(config_dir, edition) as newsroom:
        date = dt.date.fromisoformat(find_issue(newsroom, issue).name)
        outcome = try_out(newsroom, date, address)
        name = newsroom.edition.name
    if as_json:
        facts = {"edition": name, "date": date, "address": address}
        print_json({**facts, "state": outcome.state, "detail": outcome.detail})
    else:
        click.echo(f"Sent {name} {date} to {address}: {outcome.detail}")
