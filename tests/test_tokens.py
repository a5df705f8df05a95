"""Signed links: what we signed is read as it was, and nothing else is."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import LinkError
from digest.tokens import MARK_BYTES, MAX_TOKEN, Purpose, Ticket, mark_of, sign, verify

KEYS = {1: b"an old key", 2: b"the newest key"}
MARK = mark_of("ada@quill.example", b"secret")
TICKET = Ticket(purpose=Purpose.UNSUBSCRIBE, edition="daily", mark=MARK, date=dt.date(2026, 11, 23))

tickets = st.builds(
    Ticket,
    purpose=st.sampled_from(Purpose),
    edition=st.text(st.characters(codec="utf-8"), max_size=50),
    mark=st.binary(min_size=MARK_BYTES, max_size=MARK_BYTES),
    date=st.dates(dt.date(2000, 1, 1), dt.date(2179, 1, 1)),
)


@given(tickets)
def test_a_ticket_comes_back_as_it_was_signed(ticket: Ticket) -> None:
    token = sign(ticket, KEYS)
    assert verify(token, KEYS, ticket.purpose) == ticket
    assert re.fullmatch(r"[A-Za-z0-9_-]+", token)
    assert len(token) <= MAX_TOKEN


@given(tickets, st.data())
def test_a_token_of_which_one_sign_was_changed_is_none(ticket: Ticket, data: st.DataObject) -> None:
    token = sign(ticket, KEYS)
    at = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.sampled_from("abcXYZ019-_=./+ é\0").filter(lambda one: one != token[at]))
    with pytest.raises(LinkError):
        verify(token[:at] + other + token[at + 1 :], KEYS, *Purpose)


@given(st.text() | st.from_regex(r"\A[A-Za-z0-9_-]{0,90}\Z"))
def test_no_text_that_we_did_not_sign_is_a_token(text: str) -> None:
    with pytest.raises(LinkError, match="none of ours"):
        verify(text, KEYS, *Purpose)


@pytest.mark.parametrize(
    "change", [lambda t: t[:-1], lambda t: f"{t}A", lambda t: f"{t}=", str.upper]
)
def test_a_token_that_was_cut_lengthened_or_folded_is_none(change: object) -> None:
    assert callable(change)
    with pytest.raises(LinkError):
        verify(change(sign(TICKET, KEYS)), KEYS, *Purpose)


def test_a_token_serves_for_nothing_but_its_purpose() -> None:
    token = sign(TICKET, KEYS)
    with pytest.raises(LinkError):
        verify(token, KEYS, Purpose.PREFERENCES, Purpose.VIEW)


def test_the_newest_key_signs_and_older_ones_still_verify() -> None:
    old = sign(TICKET, {1: KEYS[1]})
    assert old != sign(TICKET, KEYS)
    assert verify(old, KEYS, Purpose.UNSUBSCRIBE) == TICKET
    with pytest.raises(LinkError):
        verify(sign(TICKET, KEYS), {1: KEYS[1]}, Purpose.UNSUBSCRIBE)
    with pytest.raises(LinkError):
        verify(sign(TICKET, {3: b""}), KEYS, Purpose.UNSUBSCRIBE)


def test_a_token_is_short_enough_for_a_link_and_names_nobody() -> None:
    token = sign(TICKET, KEYS)
    assert len(token) <= 52
    assert "ada" not in token.lower()


def test_an_endless_text_is_not_even_decoded() -> None:
    with pytest.raises(LinkError):
        verify("A" * 10_000_000, KEYS, *Purpose)


def test_what_does_not_fit_into_a_token_is_not_signed() -> None:
    for wrong in (
        Ticket(purpose=Purpose.VIEW, edition="d" * 201, mark=MARK, date=TICKET.date),
        Ticket(purpose=Purpose.VIEW, edition="d", mark=b"short", date=TICKET.date),
        Ticket(purpose=Purpose.VIEW, edition="d", mark=MARK, date=dt.date(1999, 12, 31)),
    ):
        with pytest.raises(ValueError, match=r"length|years"):
            sign(wrong, KEYS)


def test_a_mark_depends_on_the_address_and_on_the_secret() -> None:
    assert mark_of("ada@quill.example", b"secret") == MARK
    assert mark_of("adb@quill.example", b"secret") != MARK
    assert mark_of("ada@quill.example", b"another") != MARK
