"""An issue leaves by Amazon SES, through the command line: nobody is lost, nobody doubled."""

from __future__ import annotations

import datetime as dt
import email
import os
import re
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import replace
from email.policy import default
from typing import TYPE_CHECKING

from faulty_ses import KEY_ID, REGION, SECRET, TOO_FAST, Fault, FaultySes, Refusal, serving_ses
from fiction import CUTOFF
from publication import AT, digest, facts, newsroom_of, write_publication

from digest.resuming import recover

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from faulty_ses import Answer

ISSUE = "2026-11-23"
OWN = "daily@courier.example"
READERS = [f"reader{n:02}@home.example" for n in range(20)]


@contextmanager
def newsroom_with_ses(
    root: Path, service: FaultySes, *, timeout_s: float = 2
) -> Iterator[FaultySes]:
    """Run the service beside a publication that sends by it."""
    config = write_publication(root, more='[delivery]\nuse = "ses"\n')
    secrets = config / "secrets"
    secrets.mkdir()
    (secrets / "DIGEST_SES__ACCESS_KEY_ID").write_text(KEY_ID)
    (secrets / "DIGEST_SES__SECRET_ACCESS_KEY").write_text(SECRET)
    with serving_ses(service):
        with (config / "digest.toml").open("a", encoding="utf-8") as file:
            file.write('[web]\nbase_url = "https://news.courier.example"\n')
            file.write('[bounces]\naddress = "bounces@courier.example"\n')
            file.write(f'[ses]\nregion = "{REGION}"\nendpoint = "{service.url}"\n')
            file.write(f"timeout_s = {timeout_s}\n")
        yield service


def build(root: Path) -> None:
    """Subscribe twenty, and build an issue for them."""
    lines = "".join(f"{address}\n" for address in READERS)
    (root / "list.csv").write_text(f"email\n{lines}", encoding="utf-8")
    digest(root, "subscribers", "import", "list.csv", "--consent", "the form")
    digest(root, "pull", "--at", AT)
    digest(root, "build", "--at", AT)


def go_on(root: Path, hours: int) -> None:
    """Do what a tick of the schedule does, so many hours from now."""
    with newsroom_of(root / "config") as newsroom:
        later = newsroom.clock() + dt.timedelta(hours=hours)
        recover(replace(newsroom, clock=lambda: later), CUTOFF)


def counts(root: Path) -> dict[str, int]:
    given: dict[str, int] = facts(root, "status", ISSUE)["deliveries"]
    return given


def lines_of(message: bytes) -> list[bytes]:
    """The lines of a message with each link of a reader's own, and what is theirs, left out."""
    unwrapped = message.replace(b"=\r\n", b"")
    hosts = rb"(news\.courier\.example|placeholder\.invalid)"
    own = rb"https://" + hosts + rb"/[\w./=-]*|^(To|Message-ID): [^\r]*|,\r\n <mailto:[^>]*>"
    return re.sub(own, b"", unwrapped, flags=re.MULTILINE).split(b"\r\n")


def test_every_subscriber_gets_the_approved_bytes_with_their_own_slots(tmp_path: Path) -> None:
    with newsroom_with_ses(tmp_path, FaultySes()) as service:
        build(tmp_path)
        digest(tmp_path, "send", ISSUE)
    own, *taken = service.taken
    approved = (tmp_path / "out/daily" / ISSUE / "message.eml").read_bytes()
    assert (own.to, own.message) == (OWN, approved)
    assert sorted(one.to for one in taken) == READERS
    for one in taken:
        assert lines_of(one.message) == lines_of(taken[0].message)
        message = email.message_from_bytes(one.message, policy=default)
        assert message["To"].addresses[0].addr_spec == one.to
    assert set(lines_of(taken[0].message)) <= set(lines_of(approved))
    paths = {one.more["FeedbackForwardingEmailAddress"] for one in taken}
    assert len(paths) == len({one.message for one in taken}) == 20
    assert all(path.startswith("bounces+") for path in paths)
    assert counts(tmp_path) == {"sent": 20}


def test_whatever_befalls_a_request_nobody_is_lost_and_nobody_doubled(tmp_path: Path) -> None:
    faults: dict[str, Answer] = {  # each befalls one request
        READERS[3]: TOO_FAST,
        READERS[6]: Fault.LOST,
        READERS[9]: Refusal(400, "BadRequestException", "Illegal address"),
        READERS[12]: Fault.STALLED,
        READERS[15]: Refusal(400, "MessageRejected"),
        READERS[18]: Refusal(500, "InternalServiceError"),
    }
    with newsroom_with_ses(tmp_path, FaultySes(lambda to: faults.pop(to, None))) as service:
        build(tmp_path)
        digest(tmp_path, "send", ISSUE)
        for hours in range(2, 14, 2):
            go_on(tmp_path, hours)
    assert not faults
    assert counts(tmp_path) == {"failed": 1, "sent": 16, "unknown": 3}
    assert len(service.addresses) == len(set(service.addresses))
    # One whose answer was lost got it, and nobody here knows.
    assert set(service.addresses) == {OWN, *READERS} - {READERS[9], READERS[12], READERS[18]}
    assert [service.asked.count(READERS[n]) for n in (6, 9, 12, 18)] == [1, 1, 1, 1]


def test_what_a_killed_sender_was_handing_over_is_left_to_a_person(tmp_path: Path) -> None:
    stalls = {READERS[7]: Fault.STALLED}
    service = FaultySes(stalls.get)
    with newsroom_with_ses(tmp_path, service, timeout_s=60):
        build(tmp_path)
        program = [sys.executable, "-m", "digest", "send", ISSUE]
        with subprocess.Popen(program, cwd=tmp_path, env=os.environ) as sender:
            deadline = time.monotonic() + 30
            while READERS[7] not in service.asked and time.monotonic() < deadline:
                time.sleep(0.01)
            sender.kill()
        stalls.clear()
        go_on(tmp_path, 1)
    assert counts(tmp_path) == {"sent": 19, "unknown": 1}
    assert len(service.addresses) == len(set(service.addresses)) == 20
    assert service.asked.count(READERS[7]) == 1


def test_check_online_asks_for_the_account_and_says_what_is_wrong(tmp_path: Path) -> None:
    with newsroom_with_ses(tmp_path, FaultySes(production=False)) as service:
        told = digest(tmp_path, "check", "--online")
        assert "is in the sandbox: only addresses that are verified there" in told
        assert "The configuration is sound." in told
        assert service.asked == ["account"]
        (tmp_path / "config/secrets/DIGEST_SES__SECRET_ACCESS_KEY").write_text("another")
        told = digest(tmp_path, "check", "--online", code=2)
        assert f"daily: Amazon SES, {service.url}: Amazon does not let us in" in told


def test_a_test_goes_to_one_address_and_changes_nothing(tmp_path: Path) -> None:
    with newsroom_with_ses(tmp_path, FaultySes()) as service:
        build(tmp_path)
        told = digest(tmp_path, "send", "--test", "editor@home.example")
    assert told == f"Sent daily {ISSUE} to editor@home.example: 0102-1\n"
    assert service.addresses == ["editor@home.example"]
    assert service.taken[0].message == (tmp_path / "out/daily" / ISSUE / "message.eml").read_bytes()
