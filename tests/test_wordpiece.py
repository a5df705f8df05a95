from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.embedding.minilm import MAX_PIECES, VOCABULARY
from digest.embedding.wordpiece import MAX_WORD, WordPieces

KNOWN = VOCABULARY.read_text(encoding="utf-8").split()
NUMBERS = {piece: number for number, piece in enumerate(KNOWN)}
BEGIN, END, UNKNOWN = (NUMBERS[mark] for mark in ("[CLS]", "[SEP]", "[UNK]"))
PIECES = WordPieces(KNOWN)


def pieces(text: str, most: int = MAX_PIECES) -> list[str]:
    """Give the pieces of a text as they are written, without its begin and end."""
    begin, *inner, end = PIECES.cut(text, most)
    assert (begin, end) == (BEGIN, END)
    return [KNOWN[number] for number in inner]


def test_the_vocabulary_is_that_of_bert_s_uncased_models_in_its_order() -> None:
    assert len(KNOWN) == 30_522
    assert [NUMBERS[piece] for piece in ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "the", "##s")] == [
        *(0, 100, 101, 102, 1996, 2015)
    ]
    assert hashlib.sha256(VOCABULARY.read_bytes()).hexdigest() == (
        "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"
    )


def test_a_headline_is_cut_into_the_numbers_that_the_model_was_trained_with() -> None:
    assert PIECES.cut("Gallion Bridge shuts; night ferries return", MAX_PIECES) == [
        *(101, 26033, 3258, 2958, 3844, 2015, 1025, 2305, 20157, 2709, 102)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Gallion", ["gall", "##ion"]),
        ("Café ÜBER naïve", ["cafe", "uber", "naive"]),
        ("don't (ever) pay $5", ["don", "'", "t", "(", "ever", ")", "pay", "$", "5"]),
        ("東京", ["東", "京"]),
        ("fer\u200bry\x00\ufffd boat\tsails\u00a0on", ["ferry", "boat", "sails", "on"]),
        ("[SEP] me", ["[", "sep", "]", "me"]),
        ("ferry \U0001f600 boat", ["ferry", "[UNK]", "boat"]),
        ("", []),
    ],
    ids=["pieces", "accents", "punctuation", "ideographs", "controls", "marks", "unknown", "empty"],
)
def test_a_text_is_cut_by_the_rules_of_uncased_models(text: str, expected: list[str]) -> None:
    assert pieces(text) == expected


def test_a_word_without_an_end_is_one_unknown_piece() -> None:
    assert pieces("a" * MAX_WORD) != ["[UNK]"]
    assert pieces("a" * (MAX_WORD + 1)) == ["[UNK]"]


def test_a_text_without_an_end_is_cut_off() -> None:
    assert pieces("ferry " * 1_000_000) == ["ferry"] * (MAX_PIECES - 2)
    assert pieces("ferries return at night", 4) == ["ferries", "return"]


@given(st.text(), st.integers(2, 20))
def test_whatever_a_feed_holds_becomes_numbers_that_the_model_knows(text: str, most: int) -> None:
    numbers = PIECES.cut(text, most)
    assert 2 <= len(numbers) <= most
    assert (numbers[0], numbers[-1]) == (BEGIN, END)
    assert all(0 <= number < len(KNOWN) for number in numbers)
    assert BEGIN not in numbers[1:-1]
    assert END not in numbers[1:-1]
