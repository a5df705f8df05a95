"""What may be printed of a text that somebody else wrote: its own words, in order, cuts marked.

White space, the shape of quotation marks, apostrophes and dashes, and "..." for "…" are the
typesetter's; every word is its author's. A quotation that begins or ends within a sentence says so:
what stands beside it there, such as a "not", may turn its meaning round.
"""

from __future__ import annotations

import re
import unicodedata

from digest.markup import bounded
from digest.wording import UNSPACED

MAX_WORDS = 60  # of a quotation that nobody cut
MAX_LENGTH = 420  # characters of it: some scripts put no spaces between words
CUT = "[…]"

_DOTS = re.compile(r"\.{3,}")
_CUTS = re.compile(r"\[ ?… ?\](?: ?\[ ?… ?\])*")
_MARK = re.compile(r"(\[…\]|…)")
# Each becomes one character, so that places in a text stay where they are.
_SHAPES = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u02bc\u00b4`", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u00ab\u00bb", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014", "-"),
    }
)
_IN_WORDS = frozenset("'-")
_IN_NUMBERS = frozenset(".,:")

# What mail clients make a link of. A bare name counts only with a common ending: "the end.Then" is
# a slip of the space bar.
_ADDRESS = re.compile(
    r"(?:(?:https?|ftp)://|www\.|mailto:)\S+"
    r"|[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[\w-]{2,63}"
    r"|(?<![\w.@-])(?:[\w-]{1,63}\.){1,8}[a-z]{2,24}/\S*"
    r"|(?<![\w.@-])(?:[\w-]{1,63}\.){1,8}"
    r"(?:biz|co|com|edu|eu|info|io|net|org|ru|uk|xyz)\b",
    re.IGNORECASE,
)
_CLOSING = ".,;:!?)]}>\"'’”»"  # a sentence's own marks after an address

# Marks as `_SHAPES` has them.
_OPENS, _CLOSES = "\"'([", "\"')]"
_WIDE_STOPS = frozenset("\u3002\uff01\uff1f")  # no space comes after them
_ABBREVIATED = frozenset(
    "al approx ca capt cf etc fig incl insp messrs no pp prof resp supt vol vs".split()  # noqa: SIM905
)
_SHORT = 3  # letters at most of what looks like a title: "Mr", "Dr", "Rev"


def settled(text: str) -> str:
    """Give a text on one line as it is compared and printed, with "[…]" in place of addresses."""
    line = " ".join(unicodedata.normalize("NFC", text).split())
    line = _ADDRESS.sub(_cut_address, _DOTS.sub("…", line))
    return _CUTS.sub(CUT, line)


def has_words(text: str) -> bool:
    """Tell whether a text says anything."""
    return any(one.isalnum() for one in text)


def excerpt_of(text: str, wanted: str) -> str:
    """Give what `wanted` quotes of `text`, spelt as `text` has it; "" where it is no quotation.

    "…" and "[…]" part what is quoted; the parts must be whole words of the text, in its order. "…"
    is added where it begins or ends within a sentence.
    """
    own, quoted, place, first = settled(text), [], 0, -1
    compared = own.translate(_SHAPES)
    for part in _MARK.split(settled(wanted)):
        words = part.strip()
        if words and not _MARK.fullmatch(part):
            start = _find(compared, words.translate(_SHAPES), place)
            if start < 0:
                return ""
            place, first = start + len(words), start if first < 0 else first
            part = part.replace(words, own[start:place])  # noqa: PLW2901  as the author spelt it
        quoted.append(part)
    excerpt = "".join(quoted).strip()
    return _marked(excerpt, compared, first, place) if has_words(excerpt) else ""


def beginning_of(text: str) -> str:
    """Give a text, or its first 60 words to the end of a sentence, and "…" for what is left out."""
    own = settled(text)
    limit = min(len(" ".join(own.split(" ")[:MAX_WORDS])), MAX_LENGTH)
    if len(own) <= limit:
        return own
    cut = bounded(own, limit)
    return cut if cut.endswith("…") else f"{cut}\N{NO-BREAK SPACE}…"


def _cut_address(match: re.Match[str]) -> str:
    return CUT + match[0][len(match[0].rstrip(_CLOSING)) :]


def _marked(excerpt: str, text: str, start: int, end: int) -> str:
    """Mark an excerpt, from `start` to `end` of the text, where it parts a sentence."""
    if not excerpt.startswith(("…", CUT)) and not _between_sentences(text, start):
        excerpt = f"…\N{NO-BREAK SPACE}{excerpt}"
    if text[end : end + 1] in {".", "。"}:  # a stop left out takes no meaning with it
        end += 1
    if not excerpt.endswith(("…", CUT)) and not _between_sentences(text, end):
        excerpt = f"{excerpt}\N{NO-BREAK SPACE}…"
    return excerpt


def _between_sentences(text: str, at: int) -> bool:
    """Tell whether one sentence surely ends at this place, and the next begins."""
    before, after = text[:at].rstrip().rstrip(_CLOSES), text[at:].lstrip().lstrip(_OPENS)
    if not text[:at].strip() or not text[at:].strip(f" {_CLOSES}"):
        return True
    stop = before[-1:]
    if stop in _WIDE_STOPS:
        return True
    if stop not in {".", "!", "?"} or after[:1].islower():  # "“No!” he said"
        return False
    return stop != "." or not _is_abbreviated(before[:-1].rpartition(" ")[2])


def _is_abbreviated(word: str) -> bool:
    """Tell whether a full stop after a word may be the word's own: "Mr", "J", "U.S", "vs"."""
    last = word.rpartition(".")[2].lstrip(_OPENS)
    if len(last) <= 1:
        return not last.isdigit()
    return last.lower() in _ABBREVIATED or (len(last) <= _SHORT and last[0].isupper())


def _find(text: str, words: str, start: int) -> int:
    """Find the first place from `start` on where whole words stand, -1 if there is none."""
    at = text.find(words, start)
    while at >= 0 and (_in_word(text, at) or _in_word(text, at + len(words))):
        at = text.find(words, at + 1)
    return at


def _in_word(text: str, at: int) -> bool:
    """Tell whether a cut at this place would part a word or a number: "can|'t", "anti|-war"."""
    before, after = text[max(0, at - 2) : at], text[at : at + 2]
    if not before or not after:
        return False
    if UNSPACED.search(before[-1] + after[0]):
        return unicodedata.category(after[0]).startswith("M")
    if _is_letter(before[-1]) and _is_letter(after[0]):
        return True
    for outer, joint, inner in ((before[-1:], *after[:2].ljust(2)), (*before.rjust(2), after[0])):
        if joint in _IN_WORDS and _is_letter(outer) and _is_letter(inner):
            return True
        if joint in _IN_NUMBERS and outer.isdigit() and inner.isdigit():
            return True
    return False


def _is_letter(one: str) -> bool:
    """Tell whether a character belongs to a word: a letter, a digit, or a mark on one."""
    return one.isalnum() or unicodedata.category(one).startswith("M")
