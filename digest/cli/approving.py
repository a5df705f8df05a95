"""The verb by which a person answers for what is sent: approve."""

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
def approve(
    config_dir: Path,
    edition: str | None,
    issue: str | None,
    by: str | None,
    at: str | None,
    *,
    as_json: bool,
) -> None:
    """Approve an issue as it was built, and say who did.

    ISSUE is a date (default: the newest issue). It goes at its time by the scheduler, or by `digest
    send`. What is approved are the bytes as they are: what changes them has to be approved anew.
    """
    from digest import approving

    name = who(by)
    with opened(config_dir, edition) as newsroom:
        folder = find_issue(newsroom, issue)
        date = dt.date.fromisoformat(folder.name)
        record = approving.approve(newsroom, date, name, moment(at, newsroom.publication))
    if as_json:
        facts = {"date": date, "state": record.state, "approved_by": record.approved_by}
        sha256 = {"approved_at": record.approved_at, "approved_sha256": record.approved_sha256}
        print_json({"edition": record.edition, **facts, **sha256})
        return
    click.echo(
        f"Approved {record.edition} {date} by {record.approved_by}: {record.approved_sha256}"
    )
    click.echo(f"Issue: {shown(folder / 'preview.html')}")
