"""The verb that shows editors what readers wrote: comments."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from digest.cli.explaining import NOBODY
from digest.cli.printing import printable
from digest.cli.shared import (
    config_option,
    edition_option,
    json_option,
    local_date,
    moment,
    opened,
    print_json,
)
from digest.errors import ConfigError
from digest.markup import bounded

if TYPE_CHECKING:
    from pathlib import Path

    from digest.comment import Comment
    from digest.newsroom import Newsroom

SHOWN = 240  # characters of a comment; --json has all of it


@click.command()
@click.argument("issue", required=False)
@config_option
@edition_option
@json_option
def comments(config_dir: Path, edition: str | None, issue: str | None, *, as_json: bool) -> None:
    """List the readers' comments that an issue may quote.

    The newest are first. ISSUE is a date; without it, those that came since the last issue are
    listed. None is printed anywhere until the day's choices `quote` it.
    """
    with opened(config_dir, edition) as newsroom:
        if newsroom.edition.comments is None:
            raise ConfigError(
                "this edition reads no comments",
                where=newsroom.edition.name,
                hint="Add [comments] and [[comments.from]] to its file",
            )
        since, until = _span(newsroom, issue)
        ids = [source.id for source in newsroom.edition.comments.sources]
        known_by = moment(None, newsroom.publication)
        found = newsroom.store.comments(ids, since, until=until, known_by=max(known_by, until))
        zone = ZoneInfo(newsroom.publication.timezone)
    if as_json:
        print_json([_facts(comment) for comment in found])
        return
    for comment in found:
        _tell(comment, zone)
    if not found:
        span = " to ".join(f"{one.astimezone(zone):%A %-d %B %Y, %H:%M}" for one in (since, until))
        click.echo(f"No comment from {span}")


def _span(newsroom: Newsroom, issue: str | None) -> tuple[dt.datetime, dt.datetime]:
    """Give the window of an issue; without one, that of an issue that would be built now."""
    from digest.gathering import window_start
    from digest.timetable import slot_on

    publication = newsroom.publication
    if issue is None:
        until = moment(None, publication)
        tomorrow = local_date(until, publication) + dt.timedelta(days=1)
        return window_start(newsroom, tomorrow, until), until
    try:
        date = dt.date.fromisoformat(issue.rpartition("/")[2])
    except ValueError as error:
        raise click.BadParameter(
            f"{issue!r} is no date; write it like 2026-11-23", param_hint="ISSUE"
        ) from error
    cutoff = slot_on(newsroom.edition.timetable, publication.timezone, date).cutoff
    return window_start(newsroom, date, cutoff), cutoff


def _tell(comment: Comment, zone: ZoneInfo) -> None:
    when = f"{comment.dated.astimezone(zone):%a %-d %b %H:%M}"
    about = f", on {printable(comment.on_title)}" if comment.on_title else ""
    click.secho(f"{printable(comment.author) or NOBODY}, {when}{about}", bold=True)
    click.echo(f"  {printable(bounded(comment.text, SHOWN))}")
    click.echo(f"  {printable(comment.url)}")


def _facts(comment: Comment) -> dict[str, object]:
    return {
        "url": comment.url,
        "guid": comment.guid,
        "author": comment.author,
        "on": comment.on_title,
        "text": comment.text,
        "date": comment.dated,
        "source": comment.source,
    }
