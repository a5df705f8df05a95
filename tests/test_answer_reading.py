"""What a message that came in is, by samples of many servers, and by whatever bytes there are."""

from __future__ import annotations

from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from incoming_mail import ADDRESS, SAMPLES, sample

from digest.answer_reading import read_answer
from digest.answers import AnswerKind, Grade, grade

STATUSES = {
    "exchange-not-found-french": "5.1.10",
    "exim-no-such-user": "5.1.1",
    "exim-old-no-such-user": "5.1.1",
    "forged": "5.1.1",
    "gmail-no-such-user": "5.1.1",
    "greylisted-expired": "4.4.1",
    "outlook-policy": "5.7.1",
    "postfix-mailbox-full-german": "5.2.2",
    "postfix-unknown-user": "5.1.1",
    "qmail-no-mailbox": "5.1.1",
    "qmail-without-status": "",
    "sendmail-host-unknown": "5.1.2",
    "ses-no-such-user": "5.1.1",
}
HARD = {"5.1.1", "5.1.2", "5.1.10"}
OTHERS = {
    "holiday-french": AnswerKind.AUTOMATIC,
    "holiday-german": AnswerKind.AUTOMATIC,
    "left-the-company": AnswerKind.AUTOMATIC,
    "letter": AnswerKind.UNKNOWN,
    "not-spam": AnswerKind.NOTICE,
    "outlook-complaint": AnswerKind.COMPLAINT,
    "postfix-delayed": AnswerKind.NOTICE,
    "receipt": AnswerKind.NOTICE,
    "sendmail-warning": AnswerKind.NOTICE,
    "unsubscribe": AnswerKind.LEAVING,
    "unsubscribe-by-subject": AnswerKind.LEAVING,
    "unsubscribe-without-token": AnswerKind.UNKNOWN,
    "yahoo-complaint": AnswerKind.COMPLAINT,
}
TOKEN = "a" * 48
TRACES = {"return_path": f"bounces+{TOKEN}@courier.example", "link_token": "L" * 51}


def test_every_sample_is_spoken_of_here() -> None:
    assert sorted([*STATUSES, *OTHERS]) == SAMPLES


@pytest.mark.parametrize("name", STATUSES)
@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
def test_a_bounce_of_any_server_tells_who_and_why(name: str, line_end: bytes) -> None:
    answer = read_answer(sample(name, **TRACES).replace(b"\n", line_end))
    assert answer.kind is AnswerKind.BOUNCE
    (recipient,) = answer.recipients
    assert set(recipient.addresses) == {ADDRESS}
    assert recipient.status == STATUSES[name]
    assert recipient.detail or name == "sendmail-host-unknown"
    assert (grade(recipient.status) is Grade.HARD) == (recipient.status in HARD)


@pytest.mark.parametrize("name", OTHERS)
def test_what_is_no_bounce_is_told_from_one(name: str) -> None:
    assert read_answer(sample(name, **TRACES)).kind is OTHERS[name]


WITHOUT_RETURN_PATH = {"forged", "ses-no-such-user"}


@pytest.mark.parametrize(
    "name", sorted({*STATUSES, "yahoo-complaint", "unsubscribe"} - WITHOUT_RETURN_PATH)
)
def test_the_return_path_is_found_wherever_a_server_left_it(name: str) -> None:
    assert read_answer(sample(name, **TRACES)).traces.return_tokens == (TOKEN,)


@pytest.mark.parametrize("status", ["5.2.2", "5.7.1", "5.7.26", "5.0.0", "5.4.4", "4.2.1", ""])
def test_what_may_pass_or_may_be_our_own_fault_is_soft(status: str) -> None:
    assert grade(status) is Grade.SOFT


def test_a_status_is_taken_from_no_address_of_the_internet() -> None:
    text = sample("exim-old-no-such-user").replace(b"550 5.1.1 no such", b"550 no such")
    (recipient,) = read_answer(text).recipients
    assert recipient.status == ""


def test_a_status_is_taken_from_no_story_of_the_newsletter_that_came_back() -> None:
    text = sample("qmail-without-status") + b"Telephones: version 5.1.1 drains the battery.\n"
    (recipient,) = read_answer(text).recipients
    assert recipient.status == ""


def test_a_return_path_is_found_in_an_address_that_a_forwarder_rewrote() -> None:
    rewritten = f"SRS0=aBc1=XZ=courier.example=bounces+{TOKEN}@forward.example"
    answer = read_answer(sample("qmail-no-mailbox", return_path=rewritten))
    assert answer.traces.return_tokens == (TOKEN,)
    signed = f"prvs=1234567abc=bounces+{TOKEN.upper()}@courier.example"
    answer = read_answer(sample("qmail-no-mailbox", return_path=signed))
    assert answer.traces.return_tokens == (TOKEN.upper(),)


def test_the_same_report_has_the_same_name_whatever_was_put_before_it_on_the_way() -> None:
    report = sample("postfix-unknown-user")
    assert read_answer(report).name == read_answer(b"Delivered-To: a@b.example\n" + report).name
    assert read_answer(report).name != read_answer(sample("gmail-no-such-user")).name


def test_a_server_that_nobody_understands_is_heard_by_a_person() -> None:
    odd = (
        b"Return-Path: <>\nAuto-Submitted: auto-replied\nFrom: MAILER-DAEMON@reader.example\n"
        b"Subject: Post\n\nJane? Ukjent.\n"
    )
    assert read_answer(odd).kind is AnswerKind.UNKNOWN


def test_what_a_terminal_would_obey_is_taken_out_of_what_a_server_says() -> None:
    said = sample("postfix-unknown-user").replace(b"smtp; 550", b"smtp; \x1b[2J\xe2\x80\xae 550")
    (recipient,) = read_answer(said).recipients
    assert recipient.detail.startswith("smtp; [2J")
    assert recipient.detail.isprintable()
    odd = sample("qmail-no-mailbox").replace(b"Sorry, no", b"Sorry,\x1b[2J no")
    (recipient,) = read_answer(odd).recipients
    assert recipient.detail.isprintable()


def test_what_is_attached_is_not_the_message() -> None:
    forwarded = (
        b"From: sam@reader.example\nSubject: look\nMIME-Version: 1.0\n"
        b'Content-Type: multipart/mixed; boundary="m"\n\n--m\nContent-Type: message/rfc822\n\n'
        + sample("postfix-unknown-user", **TRACES)
        + b"\n--m--\n"
    )
    assert read_answer(forwarded).kind is AnswerKind.UNKNOWN


@given(st.sampled_from(SAMPLES), st.data())
@settings(max_examples=400, deadline=None)
def test_no_mutation_of_a_sample_raises(name: str, data: st.DataObject) -> None:
    text = sample(name, **TRACES)
    for _ in range(data.draw(st.integers(1, 6))):
        start = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(start, min(len(text), start + 200)))
        junk = data.draw(st.binary(max_size=40) | st.sampled_from(HOSTILE))
        text = text[:start] + junk + text[end:]
    answer = read_answer(text)
    assert len(answer.name) == 64
    assert len(answer.detail) <= 400


HOSTILE = [
    b"\nContent-Type: multipart/mixed; boundary=\n",
    b"\nContent-Type: message/delivery-status\n\n",
    b"\nContent-Transfer-Encoding: base64\n",
    b'\nContent-Type: text/plain; charset="\xff"\n',
    b"\nSubject: =?utf-8?b?=FF?= =?x?q?\xff?=\n",
    b"\nFrom: mailer-daemon@\xe4\n\n",
    b"\0",
    b"\r",
    b"=?\xd8\x00?q??=",
]


@given(st.binary(max_size=2_000))
def test_no_bytes_raise(data: bytes) -> None:
    assert read_answer(data).kind in AnswerKind


def nested(depth: int) -> bytes:
    part = b"Content-Type: multipart/mixed; boundary=%d\n\n--%d\n"
    return b"".join(part % (number, number) for number in range(depth))


@pytest.mark.parametrize(
    "data",
    [
        b"From: mailer-daemon@x.example\n\nThe following addresses had\n" + b"a" * 10_000_000,
        b"From: mailer-daemon@x.example\n\nFailed addresses follow:\n" + b"a " * 5_000_000,
        nested(50_000),
        nested(900) + b"--\n" * 70_000,
        nested(49) + b"--\n" * 70_000,
        b'Content-Type: multipart/report; boundary="b"\n\n'
        + b"--b\nContent-Type: message/delivery-status\n\nAction: failed\n\n" * 100_000,
        b"From: mailer-daemon@x.example\nSubject: " + b"=?utf-8?q?" * 900_000,
        b"Message-ID: " + b"\n <" * 3_000_000,
    ],
    ids=["a line", "words", "nested", "deep", "shallow", "parts", "subject", "folded"],
)
def test_ten_megabytes_of_malice_take_seconds_at_most(data: bytes) -> None:
    began = perf_counter()
    read_answer(data)
    assert perf_counter() - began < 5
