"""`digest subscribers show`: how many there are, or all that is known of one person."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import click

from digest.cli.printing import printable
from digest.cli.shared import (
    config_option,
    edition_option,
    json_option,
    local_date,
    opened_store,
    pick_recipe,
    print_json,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from digest.store import Person, SubscriberCounts, SubscriberRecord
    from digest.subscribers import Consent, Suppression


@click.command("show")
@click.argument("address", required=False)
@config_option
@edition_option
@json_option
def show_subscribers(
    config_dir: Path, edition: str | None, address: str | None, *, as_json: bool
) -> None:
    """Count an edition's subscribers, or show all that is known of one person.

    With ADDRESS, in every edition, consents included: what a person who asks has to be told.
    """
    with opened_store(config_dir) as (configuration, store):
        if address is not None:
            from digest.particulars import read_address

            found = read_address(address)
            person = store.person(store.mark(found.key))
            facts = _person_facts(person, found.written)
            print_json(facts) if as_json else _tell_person(person, found.written)
            return
        name = pick_recipe(configuration, edition).edition.name
        today = local_date(dt.datetime.now(dt.UTC), configuration.publication)
        counts = store.count_subscribers(name, today)
        print_json(_count_facts(counts, name)) if as_json else _tell_counts(counts, name)


# ------------------------------------------------------------ all of them


def _tell_counts(counts: SubscriberCounts, name: str) -> None:
    click.echo(f"{name}: {counts.receiving:,} get it")
    if counts.paused:
        click.echo(f"  {counts.paused:,} paused")
    if counts.suppressed:
        click.echo(f"  {counts.suppressed:,} suppressed")
    _tell_table("Languages", counts.languages, "the publication's")
    _tell_table("Sections", counts.sections, "all")
    _tell_table("Addresses that it is not sent to", counts.suppressions, "")


def _tell_table(title: str, counts: Mapping[str, int], empty: str) -> None:
    if counts:
        click.echo(f"{title}:")
    for what, count in counts.items():
        click.echo(f"  {count:>9,}  {printable(what) or empty}")


def _count_facts(counts: SubscriberCounts, name: str) -> dict[str, object]:
    return {
        "edition": name,
        "receiving": counts.receiving,
        "paused": counts.paused,
        "suppressed": counts.suppressed,
        "languages": dict(counts.languages),
        "sections": dict(counts.sections),
        "suppressions": dict(counts.suppressions),
    }


# ------------------------------------------------------------ one person


def _tell_person(person: Person, address: str) -> None:
    if not person.records and not person.suppressions:
        click.echo(f"Nothing is known of {address}")
    for record, consents in person.records:
        _tell_record(record)
        for consent in consents:
            _tell_consent(consent)
    for one in person.suppressions:
        _tell_suppression(one)


def _tell_record(record: SubscriberRecord) -> None:
    one = record.subscriber
    name = f" ({printable(one.name)})" if one.name else ""
    click.echo(f"{record.edition}: {one.address}{name}, since {_day(record.since)}")
    wanted = ", ".join(map(printable, one.sections)) or "all"
    language = one.language or "the publication's"
    click.echo(f"  Language: {language}; sections: {wanted}")
    if one.paused_until:
        click.echo(f"  Paused until {one.paused_until}")


def _tell_consent(consent: Consent) -> None:
    given = f"on {_day(consent.given_at)}" if consent.given_at else "nobody said when"
    how = printable(consent.how) or "nobody said how"
    noted = f"{printable(consent.noted_by)}, {_day(consent.noted_at)}"
    click.echo(f"  Consented {given}: {how} ({noted})")


def _tell_suppression(one: Suppression) -> None:
    where = one.edition or "every edition"
    note = f" ({printable(one.note)})" if one.note else ""
    click.echo(f"Suppressed for {where} since {_day(one.since)}: {one.reason.value}{note}")


def _day(moment: dt.datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _person_facts(person: Person, address: str) -> dict[str, object]:
    return {
        "address": address,
        "subscriptions": [_record_facts(record, consents) for record, consents in person.records],
        "suppressions": [
            {
                "edition": one.edition,
                "reason": one.reason.value,
                "since": one.since,
                "note": one.note,
            }
            for one in person.suppressions
        ],
    }


def _record_facts(record: SubscriberRecord, consents: tuple[Consent, ...]) -> dict[str, object]:
    one = record.subscriber
    return {
        "edition": record.edition,
        "address": one.address,
        "name": one.name,
        "language": one.language,
        "sections": list(one.sections),
        "paused_until": one.paused_until,
        "since": record.since,
        "consents": [
            {
                "given_at": consent.given_at,
                "how": consent.how,
                "noted_at": consent.noted_at,
                "noted_by": consent.noted_by,
            }
            for consent in consents
        ],
    }
