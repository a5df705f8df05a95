"""The verb that sends a saved issue: to its subscribers, on with what was left, or as a test."""

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
    told_to_stop,
)

if TYPE_CHECKING:
    from pathlib import Path

    from digest.newsroom import Newsroom


@click.command()
@click.argument("issue", required=False)
@config_option
@edition_option
@click.option(
    "--resume", is_flag=True, help="Go on with every send of the edition that has yet to end."
)
@click.option("--test", "address", metavar="ADDRESS", help="Only to this address, as a test.")
@json_option
def send(
    config_dir: Path,
    edition: str | None,
    issue: str | None,
    address: str | None,
    *,
    resume: bool,
    as_json: bool,
) -> None:
    """Send a saved issue now: the publication's own copy, then each subscriber's.

    With --test the very bytes that were saved go to one address, whatever the issue's state, which
    stays as it is. ISSUE is a date (default: the newest issue).
    """
    if resume and (address or issue):
        raise click.UsageError("--resume goes on with whatever has yet to end, and takes no more")
    with opened(config_dir, edition) as newsroom:
        if resume:
            _resume(newsroom, as_json=as_json)
            return
        date = dt.date.fromisoformat(find_issue(newsroom, issue).name)
        if address:
            _try_out(newsroom, date, address, as_json=as_json)
        else:
            _send(newsroom, date, as_json=as_json)


def _send(newsroom: Newsroom, date: dt.date, *, as_json: bool) -> None:
    from digest.cli.deliveries import tell_deliveries
    from digest.sending import send as send_issue

    send_issue(newsroom, date, newsroom.clock(), told_to_stop())
    tell_deliveries(newsroom, date.isoformat(), as_json=as_json)


def _resume(newsroom: Newsroom, *, as_json: bool) -> None:
    from digest.model import IssueState
    from digest.resuming import recover

    def sending() -> list[dt.date]:
        records = newsroom.store.issues(newsroom.edition.name)
        return [record.date for record in records if record.state is IssueState.SENDING]

    before = sending()
    recover(newsroom, newsroom.clock(), told_to_stop())
    left = set(sending())
    if as_json:
        print_json([{"date": date, "ended": date not in left} for date in before])
        return
    for date in before:
        click.echo(
            f"{newsroom.edition.name} {date}: {'is not done yet' if date in left else 'done'}"
        )
    if not before:
        click.echo("No send has yet to end")


def _try_out(newsroom: Newsroom, date: dt.date, address: str, *, as_json: bool) -> None:
    from digest.trying import try_out

    outcome = try_out(newsroom, date, address)
    name = newsroom.edition.name
    if as_json:
        facts = {"edition": name, "date": date, "address": address}
        print_json({**facts, "state": outcome.state, "detail": outcome.detail})
    else:
        click.echo(f"Sent {name} {date} to {address}: {outcome.detail}")
