from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from fiction import LEDGER, WIRE, make_article
from hypothesis import given
from hypothesis import strategies as st

from digest import archive
from digest.evidence import MEANING_SHARE, neighbours, read_entries
from digest.grouping import group_articles
from digest.resemblance import UNRELATED, Resemblance
from digest.wording import Idf

if TYPE_CHECKING:
    from digest.model import Article

NO_IDF = Idf(documents=0, counts={})

BRIDGE = make_article("bridge", title="Ferries return as Gallion Bridge shuts for a year")
RIVER = make_article("river", title="Commuters take to boats once more", source=LEDGER)
CLOCK = make_article("clock", title="Clockmaker cleared of stopping bells", source=WIRE)
TWO_MAYORS = [
    make_article("flood", title="Mayor of Aldern opens flood gates after the storm", source=LEDGER),
    make_article("school", title="Pupils dance with the mayor at a harvest fair", source=WIRE),
]


def resemblance(alike: dict[tuple[str, str], int], *articles: Article) -> Resemblance:
    """Say that all these were read, and which are alike, by their guids, in thousandths."""
    rows: list[list[tuple[int, int]]] = [[] for _ in articles]
    guids = [article.guid for article in articles]
    for (one, other), thousandths in alike.items():
        first, second = sorted((guids.index(one), guids.index(other)))
        rows[first].append((second, thousandths))
    return Resemblance.of([article.identity for article in articles], rows)


def grouped(articles: list[Article], given: Resemblance | None = None) -> set[frozenset[str]]:
    stories = group_articles(articles, idf=NO_IDF, weights={}, resemblance=given)
    return {frozenset(article.guid for article in story.articles) for story in stories}


def test_articles_without_a_common_word_are_one_story_when_the_model_says_so() -> None:
    articles = [BRIDGE, RIVER, CLOCK]
    assert len(grouped(articles)) == 3
    given = resemblance({("bridge", "river"): 700}, *articles)
    assert grouped(articles, given) == {frozenset({"bridge", "river"}), frozenset({"clock"})}


def similarity(given: Resemblance | None = None) -> float:
    """Give how alike two articles are whose headlines share words, both about a mayor."""
    entries = read_entries(TWO_MAYORS, NO_IDF, given)
    return neighbours(entries)[0][1]


def test_articles_of_the_same_words_are_less_alike_when_the_model_says_so() -> None:
    told_apart = similarity(resemblance({}, *TWO_MAYORS))
    assert told_apart == pytest.approx((1 - MEANING_SHARE) * similarity())
    told_alike = similarity(resemblance({("flood", "school"): 1000}, *TWO_MAYORS))
    assert told_alike == pytest.approx(told_apart + MEANING_SHARE)


def test_articles_that_the_model_did_not_read_go_by_their_words() -> None:
    assert similarity(resemblance({})) == similarity()
    assert similarity(resemblance({}, TWO_MAYORS[0])) == similarity()


def test_neither_the_order_of_the_articles_nor_that_of_the_model_matters() -> None:
    articles = [BRIDGE, RIVER, CLOCK, *TWO_MAYORS]
    alike = {("bridge", "river"): 650, ("river", "clock"): 420, ("flood", "school"): 540}
    expected = grouped(articles, resemblance(alike, *articles))
    for seed in range(5):
        read = list(articles)
        random.Random(seed).shuffle(read)
        random.Random(seed + 9).shuffle(articles)
        assert grouped(articles, resemblance(alike, *read)) == expected


def test_what_is_said_of_articles_that_are_not_there_is_passed_over() -> None:
    given = resemblance({("bridge", "river"): 700, ("river", "clock"): 900}, BRIDGE, RIVER, CLOCK)
    assert len(grouped([BRIDGE, CLOCK], given)) == 2


def test_a_cosine_that_all_news_have_in_common_means_nothing() -> None:
    alike = {("bridge", "river"): UNRELATED, ("river", "clock"): (1000 + UNRELATED) // 2}
    meanings = resemblance(alike, BRIDGE, RIVER, CLOCK).meanings()
    assert meanings == {
        BRIDGE.identity: {},
        RIVER.identity: {CLOCK.identity: 0.5},
        CLOCK.identity: {RIVER.identity: 0.5},
    }


def test_it_is_kept_as_a_line_for_each_article() -> None:
    given = resemblance({("bridge", "clock"): 712, ("bridge", "river"): 388}, BRIDGE, RIVER, CLOCK)
    assert given.rows == ("2 712 1 388", "", "")
    assert archive.load(Resemblance, archive.dump(given)) == given


@given(st.dictionaries(st.tuples(st.integers(0, 8), st.integers(0, 8)), st.integers(250, 1000)))
def test_what_goes_in_comes_out_for_any_pairs(alike: dict[tuple[int, int], int]) -> None:
    articles = [make_article(str(number)) for number in range(9)]
    pairs = {(min(p), max(p)): value for p, value in alike.items() if p[0] != p[1]}
    given = resemblance({(str(a), str(b)): v for (a, b), v in pairs.items()}, *articles)
    meanings = given.meanings()
    for later in range(9):
        for earlier in range(later):
            one, other = articles[earlier].identity, articles[later].identity
            expected = (pairs.get((earlier, later), UNRELATED) - UNRELATED) / (1000 - UNRELATED)
            assert meanings[one].get(other, 0) == meanings[other].get(one, 0) == expected
