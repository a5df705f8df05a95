"""An excerpt consists of its author's own words, in order, or it is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.excerpts import beginning_of, excerpt_of, has_words, settled

COMMENT = (
    "I can't say it's anti-war. It cost £1,500.50… “Fine,” she said.  My mother’s\n"
    "boat — terrible. See https://spam.example/x, or spam.com/y, or write to me@x.example."
)


@pytest.mark.parametrize(
    ("wanted", "printed"),
    [
        ("My mother’s boat", "My mother’s boat\N{NO-BREAK SPACE}…"),
        ("My mother's boat - terrible.", "My mother’s boat — terrible."),
        ('"Fine," she said.', "…\N{NO-BREAK SPACE}“Fine,” she said."),
        ("I can’t say … she said", "I can't say … she said"),
        ("I can’t say […] terrible.", "I can't say […] terrible."),
        ("I can’t say [...] terrible.", "I can't say […] terrible."),
        ("It cost £1,500.50... “Fine,”", "It cost £1,500.50… “Fine,”\N{NO-BREAK SPACE}…"),
        ("See https://spam.example/x, or", "See […], or\N{NO-BREAK SPACE}…"),
        ("… she said.", "… she said."),
        ("  she \n said. ", "…\N{NO-BREAK SPACE}she said."),
    ],
)
def test_own_words_are_printed_as_their_author_spelt_them(wanted: str, printed: str) -> None:
    assert excerpt_of(COMMENT, wanted) == printed


@pytest.mark.parametrize(
    "wanted",
    [
        "I can",  # of "can't"
        "t say it's",
        "It's anti",  # of "anti-war"
        "it's anti",
        "war.",
        "500.50",  # of "1,500.50"
        "cost £1",
        "My mother’s boats",
        "my mother’s boat",  # not as it was written
        "My mother’s … can't",  # in another order
        "she said. she said.",  # once is not twice
        "It cost £1,500.50 “Fine,”",  # a cut that is not marked
        "terrible! See",
        "…",
        "[…]",
        "",
        " ",
        "“",
    ],
)
def test_what_is_not_the_author_s_own_is_no_excerpt(wanted: str) -> None:
    assert excerpt_of(COMMENT, wanted) == ""


@pytest.mark.parametrize(
    ("text", "wanted", "printed"),
    [
        (
            "She would like it known that nobody ever complained to his face.",
            "nobody ever complained",
            "… nobody ever complained …",
        ),
        ("I do not think fares should rise.", "fares should rise.", "… fares should rise."),
        ("Is it fair? It is.", "Is it fair", "Is it fair …"),
        ("They are fair, I was told.", "They are fair", "They are fair …"),
        ("“It is fair.” That is a lie.", "It is fair.", "… It is fair."),
        ("“It is fair!” he lied.", "“It is fair!”", "“It is fair!” …"),
        ("Not so, Mr. Smith is kind.", "Smith is kind.", "… Smith is kind."),
        ("I deny that J. Smith is kind.", "Smith is kind", "… Smith is kind"),
        ("No fan of the U.S. Navy is kind.", "Navy is kind", "… Navy is kind"),
        ("I would not... It is fair.", "It is fair.", "… It is fair."),
        ("Nobody says […] It is fair.", "It is fair.", "… It is fair."),
    ],
)
def test_a_sentence_that_is_cut_at_either_end_is_marked_there(
    text: str, wanted: str, printed: str
) -> None:
    excerpt = excerpt_of(text, wanted)
    assert excerpt.replace("\N{NO-BREAK SPACE}", " ") == printed
    assert excerpt_of(text, excerpt).split() == excerpt.split()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("I like it. It is fair. So there.", "It is fair."),
        ("I like it. It is fair. So there.", "It is fair"),
        ("It opens at 5. It is fair! “So there.”", "It is fair!"),
        ("“Well?” (It is fair.) So there.", "(It is fair.)"),
        ("They asked “Why?” It is fair.", "It is fair"),
        ("It is fair. 😀", "It is fair."),
    ],
)
def test_whole_sentences_need_no_mark(text: str, sentence: str) -> None:
    assert excerpt_of(text, sentence) == sentence


def test_scripts_without_spaces_are_cut_anywhere_but_within_a_character() -> None:
    assert excerpt_of("船は静かに着いた。お茶はひどかった。", "お茶はひどかった") == (
        "お茶はひどかった"
    )
    assert excerpt_of("ชาที่แย่", "ชาท") == ""  # its vowel stands above it


def test_marks_belong_to_their_letters() -> None:
    assert excerpt_of("नदी के पार", "नद") == ""
    assert excerpt_of("नदी के पार", "नदी के") == "नदी के\N{NO-BREAK SPACE}…"
    assert excerpt_of("cafe\u0301 au lait", "café") == "café\N{NO-BREAK SPACE}…"


def test_addresses_of_every_kind_are_cut() -> None:
    assert settled(COMMENT).endswith("See […], or […], or write to […].")
    assert settled("Go to www.spam.example/a?b=1! Or SPAM.COM, spam.co.uk.") == (
        "Go to […]! Or […], […]."
    )
    assert settled("x https://a.example https://b.example y") == "x […] y"


def test_a_slip_of_the_space_bar_is_no_address() -> None:
    assert settled("That was the end.Then it rained. At 5.30 p.m. on 3.11.") == (
        "That was the end.Then it rained. At 5.30 p.m. on 3.11."
    )


def test_a_short_text_is_its_own_beginning() -> None:
    assert beginning_of("The tea was terrible.") == "The tea was terrible."


def test_a_long_text_ends_with_a_sentence_and_a_mark() -> None:
    text = "The tea was terrible and the boat was late. " * 20
    begun = beginning_of(text)
    assert begun.endswith("boat was late.\N{NO-BREAK SPACE}…")
    assert 30 <= len(begun.split()) <= 61


def test_a_text_without_sentences_ends_with_a_word_and_a_mark() -> None:
    assert beginning_of("word " * 100) == f"{' '.join(['word'] * 59)}…"
    assert len(beginning_of("x" * 5_000)) <= 421
    assert beginning_of("茶" * 5_000).endswith("…")


words = st.text(st.sampled_from("abcdeñé'’-.,!…“”  \n1\u0663\u0627茶"), max_size=60)


@given(words, words)
def test_whatever_is_printed_is_made_of_the_text(text: str, wanted: str) -> None:
    excerpt = excerpt_of(text, wanted)
    own, place = settled(text), 0
    for part in excerpt.replace("[…]", "…").split("…"):
        found = own.find(part.strip(), place)
        assert found >= 0, (excerpt, own)
        place = found + len(part.strip())
    assert not excerpt or has_words(excerpt)


@given(words)
def test_a_whole_text_is_an_excerpt_of_itself(text: str) -> None:
    assert excerpt_of(text, text) == (settled(text) if has_words(settled(text)) else "")


@given(words)
def test_a_settled_text_is_settled(text: str) -> None:
    assert settled(settled(text)) == settled(text)


@given(st.text(max_size=400))
def test_any_text_can_be_begun(text: str) -> None:
    assert len(beginning_of(text)) <= max(len(settled(text)), 1)
