"""A sender is killed at any moment: nobody is lost, and what is doubled can be recognised."""

from __future__ import annotations

import datetime as dt
import os
import random
import subprocess
import sys
import time
from collections import Counter
from email import message_from_bytes
from typing import TYPE_CHECKING

import pytest
from faulty_relay import FaultyRelay, relaying
from fiction import CUTOFF, TODAY
from publication import AT, digest, newsroom_of, write_publication

from digest.ledger import DeliveryState
from digest.resuming import recover

if TYPE_CHECKING:
    from pathlib import Path

CONNECTIONS = 3
HOUR = dt.timedelta(hours=1)


def ready_to_send(root: Path, port: int, subscribers: int) -> Path:
    """A publication whose issue is built, with so many subscribers and a server at a port."""
    config = write_publication(root, more='[delivery]\nuse = "smtp"\n')
    with (config / "digest.toml").open("a", encoding="utf-8") as file:
        file.write(
            f'[smtp]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\n'
            f"connections = {CONNECTIONS}\n"
            '[web]\nbase_url = "https://news.courier.example"\n'
        )
    lines = "".join(f"reader{number}@home.example\n" for number in range(subscribers))
    (root / "list.csv").write_text(f"email\n{lines}", encoding="utf-8")
    digest(root, "subscribers", "import", "list.csv", "--consent", "the form")
    digest(root, "pull", "--at", AT)
    digest(root, "build", "--at", AT)
    return config


def kill_when(relay: FaultyRelay, taken: int, root: Path, *arguments: str) -> bool:
    """Run a verb and kill it once the server has taken so many; False if it ended before."""
    sender = subprocess.Popen(
        [sys.executable, "-m", "digest", *arguments],
        cwd=root,
        env=os.environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while sender.poll() is None and len(relay.taken) < taken:
        time.sleep(0.001)
    sender.kill()
    return sender.wait() != 0


def let_leases_end(config: Path) -> None:
    """Do what half an hour does: what the dead held is anybody's."""
    with newsroom_of(config) as newsroom:
        later = newsroom.clock() + HOUR
        job = f"issue daily {TODAY}"
        newsroom.store.lease(job, "test", later, 0)
        newsroom.store.release(job, "test")
        newsroom.store.take_back("daily", TODAY, later, resend=True)


@pytest.mark.parametrize(
    ("kills", "subscribers"), [(2, 120), pytest.param(10, 6_000, marks=pytest.mark.soak)]
)
def test_whoever_kills_a_sender_loses_nobody(tmp_path: Path, kills: int, subscribers: int) -> None:
    chance = random.Random(kills)
    with relaying(FaultyRelay()) as relay:
        config = ready_to_send(tmp_path, relay.port, subscribers)
        killed = 0
        for number in range(kills):
            arguments = ("send", TODAY.isoformat()) if number == 0 else ("send", "--resume")
            after = len(relay.taken) + chance.randint(2, max(3, subscribers // (kills + 2)))
            killed += kill_when(relay, after, tmp_path, *arguments)
            let_leases_end(config)
        with newsroom_of(config) as newsroom:
            recover(newsroom, CUTOFF)
            tally = newsroom.store.tally("daily", TODAY)
    assert killed == kills
    assert dict(tally.counts) == {DeliveryState.SENT: subscribers}
    got = Counter(one.recipients[0] for one in relay.taken if "reader" in one.recipients[0])
    assert len(got) == subscribers
    doubled = sum(got.values()) - subscribers
    assert doubled <= killed * CONNECTIONS
    ids = {message_from_bytes(one.content)["Message-ID"] for one in relay.taken}
    assert len(ids) == subscribers + 1  # a double has the same one; the last is the own copy's
