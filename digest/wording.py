"""Turn headlines into weighted terms: stemmed words, by how rare an archive finds them (TF-IDF).

Terms carry their language, so that those of different languages never meet.
"""

from __future__ import annotations

import functools
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping  # noqa: TC003  whoever reads an Idf from JSON asks for its types
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.function_words import FUNCTION_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from digest.model import Article

# Chosen on eight slices of 2014 headlines (benchmarks/stories.py), at the flat of each optimum.
IDF_POWER = 0.8  # a damped IDF: one rare word is not a story
IDF_PRIOR = 2.0  # documents that every term is taken to stand in, seen or not
BATCH_SHARE = 0.3  # what a batch counts beside the archive: today's big story is no common word
PRIOR_HEADLINES = 200  # that an archive is taken to have besides its own, for the first days…
FUNCTION_SHARE = 1.0  # …in which a function word stands so often…
USUAL_SHARES = (0.1, 0.1, 0.05, 0.01, 0.005)  # …and any other of 1, 2 … letters
FEW_TERMS = 3  # a headline of fewer terms ("Letters") names a feature more often than an event
TRUNCATE = 5  # characters of a word, where no stemmer fits: McNamee & Mayfield 2004

# ISO 639 codes of the languages that Snowball stems.
STEMMERS = dict(
    pair.split(":")
    for pair in """
    ar:arabic ca:catalan cs:czech da:danish de:german el:greek en:english eo:esperanto es:spanish
    et:estonian eu:basque fa:persian fi:finnish fr:french ga:irish hi:hindi hu:hungarian hy:armenian
    id:indonesian it:italian lt:lithuanian nb:norwegian ne:nepali nl:dutch nn:norwegian no:norwegian
    pl:polish pt:portuguese ro:romanian ru:russian sr:serbian st:sesotho sv:swedish ta:tamil
    tr:turkish yi:yiddish
    """.split()  # noqa: SIM905  words in columns read better than a list
)

# Codes of ISO 639 that are old, of three letters, or of what differs in spelling alone.
ALIASES = dict(
    pair.split(":")
    for pair in """
    nb:no nn:no iw:he in:id ji:yi ara:ar dan:da deu:de ger:de ell:el gre:el eng:en spa:es fin:fi
    fra:fr fre:fr heb:he hin:hi hun:hu ind:id ita:it jpn:ja kor:ko nld:nl dut:nl nor:no nob:no
    nno:no pol:pl por:pt ron:ro rum:ro rus:ru swe:sv tur:tr ukr:uk zho:zh chi:zh
    """.split()  # noqa: SIM905  as above
)

UNKNOWN = frozenset({"und", "mul", "zxx"})  # BCP 47: undetermined, several, none

# Letters and digits, and the vowel signs that many scripts write as marks.
_MARKS = (
    r"\u0300-\u036f\u0591-\u05c7\u064b-\u0670\u0900-\u0963\u0966-\u0eff\u1000-\u109f\u1780-\u17ff"
)
_WORD = re.compile(rf"[\w{_MARKS}]+")
# Scripts that put no spaces between words, and Hangul, whose words carry their particles.
UNSPACED = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
)
_INITIALS = re.compile(r"\b(?:[^\W\d_]\.){2,}")  # U.S.
# A date of an issue: "February 17, 2026", "17. Februar 2026", "2026-02-17".
_DATE = re.compile(
    r"\b(?:[^\W\d_]{3,}\.? \d{1,2}(?:st|nd|rd|th)?,? "
    r"|\d{1,2}\.? (?:de )?[^\W\d_]{3,}\.?,? (?:de )?)(?:19|20)\d\d\b"
    r"|\b(?:19|20)\d\d-\d\d-\d\d\b"
)
_POSSESSIVE = re.compile(r"['’]s\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Idf:
    """In how many headlines of an archive each term stands.

    `counts` holds terms as "language:term"; "language:" alone counts the headlines of that
    language. `documents` is how many headlines there were in all.
    """

    documents: int
    counts: Mapping[str, int]


def learn_idf(headlines: Iterable[tuple[str, str]]) -> Idf:
    """Count the terms of an archive of (title, language) pairs.

    Headlines of no stated language are taken to be of the most frequent one.
    """
    pairs = list(headlines)
    common = commonest_language(language for _, language in pairs)
    return count_terms(
        headline_terms(title, primary_language(language) or common) for title, language in pairs
    )


class Likeness:
    """How alike the headlines of two articles are, from 0 to 1, by the words' rarity."""

    def __init__(self, idf: Idf) -> None:
        self._scale = Scale(idf)
        self._vectors: dict[tuple[str, str], Mapping[str, float]] = {}

    def __call__(self, one: Article, other: Article) -> float:
        """Give the cosine of two headlines: 0 between different languages.

        An article of no stated language is taken to be of the other's.
        """
        first, second = primary_language(one.language), primary_language(other.language)
        vectors = self._vector(one, first or second), self._vector(other, second or first)
        return min(1.0, cosine(*vectors))

    def _vector(self, article: Article, language: str) -> Mapping[str, float]:
        key = (language, article.title)
        if key not in self._vectors:
            self._vectors[key] = self._scale.vector(headline_terms(article.title, language))
        return self._vectors[key]


def primary_language(tag: str) -> str:
    """Give the language of a BCP 47 tag without its region: "en" for "en-GB", "" for none.

    Other codes of a language are its usual one: Norway's outlets write no, nb or nn.
    """
    language = tag.replace("_", "-").partition("-")[0].strip().lower()
    if not language.isalpha() or language in UNKNOWN:
        return ""
    return ALIASES.get(language, language)


def commonest_language(tags: Iterable[str]) -> str:
    """Name the most frequent language stated, the first by name of several, "" for none."""
    counts = Counter(filter(None, map(primary_language, tags)))
    return min(counts, key=lambda language: (-counts[language], language), default="")


def plain_words(title: str) -> str:
    """Fold case, compatibility forms, initials and the English possessive away."""
    folded = unicodedata.normalize("NFKC", title).casefold()
    return _POSSESSIVE.sub("", _INITIALS.sub(lambda m: m[0].replace(".", ""), folded))


def headline_terms(title: str, language: str) -> tuple[str, ...]:
    """Give the distinct terms of a headline, "language:term", in the order they stand.

    A date with its year is left out: it tells of the page's day, not of what happened.
    """
    words = _WORD.findall(_DATE.sub(" ", plain_words(title)))
    found = (f"{language}:{term}" for word in words for term in _roots(word, language))
    return tuple(dict.fromkeys(found))


def _roots(word: str, language: str) -> Iterable[str]:
    """Give what a word is compared by: its stem, or its beginning; unspaced scripts' bigrams."""
    if UNSPACED.search(word):  # as Lucene's CJKBigramFilter does
        return (word[i : i + 2] for i in range(max(1, len(word) - 1)))
    return (_stem(word, language) if language in STEMMERS else word[:TRUNCATE],)


@functools.lru_cache(maxsize=100_000)
def _stem(word: str, language: str) -> str:
    """Stem a word; a stemmer is made for each, because they keep state and threads may share."""
    import snowballstemmer  # 36 languages at once: a third of a second that few verbs need

    return str(snowballstemmer.stemmer(STEMMERS[language]).stemWord(word))


def count_terms(headlines: Iterable[Sequence[str]]) -> Idf:
    """Count in how many of the headlines each of their terms stands, and their languages."""
    counts: Counter[str] = Counter()
    documents = 0
    for terms in headlines:
        documents += 1
        counts.update(terms)
        if terms:
            counts[f"{terms[0].partition(':')[0]}:"] += 1
    return Idf(documents=documents, counts=dict(sorted(counts.items())))


class Scale:
    """Weighs terms by their rarity in the archive and, a little, in the batch at hand."""

    def __init__(self, archive: Idf, batch: Idf | None = None) -> None:
        self._archive = archive.counts
        self._batch = batch.counts if batch else {}
        self._weights: dict[str, float] = {}

    def vector(self, terms: Sequence[str]) -> dict[str, float]:
        """Weigh a headline's terms to length 1, or less where there are too few to tell."""
        return unit_vector({term: self.weight(term) for term in terms}, len(terms))

    def weight(self, term: str) -> float:
        """Give how much a term says, by its rarity."""
        if term not in self._weights:
            documents = self._documents(f"{term.partition(':')[0]}:") + PRIOR_HEADLINES
            known = self._documents(term) + PRIOR_HEADLINES * _usual_share(term)
            self._weights[term] = math.log(1 + (documents + 1) / (known + IDF_PRIOR)) ** IDF_POWER
        return self._weights[term]

    def _documents(self, term: str) -> float:
        return self._archive.get(term, 0) + BATCH_SHARE * self._batch.get(term, 0)


def _usual_share(term: str) -> float:
    """Give in what share of headlines such a term is taken to stand.

    Short words are common ones in all languages (Zipf's law of abbreviation); characters of
    unspaced scripts and numbers are no such words.
    """
    language, _, word = term.partition(":")
    if term in function_terms(language):
        return FUNCTION_SHARE
    if not word.isalpha() or UNSPACED.search(word):
        return USUAL_SHARES[-1]
    return USUAL_SHARES[min(len(word), len(USUAL_SHARES)) - 1]


@functools.cache
def function_terms(language: str) -> frozenset[str]:
    """Give the terms of a language that say nothing; none where we do not know it."""
    return frozenset(headline_terms(FUNCTION_WORDS.get(language, ""), language))


def unit_vector(weights: Mapping[str, float], title_terms: int) -> dict[str, float]:
    """Scale weights to length 1, or less where a headline has too few terms to tell."""
    length = math.sqrt(sum(weight * weight for weight in weights.values()))
    length *= max(1.0, FEW_TERMS / max(1, title_terms))
    return {term: weight / length for term, weight in weights.items()} if length else {}


def cosine(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    """Give the inner product of two vectors: their cosine, since `Scale` makes them length 1."""
    shared = (weight * other[term] for term, weight in one.items() if term in other)
    return sum(shared, start=0.0)
