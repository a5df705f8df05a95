from __future__ import annotations

import datetime as dt
from math import prod
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.continuity import History
from digest.model import (
    Article,
    Factor,
    Image,
    Past,
    Reading,
    Rights,
    ScoredStory,
    Source,
    Story,
)
from digest.ranking import rank_stories
from digest.recipe import Edition, SectionRule

CUTOFF = dt.datetime(2026, 11, 23, 5, 30, tzinfo=dt.UTC)
PICTURE = Image(url="https://courier.example/barge.jpg")
SUMMARY = "The crossing is shut until engineers have looked at the damaged pier."


def source(name: str, **more: Any) -> Source:
    given: dict[str, Any] = {"title": name.title(), "owner": f"{name}.example", "section": "London"}
    return Source(id=name, **(given | more))


EDITION = Edition(
    name="daily",
    title="The Daily Courier",
    sources=(
        source("courier"),
        source("courier-sport", title="Courier Sport", owner="courier.example"),
        source("ledger"),
        source("wire", section="World"),
        source("post", weight=2.0),
        source("gazette"),
        source("link", rights=Rights.LINK),
    ),
    sections=(SectionRule(title="London"), SectionRule(title="World")),
)


def article(slug: str, by: str = "courier", *, hours_ago: float = 2, **more: Any) -> Article:
    given: dict[str, Any] = {
        "url": f"https://{by}.example/{slug}",
        "title": slug.replace("-", " ").capitalize(),
        "summary": SUMMARY,
        "published": CUTOFF - dt.timedelta(hours=hours_ago),
        "first_seen": CUTOFF - dt.timedelta(hours=1),
    }
    return Article(source=by, guid=slug, **(given | more))


def story(face: Article, *others: Article, name: str = "") -> Story:
    articles = sorted((face, *others), key=lambda a: (-a.dated.timestamp(), a.source, a.guid))
    return Story(id=name or face.guid, face=face, articles=tuple(articles))


def rank(
    *stories: Story, readings: tuple[Reading, ...] = (), past: tuple[Past, ...] = ()
) -> tuple[ScoredStory, ...]:
    return rank_stories(
        stories, edition=EDITION, readings=readings, history=History(past), now=CUTOFF
    )


def factor(name: str, *about: Article, past: tuple[Past, ...] = ()) -> Factor:
    (scored,) = rank(story(*about), past=past)
    return next(factor for factor in scored.factors if factor.name == name)


def reading(url: str, count: int, *, hours: float | None = 24, hours_ago: float = 1) -> Reading:
    as_of = CUTOFF - dt.timedelta(hours=hours_ago)
    return Reading(url=url, count=count, unit="read", as_of=as_of, hours=hours)


def placed(url: str, day: int, *, name: str = "") -> Past:
    cutoff = CUTOFF.replace(day=day)
    return Past(date=cutoff.date(), cutoff=cutoff, slot="lead", url=url, story=name, title="")


# ---------------------------------------------------------------- coverage, freshness


def test_coverage_counts_owners_not_articles_and_names_them() -> None:
    told = (
        article("a"),
        article("b"),
        article("c", "courier-sport"),
        article("d", "ledger"),
        article("e", "wire"),
    )
    coverage = factor("coverage", *told)
    assert coverage.value == 3
    assert coverage.why == "told by 3 owners: Courier, Ledger, Wire"


def test_coverage_counts_each_owner_with_its_heaviest_weight_and_names_the_heaviest_first() -> None:
    told = (article("a"), article("b", "ledger"), article("c", "wire"), article("d", "post"))
    coverage = factor("coverage", *told)
    assert coverage.value == round(1 + 2.585, 3)  # 1 + log2(1 + 5)
    assert coverage.why == "told by 4 owners: Post, Courier, Ledger and 1 more"


def test_a_story_that_one_owner_tells_says_so() -> None:
    assert factor("coverage", article("a")).why == "told by Courier alone"


@pytest.mark.parametrize(
    ("hours_ago", "value", "why"),
    [
        (0.5, 1, "less than 1 h old at the cutoff"),
        (6, 1, "6 h old at the cutoff"),
        (24, 0.5, "24 h old at the cutoff"),
        (500, 0.1, "evergreen, 21 days old at the cutoff"),
        (-3, 1, "less than 1 h old at the cutoff"),
    ],
)
def test_freshness_halves_every_eighteen_hours_after_the_first_six(
    hours_ago: float, value: float, why: str
) -> None:
    freshness = factor("freshness", article("a", hours_ago=hours_ago))
    assert (freshness.value, freshness.why) == (value, why)


def test_the_newest_dated_article_makes_a_story_fresh() -> None:
    undated = article("c", "wire", published=None)
    told = (article("a", hours_ago=42), article("b", "ledger", hours_ago=24), undated)
    assert factor("freshness", *told).value == 0.5


def test_an_undated_story_is_never_quite_fresh() -> None:
    freshness = factor("freshness", article("a", published=None))
    assert freshness.value == 0.7
    assert freshness.why == "undated, first seen 1 h before the cutoff"


# ---------------------------------------------------------------- editor, quality


def test_the_editors_weight_of_the_faces_source_counts() -> None:
    weighed = factor("editor", article("a", "post"))
    assert (weighed.value, weighed.why) == (2, "the weight the editors gave Post")
    assert factor("editor", article("a")).why == "ordinary weight"


@pytest.mark.parametrize(
    ("more", "value", "why"),
    [
        ({"image": PICTURE}, 1.1, "picture and summary"),
        ({}, 1, "summary without picture"),
        ({"image": PICTURE, "summary": ""}, 1, "no summary"),
        ({"summary": "Too short."}, 0.9, "headline only"),
        (
            {
                "summary": "A long title that is the summary as well",
                "title": "A long title that is the summary as well",
            },
            0.9,
            "headline only",
        ),
    ],
)
def test_quality_asks_for_a_picture_and_a_real_summary(
    more: dict[str, Any], value: float, why: str
) -> None:
    quality = factor("quality", article("a", **more))
    assert (quality.value, quality.why) == (value, why)


def test_what_the_rights_keep_from_readers_is_no_quality() -> None:
    assert factor("quality", article("a", "link", image=PICTURE)).why == "headline only"


# ---------------------------------------------------------------- novelty


def test_a_story_that_never_ran_is_new() -> None:
    elsewhere = placed("https://courier.example/other", 20)
    novelty = factor("novelty", article("a"), past=(elsewhere,))
    assert (novelty.value, novelty.why) == (1, "first time")


def test_a_page_that_ran_does_not_run_again_under_any_spelling_of_its_address() -> None:
    past = (placed("http://www.courier.example/a/?utm_source=mail", 20),)
    novelty = factor("novelty", article("a", hours_ago=90), past=past)
    assert novelty.value == 0
    assert novelty.why == "ran on 20 November, and nothing new since"


def test_a_recurring_title_is_no_repeat() -> None:
    past = (placed("https://courier.example/yesterday", 22),)
    assert factor("novelty", article("today", title="Crossword"), past=past).value == 1


def test_a_story_that_ran_needs_two_new_sources_to_run_in_full_again() -> None:
    ran = article("a", hours_ago=40)
    past = (placed(ran.url, 22),)
    again = article("b", hours_ago=2)
    one = article("c", "ledger", hours_ago=3)
    two = article("d", "wire", hours_ago=4)
    assert factor("novelty", again, ran, past=past).value == 0.3
    assert (
        factor("novelty", again, ran, past=past).why == "ran on 22 November, no new sources since"
    )
    assert factor("novelty", again, ran, one, past=past).why == (
        "ran on 22 November, 1 new source since"
    )
    update = factor("novelty", again, ran, one, two, past=past)
    assert (update.value, update.why) == (1, "ran on 22 November, 2 new sources since: update")


def test_a_source_that_told_the_story_before_it_ran_is_not_new() -> None:
    ran = article("a", hours_ago=40)
    before = article("b", "ledger", hours_ago=26)
    again = article("c", "ledger", hours_ago=2)
    told = (again, ran, before, article("d", "wire"))
    assert factor("novelty", *told, past=(placed(ran.url, 22),)).value == 0.3


def test_a_story_is_known_by_its_name_too_and_by_the_last_day_it_ran() -> None:
    past = (
        placed("https://courier.example/x", 19, name="a"),
        placed("https://x.example/", 21, name="a"),
    )
    assert factor("novelty", article("a"), past=past).why.startswith("ran on 21 November")


def test_the_news_of_a_story_that_ran_stands_for_it() -> None:
    ran = article("a", hours_ago=40, image=PICTURE)
    news = article("b", "ledger", hours_ago=5)
    weightier = article("c", "post", hours_ago=9)
    (scored,) = rank(story(ran, news, weightier), past=(placed(ran.url, 22),))
    assert scored.story.face == weightier
    assert set(scored.story.articles) == {ran, news, weightier}


def test_yesterdays_story_told_once_more_by_nobody_new_is_not_dressed_up_as_news() -> None:
    ran = article("a", hours_ago=26)
    before = article("b", "ledger", hours_ago=27)
    (scored,) = rank(story(ran, before), past=(placed(ran.url, 22),))
    assert scored.story.face == ran
    assert scored.score == 0


# ---------------------------------------------------------------- popularity


def test_without_readings_popularity_says_so() -> None:
    popularity = factor("popularity", article("a"))
    assert (popularity.value, popularity.why) == (1, "no reader counts")


def test_popularity_grows_with_the_share_of_pages_that_are_read_less() -> None:
    stories = [story(article(slug, hours_ago=30), name=slug) for slug in ("a", "b", "c", "d")]
    readings = tuple(
        reading(f"https://courier.example/{slug}?utm_medium=x", count)
        for slug, count in (("a", 10), ("b", 300), ("c", 40))
    )
    values = {
        one.story.id: next(f for f in one.factors if f.name == "popularity")
        for one in rank(*stories, readings=readings)
    }
    assert {name: f.value for name, f in values.items()} == {"a": 1, "b": 1.5, "c": 1.25, "d": 1}
    assert values["c"].why == "read about 1.7 times an hour, more than 1 of 2 others"
    assert values["d"].why == "no reader counts"


# ---------------------------------------------------------------- the whole


def test_stories_come_best_first_and_ties_by_id() -> None:
    big = story(article("z"), article("y", "ledger"))
    twins = [story(article(slug), name=slug) for slug in ("b", "a")]
    assert [one.story.id for one in rank(*twins, big)] == ["z", "a", "b"]


def test_an_article_of_a_source_that_the_edition_has_not_is_refused() -> None:
    with pytest.raises(KeyError):
        rank(story(article("a", "stranger")))


SLUGS = st.sampled_from([f"page-{n}" for n in range(12)])
ARTICLES = st.builds(
    article,
    SLUGS,
    st.sampled_from(["courier", "ledger", "wire", "post", "gazette", "link"]),
    hours_ago=st.floats(-2, 400),
    image=st.none() | st.just(PICTURE),
    summary=st.sampled_from(["", SUMMARY]),
)
STORIES = st.lists(
    st.lists(ARTICLES, min_size=1, max_size=5).map(lambda told: story(*told)),
    max_size=6,
    unique_by=lambda one: one.id,
)
READINGS = st.lists(
    st.builds(
        reading,
        SLUGS.map(lambda slug: f"https://ledger.example/{slug}"),
        st.integers(0, 10**6),
        hours=st.none() | st.floats(0, 100),
        hours_ago=st.floats(0, 50),
    ),
    max_size=8,
).map(tuple)
PAST = st.lists(
    st.builds(placed, SLUGS.map(lambda slug: f"https://wire.example/{slug}"), st.integers(16, 22)),
    max_size=5,
).map(tuple)
BOUNDS = {
    "coverage": (1, 10),
    "freshness": (0.1, 1),
    "popularity": (1, 1.5),
    "editor": (1, 2),
    "novelty": (0, 1),
    "quality": (0.9, 1.1),
}


@settings(max_examples=100, deadline=None)
@given(STORIES, READINGS, PAST)
def test_every_factor_is_named_bounded_and_explained_and_their_product_is_the_score(
    stories: list[Story], readings: tuple[Reading, ...], past: tuple[Past, ...]
) -> None:
    ranked = rank(*stories, readings=readings, past=past)
    assert [one.score for one in ranked] == sorted((one.score for one in ranked), reverse=True)
    assert {one.story.id for one in ranked} == {one.id for one in stories}
    for one in ranked:
        assert one.score == prod(factor.value for factor in one.factors)
        assert [factor.name for factor in one.factors] == list(BOUNDS)
        for factor in one.factors:
            low, high = BOUNDS[factor.name]
            assert low <= factor.value <= high
            assert factor.value == round(factor.value, 3)
            assert factor.why


@settings(max_examples=60, deadline=None)
@given(STORIES, READINGS, PAST)
def test_the_order_of_stories_readings_and_past_changes_nothing(
    stories: list[Story], readings: tuple[Reading, ...], past: tuple[Past, ...]
) -> None:
    there = rank(*stories, readings=readings, past=past)
    back = rank(*reversed(stories), readings=readings[::-1], past=past[::-1])
    assert there == back
