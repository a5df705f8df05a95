"""The verb by which a person decides what became of deliveries that nobody knows of: settle."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import click

from digest.cli.shared import (
    by_option,
    config_option,
    edition_option,
    find_issue,
    json_option,
    opened,
    print_json,
    who,
)
from digest.errors import Skipped

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@click.argument("issue", required=False)
@click.argument("addresses", nargs=-1)
@click.option("--sent", "state", flag_value="sent", help="They arrived.")
@click.option("--resend", "state", flag_value="resend", help="They go once more.")
@by_option
@config_option
@edition_option
@json_option
def settle(
    config_dir: Path,
    edition: str | None,
    issue: str | None,
    addresses: tuple[str, ...],
    state: str | None,
    by: str | None,
    *,
    as_json: bool,
) -> None:
    """Say what became of deliveries that may have left: they arrived, or go once more.

    `digest status ISSUE` names them. With ADDRESSES, those alone; without, all of ISSUE, a date.
    """
    from digest.particulars import read_address
    from digest.resuming import settle as settle_deliveries

    if state is None:
        raise click.UsageError("say what became of them: --sent or --resend")
    name = who(by)
    with opened(config_dir, edition) as newsroom:
        date = dt.date.fromisoformat(find_issue(newsroom, issue).name)
        marks = [newsroom.store.mark(read_address(address).key) for address in addresses]
        settled = settle_deliveries(newsroom, date, marks, name, arrived=state == "sent")
        where = f"{newsroom.edition.name} {date}"
    if not settled:
        raise Skipped(
            "there is nothing to settle: what became of each is known",
            where=where,
            hint=f"See digest status {date}",
        )
    if as_json:
        print_json({"date": date, "settled": settled, "state": state, "by": name})
        return
    how = "arrived" if state == "sent" else "to go once more: digest send --resume"
    click.echo(f"Settled {where}: {settled} {how}")
