"""What arrives at Postfix's smtp-sink, at any number of connections: every byte, and no more."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from faulty_relay import FaultyRelay, relaying
from hypothesis import given, settings
from hypothesis import strategies as st
from messages import messages
from posts import deliver, deliveries, delivery, smtp, states
from sinks import needs_sink, sink, taken

from digest.delivery.admission import Admission
from digest.delivery.envelopes import content
from digest.delivery.throttling import Throttle
from digest.relay import DomainLimit

if TYPE_CHECKING:
    from pathlib import Path

    from digest.outgoing import Delivery, Outcome

PIECES = st.sampled_from(["\r\n", ".", "x", "\r\n.\r\n", "QUIT\r\n"])
TRICKY = st.lists(PIECES, max_size=30).map("".join)


def unstuffed(data: bytes) -> bytes:
    """Read content as RFC 5321 §4.5.2 says that a server does, up to the final dot."""
    lines = []
    for line in data.split(b"\r\n"):
        if line == b".":
            break
        lines.append(line.removeprefix(b"."))
    return b"".join(line + b"\r\n" for line in lines)


@given(
    st.lists(
        st.sampled_from(["", ".", "..", ".x", "x.", "QUIT", "a" * 998]), min_size=1, max_size=8
    )
)
def test_content_is_read_back_as_it_was_and_ends_where_it_ends(lines: list[str]) -> None:
    message = "".join(f"{line}\r\n" for line in lines).encode()
    data = content(delivery(message=message))
    assert unstuffed(data) == message
    assert data.index(b"\r\n.\r\n") + len(b"\r\n.\r\n") == len(data)


def test_a_message_without_a_last_line_end_is_given_one() -> None:
    assert content(delivery(message=b"x")) == b"x\r\n.\r\n"


@needs_sink
def test_the_real_emails_arrive_as_they_were_compiled(tmp_path: Path) -> None:
    sent = list(messages().values())
    batch = [delivery(number, message=message) for number, message in enumerate(sent)]
    with sink(folder=tmp_path) as port:
        assert set(states(deliver(smtp(port), batch))) == {"sent"}
    arrived = taken(tmp_path)
    assert sorted(arrived) == sorted(one.subscriber.address for one in batch)
    for one in batch:
        _, message = arrived[one.subscriber.address]
        assert message == one.message
        assert max(map(len, message.split(b"\r\n"))) <= 998


@needs_sink
@settings(max_examples=5, deadline=None)
@given(st.lists(TRICKY, min_size=1, max_size=20))
def test_nothing_in_a_message_becomes_a_command(texts: list[str]) -> None:
    batch = [
        delivery(number, message=f"Subject: x\r\n\r\n{text}\r\n".encode())
        for number, text in enumerate(texts)
    ]
    with sink() as port:
        assert states(deliver(smtp(port), batch)) == ["sent"] * len(batch)


@needs_sink
def test_four_connections_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    batch = [
        delivery(number, return_path=f"bounce+{number}@courier.example") for number in range(400)
    ]
    with sink(folder=tmp_path) as port:
        outcomes = deliver_by(4, port, batch)
    assert states(outcomes) == ["sent"] * 400
    arrived = taken(tmp_path)
    assert len(list(tmp_path.iterdir())) == len(arrived) == 400
    assert all(arrived[one.subscriber.address] == (one.return_path, one.message) for one in batch)


@needs_sink
def test_a_sink_that_does_not_pipeline_and_one_that_breaks_off_get_all_there_is() -> None:
    with sink("-p") as port:
        assert states(deliver(smtp(port), deliveries(20))) == ["sent"] * 20
    with sink("-q", "RCPT") as port:  # closes the connection at each recipient
        assert states(deliver(smtp(port), deliveries(5))) == ["deferred"] * 5
    with sink("-f", "RCPT") as port:
        assert states(deliver(smtp(port), deliveries(5))) == ["failed"] * 5
    with sink("-r", ".") as port:
        assert states(deliver(smtp(port), deliveries(5))) == ["deferred"] * 5


def test_no_more_connections_send_to_a_domain_than_it_takes() -> None:
    busy, most = 0, 0
    lock = threading.Lock()

    def watch(line: object) -> bool:
        nonlocal busy, most
        verb, text = getattr(line, "verb", ""), getattr(line, "text", "")
        with lock:
            busy += {"RCPT": text.count("@small."), ".": 0}.get(verb, 0)
            most = max(most, busy)
        if verb == ".":
            release.wait(0.002)
            with lock:
                busy -= 1
        return True

    release = threading.Event()
    batch = [delivery(number, address=f"r{number}@small.example") for number in range(40)]
    with relaying(FaultyRelay(watch, extensions=())) as relay:
        limit = DomainLimit(domain="small.example", connections=2)
        outcomes = deliver_by(4, relay.port, batch, limit)
    assert states(outcomes) == ["sent"] * 40
    assert most == 2


def test_a_session_that_stops_in_the_middle_makes_room_for_others() -> None:
    limit = DomainLimit(domain="home.example", connections=1)
    with relaying(FaultyRelay()) as relay:
        deliverer = smtp(relay.port, limits=(limit,))
        with deliverer.open() as session:
            next(session.send(deliveries(3), lambda _: None))
        assert states(deliver(deliverer, deliveries(1))) == ["sent"]


def test_a_connection_counts_once_for_a_domain_however_much_it_has_ahead() -> None:
    admission = Admission(Throttle([DomainLimit(domain="home.example", connections=1)]), "a@b.c")
    batch = deliveries(2)
    assert [admission.admit(one, patience_s=0) for one in batch] == [None, None]


def test_connections_that_wait_for_each_others_domains_do_not_wait_for_ever() -> None:
    names = ("a.example", "b.example")
    batch = [delivery(number, address=f"r{number}@{names[number % 2]}") for number in range(60)]
    with relaying(FaultyRelay()) as relay:
        limits = [DomainLimit(domain=name, connections=1) for name in names]
        outcomes = deliver_by(3, relay.port, batch, *limits)
    assert states(outcomes) == ["sent"] * 60
    assert len(relay.taken) == 60


def test_what_a_domain_takes_no_more_of_now_comes_later_and_the_others_go() -> None:
    batch = [delivery(number, address=f"r{number}@slow.example") for number in range(4)]
    batch.append(delivery(5))
    with relaying(FaultyRelay()) as relay:
        limit = DomainLimit(domain="slow.example", per_minute=12)
        outcomes = deliver(smtp(relay.port, limits=(limit,)), batch)
    assert states(outcomes) == ["sent", "sent", "deferred", "deferred", "sent"]
    assert [outcome.tried for outcome in outcomes] == [True, True, False, False, True]
    assert 0 < outcomes[2].delay_s <= 5 < outcomes[3].delay_s <= 10


def deliver_by(
    connections: int, port: int, batch: list[Delivery], *limits: DomainLimit
) -> list[Outcome]:
    """Deliver by one deliverer and several sessions at a time."""
    deliverer = smtp(port, connections=connections, limits=limits, timeout_s=10)
    parts = [batch[first :: deliverer.connections] for first in range(deliverer.connections)]
    with ThreadPoolExecutor(connections) as pool:
        return [
            one for part in pool.map(lambda part: deliver(deliverer, part), parts) for one in part
        ]
