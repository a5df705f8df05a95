"""Whatever a mail server does in the middle of a send: the ledger adds up, nobody is lost.

Nobody gets an issue twice either, but for those whose receipt was lost, where the edition wants
them to have it rather twice than never; and then under the same Message-ID.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest
from certificates import make_certificate, server_side
from databases import DATABASES
from faulty_relay import CLOSE, LOSE, STALL, FaultyRelay, relaying
from fiction import CUTOFF, TODAY
from mailing import arrived, counted, issue_state, start_over, waiting_issue
from posts import smtp

from digest.ledger import IN_DOUBT, DeliveryState
from digest.model import IssueState
from digest.relay import Security
from digest.resuming import recover
from digest.sending import send

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from faulty_relay import Answer, Line

    from digest.newsroom import Newsroom

READERS = 24
EVERYBODY = {f"reader{number}@home.example" for number in range(READERS)}
LATER = dt.timedelta(hours=2)  # what was put off is due by then, and no lease holds
SENT, FAILED, UNKNOWN = DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.UNKNOWN
PENDING, DEFERRED = DeliveryState.PENDING, DeliveryState.DEFERRED

BOTH_WAYS = pytest.mark.parametrize("extensions", [("PIPELINING",), ()])
BOTH_POLICIES = pytest.mark.parametrize("resend", [True, False])


@dataclass
class Fault:
    """A server's answer to a verb, until it is `mended`: at the `nth` only, or to all (0).

    The first connection is spared, by which the publication's own copy leaves.
    """

    verb: str
    answer: Answer | bool
    nth: int = 5
    mended: bool = False
    met: list[Line] = field(default_factory=list)

    def __call__(self, line: Line) -> Answer | bool:
        at = (line.connection, line.nth) == (2, self.nth) or not self.nth
        if self.mended or line.connection == 1 or line.verb != self.verb or not at:
            return True
        self.met.append(line)
        return self.answer


@pytest.fixture(scope="module", params=DATABASES)
def built(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Newsroom]:
    with waiting_issue(request, tmp_path_factory.mktemp("paper"), READERS) as opened:
        yield opened


@pytest.fixture
def newsroom(built: Newsroom) -> Newsroom:
    return start_over(built)


def first_try(newsroom: Newsroom, relay: FaultyRelay, **facts: object) -> dict[DeliveryState, int]:
    """Send by one connection, which tells one fault from another; give what the ledger says."""
    deliverer = smtp(relay.port, **{"connections": 1, **facts})
    send(replace(newsroom, deliverer=deliverer), TODAY, CUTOFF)
    return counted(newsroom)


def second_try(newsroom: Newsroom, relay: FaultyRelay, **facts: object) -> dict[DeliveryState, int]:
    """Go on when all that waits is due; likewise."""
    later = newsroom.clock() + LATER
    deliverer = smtp(relay.port, **facts)
    recover(replace(newsroom, deliverer=deliverer, clock=lambda: later), CUTOFF)
    return counted(newsroom)


def each_once(relay: FaultyRelay) -> bool:
    return arrived(relay) == Counter(EVERYBODY)


# ---------------------------------------------------------------- refused


@BOTH_WAYS
@pytest.mark.parametrize(
    ("verb", "answer", "end"),
    [
        ("MAIL", b"451 later\r\n", DEFERRED),
        ("MAIL", b"550 not from you\r\n", DEFERRED),
        ("RCPT", b"451 4.7.1 greylisted\r\n", DEFERRED),
        ("RCPT", b"550 5.1.1 no such user\r\n", FAILED),
        ("DATA", b"451 later\r\n", DEFERRED),
        ("DATA", b"554 no\r\n", FAILED),
        (".", b"452 disk full\r\n", DEFERRED),
        (".", b"554 5.7.1 we do not like it\r\n", FAILED),
        (".", b"421 shutting down\r\n", DEFERRED),
    ],
)
def test_whoever_is_refused_once_gets_it_later_or_is_known_to_have_failed(
    newsroom: Newsroom, extensions: tuple[str, ...], verb: str, answer: bytes, end: DeliveryState
) -> None:
    with relaying(FaultyRelay(fault := Fault(verb, answer), extensions)) as relay:
        assert first_try(newsroom, relay) == {SENT: READERS - 1, end: 1}
        ((address, _, detail),) = newsroom.store.unfinished("daily", TODAY, READERS)
        assert detail == answer.decode().strip()
        assert issue_state(newsroom) is (IssueState.SENT if end is FAILED else IssueState.SENDING)
        fault.mended = True
        second_try(newsroom, relay)
    refused = {address} if end is FAILED else set()
    assert arrived(relay) == Counter(EVERYBODY - refused)
    assert counted(newsroom).get(SENT) == READERS - len(refused)
    assert issue_state(newsroom) is IssueState.SENT


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA", "."])
@pytest.mark.parametrize("answer", [b"451 later\r\n", b"421 too busy\r\n"])
def test_a_server_that_refuses_everybody_for_now_has_them_all_later(
    newsroom: Newsroom, verb: str, answer: bytes
) -> None:
    with relaying(FaultyRelay(fault := Fault(verb, answer, nth=0))) as relay:
        assert first_try(newsroom, relay) == {DEFERRED: READERS}
        assert len(fault.met) == (READERS if answer.startswith(b"451") else 2)
        fault.mended = True
        assert second_try(newsroom, relay) == {SENT: READERS}
    assert each_once(relay)


@BOTH_WAYS
def test_recipients_refused_among_others_cost_nobody_else_anything(
    newsroom: Newsroom, extensions: tuple[str, ...]
) -> None:
    gone = {address for address in EVERYBODY if "1" in address}

    def rule(line: Line) -> Answer | bool:
        refused = line.verb == "RCPT" and any(address in line.text for address in gone)
        return b"550 5.1.1 no such user\r\n" if refused else True

    with relaying(FaultyRelay(rule, extensions)) as relay:
        told = first_try(newsroom, relay, connections=3)
    assert told == {SENT: READERS - len(gone), FAILED: len(gone)}
    assert arrived(relay) == Counter(EVERYBODY - gone)
    assert issue_state(newsroom) is IssueState.SENT


# ---------------------------------------------------------------- cut off


@BOTH_WAYS
@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("answer", [CLOSE, b"421 too busy\r\n", b"nonsense\r\n"])
def test_a_connection_that_ends_before_any_content_is_opened_anew(
    newsroom: Newsroom, extensions: tuple[str, ...], verb: str, answer: bytes
) -> None:
    with relaying(FaultyRelay(fault := Fault(verb, answer), extensions)) as relay:
        assert first_try(newsroom, relay) == {SENT: READERS}
    assert len(fault.met) == 1
    assert each_once(relay)
    assert issue_state(newsroom) is IssueState.SENT


@BOTH_WAYS
@pytest.mark.parametrize("answer", [CLOSE, b"421 ten are enough\r\n"])
def test_a_server_that_closes_after_every_ten_messages_gets_them_all_once(
    newsroom: Newsroom, extensions: tuple[str, ...], answer: bytes
) -> None:
    def ten(line: Line) -> Answer | bool:
        return answer if (line.verb, line.nth) == ("MAIL", 11) else True

    with relaying(FaultyRelay(ten, extensions)) as relay:
        assert first_try(newsroom, relay) == {SENT: READERS}
    assert relay.connections == 1 + 3
    assert each_once(relay)


def in_doubt(newsroom: Newsroom) -> set[str]:
    """Give whose receipt never came, after making sure that they wait as the edition wants."""
    expected = DEFERRED if newsroom.resend else UNKNOWN
    found = [
        one for one in newsroom.store.unfinished("daily", TODAY, READERS) if IN_DOUBT in one[2]
    ]
    assert {state for _, state, _ in found} == {expected}
    return {address for address, _, _ in found}


@BOTH_POLICIES
@BOTH_WAYS
@pytest.mark.parametrize("answer", [CLOSE, LOSE, b"nonsense\r\n"])
@pytest.mark.parametrize("nth", [5, 0])
def test_a_receipt_that_is_lost_is_in_doubt_and_goes_as_the_edition_wants_it(
    newsroom: Newsroom, extensions: tuple[str, ...], answer: bytes, nth: int, *, resend: bool
) -> None:
    newsroom = replace(newsroom, resend=resend)
    with relaying(FaultyRelay(fault := Fault(".", answer, nth), extensions)) as relay:
        told = first_try(newsroom, relay)
        doubtful = in_doubt(newsroom)
        assert len(doubtful) == len(fault.met) == (1 if nth else 2), "in trouble, it is left alone"
        assert told.get(SENT, 0) == (READERS - 1 if nth else 0)
        fault.mended = True
        told = second_try(newsroom, relay)
    once_more = Counter(doubtful if resend else ())
    seen = Counter(doubtful if answer == LOSE else ())
    assert arrived(relay) == Counter(EVERYBODY - doubtful) + once_more + seen
    held = {} if resend else {UNKNOWN: len(doubtful)}
    assert told == {SENT: READERS - sum(held.values()), **held}
    assert issue_state(newsroom) is (IssueState.SENT if resend else IssueState.SENDING)


# ---------------------------------------------------------------- silent


@BOTH_WAYS
@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("nth", [1, 0])
def test_a_server_that_falls_silent_before_any_content_has_them_all_later(
    newsroom: Newsroom, extensions: tuple[str, ...], verb: str, nth: int
) -> None:
    with relaying(FaultyRelay(fault := Fault(verb, STALL, nth), extensions)) as relay:
        told = first_try(newsroom, relay, timeout_s=0.2)
        assert told[DEFERRED] >= (1 if nth else READERS)
        assert set(told) <= {SENT, DEFERRED}, "nothing of it had left"
        fault.mended = True
        assert second_try(newsroom, relay) == {SENT: READERS}
    assert each_once(relay)
    assert issue_state(newsroom) is IssueState.SENT


@BOTH_POLICIES
def test_a_server_that_falls_silent_at_a_receipt_leaves_that_one_in_doubt(
    newsroom: Newsroom, *, resend: bool
) -> None:
    newsroom = replace(newsroom, resend=resend)
    with relaying(FaultyRelay(fault := Fault(".", STALL))) as relay:
        first_try(newsroom, relay, timeout_s=0.2)
        doubtful = in_doubt(newsroom)
        assert len(doubtful) == len(fault.met) == 1
        fault.mended = True
        second_try(newsroom, relay)
    assert arrived(relay) == Counter(EVERYBODY if resend else EVERYBODY - doubtful)
    assert issue_state(newsroom) is (IssueState.SENT if resend else IssueState.SENDING)


# ---------------------------------------------------------------- no session


@pytest.mark.parametrize("verb", ["", "EHLO"])
@pytest.mark.parametrize(
    "answer", [b"421 busy\r\n", b"450 later\r\n", b"554 go away\r\n", CLOSE, STALL]
)
def test_a_server_that_does_not_let_us_begin_keeps_them_all_waiting(
    newsroom: Newsroom, verb: str, answer: Answer
) -> None:
    with relaying(FaultyRelay(fault := Fault(verb, answer, nth=0))) as relay:
        assert first_try(newsroom, relay, timeout_s=0.5) == {PENDING: READERS}
        assert issue_state(newsroom) is IssueState.SENDING
        fault.mended = True
        assert second_try(newsroom, relay) == {SENT: READERS}
    assert fault.met
    assert each_once(relay)
    assert issue_state(newsroom) is IssueState.SENT


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Give one that we trust, and one that nobody vouches for."""
    trusted, other = (make_certificate(tmp_path_factory.mktemp("tls")) for _ in range(2))
    return trusted, other


@pytest.mark.parametrize("fault", ["breaks off", "is not to be trusted", "is not offered"])
def test_nobody_is_sent_to_where_encryption_fails_and_all_are_once_it_holds(
    newsroom: Newsroom, certificates: tuple[Path, Path], fault: str
) -> None:
    trusted, other = certificates
    good, bad = server_side(trusted), server_side(other)
    relay = FaultyRelay(extensions=("STARTTLS", "PIPELINING"), tls=good)

    def spoil(line: Line) -> bool:
        if line.connection == 2 and line.verb == "":
            relay.tls = {"breaks off": None, "is not to be trusted": bad}.get(fault, good)
            relay.extensions = relay.extensions[fault == "is not offered" :]
        return True

    relay.rule = spoil
    facts = {"host": "localhost", "security": Security.STARTTLS, "ca_file": trusted}
    with relaying(relay):
        assert first_try(newsroom, relay, **facts) == {PENDING: READERS}
        assert not arrived(relay)
        relay.tls, relay.extensions = good, ("STARTTLS", "PIPELINING")
        assert second_try(newsroom, relay, **facts) == {SENT: READERS}
    assert each_once(relay)
    assert issue_state(newsroom) is IssueState.SENT
