"""Bounces through the command line: piped as a mail server pipes them, and out of a Maildir."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default
from io import BytesIO
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from faulty_relay import FaultyRelay, relaying
from incoming_mail import ADDRESS, sample, subscribe, traces
from mailing import write_mailing
from publication import AT, digest, newsroom_of, write_publication

from digest.incoming import MAX_BYTES, MAX_KEPT, keep, new_messages, put_away, read_stream

if TYPE_CHECKING:
    from pathlib import Path

HARD = "postfix-unknown-user"


@pytest.fixture
def carried(tmp_path: Path) -> dict[str, str]:
    """Write a publication with one subscriber, and give what a delivery to them carries."""
    config = write_publication(tmp_path)
    with newsroom_of(config) as newsroom:
        subscribe(newsroom.store)
        today = dt.datetime.now(dt.UTC).date()
        return {"date": str(today), **traces(newsroom.store, date=today)}


def pipe(root: Path, data: bytes, *options: str, code: int = 0) -> tuple[str, str]:
    """Hand a message to `digest bounce` as a mail server does; give both streams."""
    done = subprocess.run(
        [sys.executable, "-m", "digest", "bounce", *options],
        cwd=root,
        env=dict(os.environ),
        input=data,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == code, done.stderr
    assert b"Traceback" not in done.stderr, done.stderr
    return done.stdout.decode(), done.stderr.decode()


def suppressed(root: Path, address: str = ADDRESS) -> list[str]:
    person = json.loads(digest(root, "subscribers", "show", address, "--json"))
    return [one["reason"] for one in person["suppressions"]]


def test_a_piped_bounce_suppresses_and_says_so(tmp_path: Path, carried: dict[str, str]) -> None:
    told, errors = pipe(tmp_path, sample(HARD, **carried))
    assert told.startswith(f"bounce of {ADDRESS}, daily {carried['date']} (by return path): ")
    assert ": suppressed [5.1.1 smtp; 550 5.1.1 " in told
    assert errors == ""
    assert suppressed(tmp_path) == ["hard bounce"]


def test_facts_are_given_as_json(tmp_path: Path, carried: dict[str, str]) -> None:
    told, _ = pipe(tmp_path, sample("yahoo-complaint", **carried), "--json")
    ((fact,),) = [one["answers"] for one in json.loads(told)]
    assert fact["kind"] == "complaint"
    assert fact["outcome"] == "suppressed"
    assert (fact["address"], fact["edition"], fact["proof"]) == (ADDRESS, "daily", "return path")


def test_a_dry_run_says_what_would_be_done_and_does_nothing(
    tmp_path: Path, carried: dict[str, str]
) -> None:
    told, _ = pipe(tmp_path, sample(HARD, **carried), "--dry-run")
    assert ": suppressed" in told
    pipe(tmp_path, sample("letter"), "--dry-run")
    assert suppressed(tmp_path) == []
    assert not (tmp_path / "bounces").exists()


def test_what_a_person_has_to_see_is_kept_byte_for_byte(
    tmp_path: Path, carried: dict[str, str]
) -> None:
    letter = sample("letter", **carried)
    told, _ = pipe(tmp_path, letter)
    assert told.startswith("unknown: a person has to look [subject: Re: Night ferries return]")
    (kept,) = (tmp_path / "bounces/new").iterdir()
    assert kept.read_bytes() == letter
    pipe(tmp_path, sample("holiday-german", **carried))
    assert len(list((tmp_path / "bounces/new").iterdir())) == 1


@pytest.mark.parametrize("data", [b"", b"\0\xff" * 1000, b"Subject: =?x?q?\xff?=\n\n"])
def test_any_bytes_end_well(tmp_path: Path, carried: dict[str, str], data: bytes) -> None:
    assert pipe(tmp_path, data)[0].startswith("unknown")


def test_a_mail_server_is_asked_to_come_again_when_anything_fails(tmp_path: Path) -> None:
    _, errors = pipe(tmp_path, sample(HARD), code=75)
    assert "there is no such folder" in errors
    config = write_publication(tmp_path)
    (tmp_path / "digest.db").write_bytes(b"no database at all, whatever its name")
    _, errors = pipe(tmp_path, sample(HARD), "--config", str(config), code=75)
    assert "digest.db" in errors


def test_a_maildir_is_worked_off_and_every_message_put_away(
    tmp_path: Path, carried: dict[str, str]
) -> None:
    for folder in ("new", "cur", "tmp"):
        (tmp_path / "Maildir" / folder).mkdir(parents=True)
    for name in (HARD, "letter", "postfix-delayed"):
        (tmp_path / f"Maildir/new/{name}").write_bytes(sample(name, **carried))
    dry = json.loads(digest(tmp_path, "bounce", "--maildir", "Maildir", "--dry-run", "--json"))
    assert len(list((tmp_path / "Maildir/new").iterdir())) == 3
    told = json.loads(digest(tmp_path, "bounce", "--maildir", "Maildir", "--json"))
    assert dry == told
    assert {one["file"]: one["answers"][0]["kind"] for one in told} == {
        HARD: "bounce",
        "letter": "unknown",
        "postfix-delayed": "notice",
    }
    assert sorted(path.name for path in (tmp_path / "Maildir/cur").iterdir()) == [
        "letter:2,F",
        "postfix-delayed:2,S",
        f"{HARD}:2,S",
    ]
    assert not list((tmp_path / "Maildir/new").iterdir())
    assert suppressed(tmp_path) == ["hard bounce"]
    assert json.loads(digest(tmp_path, "bounce", "--maildir", "Maildir", "--json")) == []


def test_a_folder_that_is_no_maildir_is_named(tmp_path: Path) -> None:
    write_publication(tmp_path)
    told = digest(tmp_path, "bounce", "--maildir", "feeds", code=1)
    assert "feeds: this is no Maildir" in told


@pytest.mark.parametrize("address", ["bounces", "a-name-that-is-long@courier.example", "a b@c.d"])
def test_an_address_that_return_paths_cannot_be_made_of_is_refused(
    tmp_path: Path, address: str
) -> None:
    config = write_publication(tmp_path)
    with (config / "digest.toml").open("a") as file:
        file.write(f'[bounces]\naddress = "{address}"\n')
    assert "bounces.address must be an address" in digest(tmp_path, "check", code=2)


def test_a_mail_program_that_follows_the_way_out_by_mail_unsubscribes_its_owner(
    tmp_path: Path,
) -> None:
    table = '[bounces]\naddress = "bounces@courier.example"\n'
    with relaying(FaultyRelay()) as relay:
        write_mailing(tmp_path, relay.port, more=table, names=("Ada", "Ben"))
        digest(tmp_path, "run", "--at", AT)
    ((received, back),) = [
        (message_from_bytes(one.content, policy=default), one.sender)
        for one in relay.taken
        if one.recipients == ("reader1@home.example",)
    ]
    page, mail = (uri.strip(" <>") for uri in received["List-Unsubscribe"].split(","))
    assert page.startswith("https://news.courier.example/u/")
    assert mail == f"mailto:{back}?subject=unsubscribe"
    wish = EmailMessage(policy=SMTP)
    asked = urlsplit(mail)
    wish["From"], wish["To"] = "Ben <ben@elsewhere.example>", unquote(asked.path)
    wish["Subject"] = parse_qs(asked.query)["subject"][0]
    told, _ = pipe(tmp_path, wish.as_bytes())
    assert told.startswith("unsubscribe of reader1@home.example, daily 2026-11-23 (by return path)")
    assert suppressed(tmp_path, "reader1@home.example") == ["unsubscribed"]
    assert suppressed(tmp_path, "reader0@home.example") == []


def test_a_stream_is_read_to_its_end_and_no_more_of_it_is_held_than_may_be() -> None:
    stream = BytesIO(b"a" * (2 * MAX_BYTES + 1))
    assert len(read_stream(stream)) == MAX_BYTES
    assert stream.read() == b""


def test_a_flood_fills_no_disk(tmp_path: Path) -> None:
    for number in range(MAX_KEPT):
        assert keep(tmp_path / "deep/bounces", b"%d" % number)
    assert not keep(tmp_path / "deep/bounces", b"one more")
    assert len(list((tmp_path / "deep/bounces/new").iterdir())) == MAX_KEPT


def test_messages_that_another_process_takes_meanwhile_are_passed_over(tmp_path: Path) -> None:
    for name in (b"a", b"b", b"c"):
        keep(tmp_path / "Maildir", name)
    seen = []
    for path, data in new_messages(tmp_path / "Maildir"):
        seen.append(data)
        for other in (tmp_path / "Maildir/new").iterdir():
            other.unlink()
        put_away(path, "S")
    assert len(seen) == 1
