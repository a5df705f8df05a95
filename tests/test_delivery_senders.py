"""Senders as real programs: side by side, frozen, told to stop; each reader gets one email."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import replace
from http.client import HTTPConnection
from typing import TYPE_CHECKING

import pytest
from databases import DATABASES
from faulty_relay import STALL, FaultyRelay, relaying
from fiction import CUTOFF, TODAY
from mailing import arrived, counted, issue_state, ready_to_send, start_over, waiting_issue
from posts import smtp
from publication import newsroom_of, serving_readers

from digest.ledger import DeliveryState
from digest.model import IssueState
from digest.resuming import recover
from digest.sending import send
from digest.ways import UNSUBSCRIBE, links_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from faulty_relay import Answer, Line

    from digest.newsroom import Newsroom

READERS = 300
CONNECTIONS = 2
EVERYBODY = Counter(f"reader{number}@home.example" for number in range(READERS))
HOUR = dt.timedelta(hours=1)
WITHIN_S = 10  # from SIGTERM to the end
SENT, UNKNOWN, SUPPRESSED = DeliveryState.SENT, DeliveryState.UNKNOWN, DeliveryState.SUPPRESSED

# Goes on with a send by a clock that a file moves, as it moves for a sender that was frozen.
RESUME = """
import datetime as dt, sys
from dataclasses import replace
from pathlib import Path
from digest.app import open_newsroom
from digest.resuming import recover
from digest.settings import load_configuration

configuration = load_configuration(Path("config"))
(recipe,) = configuration.editions.values()
with open_newsroom(configuration, recipe) as newsroom:
    hours = Path(sys.argv[1])
    clock = lambda: newsroom.clock() + dt.timedelta(hours=float(hours.read_text()))
    recover(replace(newsroom, clock=clock, resend=sys.argv[2] == "resend"), clock())
"""


@pytest.fixture(scope="module", params=DATABASES)
def built(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Newsroom]:
    with waiting_issue(request, tmp_path_factory.mktemp("paper"), READERS) as opened:
        yield opened


@pytest.fixture
def newsroom(built: Newsroom) -> Newsroom:
    return start_over(built)


@contextmanager
def sender(
    newsroom: Newsroom, relay: FaultyRelay, *arguments: str, connections: int = CONNECTIONS
) -> Iterator[subprocess.Popen[str]]:
    """Run Python with these arguments where the newsroom is, to send by a relay."""
    mail = {"DIGEST_SMTP__PORT": relay.port, "DIGEST_SMTP__CONNECTIONS": connections}
    with subprocess.Popen(
        [sys.executable, *arguments],
        cwd=newsroom.out.parent,
        env=os.environ | {name: str(value) for name, value in mail.items()},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def ended(process: subprocess.Popen[str]) -> str:
    """Wait for the end, and give what was printed."""
    out, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    assert "Traceback" not in errors, errors
    return out


def fan_out(newsroom: Newsroom) -> None:
    """Send the publication's own copy, so that every reader's delivery waits."""
    with relaying(FaultyRelay()) as relay:
        here = replace(newsroom, deliverer=smtp(relay.port))
        send(here, TODAY, CUTOFF, lambda: bool(relay.taken))
    assert counted(newsroom) == {DeliveryState.PENDING: READERS}


# ---------------------------------------------------------------- side by side


def test_two_senders_of_one_issue_share_it_and_each_reader_gets_it_once(newsroom: Newsroom) -> None:
    both = threading.Event()
    served: Counter[int] = Counter()

    def wait_for_both(line: Line) -> bool:
        if line.connection > CONNECTIONS:  # one sender has no more
            both.set()
        both.wait(30)
        served[line.connection] += line.verb == "."
        return True

    fan_out(newsroom)
    resume = ("-m", "digest", "send", "--resume")
    with (
        relaying(FaultyRelay(wait_for_both)) as relay,
        sender(newsroom, relay, *resume) as one,
        sender(newsroom, relay, *resume) as other,
    ):
        assert {ended(one), ended(other)} & {f"daily {TODAY}: done\n"}
    assert sum(1 for number in served.values() if number) > CONNECTIONS, "both had a share"
    assert arrived(relay) == EVERYBODY
    assert counted(newsroom) == {SENT: READERS}
    assert issue_state(newsroom) is IssueState.SENT


# ---------------------------------------------------------------- frozen


@pytest.mark.parametrize("policy", ["resend", "hold"])
@pytest.mark.parametrize(
    ("verb", "extensions"),
    [("MAIL", ()), ("RCPT", ()), ("DATA", ()), (".", ()), (".", ("PIPELINING",))],
)
def test_a_sender_that_was_frozen_beyond_its_leases_neither_sends_nor_tells_what_is_anothers(
    newsroom: Newsroom, tmp_path: Path, verb: str, extensions: tuple[str, ...], policy: str
) -> None:
    (hours := tmp_path / "hours").write_text("0")
    frozen = threading.Event()

    def freeze(line: Line) -> bool:
        if (line.verb, line.nth, line.connection) == (verb, 3, 1):
            os.kill(process.pid, signal.SIGSTOP)
            os.waitpid(process.pid, os.WUNTRACED)
            frozen.set()
        return True

    fan_out(newsroom)
    resume = ("-c", RESUME, str(hours), policy)
    with (
        relaying(FaultyRelay(freeze, extensions)) as relay,
        sender(newsroom, relay, *resume, connections=1) as process,
    ):
        assert frozen.wait(30)
        hours.write_text("1")
        another = replace(
            newsroom,
            deliverer=smtp(relay.port),
            clock=lambda: newsroom.clock() + HOUR,
            resend=policy == "resend",
        )
        recover(another, CUTOFF)
        told = counted(newsroom)
        process.send_signal(signal.SIGCONT)
        ended(process)
    assert counted(newsroom) == told
    lacking = newsroom.store.unfinished("daily", TODAY, READERS)
    if policy == "hold":
        assert told == {SENT: READERS - 1, UNKNOWN: 1}
        lost = Counter([lacking[0][0]] if verb != "." else [])
        assert arrived(relay) == EVERYBODY - lost
    else:
        assert told == {SENT: READERS}
        assert issue_state(newsroom) is IssueState.SENT
        doubled = arrived(relay) - EVERYBODY
        # Between its final dot and its receipt nobody can know: the one exception.
        assert doubled.total() == (verb == ".")
        assert arrived(relay) == EVERYBODY + doubled


# ---------------------------------------------------------------- told to stop


class Ending:
    """A relay's rule: in the middle of a send its program is told to stop; `silent` from then on.

    The programs are told by SIGTERM once so many messages were taken.
    """

    def __init__(self, after: int, *, silent: bool) -> None:
        self.after = after
        self.silent = silent
        self.process: subprocess.Popen[str] | None = None
        self.receipts = 0
        self.told_at = 0.0

    def __call__(self, line: Line) -> Answer | bool:
        if line.verb != ".":
            return True
        self.receipts += 1
        if self.receipts <= self.after:
            return True
        if not self.told_at and self.process:
            self.told_at = time.monotonic()
            self.process.send_signal(signal.SIGTERM)
        if self.silent:
            return STALL
        time.sleep(0.02)  # so that some are left when the signal arrives
        return True

    def took_s(self) -> float:
        return time.monotonic() - self.told_at


@pytest.mark.parametrize(
    ("verb", "silent"),
    [
        ("send", False),
        ("send", True),
        ("schedule", False),
        pytest.param("schedule", True, marks=pytest.mark.soak),
    ],
)
def test_a_sender_that_is_told_to_stop_does_within_ten_seconds_and_loses_nobody(
    newsroom: Newsroom, verb: str, *, silent: bool
) -> None:
    if verb == "schedule":
        fan_out(newsroom)
    issue = (TODAY.isoformat(),) if verb == "send" else ()
    ending = Ending(20, silent=silent)
    with (
        relaying(FaultyRelay(ending)) as relay,
        sender(newsroom, relay, "-m", "digest", verb, *issue) as process,
    ):
        ending.process = process
        ended(process)
        assert ending.took_s() < WITHIN_S
        assert counted(newsroom)[SENT] == arrived(relay).total() < READERS
        ending.silent, ending.after = False, 10 * READERS
        # What a silent server may have is another's once its lease ran out; nothing else waits.
        clock = (lambda: newsroom.clock() + HOUR) if silent else newsroom.clock
        recover(replace(newsroom, deliverer=smtp(relay.port), clock=clock), CUTOFF)
    assert arrived(relay) == EVERYBODY
    assert counted(newsroom) == {SENT: READERS}
    assert issue_state(newsroom) is IssueState.SENT


def test_a_sender_that_is_told_to_stop_does_while_the_own_copy_waits_for_its_receipt(
    newsroom: Newsroom,
) -> None:
    ending = Ending(0, silent=True)
    with (
        relaying(FaultyRelay(ending)) as relay,
        sender(newsroom, relay, "-m", "digest", "send", TODAY.isoformat()) as process,
    ):
        ending.process = process
        process.wait(60)
        assert ending.took_s() < WITHIN_S
    assert issue_state(newsroom) is IssueState.HELD, "it may have arrived: for a person to look"
    assert not relay.taken


# ---------------------------------------------------------------- who leaves meanwhile


def test_whoever_presses_the_button_during_a_send_is_passed_over_from_the_next_claim_on(
    tmp_path: Path,
) -> None:
    last = "reader59@home.example"  # of sixty; a sender holds fifty

    with newsroom_of(ready_to_send(tmp_path, 25, 60)) as newsroom, serving_readers(tmp_path) as web:
        store = newsroom.store
        link = links_of(
            store.mark(last), edition="daily", date=TODAY, keys=store.link_keys(), base_url=""
        )[UNSUBSCRIBE]
        answers: list[int] = []

        def press(line: Line) -> bool:
            if line.verb == "." and len(relay.taken) == 3:
                connection = HTTPConnection(*web, timeout=30)
                connection.request("POST", link, body="List-Unsubscribe=One-Click")
                answers.append(connection.getresponse().status)
                connection.close()
            return True

        with relaying(FaultyRelay(press)) as relay:
            here = replace(newsroom, deliverer=smtp(relay.port, connections=1, timeout_s=30))
            send(here, TODAY, CUTOFF)
        assert answers == [200]
        assert dict(store.tally("daily", TODAY).counts) == {SENT: 59, SUPPRESSED: 1}
        assert issue_state(newsroom) is IssueState.SENT
    assert last not in arrived(relay)
    assert arrived(relay).total() == 59
