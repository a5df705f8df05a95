"""Whatever a mail server does, each delivery ends in the right state: none lost, none doubled."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from faulty_relay import CLOSE, STALL, FaultyRelay, relaying
from posts import deliver, deliveries, delivery, smtp, states

from digest.errors import DeliveryError

if TYPE_CHECKING:
    from collections.abc import Callable

    from faulty_relay import Answer, Line

    from digest.outgoing import Delivery

IN_LOCKSTEP = ("8BITMIME",)
BOTH_WAYS = pytest.mark.parametrize("extensions", [("PIPELINING",), IN_LOCKSTEP])


def once(verb: str, answer: Answer, *, nth: int = 2) -> Callable[[Line], Answer | bool]:
    """Answer so the nth time on the first connection, and else in order."""
    return lambda line: answer if (line.verb, line.nth, line.connection) == (verb, nth, 1) else True


def subjects(relay: FaultyRelay) -> list[int]:
    """The numbers of the messages that the server answered for, in order."""
    return [int(taken.content.split(b"\r\n")[0][13:]) for taken in relay.taken]


@BOTH_WAYS
def test_every_message_arrives_once_with_its_own_envelope(extensions: tuple[str, ...]) -> None:
    batch = [*deliveries(4), delivery(5, return_path="bounce+5@courier.example")]
    with relaying(FaultyRelay(extensions=extensions)) as relay:
        assert states(deliver(smtp(relay.port), batch)) == ["sent"] * 5
    assert [taken.content for taken in relay.taken] == [one.message for one in batch]
    assert [taken.recipients for taken in relay.taken] == [
        (one.subscriber.address,) for one in batch
    ]
    assert [taken.sender for taken in relay.taken] == [
        *["daily@courier.example"] * 4,
        "bounce+5@courier.example",
    ]
    assert (relay.connections, relay.lines[-1]) == (1, "QUIT")


@BOTH_WAYS
@pytest.mark.parametrize(
    ("verb", "answer", "state"),
    [
        ("MAIL", b"451 later\r\n", "deferred"),
        ("MAIL", b"550 not from you\r\n", "deferred"),  # says nothing of the recipient
        ("RCPT", b"451 4.7.1 greylisted\r\n", "deferred"),
        ("RCPT", b"550 5.1.1 no such user\r\n", "failed"),
        ("DATA", b"451 later\r\n", "deferred"),
        ("DATA", b"554 no\r\n", "failed"),
        (".", b"452 disk full\r\n", "deferred"),
        (".", b"554-5.7.1 we do\r\n554 not like it\r\n", "failed"),
    ],
)
def test_a_refusal_ends_its_own_delivery_and_no_other(
    extensions: tuple[str, ...], verb: str, answer: bytes, state: str
) -> None:
    with relaying(FaultyRelay(once(verb, answer), extensions)) as relay:
        outcomes = deliver(smtp(relay.port), deliveries(4))
    assert states(outcomes) == ["sent", state, "sent", "sent"]
    assert outcomes[1].tried
    assert outcomes[1].detail.startswith(answer[:3].decode())
    assert subjects(relay) == [1, 3, 4]
    assert relay.connections == 1


@BOTH_WAYS
def test_what_was_refused_before_its_content_was_never_begun(extensions: tuple[str, ...]) -> None:
    begun: list[Delivery] = []
    batch = deliveries(3)
    with relaying(FaultyRelay(once("RCPT", b"550 who?\r\n"), extensions)) as relay:
        deliver(smtp(relay.port), batch, begun.append)
    assert begun == [batch[0], batch[2]]


def test_content_that_is_asked_for_although_nobody_is_to_have_it_is_a_lone_dot() -> None:
    with relaying(FaultyRelay(once("RCPT", b"550 who?\r\n", nth=1))) as relay:
        assert states(deliver(smtp(relay.port), deliveries(2))) == ["failed", "sent"]
    assert "RSET" not in relay.lines
    assert subjects(relay) == [2]


def test_no_empty_message_is_sent_where_only_the_sender_was_refused() -> None:
    with relaying(FaultyRelay(once("MAIL", b"550 no\r\n", nth=1), naive=True)) as relay:
        assert states(deliver(smtp(relay.port), deliveries(2))) == ["deferred", "sent"]
    assert subjects(relay) == [2]
    assert relay.connections == 2


@BOTH_WAYS
def test_a_connection_lost_after_the_final_dot_leaves_one_outcome_unknown(
    extensions: tuple[str, ...],
) -> None:
    with relaying(FaultyRelay(once(".", CLOSE), extensions)) as relay:
        outcomes = deliver(smtp(relay.port), deliveries(4))
    assert states(outcomes) == ["sent", "unknown", "sent", "sent"]
    assert subjects(relay) == [1, 3, 4]
    assert relay.connections == 2


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (b"hello?\r\n", "the server's answer is no SMTP"),
        (b"\r\n", "the server's answer is no SMTP"),
        (b"354 more\r\n", "354 more"),
        (b"250" + b"x" * 90_000, "a line of the server's answer does not end"),
    ],
)
def test_a_receipt_that_is_none_is_unknown(answer: bytes, told: str) -> None:
    with relaying(FaultyRelay(once(".", answer))) as relay:
        outcomes = deliver(smtp(relay.port), deliveries(3))
    assert states(outcomes) == ["sent", "unknown", "sent"]
    assert outcomes[1].detail.endswith(told)
    assert relay.connections == 2


def test_a_connection_lost_before_the_final_dot_is_no_doubt() -> None:
    batch = [delivery(1), delivery(2, message=b"Subject: x\r\n\r\n" + b"long\r\n" * 5_000_000)]
    with relaying(FaultyRelay(once("content", CLOSE))) as relay:
        outcomes = deliver(smtp(relay.port), batch)
    assert states(outcomes) == ["sent", "deferred"]
    assert outcomes[1].tried


def test_a_receipt_may_take_longer_than_other_answers() -> None:
    def slow(line: Line) -> bool:
        time.sleep(0.5 if line.verb == "." else 0)
        return True

    with relaying(FaultyRelay(slow)) as relay:
        assert states(deliver(smtp(relay.port, timeout_s=0.2), deliveries(2))) == ["sent", "sent"]


@BOTH_WAYS
@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("answer", [CLOSE, b"421 too busy\r\n", b"nonsense\r\n"])
def test_a_connection_that_ends_before_content_costs_nobody_anything(
    extensions: tuple[str, ...], verb: str, answer: bytes
) -> None:
    with relaying(FaultyRelay(once(verb, answer), extensions)) as relay:
        assert states(deliver(smtp(relay.port), deliveries(4))) == ["sent"] * 4
    assert subjects(relay) == [1, 2, 3, 4]
    assert relay.connections == 2


def test_a_goodbye_in_place_of_a_receipt_defers_one_and_the_rest_goes_on() -> None:
    with relaying(FaultyRelay(once(".", b"421 shutting down\r\n"))) as relay:
        outcomes = deliver(smtp(relay.port), deliveries(3))
    assert states(outcomes) == ["sent", "deferred", "sent"]
    assert subjects(relay) == [1, 3]


@BOTH_WAYS
@pytest.mark.parametrize("answer", [CLOSE, b"421 ten are enough\r\n"])
def test_a_server_that_closes_after_every_ten_messages_gets_them_all_once(
    extensions: tuple[str, ...], answer: bytes
) -> None:
    def ten(line: Line) -> Answer | bool:
        return answer if (line.verb, line.nth) == ("MAIL", 11) else True

    with relaying(FaultyRelay(ten, extensions)) as relay:
        assert states(deliver(smtp(relay.port), deliveries(35))) == ["sent"] * 35
    assert subjects(relay) == list(range(1, 36))
    assert relay.connections == 4


def test_we_end_a_connection_ourselves_after_as_many_messages_as_are_allowed() -> None:
    with relaying(FaultyRelay()) as relay:
        outcomes = deliver(smtp(relay.port, messages_per_connection=2), deliveries(5))
    assert states(outcomes) == ["sent"] * 5
    assert subjects(relay) == [1, 2, 3, 4, 5]
    assert (relay.connections, relay.lines.count("QUIT")) == (3, 3)


@pytest.mark.parametrize(
    ("verb", "state"), [("MAIL", "deferred"), ("RCPT", "deferred"), (".", "unknown")]
)
def test_a_server_that_falls_silent_is_given_up_in_time(verb: str, state: str) -> None:
    with relaying(FaultyRelay(once(verb, STALL, nth=1))) as relay:
        outcomes = deliver(smtp(relay.port, timeout_s=0.1), deliveries(2))
    assert states(outcomes) == [state, "sent"]
    assert "does not answer in time" in outcomes[0].detail
    assert subjects(relay) == [2]


def test_an_answer_without_end_is_given_up() -> None:
    endless = b"250-and\r\n" * 1000
    with relaying(FaultyRelay(once("MAIL", endless, nth=1))) as relay:
        outcomes = deliver(smtp(relay.port), deliveries(2))
    assert states(outcomes) == ["deferred", "sent"]
    assert outcomes[0].detail == "the connection ended: the server's answer does not end"


def test_a_server_that_takes_nothing_gets_two_tries_and_the_rest_is_put_off() -> None:
    def busy(line: Line) -> Answer | bool:
        return b"421 busy\r\n" if line.verb == "MAIL" else True

    with relaying(FaultyRelay(busy)) as relay:
        outcomes = deliver(smtp(relay.port), deliveries(50))
    assert states(outcomes) == ["deferred"] * 50
    assert [outcome.tried for outcome in outcomes] == [True, True, *[False] * 48]
    assert all(45 <= outcome.delay_s <= 75 for outcome in outcomes[2:])
    assert outcomes[-1].detail == "the connection ended: 421 busy"
    assert relay.connections == 2


def test_a_server_that_says_goodbye_to_every_message_is_left_alone_after_two() -> None:
    with relaying(FaultyRelay(lambda line: b"421 no\r\n" if line.verb == "." else True)) as relay:
        outcomes = deliver(smtp(relay.port), deliveries(50))
    assert [outcome.tried for outcome in outcomes] == [True, True, *[False] * 48]
    assert relay.connections == 2


def test_the_next_batch_tries_a_server_again_that_took_nothing_of_the_last() -> None:
    def busy(line: Line) -> Answer | bool:
        return b"421 busy\r\n" if line.verb == "MAIL" and line.connection <= 2 else True

    with relaying(FaultyRelay(busy)) as relay, smtp(relay.port).open() as session:
        assert states(list(session.send(deliveries(3), lambda _: None))) == ["deferred"] * 3
        assert states(list(session.send(deliveries(3), lambda _: None))) == ["sent"] * 3


def test_a_server_that_loses_every_receipt_makes_two_unknown_and_no_more() -> None:
    with relaying(FaultyRelay(lambda line: CLOSE if line.verb == "." else True)) as relay:
        outcomes = deliver(smtp(relay.port), deliveries(50))
    assert states(outcomes) == ["unknown", "unknown", *["deferred"] * 48]


def test_when_the_server_is_gone_in_the_middle_the_rest_is_put_off_with_the_reason() -> None:
    def last(line: Line) -> Answer | bool:
        if line.connection > 1:
            return b"554 no more today\r\n" if line.verb == "" else True
        return CLOSE if (line.verb, line.nth) == ("MAIL", 3) else True

    with relaying(FaultyRelay(last)) as relay:
        outcomes = deliver(smtp(relay.port), deliveries(5))
    assert states(outcomes) == ["sent", "sent", "deferred", "deferred", "deferred"]
    assert not any(outcome.tried for outcome in outcomes[2:])
    assert "does not take messages now: 554 no more today" in outcomes[-1].detail
    assert subjects(relay) == [1, 2]


@pytest.mark.parametrize("answer", [b"554 go away\r\n", b"421 busy\r\n", CLOSE, b"\x00\xff\r\n"])
@pytest.mark.parametrize("verb", ["", "EHLO"])
def test_a_server_that_does_not_let_us_begin_is_an_error_with_its_address(
    verb: str, answer: bytes
) -> None:
    with (
        relaying(FaultyRelay(once(verb, answer, nth=1))) as relay,
        pytest.raises(DeliveryError, match=f"^the mail server 127.0.0.1:{relay.port}: .*Check"),
    ):
        deliver(smtp(relay.port), deliveries(1))


def test_a_server_that_is_not_there_is_an_error() -> None:
    with relaying(FaultyRelay()) as relay:
        port = relay.port
    with pytest.raises(DeliveryError, match="cannot be reached: Connection refused"):
        deliver(smtp(port), deliveries(1))


def test_the_ledger_may_keep_a_message_back_and_nothing_of_it_leaves() -> None:
    def refuse(one: Delivery) -> None:
        if one.subscriber.address.startswith("reader2@"):
            raise RuntimeError("the lease is over")

    with relaying(FaultyRelay()) as relay, pytest.raises(RuntimeError, match="the lease is over"):
        deliver(smtp(relay.port), deliveries(3), refuse)
    assert subjects(relay) == [1]


def test_a_session_goes_on_after_a_message_that_was_kept_back() -> None:
    def refuse(one: Delivery) -> None:
        raise RuntimeError(one.subscriber.address)

    with relaying(FaultyRelay()) as relay, smtp(relay.port).open() as session:
        with pytest.raises(RuntimeError, match="reader1@"):
            list(session.send(deliveries(2), refuse))
        assert states(list(session.send(deliveries(3), lambda _: None))) == ["sent"] * 3
    assert subjects(relay) == [1, 2, 3]


def test_a_sender_that_stops_in_the_middle_leaves_no_message_half_sent() -> None:
    with relaying(FaultyRelay()) as relay, smtp(relay.port).open() as session:
        assert next(session.send(deliveries(3), lambda _: None)).state == "sent"
    assert subjects(relay) == [1]


def test_a_session_takes_one_batch_after_another_on_one_connection() -> None:
    with relaying(FaultyRelay()) as relay, smtp(relay.port).open() as session:
        for first in (0, 2, 4):
            batch = deliveries(6)[first : first + 2]
            assert states(list(session.send(batch, lambda _: None))) == ["sent", "sent"]
    assert (subjects(relay), relay.connections) == ([1, 2, 3, 4, 5, 6], 1)


@pytest.mark.parametrize(
    "address",
    [
        "a@b.example>\r\nRCPT TO:<eve@evil.example",
        "a b@home.example",
        "no address",
        "müller@home.example",
        f"{'x' * 65}@home.example",
        "",
    ],
)
def test_an_address_that_is_none_fails_alone_and_writes_no_command(address: str) -> None:
    with relaying(FaultyRelay()) as relay:
        batch = [delivery(1), delivery(2, address=address), delivery(3)]
        outcomes = deliver(smtp(relay.port), batch)
    assert states(outcomes) == ["sent", "failed", "sent"]
    assert "is no address that a mail server takes" in outcomes[1].detail
    assert not [line for line in relay.lines if "evil" in line]


def test_a_domain_of_other_letters_goes_as_the_wire_writes_it() -> None:
    with relaying(FaultyRelay()) as relay:
        deliver(smtp(relay.port), [delivery(address="leser@zürich.example")])
    assert relay.taken[0].recipients == ("leser@xn--zrich-kva.example",)


def test_what_a_server_says_is_told_short_and_without_its_controls() -> None:
    rude = b"550 \x1b[2J" + b"no " * 1000 + b"\r\n"
    with relaying(FaultyRelay(once("RCPT", rude, nth=1))) as relay:
        (outcome,) = deliver(smtp(relay.port), deliveries(1))
    assert outcome.detail.isprintable()
    assert len(outcome.detail) < 600
