"""The verb by which a person lets an issue go: release."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from digest.cli.holding import take_back_hold
from digest.cli.shared import (
    at_option,
    by_option,
    config_option,
    edition_option,
    issue_date,
    json_option,
    moment,
    opened,
    print_json,
    shown,
    told_to_stop,
    who,
)
from digest.model import IssueState

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from digest.newsroom import Newsroom

TOLD = {
    "resumed": "its send went on, and the issue is {state}",
    "sent on": "it went on to its subscribers, and is {state}",
    "taken back": "the hold is taken back, and the issue is {state}",
    "sent": "sent",
    "approved": "to be sent at its time",
}


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
    """Let go an issue that is held or paused, and say who did.

    ISSUE is a date (default: the newest issue). A send that is paused goes on; the editors' hold is
    taken back; what preflight's errors hold is sent on as it is, at its time, or at once where that
    has come: a build that changes it is held again. It does the first of these that is needed.
    """
    name = who(by)
    with opened(config_dir, edition) as newsroom:
        date = issue_date(newsroom, issue)
        did = _let_go(config_dir, newsroom, date, name, moment(at, newsroom.publication))
        record = newsroom.store.issue(newsroom.edition.name, date)
    state = record.state if record else None
    if as_json:
        facts = {"edition": newsroom.edition.name, "date": date, "state": state}
        print_json({**facts, "released_by": name, "did": did})
        return
    told = TOLD[did].format(state=state or "yet to be built")
    click.echo(f"Released {newsroom.edition.name} {date} by {name}: {told}")
    if record and record.state is IssueState.HELD:
        click.echo(f"It is held still: {record.note}. To send it as it is: digest release {date}")
    elif record:
        folder = newsroom.out / record.edition / date.isoformat()
        click.echo(f"Issue: {shown(folder / 'preview.html')}")


def _let_go(config_dir: Path, newsroom: Newsroom, date: dt.date, by: str, now: dt.datetime) -> str:
    """Take back what stands first in the issue's way, and say what was done."""
    from digest import holding, releasing, sending

    stopping = told_to_stop()
    if releasing.go_on(newsroom, date, now, stopping):
        return "resumed"
    held = take_back_hold(config_dir, newsroom, date)
    if sending.send_on(newsroom, date, now, stopping):
        return "sent on"
    if held or holding.is_held_by_a_word(newsroom, date):
        holding.let_go(newsroom, date, now)
        return "taken back"
    return "sent" if releasing.release(newsroom, date, by, now, stopping) else "approved"
