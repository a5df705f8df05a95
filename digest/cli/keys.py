"""The verbs on the keys of subscribers' links: keys show, keys rotate."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import click

from digest.cli.shared import config_option, json_option, opened_store, print_json

if TYPE_CHECKING:
    from pathlib import Path


@click.group()
def keys() -> None:
    """See and renew the keys that subscribers' links are signed with."""


@click.command("show")
@config_option
@json_option
def show_keys(config_dir: Path, *, as_json: bool) -> None:
    """Show when each key was made. The keys themselves are never shown."""
    with opened_store(config_dir) as (_, store):
        made = store.link_key_dates()
    newest = max(made)
    if as_json:
        print_json([{"number": n, "made_at": at, "signs": n == newest} for n, at in made.items()])
        return
    for number, at in made.items():
        what = "signs" if number == newest else "is still believed"
        click.echo(f"Key {number}, made {at:%Y-%m-%d %H:%M} UTC: {what}")


@click.command("rotate")
@config_option
@json_option
def rotate_keys(config_dir: Path, *, as_json: bool) -> None:
    """Make a new key to sign links with.

    Those in emails that were sent go on working: older keys are believed for good.
    """
    with opened_store(config_dir) as (_, store):
        number = store.rotate_link_keys(dt.datetime.now(dt.UTC))
    if as_json:
        print_json({"number": number})
    else:
        click.echo(f"Key {number} signs from now on")


keys.add_command(show_keys)
keys.add_command(rotate_keys)
