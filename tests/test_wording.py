from __future__ import annotations

import pytest

from digest.function_words import FUNCTION_WORDS
from digest.labels import habitual_labels
from digest.slugs import slug_words
from digest.wording import STEMMERS, Idf, Scale, function_terms, headline_terms

EMPTY = Idf(documents=0, counts={})


@pytest.mark.parametrize(
    ("url", "words"),
    [
        (
            "https://c.example/2014/03/26/barge-strikes-tower-bridge.html",
            "barge strikes tower bridge",
        ),
        ("https://c.example/news/Barge_strikes+pier-1399916446/", "Barge strikes pier"),
        ("https://c.example/barge-hits-pier/article/2545812", "barge hits pier"),
        ("https://c.example/k%C3%B6ln-br%C3%BCcke?from=rss-feed-of-today", "köln brücke"),
        ("https://c.example/story/N02140329357-5f0c9e1a77", ""),
        ("https://c.example/news/index.html", ""),
        ("https://c.example/", ""),
        ("http://[", ""),
    ],
)
def test_an_address_adds_the_words_of_its_wordiest_part(url: str, words: str) -> None:
    assert slug_words(url) == words


def test_an_outlet_that_opens_most_headlines_with_a_place_labels_them() -> None:
    titles = [
        f"{place}: Something happened" for place in ("Kenya", "Ghana", "South Africa", "Mali")
    ]
    pairs = [("africa", title) for title in (*titles, "No label here", "Kenya: Again")]
    assert habitual_labels(pairs) == ["Kenya", "Ghana", "South Africa", "Mali", "", "Kenya"]


def test_an_outlet_that_ends_its_headlines_with_its_name_labels_them() -> None:
    pairs = [("courier", f"Event {n} of the day - The Courier") for n in range(5)]
    assert habitual_labels(pairs) == ["The Courier"] * 5


def test_a_colon_now_and_then_is_no_habit() -> None:
    pairs = [("courier", "Storm: what we know"), *(("courier", f"Event {n}") for n in range(9))]
    assert habitual_labels(pairs) == [""] * 10
    assert habitual_labels([("ledger", "Storm: what we know")] * 4) == [""] * 4


@pytest.mark.parametrize(
    ("title", "language", "terms"),
    [
        ("Magazine solutions - February 27, 2026", "en", ("en:magazin", "en:solut")),
        ("News briefs of 2026-02-17", "en", ("en:news", "en:brief", "en:of")),
        ("Kurz gemeldet, 17. Februar 2026", "de", ("de:kurz", "de:gemeld")),
        ("Resumen del 17 de febrero de 2026", "es", ("es:resum", "es:del")),
        ("Games of 2026 cost 17 million", "en", ("en:game", "en:of", "en:2026", "en:cost")),
    ],
)
def test_the_date_of_a_page_is_no_part_of_its_news(
    title: str, language: str, terms: tuple[str, ...]
) -> None:
    assert headline_terms(title, language)[: len(terms)] == terms
    assert not any("febr" in term for term in headline_terms(title, language))


def test_function_words_and_short_words_say_little_before_there_is_an_archive() -> None:
    scale = Scale(EMPTY)
    assert scale.weight("en:after") < scale.weight("en:xyz") < scale.weight("en:bridg")
    assert scale.weight("hr:na") < scale.weight("hr:popla")
    assert scale.weight("ja:大雪") == scale.weight("ja:大阪市")


def test_an_archive_soon_knows_better_than_the_length_of_a_word() -> None:
    archive = Idf(documents=5_000, counts={"en:": 5_000, "en:bp": 3, "en:council": 400})
    assert Scale(archive).weight("en:bp") > Scale(archive).weight("en:council")


def test_function_words_are_known_by_their_stems_in_languages_that_are_stemmed() -> None:
    assert FUNCTION_WORDS.keys() <= STEMMERS.keys()
    assert "en:about" in function_terms("en")
    assert headline_terms("they were being", "en")[0] in function_terms("en")
    assert function_terms("hr") == frozenset()
