"""What tells that two articles speak of one event: shared words, their rarity, the days between.

An article is compared by the words of its headline and of its address, the rare and the telling
ones most; where both sources give a summary, the summaries have their say on it, and where a model
has read both headlines, so has what these mean.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from digest.labels import habitual_labels
from digest.slugs import slug_words
from digest.wording import (
    Scale,
    commonest_language,
    cosine,
    count_terms,
    function_terms,
    headline_terms,
    primary_language,
    unit_vector,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from digest.model import Article, Identity
    from digest.resemblance import Resemblance
    from digest.wording import Idf

# Chosen on 2014 headlines (benchmarks/stories.py), at the flat of each optimum.
IGNORE_BELOW = 0.045  # similarities that say nothing; dropping them keeps the neighbours sparse
ONE_TERM = 0.5  # similarity × n/(n + this) of n shared terms: one may be shared by chance
DECAY_DAYS = 1.2  # exp(−(days − 1)/this): news of the same words a week later is other news
ADDRESS_ONLY = 0.5  # weight of a term that the address adds to the headline…
ADDRESS_TOO = 1.3  # …and of one that it repeats: the outlet's own keyword
LABEL = 0.5  # weight of a term that the outlet prints by habit
TELLING_POWER = 0.3  # weight × (company + .02)^this, company as in `_telling`
TELLING_LEAST = 0.02
USUAL_COMPANY = 0.05  # what is taken of a term that hardly occurs…
USUAL_WORTH = 6  # …as if so many headlines had shown it
TELLING_SAMPLE = 60  # headlines of a term that are looked at, spread over all of them
LIGHT_SQUARE = 0.06  # of a vector's squared length: terms that alone make nothing alike
MEAN_TERMS = 20  # of a group of articles, and…
MEAN_WORDS = 60  # …of their summaries: the rest is what each says alone
PROSE_POWER = 3.0  # of a term's weight in a summary
TITLE_SHARE = 0.5  # of the weight there of a headline's term that the summary lacks
SUMMARY_WORDS = 40  # of a summary: sources that give more say no more about what it is
MEANING_SHARE = 0.4  # of a model's opinion beside that of the words, where it has one
MORE_TERMS = 6  # that a summary must add to its headline, in both articles, to be asked


@dataclass(frozen=True, slots=True)
class Entry:
    """An article as it is compared: its headline's terms, and the weights of what it is known by.

    `headline` weighs the terms of headline and address, `heavy` are those of them that can make two
    articles alike; `text` weighs all words, and is empty where the source says little beside the
    headline. `meant` says which articles mean the same, and how much so, None where no model read
    it.
    """

    article: Article
    language: str
    terms: tuple[str, ...]
    headline: Mapping[str, float]
    heavy: frozenset[str]
    text: Mapping[str, float]
    days: float  # since 1970
    meant: Mapping[Identity, float] | None


def read_entries(
    articles: Sequence[Article], idf: Idf, resemblance: Resemblance | None = None
) -> list[Entry]:
    """Read the articles, the earliest first, ties by `stable_key`.

    An article of no stated language is taken to be of the batch's most frequent one.
    """
    ordered = sorted(articles, key=lambda article: (article.dated, *stable_key(article)))
    common = commonest_language(article.language for article in ordered)
    languages = [primary_language(article.language) or common for article in ordered]
    labels = habitual_labels((article.source, article.title) for article in ordered)
    words = [_Words(*read) for read in zip(ordered, languages, labels, strict=True)]
    scale = Scale(idf, count_terms(one.all for one in words))
    vectors = [unit_vector(one.weights(scale), len(one.title)) for one in words]
    telling = _telling(vectors)
    entries = [
        _entry(article, language, one, {t: w * telling[t] for t, w in vector.items()}, scale)
        for article, language, one, vector in zip(ordered, languages, words, vectors, strict=True)
    ]
    meanings = resemblance.meanings() if resemblance else {}
    return [replace(entry, meant=meanings.get(entry.article.identity)) for entry in entries]


def stable_key(article: Article) -> tuple[str, ...]:
    """Give what orders articles of one time, whatever order they came in."""
    return (article.source, article.guid, article.url, article.title)


class _Words:
    """The terms of an article by where they stand: headline, address, label, summary."""

    def __init__(self, article: Article, language: str, label: str) -> None:
        self.title = headline_terms(article.title, language)
        self._address = headline_terms(slug_words(article.url), language)
        self._label = headline_terms(label, language)
        known = dict.fromkeys((*self.title, *self._address))
        self.summary = headline_terms(_summary(article), language)
        self.text = tuple(dict.fromkeys((*self.title, *self.summary)))
        self.all = tuple(dict.fromkeys((*known, *self.text)))

    def weights(self, scale: Scale) -> dict[str, float]:
        """Weigh the terms of headline and address by rarity and by where they stand."""
        weights = {term: scale.weight(term) for term in self.title}
        for term in self._address:
            if term in weights:
                weights[term] *= ADDRESS_TOO
            else:
                weights[term] = ADDRESS_ONLY * scale.weight(term)
        for term in self._label:
            weights[term] = LABEL * scale.weight(term)
        return weights


def _summary(article: Article) -> str:
    """Give the first words that a source adds to its headline."""
    text = article.summary or " ".join(article.body[:1])
    return " ".join(text.split()[:SUMMARY_WORDS])


def _telling(vectors: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Give how telling each term is, by the company that it keeps.

    Headlines that share "Kardashian" are alike in other words too; those that share "after", "new"
    or a section's name are not. The company of a term is the mean cosine of the headlines that have
    it, the term itself aside (Salton's discrimination value, a term at a time).
    """
    uses: defaultdict[str, list[Mapping[str, float]]] = defaultdict(list)
    for vector in vectors:
        for term in vector:
            uses[term].append(vector)
    return {
        term: (_company(term, those) + TELLING_LEAST) ** TELLING_POWER
        for term, those in uses.items()
    }


def _company(term: str, vectors: Sequence[Mapping[str, float]]) -> float:
    shown = vectors[:: math.ceil(len(vectors) / TELLING_SAMPLE)]
    pairs = len(shown) - 1  # of each with the others
    if pairs < 1:
        return USUAL_COMPANY
    total: defaultdict[str, float] = defaultdict(float)
    alone = 0.0
    for vector in shown:
        for other, weight in vector.items():
            if other != term:
                total[other] += weight
                alone += weight * weight
    cosines = (sum(weight * weight for weight in total.values()) - alone) / len(shown)
    return (cosines + USUAL_WORTH * USUAL_COMPANY) / (pairs + USUAL_WORTH)


def _entry(
    article: Article, language: str, words: _Words, weights: Mapping[str, float], scale: Scale
) -> Entry:
    headline = unit_vector(weights, len(words.title))
    return Entry(
        article=article,
        language=language,
        terms=words.title,
        headline=headline,
        heavy=_heavy(headline, language),
        text=_text(words, scale),
        days=article.dated.timestamp() / 86_400,
        meant=None,
    )


def _text(words: _Words, scale: Scale) -> dict[str, float]:
    """Weigh all words, if a summary adds enough; prose has more common ones than headlines."""
    if len(words.text) - len(words.title) < MORE_TERMS:
        return {}
    weights = {term: scale.weight(term) ** PROSE_POWER for term in words.text}
    for term in set(words.title).difference(words.summary):
        weights[term] *= TITLE_SHARE
    return unit_vector(weights, len(words.text))


def _heavy(vector: Mapping[str, float], language: str) -> frozenset[str]:
    """Give the terms but for function words and the lightest, a small part of the length."""
    rest = LIGHT_SQUARE * sum(weight * weight for weight in vector.values())
    for weight in sorted(vector.values()):
        rest -= weight * weight
        if rest < 0:
            heavy = frozenset(term for term, other in vector.items() if other >= weight)
            return heavy - function_terms(language)
    return frozenset()


def mean_entry(entries: Sequence[Entry], sizes: Sequence[int]) -> Entry:
    """Make an entry that stands for several, each `size` times: the mean of what they are known by.

    Its similarity to another such is about the mean similarity of their members. Only the
    weightiest terms are kept; summaries count where all have one.
    """
    if len(entries) == 1:
        return entries[0]
    total = sum(sizes)
    headline = _mean([entry.headline for entry in entries], sizes, MEAN_TERMS)
    told = all(entry.text for entry in entries)
    return replace(
        entries[0],
        headline=headline,
        heavy=_heavy(headline, entries[0].language),
        text=_mean([entry.text for entry in entries], sizes, MEAN_WORDS) if told else {},
        days=sum(entry.days * size for entry, size in zip(entries, sizes, strict=True)) / total,
        meant=None,
    )


def _mean(
    vectors: Sequence[Mapping[str, float]], sizes: Sequence[int], most: int
) -> dict[str, float]:
    sums: defaultdict[str, float] = defaultdict(float)
    for vector, size in zip(vectors, sizes, strict=True):
        for term, weight in vector.items():
            sums[term] += weight * size
    kept = sorted(sums, key=lambda term: (-sums[term], term))[:most]
    return {term: sums[term] / sum(sizes) for term in kept}


# ---------------------------------------------------------------- pairs


def similarity(alike: float, one: Entry, other: Entry) -> float:
    """Give how surely two articles tell of one event, from 0 to 1, by all that is known of both.

    `alike` is the cosine of their headlines. It counts less where few terms make it and is tempered
    by the summaries where both have one. Where a model has read both, what they mean counts beside
    it. All of it fades with the days between.
    """
    shared = len(one.heavy & other.heavy)
    alike *= shared / (shared + ONE_TERM)
    if one.text and other.text:
        alike = math.sqrt(alike * cosine(one.text, other.text))
    if one.meant is not None and other.meant is not None:
        meaning = one.meant.get(other.article.identity, 0.0)
        alike = (1 - MEANING_SHARE) * alike + MEANING_SHARE * meaning
    return alike * _fade(abs(one.days - other.days))


def _fade(days: float) -> float:
    return 1.0 if days <= 1 else math.exp((1 - days) / DECAY_DAYS)


class Index:
    """Finds those of the entries added so far that are similar to another, by terms or meaning.

    Terms that are heavy in neither are passed over: half of all headlines share such a word.
    """

    def __init__(self) -> None:
        self._entries: dict[int, Entry] = {}
        self._numbers: dict[Identity, int] = {}
        self._all: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
        self._heavy: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)

    def add(self, number: int, entry: Entry) -> None:
        """Keep an entry under a number of its own."""
        self._entries[number] = entry
        self._numbers[entry.article.identity] = number
        for term, weight in entry.headline.items():
            self._all[term].append((number, weight))
            if term in entry.heavy:
                self._heavy[term].append((number, weight))

    def similar(self, entry: Entry) -> Iterator[tuple[int, float]]:
        """Give the numbers of similar entries and the similarities, none below `IGNORE_BELOW`."""
        if not self._entries:
            return
        known = (self._numbers[one] for one in entry.meant or () if one in self._numbers)
        meant = dict.fromkeys(sorted(known), 0.0)
        cosines = defaultdict(float, meant)
        for term, weight in entry.headline.items():
            postings = self._all if term in entry.heavy else self._heavy
            for number, other in postings.get(term, ()):
                cosines[number] += weight * other
        for number, alike in cosines.items():
            if alike >= IGNORE_BELOW or number in meant:
                found = similarity(alike, entry, self._entries[number])
                if found >= IGNORE_BELOW:
                    yield number, found


def neighbours(entries: Iterable[Entry]) -> list[dict[int, float]]:
    """Give each entry's similar entries by their places, both ways."""
    index = Index()
    near: list[dict[int, float]] = []
    for i, entry in enumerate(entries):
        found = dict(index.similar(entry))
        for j, alike in found.items():
            near[j][i] = alike
        near.append(found)
        index.add(i, entry)
    return near
