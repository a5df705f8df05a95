"""The address that a bounce comes back to, and whose delivery it proves."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.return_paths import MAX_LOCAL, read_return_token, return_path
from digest.tokens import Purpose, Ticket

KEYS = {1: b"an old key of thirty-two bytes..", 2: b"a newer key of thirty-two bytes."}
EDITIONS = ("daily", "the-weekend-briefing-of-the-london-courier")
TICKET = Ticket(
    purpose=Purpose.BOUNCE, edition="daily", mark=bytes(range(16)), date=dt.date(2026, 11, 23)
)


def token(path: str) -> str:
    return path.partition("+")[2].partition("@")[0]


@given(
    edition=st.sampled_from(EDITIONS),
    mark=st.binary(min_size=16, max_size=16),
    date=st.dates(dt.date(2000, 1, 1), dt.date(2179, 6, 5)),
)
def test_a_return_path_fits_and_says_whose_it_is_in_whatever_case(
    edition: str, mark: bytes, date: dt.date
) -> None:
    ticket = Ticket(purpose=Purpose.BOUNCE, edition=edition, mark=mark, date=date)
    path = return_path(f"{'b' * MAX_LOCAL}@courier.example", ticket, KEYS)
    local = path.rpartition("@")[0]
    assert len(local) == 64
    assert local == local.lower()
    for written in (token(path), token(path).upper()):
        assert read_return_token(written, KEYS, EDITIONS) == ticket


@given(place=st.integers(0, 47), letter=st.sampled_from("abcdefghijklmnopqrstuvwxyz234567"))
def test_a_token_with_another_letter_is_none_of_ours(place: int, letter: str) -> None:
    ours = token(return_path("bounces@courier.example", TICKET, KEYS))
    other = ours[:place] + letter + ours[place + 1 :]
    assert (read_return_token(other, KEYS, EDITIONS) == TICKET) == (other == ours)


@given(st.text(max_size=60))
def test_any_other_text_is_none_of_ours(text: str) -> None:
    assert read_return_token(text, KEYS, EDITIONS) is None


def test_what_an_older_key_signed_is_believed_and_what_a_lost_one_did_is_not() -> None:
    old = token(return_path("bounces@courier.example", TICKET, {1: KEYS[1]}))
    assert read_return_token(old, KEYS, EDITIONS) == TICKET
    assert read_return_token(old, {2: KEYS[2]}, EDITIONS) is None


def test_a_token_of_an_edition_that_is_gone_is_none_of_ours() -> None:
    ours = token(return_path("bounces@courier.example", TICKET, KEYS))
    assert read_return_token(ours, KEYS, ("weekly",)) is None


def test_without_an_address_bounces_go_to_the_sender() -> None:
    assert return_path("", TICKET, KEYS) == ""


def test_an_address_that_would_pass_64_octets_is_refused() -> None:
    with pytest.raises(ValueError, match="no return path"):
        return_path(f"{'b' * (MAX_LOCAL + 1)}@courier.example", TICKET, KEYS)
