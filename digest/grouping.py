"""Group articles into stories: exact keys first, then what their words have in common.

Headlines become stemmed words weighted by how rare the archive finds them (TF-IDF), and say who may
belong together; summaries, where both sources give one, have their say on it. Groups join while
they are alike enough. Different languages share no terms and so never meet. The result depends
neither on the order of the input nor on the hash seed.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import math
import re
from collections import defaultdict
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from digest.linkage import link
from digest.model import Article, Story
from digest.urls import canonical_url
from digest.wording import (
    FEW_TERMS,
    Scale,
    commonest_language,
    cosine,
    count_terms,
    headline_terms,
    plain_words,
    primary_language,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from digest.wording import Idf

# Chosen on eight slices of 2014 headlines (benchmarks/grouping.py), at the flat of each optimum.
JOIN_AT = 0.22  # centroid cosine above which two groups are one story
IGNORE_BELOW = 0.07  # similarities that say nothing; dropping them keeps the neighbours sparse
DECAY_DAYS = 1.5  # exp(−(days − 1)/1.5): news of the same words a week later is other news
SUMMARY_WORDS = 40  # of a summary: sources that give more say no more about what it is
MORE_TERMS = 6  # that a summary must add to its headline, in both articles, to be asked
RECURS_AFTER = dt.timedelta(hours=18)  # the same title that much later is tomorrow's "Crossword"
PICTURE_BONUS = 4 / 3  # a face with a picture wins over one a quarter more central

_NUMBER = re.compile(r"\d+")


def group_articles(
    articles: Sequence[Article], *, idf: Idf, weights: Mapping[str, float]
) -> tuple[Story, ...]:
    """Group articles into stories, each article in exactly one.

    `weights` are of sources, by id (1 where missing), and count only in choosing a story's face.
    An article of no stated language is taken to be of the batch's most frequent one. Stories with
    the newest article come first, ties by id.
    """
    units = _units(_read(articles, idf))
    neighbours = _neighbours([unit[0] for unit in units])
    for one, other in _recurring(units):
        neighbours[one][other] = neighbours[other][one] = -math.inf
    groups = link(neighbours, [len(unit) for unit in units], join_at=JOIN_AT)
    stories = (_story([entry for u in group for entry in units[u]], weights) for group in groups)
    return tuple(sorted(stories, key=lambda s: (-s.articles[0].dated.timestamp(), s.id)))


# ---------------------------------------------------------------- articles to units


@dataclass(frozen=True, slots=True)
class _Entry:
    """An article as it is compared: terms of its headline, their weights, those of all its words.

    `text` is empty where the source says little beside the headline.
    """

    article: Article
    language: str
    terms: tuple[str, ...]
    headline: Mapping[str, float]
    text: Mapping[str, float]
    days: float  # since 1970


def _read(articles: Sequence[Article], idf: Idf) -> list[_Entry]:
    """Read the articles, the earliest first, ties by (source, guid)."""
    ordered = sorted(articles, key=lambda article: (article.dated, *_stable_key(article)))
    common = commonest_language(article.language for article in ordered)
    languages = [primary_language(article.language) or common for article in ordered]
    titles = [headline_terms(a.title, lang) for a, lang in zip(ordered, languages, strict=True)]
    texts = [
        tuple(dict.fromkeys((*title, *headline_terms(_summary(a), lang))))
        for a, lang, title in zip(ordered, languages, titles, strict=True)
    ]
    scale = Scale(idf, count_terms(texts))
    return [
        _Entry(
            article=article,
            language=language,
            terms=title,
            headline=scale.vector(title),
            text=scale.vector(text) if len(text) - len(title) >= MORE_TERMS else {},
            days=article.dated.timestamp() / 86_400,
        )
        for article, language, title, text in zip(ordered, languages, titles, texts, strict=True)
    ]


def _summary(article: Article) -> str:
    """Give the first words that a source adds to its headline."""
    text = article.summary or " ".join(article.body[:1])
    return " ".join(text.split()[:SUMMARY_WORDS])


def _stable_key(article: Article) -> tuple[str, ...]:
    return (article.source, article.guid, article.url, article.title)


def _units(entries: Sequence[_Entry]) -> list[list[_Entry]]:
    """Put articles of one identity, page or headline together; order stays."""
    roots = list(range(len(entries)))

    def root(i: int) -> int:
        while roots[i] != i:
            roots[i] = i = roots[roots[i]]
        return i

    first: dict[tuple[str, ...], int] = {}
    for i, entry in enumerate(entries):
        headline = _headline_key(entry)
        used = first.get(headline)
        if used is not None and _recurs(entries[used].article, entry.article):
            del first[headline]
        for key in (_identity_key(entry), _page_key(entry), headline):
            roots[root(i)] = root(first.setdefault(key, i)) if key else root(i)
    units: defaultdict[int, list[_Entry]] = defaultdict(list)
    for i, entry in enumerate(entries):
        units[root(i)].append(entry)
    return list(units.values())


def _identity_key(entry: _Entry) -> tuple[str, ...]:
    return ("id", entry.article.source, entry.article.guid)


def _page_key(entry: _Entry) -> tuple[str, ...]:
    """Give the key of an article's page; the address of a whole site is none."""
    url = canonical_url(entry.article.url)
    path = url.removeprefix("https://").partition("/")[2]
    return ("page", url) if path else ()


def _headline_key(entry: _Entry) -> tuple[str, ...]:
    """Give the key of a headline; a short one is its source's own, an empty one is none."""
    if not entry.terms:
        return ()
    owner = entry.article.source if len(entry.terms) < FEW_TERMS else ""
    return ("headline", entry.language, plain_words(entry.article.title), owner)


def _recurs(earlier: Article, later: Article) -> bool:
    """Tell whether a headline that is used again is used for something else."""
    return later.dated - earlier.dated > RECURS_AFTER


def _recurring(units: Sequence[Sequence[_Entry]]) -> Iterator[tuple[int, int]]:
    """Give pairs of units that hold one source's same headline of different days, numbers aside."""
    uses: defaultdict[tuple[str, ...], dict[int, Article]] = defaultdict(dict)
    for u, unit in enumerate(units):
        for entry in unit:
            title = _NUMBER.sub("", plain_words(entry.article.title))
            uses[entry.article.source, entry.language, title].setdefault(u, entry.article)
    for articles in uses.values():
        for (one, earlier), (other, later) in combinations(articles.items(), 2):
            if _recurs(earlier, later) or _recurs(later, earlier):
                yield one, other


# ---------------------------------------------------------------- likeness, and the story


def _neighbours(entries: Sequence[_Entry]) -> list[dict[int, float]]:
    """Give each entry's similar entries, both ways: alike in their headlines, then judged whole."""
    near: list[dict[int, float]] = [{} for _ in entries]
    postings: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
    for i, entry in enumerate(entries):
        cosines: defaultdict[int, float] = defaultdict(float)
        for term, weight in entry.headline.items():
            for j, other in postings[term]:
                cosines[j] += weight * other
            postings[term].append((i, weight))
        for j, alike in cosines.items():
            if alike >= IGNORE_BELOW:
                similarity = _similarity(alike, entries[j], entry)
                if similarity >= IGNORE_BELOW:
                    near[i][j] = near[j][i] = similarity
    return near


def _similarity(alike: float, one: _Entry, other: _Entry) -> float:
    """Give how alike two headlines are, tempered by their texts, faded by the days between."""
    days = abs(one.days - other.days)
    if one.text and other.text:
        alike = math.sqrt(alike * cosine(one.text, other.text))
    return alike if days <= 1 else alike * math.exp((1 - days) / DECAY_DAYS)


def _story(group: Sequence[_Entry], weights: Mapping[str, float]) -> Story:
    """Make a story: newest article first, named after the earliest, its face the most central."""
    newest_first = sorted(
        group, key=lambda e: (-e.article.dated.timestamp(), *_stable_key(e.article))
    )
    centre: defaultdict[str, float] = defaultdict(float)
    for entry in newest_first:
        for term, weight in entry.headline.items():
            centre[term] += weight

    def standing(entry: _Entry) -> float:
        picture = PICTURE_BONUS if entry.article.image else 1
        return weights.get(entry.article.source, 1.0) * picture * cosine(entry.headline, centre)

    earliest = min(newest_first, key=lambda e: (e.article.dated, *_stable_key(e.article))).article
    return Story(
        id=hashlib.sha256(f"{earliest.source}\n{earliest.guid}".encode()).hexdigest()[:12],
        face=max(newest_first, key=standing).article,
        articles=tuple(entry.article for entry in newest_first),
    )
