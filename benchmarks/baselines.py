"""Simpler ways to group articles, for `stories.py` to set beside ours: nothing here is shipped."""

from __future__ import annotations

import random
import zlib
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence

from digest.model import Article
from digest.wording import Idf, Scale, headline_terms

Groups = list[list[Article]]
Method = Callable[[Sequence[Article], Idf], Groups]

SINGLE_LINK_AT = 0.35  # the best on these slices of .25, .30 … .55
PERMUTATIONS = 128
BAND_ROWS = 3  # 42 bands: pairs from a Jaccard similarity of about .3 on become candidates
MINHASH_AT = 0.25  # estimated Jaccard similarity: the best on these slices of .15, .20 … .40
PRIME = (1 << 61) - 1


def exact_title(articles: Sequence[Article], _: Idf) -> Groups:
    """Join the same headlines, whatever their case: what removing duplicates does."""
    return _joined(articles, _same([article.title.casefold() for article in articles]))


def minhash(articles: Sequence[Article], _: Idf) -> Groups:
    """Join near duplicates in their stemmed words: MinHash (Broder 1997) and LSH."""
    random_numbers = random.Random(1)
    permutations = [
        (random_numbers.randrange(1, PRIME), random_numbers.randrange(PRIME))
        for _ in range(PERMUTATIONS)
    ]
    hashes: dict[str, list[int]] = {}
    signatures: list[tuple[int, ...]] = []
    for article in articles:
        terms = headline_terms(article.title, article.language)
        for term in terms:
            if term not in hashes:
                number = zlib.crc32(term.encode())
                hashes[term] = [(a * number + b) % PRIME for a, b in permutations]
        columns = zip(*(hashes[term] for term in terms), strict=True)
        signatures.append(tuple(map(min, columns)) or (-1 - len(signatures),) * PERMUTATIONS)
    return _joined(articles, _near_duplicates(signatures))


def _near_duplicates(signatures: Sequence[tuple[int, ...]]) -> Iterator[tuple[int, int]]:
    for start in range(0, PERMUTATIONS - BAND_ROWS + 1, BAND_ROWS):
        band = [signature[start : start + BAND_ROWS] for signature in signatures]
        for one, other in _same(band):
            agreeing = sum(a == b for a, b in zip(signatures[one], signatures[other], strict=True))
            if agreeing >= MINHASH_AT * PERMUTATIONS:
                yield one, other


def single_link(articles: Sequence[Article], idf: Idf) -> Groups:
    """Join all that are chained by pairs alike enough in TF-IDF: the common mistake."""
    return _joined(articles, _alike(articles, idf))


def _alike(articles: Sequence[Article], idf: Idf) -> Iterator[tuple[int, int]]:
    scale = Scale(idf)
    postings: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
    for i, article in enumerate(articles):
        cosines: defaultdict[int, float] = defaultdict(float)
        for term, weight in scale.vector(headline_terms(article.title, article.language)).items():
            for j, other in postings[term]:
                cosines[j] += weight * other
            postings[term].append((i, weight))
        yield from ((i, j) for j, cosine in cosines.items() if cosine >= SINGLE_LINK_AT)


def _same(keys: Sequence[Hashable]) -> Iterator[tuple[int, int]]:
    """Give pairs of places that hold the same key: each with all before it."""
    places: defaultdict[Hashable, list[int]] = defaultdict(list)
    for place, key in enumerate(keys):
        yield from ((other, place) for other in places[key])
        places[key].append(place)


def _joined(articles: Sequence[Article], pairs: Iterable[tuple[int, int]]) -> Groups:
    roots = list(range(len(articles)))

    def root(i: int) -> int:
        while roots[i] != i:
            roots[i] = i = roots[roots[i]]
        return i

    for one, other in pairs:
        roots[root(one)] = root(other)
    groups: defaultdict[int, list[Article]] = defaultdict(list)
    for i, article in enumerate(articles):
        groups[root(i)].append(article)
    return list(groups.values())
