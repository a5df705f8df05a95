"""The verbs on one subscriber: subscribers add, remove, erase; the others lie beside."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from digest.cli.printing import many
from digest.cli.shared import (
    by_option,
    config_option,
    edition_option,
    json_option,
    opened_store,
    pick_recipe,
    print_json,
    who,
)
from digest.cli.subscriber_lists import export_list, import_list
from digest.cli.subscriber_show import show_subscribers

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from digest.outgoing import Subscriber
    from digest.settings import Configuration, Recipe
    from digest.subscribers import Candidate, Consent


@click.group()
def subscribers() -> None:
    """Keep who gets an edition, how they asked for it, and who left."""


@click.command("add")
@click.argument("address")
@click.option("--name", default="", help="What they are called.")
@click.option("--language", default="", help="Such as en-GB (default: the publication's).")
@click.option("--section", "sections", multiple=True, help="Wanted; repeatable (default: all).")
@click.option(
    "--consent", default="", help='How they asked for it: "by phone", "form on our site".'
)
@click.option("--consented-at", default="", help="When they did (default: now).")
@by_option
@config_option
@edition_option
@json_option
def add_subscriber(
    address: str,
    config_dir: Path,
    edition: str | None,
    by: str | None,
    *,
    as_json: bool,
    **said: object,
) -> None:
    """Add a person who asked for the edition.

    One who left, or who is suppressed for another reason, is added again only with a --consent,
    which says how they asked for it after that.
    """
    name = who(by)
    with opened_store(config_dir) as (configuration, store):
        recipe = pick_recipe(configuration, edition)
        candidate = _candidate(address, said, configuration, recipe, name)
        changed = store.admit(recipe.edition.name, candidate, tuple(configuration.editions))
    facts = {"edition": recipe.edition.name, "address": candidate.subscriber.address}
    if as_json:
        print_json({**facts, "added": changed})
    elif changed:
        click.echo(f"Added {candidate.subscriber.address} to {recipe.edition.name}")
    else:
        click.echo(f"{candidate.subscriber.address} gets {recipe.edition.name} already; unchanged")


@click.command("remove")
@click.argument("address")
@click.option("--every-edition", is_flag=True, help="Of all editions, and of any to come.")
@by_option
@config_option
@edition_option
@json_option
def remove_subscriber(
    address: str,
    config_dir: Path,
    edition: str | None,
    by: str | None,
    *,
    every_edition: bool,
    as_json: bool,
) -> None:
    """Unsubscribe a person who asked you to.

    They are suppressed, so that no import brings them back, whether or not they subscribe now.
    """
    from digest.particulars import read_address
    from digest.subscribers import EVERY_EDITION, Reason

    note = f"removed by {who(by)}"
    found = read_address(address)
    with opened_store(config_dir) as (configuration, store):
        this = None if every_edition else pick_recipe(configuration, edition).edition.name
        mark = store.mark(found.key)
        here = [one.edition for one, _ in store.person(mark).records if this in (None, one.edition)]
        changed = store.suppress(
            mark, Reason.BY_HAND, _now(), edition=this or EVERY_EDITION, note=note
        )
    if as_json:
        facts = {"edition": this, "subscribed": here, "suppressed": changed}
        print_json({"address": found.written, **facts})
        return
    done = "Removed" if changed else "Suppressed already:"
    click.echo(f"{done} {found.written}, {this or 'every edition'}")
    if not here:
        click.echo("  They did not subscribe; no import will bring them in.", err=True)


@click.command("erase")
@click.argument("address")
@click.option("--yes", is_flag=True, help="Do not ask.")
@by_option
@config_option
@json_option
def erase_subscriber(
    address: str, config_dir: Path, by: str | None, *, yes: bool, as_json: bool
) -> None:
    """Forget a person, in every edition.

    Name, address, wishes and consents go. A salted hash of the address stays, so that nothing is
    ever sent to it again; nobody can tell from it whose it is.
    """
    from digest.particulars import read_address

    note = f"erased by {who(by)}"
    found = read_address(address)
    if not yes:
        click.confirm(f"Forget {found.written} in every edition, for good?", abort=True, err=True)
    with opened_store(config_dir) as (_, store):
        gone = store.erase(store.mark(found.key), _now(), note)
    if as_json:
        print_json({"erased": gone})
    else:
        click.echo(f"Erased, {many(gone, 'subscription')}; nothing will be sent there again")


def _candidate(
    address: str, said: Mapping[str, Any], configuration: Configuration, recipe: Recipe, by: str
) -> Candidate:
    """Check what was said of a person. Raises SubscriberError."""
    from digest.particulars import read_address
    from digest.subscribers import Candidate

    now = _now()
    found = read_address(address)
    consent = _consent(said, ZoneInfo(configuration.publication.timezone), now, by)
    return Candidate(
        key=found.key,
        subscriber=_person(found.written, said, recipe),
        consent=consent,
        since=consent.given_at or now,
    )


def _person(address: str, said: Mapping[str, Any], recipe: Recipe) -> Subscriber:
    from digest.outgoing import Subscriber
    from digest.particulars import read_language, read_name, read_sections

    return Subscriber(
        address=address,
        name=read_name(said["name"]),
        language=read_language(said["language"]),
        sections=read_sections(
            said["sections"], [section.title for section in recipe.edition.sections]
        ),
    )


def _consent(said: Mapping[str, Any], zone: dt.tzinfo, now: dt.datetime, by: str) -> Consent:
    from digest.particulars import read_moment, read_words
    from digest.subscribers import Consent

    return Consent(
        given_at=read_moment(said["consented_at"], "--consented-at", zone, now) or now,
        how=read_words(said["consent"], "consent"),
        noted_at=now,
        noted_by=f"added by {by}",
    )


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


for _verb in (
    import_list,
    export_list,
    add_subscriber,
    remove_subscriber,
    show_subscribers,
    erase_subscriber,
):
    subscribers.add_command(_verb)
