"""What `status` tells of one issue: its deliveries, which add up, and who did not get it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import click

from digest.cli.printing import printable
from digest.cli.shared import print_json
from digest.errors import DigestError
from digest.ledger import DeliveryState

if TYPE_CHECKING:
    from digest.ledger import Tally
    from digest.newsroom import Newsroom
    from digest.store import IssueRecord

NAMED = 1_000  # of those who did not get it


def tell_deliveries(newsroom: Newsroom, issue: str, *, as_json: bool) -> None:
    """Print the sum of an issue's deliveries, and who did not get it. Raises DigestError."""
    edition, date = newsroom.edition.name, _date(issue)
    record = newsroom.store.issue(edition, date)
    if record is None:
        raise DigestError("there is no such issue", where=f"{edition} {issue}")
    tally = newsroom.store.tally(edition, date)
    lacking = newsroom.store.unfinished(edition, date, NAMED)
    if as_json:
        print_json(
            _issue_facts(record)
            | _facts(tally, lacking)
            | {"spared": newsroom.store.spared(edition, date)}
        )
        return
    told = f", {record.told}" if record.told else ""
    click.echo(printable(f"{edition} {date}: {record.state}{told}"))
    click.echo(delivery_sum(tally))
    if spared := newsroom.store.spared(edition, date):
        told = ", ".join(f"{count} {reason or 'suppressed'}" for reason, count in spared.items())
        click.echo(f"Not to get it: {told}")
    if tally.counts.get(DeliveryState.UNKNOWN):
        click.echo(f"Nobody knows whether some arrived: digest settle {date} --sent or --resend")
    if tally.next_at:
        click.echo(f"What was put off is tried again from {tally.next_at:%Y-%m-%d %H:%M} UTC on")
    for address, state, detail in lacking:
        click.echo(printable(f"{address} {state}{f': {detail}' if detail else ''}"))


def delivery_sum(tally: Tally) -> str:
    """Say how an issue's deliveries add up."""
    if not tally.candidates:
        return "No subscriber was to get it"
    parts = ", ".join(f"{count} {state}" for state, count in sorted(tally.counts.items()))
    return f"{tally.candidates} deliveries: {parts}"


def _issue_facts(record: IssueRecord) -> dict[str, object]:
    return {
        "edition": record.edition,
        "date": record.date,
        "state": record.state,
        "note": record.note,
        "paused": record.paused,
        "approved_by": record.approved_by,
        "approved_at": record.approved_at,
        "approved_sha256": record.approved_sha256,
    }


def _facts(tally: Tally, lacking: tuple[tuple[str, DeliveryState, str], ...]) -> dict[str, object]:
    return {
        "candidates": tally.candidates,
        "open": tally.open,
        "deliveries": dict(sorted(tally.counts.items())),
        "next_at": tally.next_at,
        "lacking": [
            {"address": address, "state": state, "detail": detail}
            for address, state, detail in lacking
        ],
    }


def _date(issue: str) -> dt.date:
    try:
        return dt.date.fromisoformat(issue)
    except ValueError:
        raise DigestError(
            f"{issue!r} is no issue", hint="Write its date, such as 2026-11-23"
        ) from None
