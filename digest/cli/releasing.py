"""The verb by which a person answers for an issue that preflight holds: release."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import click

from digest.cli.shared import (
    at_option,
    by_option,
    config_option,
    edition_option,
    find_issue,
    json_option,
    moment,
    opened,
    print_json,
    shown,
    who,
)

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@click.argument("issue", required=False)
@config_option
@edition_option
@by_option
@at_option
@json_option
def release(
    config_dir: Path,
    edition: str | None,
    issue: str | None,
    by: str | None,
    at: str | None,
    *,
    as_json: bool,
) -> None:
    """Send on an issue that preflight's errors hold, and say who did.

    ISSUE is a date (default: the newest issue). It goes at its time, or at once where that has
    come. What is released are the bytes as they are: a build that changes them is held again.
    """
    from digest import releasing

    name = who(by)
    with opened(config_dir, edition) as newsroom:
        folder = find_issue(newsroom, issue)
        date = dt.date.fromisoformat(folder.name)
        now = moment(at, newsroom.publication)
        outcomes = releasing.release(newsroom, date, name, now)
        record = newsroom.store.issue(newsroom.edition.name, date)
    assert record
    if as_json:
        facts = {"date": date, "state": record.state, "released_by": name, "sent": len(outcomes)}
        print_json({"edition": record.edition, **facts})
        return
    how = "sent" if outcomes else "to be sent at its time"
    click.echo(f"Released {record.edition} {date} by {name}: {how}")
    click.echo(f"Issue: {shown(folder / 'preview.html')}")
