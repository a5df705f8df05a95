"""A sender is killed at any moment: nobody is lost, and what is doubled can be recognised."""

from __future__ import annotations

import datetime as dt
import os
import random
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from email import message_from_bytes
from typing import TYPE_CHECKING

import pytest
from faulty_relay import FaultyRelay, relaying
from fiction import CUTOFF, TODAY
from mailing import ready_to_send
from publication import newsroom_of

from digest.dispatching import take_back
from digest.ledger import DeliveryState
from digest.resuming import recover

if TYPE_CHECKING:
    from pathlib import Path

CONNECTIONS = 3
HOUR = dt.timedelta(hours=1)


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
        take_back(replace(newsroom, clock=lambda: later), TODAY)


@pytest.mark.parametrize("unknown", ["resend", "hold"])
@pytest.mark.parametrize(
    ("kills", "subscribers"), [(2, 120), pytest.param(10, 6_000, marks=pytest.mark.soak)]
)
def test_whoever_kills_a_sender_loses_nobody(
    tmp_path: Path, kills: int, subscribers: int, unknown: str
) -> None:
    chance = random.Random(kills)
    with relaying(FaultyRelay()) as relay:
        facts = {"smtp": f"connections = {CONNECTIONS}\n", "delivery": f'unknown = "{unknown}"\n'}
        config = ready_to_send(tmp_path, relay.port, subscribers, **facts)
        killed = 0
        for number in range(kills):
            arguments = ("send", TODAY.isoformat()) if number == 0 else ("send", "--resume")
            after = len(relay.taken) + chance.randint(2, max(3, subscribers // (kills + 2)))
            killed += kill_when(relay, after, tmp_path, *arguments)
            let_leases_end(config)
        with newsroom_of(config) as newsroom:
            recover(newsroom, CUTOFF)
            tally = newsroom.store.tally("daily", TODAY)
            unfinished = newsroom.store.unfinished("daily", TODAY, subscribers)
    assert killed == kills
    got = Counter(one.recipients[0] for one in relay.taken if "reader" in one.recipients[0])
    doubled = sum(got.values()) - len(got)
    in_doubt = {address for address, state, _ in unfinished if state is DeliveryState.UNKNOWN}
    assert tally.counts[DeliveryState.SENT] + len(in_doubt) == tally.candidates == subscribers
    lost = {f"reader{number}@home.example" for number in range(subscribers)} - got.keys()
    assert lost <= in_doubt, "whoever has nothing is named"
    assert len(in_doubt) + doubled <= killed * CONNECTIONS
    assert not (in_doubt if unknown == "resend" else doubled)
    ids = {message_from_bytes(one.content)["Message-ID"] for one in relay.taken}
    assert len(ids) == len(got) + 1  # a double has the same one; the last is the own copy's
