"""An editor holds an issue by a verb: before its send, or in the middle of it; and lets it go."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

from faulty_relay import CLOSE, FaultyRelay, relaying
from mailing import ready_to_send
from publication import AT, digest, facts, write_publication
from test_releasing import spoil

if TYPE_CHECKING:
    from pathlib import Path

    from faulty_relay import Line

DAY = "2026-11-23"
CHOICES = f"config/choices/daily/{DAY}.toml"
SUBSCRIBERS = 400  # more than the batches that its three connections may have in hand


def built(root: Path) -> None:
    write_publication(root)
    digest(root, "pull", "--at", AT)
    digest(root, "build", "--at", AT)


def state(root: Path) -> str:
    (issue,) = facts(root, "status")["issues"]
    return str(issue["state"])


def test_a_hold_is_a_choice_that_counts_at_once_and_is_taken_back_by_release(
    tmp_path: Path,
) -> None:
    built(tmp_path)
    told = digest(tmp_path, "hold", DAY, "the lawyers read it", "--by", "Ada Quill")
    assert f"Held daily {DAY}: Ada Quill: the lawyers read it\n" in told
    assert 'hold = "Ada Quill: the lawyers read it"' in (tmp_path / CHOICES).read_text("utf-8")
    assert state(tmp_path) == "held"
    assert f"digest release {DAY}" in digest(tmp_path, "send", code=4)
    assert "held: Ada Quill: the lawyers" in digest(tmp_path, "approve", code=4)
    told = digest(tmp_path, "release", "--by", "Ada Quill")
    assert "the hold is taken back, and the issue is draft" in told
    assert "lawyers" not in (tmp_path / CHOICES).read_text("utf-8")
    digest(tmp_path, "send")
    assert state(tmp_path) == "sent"


def test_a_reason_may_stand_alone_and_may_be_left_out(tmp_path: Path) -> None:
    built(tmp_path)
    assert "Ben: not today" in digest(tmp_path, "hold", "not today", "--by", "Ben")
    assert "Ben: not today" in digest(tmp_path, "hold", "--by", "Ada")  # the first hold stays
    digest(tmp_path, "release")
    assert facts(tmp_path, "hold", "--by", "Ada")["why"] == "Ada holds it"


def test_an_issue_is_held_before_it_is_built(tmp_path: Path) -> None:
    write_publication(tmp_path)
    digest(tmp_path, "hold", DAY, "--by", "Ada")
    digest(tmp_path, "run", "--at", AT, code=4)
    assert state(tmp_path) == "held"


def test_a_release_does_one_thing_at_a_time(tmp_path: Path) -> None:
    write_publication(tmp_path)
    spoil(tmp_path)
    digest(tmp_path, "hold", DAY, "--by", "Ada")
    digest(tmp_path, "run", "--at", AT, code=4)
    told = digest(tmp_path, "release", "--by", "Ada", "--at", AT)
    assert "the hold is taken back, and the issue is held" in told
    assert f"held still: preflight found errors. To send it as it is: digest release {DAY}" in told
    assert "by Ada: sent" in digest(tmp_path, "release", "--by", "Ada", "--at", AT)


def test_what_was_sent_is_not_held(tmp_path: Path) -> None:
    with relaying(FaultyRelay()) as relay:
        ready_to_send(tmp_path, relay.port, 1)
        digest(tmp_path, "send")
    assert "nothing to hold: the issue is sent" in digest(tmp_path, "hold", "--by", "Ada", code=3)
    assert not (tmp_path / CHOICES).exists()


def test_a_send_is_paused_in_the_middle_and_goes_on_to_everybody_once(tmp_path: Path) -> None:
    held = threading.Event()

    def wait_in_the_middle(line: Line) -> bytes | bool:
        return len(relay.taken) < 20 or held.wait(60)

    with relaying(FaultyRelay(wait_in_the_middle)) as relay:
        ready_to_send(tmp_path, relay.port, SUBSCRIBERS)
        sender = subprocess.Popen(
            [sys.executable, "-m", "digest", "send"], cwd=tmp_path, stdout=subprocess.DEVNULL
        )
        while len(relay.taken) < 20:
            assert sender.poll() is None
            time.sleep(0.01)
        told = digest(tmp_path, "hold", DAY, "the lead is wrong", "--by", "Ada Quill")
        assert "Paused daily" in told
        held.set()
        assert sender.wait(60) == 0
        gone = len(relay.taken) - 1  # the first is the publication's own
        assert gone < SUBSCRIBERS
        assert f"{DAY}: sending, paused: Ada Quill: the lead is wrong" in digest(
            tmp_path, "status", DAY
        )
        known = facts(tmp_path, "status", DAY)
        assert known["deliveries"] == {"pending": SUBSCRIBERS - gone, "sent": gone}
        digest(tmp_path, "send", "--resume")
        assert "the send is paused: Ada Quill" in digest(tmp_path, "send", code=4)
        assert len(relay.taken) - 1 == gone
        told = digest(tmp_path, "release", DAY, "--by", "Ada Quill")
        assert "its send went on, and the issue is sent" in told
    assert not (tmp_path / CHOICES).exists()
    recipients = [taken.recipients[0] for taken in relay.taken[1:]]
    assert sorted(recipients) == sorted(f"reader{n}@home.example" for n in range(SUBSCRIBERS))
    assert facts(tmp_path, "status", DAY)["paused"] == ""


def test_an_issue_whose_own_copy_nobody_knows_of_is_sent_on_by_release(tmp_path: Path) -> None:
    def loses_the_first_receipt(line: Line) -> bytes | bool:
        return CLOSE if line.verb == "." and line.connection == 1 else True

    with relaying(FaultyRelay(loses_the_first_receipt)) as relay:
        ready_to_send(tmp_path, relay.port, 3)
        relay.connections = 0
        assert "no receipt" not in digest(tmp_path, "send", code=1)
        assert state(tmp_path) == "held"
        assert "digest release sends it" in digest(tmp_path, "send", code=4)
        digest(tmp_path, "choose", "hold", "the lawyers", "--date", DAY)  # and thinks better of it
        told = digest(tmp_path, "release", "--by", "Ada")
    assert "it went on to its subscribers, and is sent" in told
    assert state(tmp_path) == "sent"
    assert len({one.recipients for one in relay.taken}) == len(relay.taken) == 3
