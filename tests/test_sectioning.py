"""Articles are filed by rule, by source, by their own topics, and kept out by block lists."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fiction import COURIER, LEDGER, WIRE, make_article, make_edition

from digest.recipe import Edition, SectionRule
from digest.sectioning import Filing, file_article, section_of

CLIMATE = SectionRule(title="Climate", match=("flood", "sea level"))
LONDON, WORLD = SectionRule(title="London"), SectionRule(title="World")


def edition(*sections: SectionRule) -> Edition:
    return make_edition(sections=sections)


@pytest.mark.parametrize("title", ["Floods shut the ring road", "Sea LEVELS rise by a hand"])
def test_a_word_in_whatever_form_files_an_article_wherever_it_came_from(title: str) -> None:
    article = make_article("a", title=title, source=WIRE)
    filing = file_article(article, edition(LONDON, CLIMATE, WORLD))
    assert filing.section == "Climate"
    assert filing.why.startswith("filed under Climate by “")


def test_a_topic_of_the_feed_is_as_good_as_a_headline_and_a_summary_is_not() -> None:
    by_topic = make_article("a", categories=("London", "Floods"))
    in_passing = make_article("b", summary="It comes a year after the flood.")
    assert section_of(by_topic, edition(LONDON, CLIMATE)) == "Climate"
    assert section_of(in_passing, edition(LONDON, CLIMATE)) == "London"


def test_half_of_a_term_is_not_enough() -> None:
    article = make_article("a", title="The sea takes a pier")
    assert section_of(article, edition(LONDON, CLIMATE)) == "London"


def test_without_a_rule_the_sources_section_goes_before_the_articles_topics() -> None:
    article = make_article("a", source=WIRE, categories=("London",))
    assert file_article(article, edition(LONDON, WORLD)) == Filing(section="World")
    assert section_of(replace(article, source=COURIER.id), edition(LONDON, WORLD)) == "London"


@pytest.mark.parametrize("term", ["horoscope", "Ledger", "ledger.example"])
def test_a_blocked_word_or_source_is_passed_on_to_the_next_section_that_asks(term: str) -> None:
    article = make_article(
        "a", title="Floods, and other horoscopes", source=LEDGER, categories=("London",)
    )
    strict = replace(CLIMATE, block=(term,))
    assert section_of(article, edition(strict, LONDON)) == "London"
    filing = file_article(article, edition(strict, replace(LONDON, block=(term,))))
    assert filing == Filing(why=f"Climate blocks “{term}”")


@pytest.mark.parametrize("nothing", ["…", "?"])
def test_a_term_without_words_matches_nothing(nothing: str) -> None:
    article = make_article("a")
    assert section_of(article, edition(LONDON, replace(CLIMATE, match=(nothing,)))) == "London"
    assert section_of(article, edition(replace(LONDON, block=(nothing,)))) == "London"
