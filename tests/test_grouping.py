from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.grouping import group_articles
from digest.model import Article, Image, Story
from digest.wording import Idf, Likeness, learn_idf

if TYPE_CHECKING:
    from random import Random

NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
EMPTY = Idf(documents=0, counts={})
# What a small archive knows: which words every headline has.
ARCHIVE = learn_idf(
    [(f"The council says number{n} of the new plans in town", "en") for n in range(200)]
)


def article(
    title: str,
    source: str = "courier",
    *,
    guid: str = "",
    url: str = "",
    hours_ago: float = 1,
    summary: str = "",
    language: str = "en",
    image: Image | None = None,
) -> Article:
    guid = guid or f"{title}/{hours_ago}"
    return Article(
        source=source,
        guid=guid,
        url=url or f"https://{source}.example/{abs(hash_of(guid))}",
        title=title,
        summary=summary,
        published=NOON - dt.timedelta(hours=hours_ago),
        first_seen=NOON,
        language=language,
        image=image,
    )


def hash_of(text: str) -> int:
    return int.from_bytes(text.encode()[-200:], "big")


def group(*articles: Article, **weights: float) -> tuple[Story, ...]:
    return group_articles(articles, idf=ARCHIVE, weights=weights)


def titles(stories: tuple[Story, ...]) -> list[list[str]]:
    return sorted(sorted(a.title for a in story.articles) for story in stories)


def test_no_articles_make_no_stories() -> None:
    assert group() == ()


def test_reports_of_one_event_become_one_story_and_other_news_stays_apart() -> None:
    stories = group(
        article("Tower Bridge shut after barge strikes pier", "courier"),
        article("Barge hits Tower Bridge pier, crossing closed", "ledger"),
        article("Tower Bridge closed as runaway barge hits pier", "wire"),
        article("Frost fair returns to the frozen Serpentine", "ledger"),
    )
    assert sorted(len(story.articles) for story in stories) == [1, 3]


def test_two_spellings_of_one_address_are_one_story_whatever_their_headlines() -> None:
    stories = group(
        article("Storm reaches Kent", "courier", url="https://www.wire.example/storm?utm_source=x"),
        article("Thousands lose power", "wire", url="http://wire.example/storm/"),
    )
    assert len(stories) == 1


def test_items_that_all_link_to_the_front_page_are_not_one_story() -> None:
    stories = group(
        article("Storm reaches Kent coast overnight", guid="1", url="https://courier.example/"),
        article("Orchestra names first conductor", guid="2", url="https://courier.example"),
    )
    assert len(stories) == 2


def test_a_wire_report_that_two_print_word_for_word_is_one_story() -> None:
    same = "Minister resigns over ferry contract"
    assert len(group(article(same, "courier"), article(same.upper(), "ledger"))) == 1


def test_a_chain_of_headlines_does_not_link_its_ends() -> None:
    # Single-link would join all five: each shares two words with the next.
    chain = (
        "alpha bravo charlie delta",
        "charlie delta echo foxtrot",
        "echo foxtrot golf hotel",
        "golf hotel india juliett",
        "india juliett kilo lima",
    )
    stories = group(*(article(title, f"s{n}") for n, title in enumerate(chain)))
    assert len(stories) > 1
    assert all(
        not {chain[0], chain[-1]} <= {told.title for told in story.articles} for story in stories
    )


def test_a_feature_whose_title_returns_on_other_days_is_a_new_story_each_time() -> None:
    stories = group(
        article("Morning briefing: what to know today", hours_ago=2),
        article("Morning briefing: what to know today", hours_ago=26),
        article("Morning briefing: what to know today", hours_ago=50),
    )
    assert len(stories) == 3


def test_a_numbered_feature_is_a_new_story_each_day() -> None:
    stories = group(
        article("Quick crossword No 17,124", hours_ago=2),
        article("Quick crossword No 17,123", hours_ago=26),
    )
    assert len(stories) == 2


def test_a_recurring_title_keeps_its_days_apart_even_when_others_tell_them_alike() -> None:
    stories = group(
        article("Strike at the docks: the key events", "courier", hours_ago=1),
        article("Strike at the docks: the key events", "courier", hours_ago=25),
        article("Strike at the docks goes on, key events", "ledger", hours_ago=12),
    )
    assert all(len({a.source for a in s.articles}) == len(s.articles) for s in stories)


def test_a_headline_republished_within_hours_is_one_story() -> None:
    stories = group(
        article("Two rescued from burning barge", hours_ago=1),
        article("Two rescued from burning barge", hours_ago=5),
    )
    assert len(stories) == 1


def test_short_titles_that_sources_share_by_habit_are_no_story() -> None:
    assert len(group(article("Letters", "courier"), article("Letters", "ledger"))) == 2


def test_headlines_without_a_word_stand_alone() -> None:
    assert len(group(article("?!", guid="1"), article("…", guid="2"))) == 2


def test_the_same_words_a_week_apart_are_other_news() -> None:
    first = article("Snow closes schools across northern towns", "courier", hours_ago=1)
    second = article("Northern schools closed by snow", "ledger", hours_ago=5)
    assert len(group(first, second)) == 1
    week_old = replace(second, published=NOON - dt.timedelta(days=8))
    assert len(group(first, week_old)) == 2


def test_languages_stay_apart_even_where_they_spell_alike() -> None:
    stories = group(
        article("Brexit Festival London 2026", "courier", language="en-GB"),
        article("Brexit Festival London 2026", "zeitung", language="de"),
        article("Brexit Festival: London 2026", "ledger", language="en_US"),
    )
    assert sorted(len(story.articles) for story in stories) == [1, 2]


def test_an_article_that_states_no_language_joins_the_most_frequent_one() -> None:
    stories = group(
        article("Barges collide beneath Tower Bridge", "courier", language="en-GB"),
        article("Barges collided beneath Tower Bridge", "ledger", language=""),
        article("Barge collision beneath Tower Bridge", "wire", language="und"),
    )
    assert len(stories) == 1


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        (
            "de",
            "Brücken in Köln nach Unfall gesperrt",
            "Kölner Brücke gesperrt: Unfall in der Nacht",
        ),
        ("hr", "Poplava zatvorila mostove u Zagrebu", "Zagreb: poplave zatvorile most"),
        ("ja", "東京で大雪、交通が乱れる", "大雪で東京の交通に乱れ"),
        ("th", "น้ำท่วมกรุงเทพ ถนนหลายสายปิด", "กรุงเทพน้ำท่วม ปิดถนนหลายสาย"),
        ("", "Flooding shuts bridges in Zagreb", "Zagreb bridges shut by floods"),
    ],
)
def test_headlines_group_with_a_stemmer_without_one_and_in_scripts_without_spaces(
    language: str, one: str, other: str
) -> None:
    stories = group_articles(
        [article(one, "a", language=language), article(other, "b", language=language)],
        idf=EMPTY,
        weights={},
    )
    assert len(stories) == 1


def test_summaries_part_what_two_headlines_share_by_accident() -> None:
    one = article("Man charged after stabbing", "courier")
    other = article("Man charged with nurse killing", "ledger")
    assert len(group(one, other)) == 1
    told = (
        replace(
            one,
            summary="Police in Arnhem Land let a teenager go, pending inquiries into the death of "
            "his cousin at a remote homestead on Sunday.",
        ),
        replace(
            other,
            summary="Prosecutors from Hamburg reopened the hospital murder when samples kept for "
            "four decades matched somebody.",
        ),
    )
    assert len(group(*told)) == 2


def test_sections_that_an_outlet_prints_before_its_headlines_make_no_story() -> None:
    titles = (
        "Kenya: Bill worries traders",
        "Kenya: Pilots complain",
        "Ghana: Cocoa harvest fails again",
        "Kenya: Runner breaks record",
        "Mali: Desert festival opens late",
    )
    assert len(group(*(article(title, "africa") for title in titles))) == len(titles)


def test_issues_of_one_date_make_no_story() -> None:
    stories = group(
        article("Puzzle solutions - February 27, 2026", "weekly"),
        article("All of the continent today - February 27, 2026", "africa"),
    )
    assert len(stories) == 2


@pytest.mark.parametrize(
    ("language", "others", "one", "other"),
    [
        (
            "en",
            (
                "The mayor of London is to speak at the fair",
                "The price of bread is to rise in the spring",
                "The crew of the ferry is to strike over the holidays",
                "The museum of the sea is to close for the winter",
                "Police are looking for a man with a red hat",
                "Thieves take copper from the roof of a church",
                "A library in the north is to stay open at night",
            ),
            "Barge strikes a pier of Tower Bridge",
            "Tower Bridge is closed after a barge hits the pier",
        ),
        (
            "de",
            (
                "Der Preis für das Brot steigt in dem Frühling",
                "Die Besatzung der Fähre streikt in den Ferien",
                "Das Museum für die Schiffe schließt in dem Winter",
                "Die Polizei sucht den Mann mit dem roten Hut",
                "Das Orchester hat eine neue Dirigentin für die Saison",
            ),
            "Kölner Brücke nach dem Unfall gesperrt",
            "Unfall in der Nacht: Die Brücke in Köln ist gesperrt",
        ),
    ],
)
def test_on_a_first_day_without_an_archive_small_words_make_no_story(
    language: str, others: tuple[str, ...], one: str, other: str
) -> None:
    told = [
        article(title, f"outlet{n}", language=language)
        for n, title in enumerate((*others, one, other))
    ]
    stories = group_articles(told, idf=EMPTY, weights={})
    joined = [group for group in titles(stories) if len(group) > 1]
    assert joined == [sorted((one, other))]


def test_an_address_says_what_a_headline_leaves_out() -> None:
    one = article("A minister goes, at last", "courier")
    other = article("Ferry contract: Fenwick resigns", "ledger")
    assert len(group(one, other)) == 2
    worded = replace(one, url="https://courier.example/fenwick-resigns-ferry-contract.html")
    assert len(group(worded, other)) == 1


def test_the_archive_knows_which_words_say_nothing() -> None:
    one = article("Council says new ferry plans delight islanders", "courier")
    other = article("Council says new school plans anger parents", "ledger")
    assert len(group(one, other)) == 2
    assert len(group_articles([one, other], idf=EMPTY, weights={})) == 1


def test_the_face_is_the_most_central_unless_a_weightier_source_or_a_picture_is_near() -> None:
    plain = article("Barge strikes Tower Bridge pier", "courier")
    same = article("Barge strikes Tower Bridge pier", "ledger", hours_ago=2)
    odd = article("Barge strikes Tower Bridge and a swan", "wire", hours_ago=3)
    assert group(plain, same, odd)[0].face == plain
    assert group(plain, same, odd, ledger=1.5)[0].face == same
    picture = Image(url="https://ledger.example/barge.jpg")
    assert group(plain, replace(same, image=picture), odd)[0].face.image == picture
    assert group(plain, same, odd, wire=9.0)[0].face == odd


def test_a_landing_page_that_a_source_puts_under_every_headline_is_no_articles_own() -> None:
    page = "https://town.example/news"
    town = [
        article(title, "town", url=page)
        for title in ("Parking fees rise", "Library reopens on Sunday", "Swans counted twice")
    ]
    assert len(group(*town)) == 3
    assert len(group(*town[:2])) == 1  # a headline and its correction


def test_one_sources_headlines_that_differ_in_a_number_are_one_story_a_day() -> None:
    reports = [article(f"Flood report number {n}", hours_ago=n / 100) for n in range(600)]
    (story,) = group(*reports)
    assert len(story.articles) == 600
    yesterday = article("Flood report number 7", hours_ago=30)
    assert len(group(*reports[:3], yesterday)) == 2
    assert len(group(article("Typhoon2 rises"), article("Typhoon3 rises"))) == 2  # names


@pytest.mark.parametrize(("one", "other"), [("no", "nb-NO"), ("en", "eng"), ("he", "iw")])
def test_two_codes_of_a_language_are_one(one: str, other: str) -> None:
    title = "Barge strikes Tower Bridge pier"
    told = (article(title, language=one), article(title, "ledger", language=other))
    assert len(group(*told)) == 1


@pytest.mark.parametrize(("hours_ago", "face"), [(2, "open"), (30, "end")])
def test_a_face_tells_where_a_story_has_got_to(hours_ago: float, face: str) -> None:
    """The talks that were to open are the more central headline, and no news once they ended."""
    opening = "Barge talks open at Tower Bridge pier"
    told = (
        article(opening, "courier", hours_ago=hours_ago),
        article(opening, "wire", hours_ago=hours_ago),
        article("Barge talks end at Tower Bridge pier", "ledger", hours_ago=1),
    )
    assert face in group(*told)[0].face.title


def test_a_story_lists_its_articles_newest_first_and_is_named_after_the_earliest() -> None:
    late = article("Barge strikes Tower Bridge pier", "courier", hours_ago=1)
    early = article("Barge strikes Tower Bridge pier", "ledger", hours_ago=3)
    (story,) = group(late, early)
    assert story.articles == (late, early)
    (alone,) = group(early)
    assert story.id == alone.id
    assert len(story.id) == 12


def test_undated_articles_count_from_when_they_were_first_seen() -> None:
    dated = article("Barge strikes Tower Bridge pier", "courier")
    undated = replace(article("Tower Bridge pier struck by barge", "ledger"), published=None)
    assert len(group(dated, undated)) == 1


def test_hostile_addresses_and_languages_break_nothing() -> None:
    stories = group(
        article("One plain headline here", url="http://[", language="x:y"),
        article("Another quite different matter", url="javascript:alert(1)", language="-"),
    )
    assert len(stories) == 2


def test_learning_counts_headlines_not_words_and_keeps_languages_apart() -> None:
    idf = learn_idf([("Rain, rain and rain", "en-GB"), ("Rain again", ""), ("Rain", "fr")])
    assert idf.documents == 3
    assert idf.counts["en:rain"] == 2
    assert idf.counts["en:"] == 2
    assert idf.counts["fr:rain"] == 1
    assert "rain" not in idf.counts


def test_stems_initials_and_possessives_are_folded() -> None:
    counts = learn_idf([("The U.S. Army’s bridges", "en")]).counts
    assert counts.keys() == {"en:", "en:the", "en:us", "en:armi", "en:bridg"}


def test_likeness_is_the_same_both_ways_and_nothing_between_languages() -> None:
    alike = Likeness(ARCHIVE)
    one = article("Barge strikes Tower Bridge pier")
    other = article("Tower Bridge shut after barge strike")
    assert alike(one, one) == pytest.approx(1)
    assert 0.2 < alike(one, other) < 1
    assert alike(one, other) == pytest.approx(alike(other, one))
    assert alike(one, article("Frost fair on frozen Serpentine")) == 0
    assert alike(one, replace(one, language="de")) == 0
    assert alike(one, replace(one, language="")) == pytest.approx(1)
    assert Likeness(EMPTY)(one, one) == pytest.approx(1)


# ---------------------------------------------------------------- properties

WORDS = (
    "bridge",
    "barge",
    "river",
    "storm",
    "mayor",
    "vote",
    "strike",
    "school",
    "fire",
    "letters",
)
ARTICLES = st.lists(
    st.builds(
        article,
        title=st.lists(st.sampled_from(WORDS), max_size=5).map(" ".join) | st.text(max_size=12),
        source=st.sampled_from(["courier", "ledger", "wire"]),
        guid=st.integers(0, 10**9).map(str),
        hours_ago=st.integers(0, 90),
        summary=st.sampled_from(
            ["", "The river rose by the school while the mayor slept soundly on"]
        ),
        language=st.sampled_from(["en", "en-GB", "fr", "ja", ""]),
    ),
    max_size=16,
    unique_by=lambda a: (a.source, a.guid),
)


@settings(max_examples=60, deadline=None)
@given(ARTICLES)
def test_grouping_puts_every_article_in_exactly_one_story(articles: list[Article]) -> None:
    stories = group(*articles)
    grouped = [a for story in stories for a in story.articles]
    assert sorted(grouped, key=repr) == sorted(articles, key=repr)
    assert len({story.id for story in stories}) == len(stories)
    for story in stories:
        assert story.face in story.articles
        keys = [(-a.dated.timestamp(), a.source, a.guid) for a in story.articles]
        assert keys == sorted(keys)


@settings(max_examples=40, deadline=None)
@given(ARTICLES, st.randoms(use_true_random=False))
def test_the_order_of_the_input_changes_nothing(articles: list[Article], random: Random) -> None:
    shuffled = list(articles)
    random.shuffle(shuffled)
    assert group(*shuffled) == group(*articles)


@settings(max_examples=30, deadline=None)
@given(ARTICLES, st.integers(-30, 30))
def test_moving_all_of_time_changes_no_story(articles: list[Article], days: int) -> None:
    moved = [
        replace(a, published=a.dated + dt.timedelta(days=days), first_seen=NOON) for a in articles
    ]
    assert titles(group(*moved)) == titles(group(*articles))


def test_the_hash_seed_changes_nothing() -> None:
    program = """
import datetime as dt
from digest.grouping import group_articles
from digest.model import Article
from digest.wording import learn_idf
words = "bridge barge river storm mayor vote strike school fire letters".split()
noon = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
articles = [
    Article(
        source=f"s{n % 4}",
        guid=str(n),
        url=f"https://s.example/{n}",
        title=" ".join(words[n * k % 10] for k in (1, 3, 7, 9)),
        first_seen=noon - dt.timedelta(hours=n),
        language="en",
    )
    for n in range(60)
]
idf = learn_idf([(article.title, "en") for article in articles])
print(idf, group_articles(articles, idf=idf, weights={}))
"""
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1
