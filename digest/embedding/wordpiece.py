"""Cut texts into the pieces of words that a BERT model knows, by their numbers.

The rules are those of BERT's uncased models: accents and case fold away, punctuation and Chinese
characters stand alone, and each word is cut from its beginning into the longest pieces that the
vocabulary holds ("gallion" → "gall", "##ion").
"""

from __future__ import annotations

import string
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MAX_CHARACTERS = 1_000  # of a text: a headline is never longer, and a hostile one is cut
MAX_WORD = 100  # characters of a word; a longer one is unknown
BLANKS = frozenset("\t\n\r")  # the control characters that part words; others are dropped
DROPPED = frozenset({"Cc", "Cf", "Co", "Cs", "Mn"})  # control and private characters, accents
CHINESE = (  # CJK unified ideographs, their extensions and compatibility forms
    (0x4E00, 0x9FFF),
    (0x3400, 0x4DBF),
    (0x20000, 0x2A6DF),
    (0x2A700, 0x2B73F),
    (0x2B740, 0x2B81F),
    (0x2B820, 0x2CEAF),
    (0xF900, 0xFAFF),
    (0x2F800, 0x2FA1F),
)


class WordPieces:
    """Cuts texts by a vocabulary: pieces in the order of their numbers, from 0.

    A piece that does not begin a word is written "##ion". The vocabulary must hold "[CLS]", "[SEP]"
    and "[UNK]". What looks like one of those in a text is only brackets and letters. May be used by
    many threads at once.
    """

    def __init__(self, vocabulary: Sequence[str]) -> None:
        self._numbers = {piece: number for number, piece in enumerate(vocabulary)}
        self._begin, self._end = self._numbers["[CLS]"], self._numbers["[SEP]"]
        self._unknown = self._numbers["[UNK]"]
        self._spelling = _Spelling()

    def cut(self, text: str, most: int) -> list[int]:
        """Give the numbers of a text's pieces between those of its begin and end, `most` in all."""
        plain = unicodedata.normalize("NFD", text[:MAX_CHARACTERS]).translate(self._spelling)
        pieces = [number for word in plain.split() for number in self._cut_word(word)]
        return [self._begin, *pieces[: most - 2], self._end]

    def _cut_word(self, word: str) -> list[int]:
        if len(word) > MAX_WORD:
            return [self._unknown]
        pieces = list(self._longest_pieces(word))
        return [self._unknown] if self._unknown in pieces else pieces

    def _longest_pieces(self, word: str) -> Iterator[int]:
        """Cut a word from its beginning; what no piece begins is unknown, and the last."""
        start = 0
        while start < len(word):
            mark = "##" if start else ""
            for end in range(len(word), start, -1):
                number = self._numbers.get(mark + word[start:end])
                if number is not None:
                    yield number
                    start = end
                    break
            else:
                yield self._unknown
                return


class _Spelling(dict[int, str]):
    """How each character of a decomposed text is written, by its code; worked out once each."""

    def __missing__(self, code: int) -> str:
        self[code] = spelt = _spell(chr(code))
        return spelt


def _spell(character: str) -> str:
    """Fold case, drop accents and control characters, set punctuation and ideographs apart."""
    category = unicodedata.category(character)
    if character in BLANKS or category[0] == "Z":
        return " "
    if category in DROPPED or character == "\N{REPLACEMENT CHARACTER}":
        return ""
    if category[0] == "P" or character in string.punctuation or _is_chinese(ord(character)):
        return f" {character} "
    return character.lower()


def _is_chinese(code: int) -> bool:
    return any(first <= code <= last for first, last in CHINESE)
