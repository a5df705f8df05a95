"""Group articles into stories: exact keys first, then what their words have in common.

Headlines become stemmed words weighted by how rare the archive finds them (TF-IDF), and say who may
belong together; summaries, where both sources give one, have their say on it. Groups join while
they are alike enough. Different languages share no terms and so never meet. The result depends
neither on the order of the input nor on the hash seed.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections import defaultdict
from itertools import combinations
from typing import TYPE_CHECKING

from digest.batches import link_units
from digest.evidence import Entry, read_entries, stable_key
from digest.model import Article, Story
from digest.urls import canonical_url
from digest.wording import FEW_TERMS, cosine, plain_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from digest.resemblance import Resemblance
    from digest.wording import Idf

RECURS_AFTER = dt.timedelta(hours=18)  # the same title that much later is tomorrow's "Crossword"
LANDING_TITLES = 3  # under one address of one source
PICTURE_BONUS = 4 / 3  # a face with a picture wins over one a quarter more central
FACE_HALF_LIFE_DAYS = 1.0  # what was to happen this morning is no face for what happened

_NUMBER = re.compile(r"\d+")
_WHOLE_NUMBER = re.compile(r"\b\d+\b")  # A380 is a name


def group_articles(
    articles: Sequence[Article],
    *,
    idf: Idf,
    weights: Mapping[str, float],
    resemblance: Resemblance | None = None,
) -> tuple[Story, ...]:
    """Group articles into stories, each article in exactly one.

    `weights` are of sources, by id (1 where missing), and count only in choosing a story's face.
    `resemblance` is a model's opinion, which counts beside that of the words.
    An article of no stated language is taken to be of the batch's most frequent one. Stories with
    the newest article come first, ties by id.
    """
    units = _units(read_entries(articles, idf, resemblance))
    groups = link_units(
        [unit[0] for unit in units], [len(unit) for unit in units], list(_recurring(units))
    )
    stories = (_story([entry for u in group for entry in units[u]], weights) for group in groups)
    return tuple(sorted(stories, key=lambda s: (-s.articles[0].dated.timestamp(), s.id)))


# ---------------------------------------------------------------- articles to units


def _units(entries: Sequence[Entry]) -> list[list[Entry]]:
    """Put articles of one identity, page or headline together; order stays."""
    roots = list(range(len(entries)))

    def root(i: int) -> int:
        while roots[i] != i:
            roots[i] = i = roots[roots[i]]
        return i

    first: dict[tuple[str, ...], int] = {}
    landing = _landing_pages(entries)
    for i, entry in enumerate(entries):
        worded = (_headline_key(entry), _numbered_key(entry))
        for key in worded:
            used = first.get(key)
            if used is not None and _recurs(entries[used].article, entry.article):
                del first[key]
        page = _page_key(entry)
        for key in (_identity_key(entry), () if page in landing else page, *worded):
            roots[root(i)] = root(first.setdefault(key, i)) if key else root(i)
    units: defaultdict[int, list[Entry]] = defaultdict(list)
    for i, entry in enumerate(entries):
        units[root(i)].append(entry)
    return list(units.values())


def _identity_key(entry: Entry) -> tuple[str, ...]:
    return ("id", entry.article.source, entry.article.guid)


def _page_key(entry: Entry) -> tuple[str, ...]:
    """Give the key of an article's page; the address of a whole site is none."""
    url = canonical_url(entry.article.url)
    path = url.removeprefix("https://").partition("/")[2]
    return ("page", url) if path else ()


def _landing_pages(entries: Sequence[Entry]) -> set[tuple[str, ...]]:
    """Find the pages that a source puts under several headlines: they are no article's own.

    Two are a headline and its correction.
    """
    titles: defaultdict[tuple[str, ...], set[str]] = defaultdict(set)
    for entry in entries:
        page = _page_key(entry)
        titles[(*page, entry.article.source)].add(plain_words(entry.article.title))
    return {tuple(page) for (*page, _), told in titles.items() if len(told) >= LANDING_TITLES}


def _headline_key(entry: Entry) -> tuple[str, ...]:
    """Give the key of a headline; a short one is its source's own, an empty one is none."""
    if not entry.terms:
        return ()
    owner = entry.article.source if len(entry.terms) < FEW_TERMS else ""
    return ("headline", entry.language, plain_words(entry.article.title), owner)


def _numbered_key(entry: Entry) -> tuple[str, ...]:
    """Give the key of a headline of which one source changes the number alone; none without one."""
    title = plain_words(entry.article.title)
    bare = _WHOLE_NUMBER.sub("", title)
    if bare == title or not bare.strip():
        return ()
    return ("numbered", entry.language, bare, entry.article.source)


def _recurs(earlier: Article, later: Article) -> bool:
    """Tell whether a headline that is used again is used for something else."""
    return later.dated - earlier.dated > RECURS_AFTER


def _recurring(units: Sequence[Sequence[Entry]]) -> Iterator[tuple[int, int]]:
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


# ---------------------------------------------------------------- the story


def _story(group: Sequence[Entry], weights: Mapping[str, float]) -> Story:
    """Make a story: newest article first, named after the earliest.

    Its face is the most central, less so the further the story has gone on since.
    """
    newest_first = sorted(
        group, key=lambda e: (-e.article.dated.timestamp(), *stable_key(e.article))
    )
    centre: defaultdict[str, float] = defaultdict(float)
    for entry in newest_first:
        for term, weight in entry.headline.items():
            centre[term] += weight

    def standing(entry: Entry) -> float:
        picture = PICTURE_BONUS if entry.article.image else 1
        weight = weights.get(entry.article.source, 1.0)
        overtaken = 2 ** ((entry.days - newest_first[0].days) / FACE_HALF_LIFE_DAYS)
        return weight * picture * overtaken * cosine(entry.headline, centre)

    earliest = min(newest_first, key=lambda e: (e.article.dated, *stable_key(e.article))).article
    return Story(
        id=hashlib.sha256(f"{earliest.source}\n{earliest.guid}".encode()).hexdigest()[:12],
        face=max(newest_first, key=standing).article,
        articles=tuple(entry.article for entry in newest_first),
    )
