"""The verb by which an editor stops an issue: hold."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import click

from digest.cli.decisions import alone_with_choices
from digest.cli.printing import printable
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
    who,
)
from digest.errors import Busy

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from digest.newsroom import Newsroom

TRIES, PAUSE_S = 40, 0.25  # for a build or the beginning of a send to end
_ISSUE = re.compile(r"([\w-]+/)?\d{4}-\d\d-\d\d", re.ASCII)


@click.command()
@click.argument("issue", required=False)
@click.argument("reason", required=False)
@config_option
@edition_option
@by_option
@at_option
@json_option
def hold(
    config_dir: Path,
    edition: str | None,
    issue: str | None,
    reason: str | None,
    by: str | None,
    at: str | None,
    *,
    as_json: bool,
) -> None:
    """Hold an issue now, or pause its send, and say who does and why.

    ISSUE is a date (default: the newest issue), and may be left out before REASON. Before its send
    it is what `digest choose hold` decides, at once; a send that is under way is paused. `digest
    release` takes either back.
    """
    if issue and reason is None and not _ISSUE.fullmatch(issue):
        issue, reason = None, issue
    name = who(by)
    why = f"{name}: {' '.join(reason.split())}" if reason and reason.strip() else f"{name} holds it"
    with opened(config_dir, edition) as newsroom:
        date = issue_date(newsroom, issue)
        did, told = _stop(config_dir, newsroom, date, why, moment(at, newsroom.publication))
    if as_json:
        print_json({"edition": newsroom.edition.name, "date": date, "did": did, "why": told})
    else:
        click.echo(f"{did.capitalize()} {newsroom.edition.name} {date}: {printable(told)}")
        click.echo(f"To let it go: digest release {date}")


def _stop(
    config_dir: Path, newsroom: Newsroom, date: dt.date, why: str, now: dt.datetime
) -> tuple[str, str]:
    """Pause the send that is under way, or else hold the issue; say which, and the reason kept."""
    from digest import holding

    if holding.pause(newsroom, date, why, now):
        return "paused", why
    holding.require_holdable(newsroom, date)
    kept = _decide(config_dir, newsroom, date, why)
    for _ in range(TRIES):
        try:
            holding.hold(newsroom, date, now)
        except Busy:  # a build, which heeds the choice; or a send that began just now
            if holding.pause(newsroom, date, why, now):
                return "paused", why
            time.sleep(PAUSE_S)
        else:
            return "held", kept
    raise Busy(
        "another run is at it, and has not ended",
        where=f"{newsroom.edition.name} {date}",
        hint="The hold is among the day's choices; where the send began before it, hold it again",
    )


def _decide(config_dir: Path, newsroom: Newsroom, date: dt.date, why: str) -> str:
    """Write the hold into the day's choices, and give the reason there; an earlier one stays."""
    from digest.settings.drafting import read_draft

    with alone_with_choices(newsroom, date):
        draft = read_draft(config_dir, newsroom.edition, date)
        kept = draft.data.get("issue", {}).get("hold")
        if kept is None:
            draft.with_word("hold", why).save(newsroom.edition)
    return str(kept or why)


def take_back_hold(config_dir: Path, newsroom: Newsroom, date: dt.date) -> bool:
    """Take the editors' hold out of the day's choices; say whether there was one."""
    from digest.settings.drafting import read_draft

    with alone_with_choices(newsroom, date):
        draft = read_draft(config_dir, newsroom.edition, date)
        there = "hold" in draft.data.get("issue", {})
        if there:
            draft.without_word("hold").save(newsroom.edition)
    return there
