"""The verb that takes in what comes back: bounce."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from digest.cli.printing import printable
from digest.cli.shared import config_option, json_option, opened_store, print_json
from digest.errors import DigestError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from digest.bouncing import Judgement
    from digest.settings import Configuration
    from digest.store import Store

TRY_AGAIN = 75  # EX_TEMPFAIL of sysexits.h: a mail server keeps the message and comes again


@click.command()
@click.option(
    "--maildir",
    type=click.Path(path_type=Path, file_okay=False),
    help="Take in the new messages of a Maildir (default: the one on standard input).",
)
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@config_option
@json_option
def bounce(config_dir: Path, maildir: Path | None, *, dry_run: bool, as_json: bool) -> None:
    """Take in what comes back: bounces, complaints, wishes to unsubscribe.

    A message on standard input, as a mail server pipes it, or all new ones of a Maildir. Who has no
    mailbox any more, or called an issue spam, is sent nothing further. What cannot be told is kept
    for you to look at.
    """
    if maildir is None:
        _from_server(config_dir, dry_run=dry_run, as_json=as_json)
        return
    from digest.incoming import FLAGGED, SEEN, new_messages, put_away

    facts = []
    with opened_store(config_dir) as (configuration, store):
        for path, data in new_messages(maildir):
            judged = _take(configuration, store, data, dry_run=dry_run)
            if not dry_run:
                put_away(path, FLAGGED if _needs_eyes(judged) else SEEN)
            facts.append({"file": path.name, "answers": list(map(_facts, judged))})
            if not as_json:
                _tell(judged)
    if as_json:
        print_json(facts)


def _from_server(config_dir: Path, *, dry_run: bool, as_json: bool) -> None:
    """Take in one message; whatever fails, it is to come again, for it is nowhere else."""
    from digest.incoming import keep, read_stream

    data = read_stream(sys.stdin.buffer)
    try:
        with opened_store(config_dir) as (configuration, store):
            judged = _take(configuration, store, data, dry_run=dry_run)
        if _needs_eyes(judged) and not dry_run and not keep(configuration.kept, data):
            click.echo(f"digest: {configuration.kept} is full; the message is not kept", err=True)
    except Exception as error:  # noqa: BLE001  a server would bounce the message on any other end
        told = str(error) if isinstance(error, DigestError) else f"{type(error).__name__}: {error}"
        click.echo(f"digest: {printable(told)}", err=True)
        sys.exit(TRY_AGAIN)
    if as_json:
        print_json([{"file": "-", "answers": list(map(_facts, judged))}])
    else:
        _tell(judged)


def _take(
    configuration: Configuration, store: Store, data: bytes, *, dry_run: bool
) -> tuple[Judgement, ...]:
    from digest.answer_reading import read_answer
    from digest.bouncing import apply, judge

    now = dt.datetime.now(dt.UTC)
    judged = judge(store, read_answer(data), tuple(configuration.editions), now)
    if not dry_run:
        apply(store, judged)
    return judged


def _needs_eyes(judged: Sequence[Judgement]) -> bool:
    """Whether a person has to look: nobody knows what it is, or who wants to leave."""
    from digest.answers import AnswerKind

    return any(
        one.kind is AnswerKind.UNKNOWN or (one.kind is AnswerKind.LEAVING and one.owner is None)
        for one in judged
    )


def _facts(one: Judgement) -> dict[str, object]:
    owner = one.owner
    return {
        "kind": one.kind,
        "outcome": one.outcome,
        "status": one.status,
        "detail": one.detail,
        "address": owner.address if owner else "",
        "edition": owner.edition if owner else "",
        "date": owner.date if owner else None,
        "proof": owner.proof if owner else "",
    }


def _tell(judged: Sequence[Judgement]) -> None:
    for one in judged:
        about = ""
        if one.owner is not None:
            who = one.owner.address or "somebody who is no subscriber"
            issue = f", {one.owner.edition} {one.owner.date}" if one.owner.date else ""
            about = f" of {who}{issue} (by {one.owner.proof})"
        words = " ".join(filter(None, (one.status, one.detail)))
        said = f" [{words}]" if words else ""
        click.echo(printable(f"{one.kind}{about}: {one.outcome}{said}"))
