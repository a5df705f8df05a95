"""The page is laid out by rule, says why, and keeps everybody's rights."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from fiction import (
    COURIER,
    CUTOFF,
    LEDGER,
    POST,
    TODAY,
    WIRE,
    make_article,
    make_edition,
    make_inputs,
    make_reading,
    make_source,
    make_story,
)
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import Skipped
from digest.model import Image, Issue, Past, Rights, ScoredStory
from digest.overruling import unmatched_choices
from digest.placing import place
from digest.planning import plan_issue
from digest.recipe import Choice, PopularRule, SectionRule

PICTURE = Image(url="https://courier.example/river.jpg", alt="A river", caption="Dawn")


def plan(*scored: ScoredStory, **given: Any) -> Issue:
    articles = tuple(article for one in scored for article in one.story.articles)
    return plan_issue(make_inputs(articles=articles, **given), scored)


def told_by_two(score: float, slug: str, **facts: Any) -> ScoredStory:
    return make_story(
        score,
        make_article(slug, **facts),
        make_article(f"{slug}-too", source=LEDGER, **facts),
    )


def test_the_lead_is_the_best_story_that_two_owners_tell() -> None:
    issue = plan(make_story(9, make_article("scoop")), told_by_two(5, "bridge"))
    assert issue.lead.title == "Bridge"
    assert issue.lead.reasons == ("best score of those that 2 owners tell",)


def test_without_such_a_story_the_best_leads_and_says_so() -> None:
    issue = plan(make_story(9, make_article("scoop")), make_story(5, make_article("bridge")))
    assert issue.lead.title == "Scoop"
    assert "no fresh story is told by two owners" in issue.lead.reasons[0]


BREAKING = Choice(do="breaking", where="today, issue.breaking")


def test_breaking_news_leads_though_one_owner_alone_tells_it() -> None:
    issue = plan(
        make_story(9, make_article("scoop")), told_by_two(5, "bridge"), choices=(BREAKING,)
    )
    assert (issue.breaking, issue.lead.title) == (True, "Scoop")
    assert issue.lead.reasons == (
        "best score; breaking news need not be told by 2 owners",
        "1.80 times the score of the next, “Bridge”",
        "breaking by the editors (today, issue.breaking)",
    )
    assert issue.subject == "Breaking: Scoop"


def test_breaking_news_that_is_older_than_36_hours_does_not_lead() -> None:
    old, new = make_article("old", hours_old=37), make_article("new")
    issue = plan(make_story(9, old), make_story(5, new), choices=(BREAKING,))
    assert issue.lead.title == "New"


def test_a_pinned_lead_may_be_breaking_and_keeps_the_editors_subject() -> None:
    pin = Choice(do="pin", url="https://courier.example/flood", to="lead", where="today, choice 1")
    subject = Choice(do="subject", text="Flood at the docks", where="today, issue.subject")
    issue = plan(
        told_by_two(9, "bridge"),
        make_story(1, make_article("flood")),
        choices=(subject, BREAKING, pin),
    )
    assert issue.lead.reasons == (
        "pinned by the editors (today, choice 1)",
        "breaking by the editors (today, issue.breaking)",
    )
    assert issue.subject == "Flood at the docks"


def test_an_issue_that_nobody_calls_breaking_is_not() -> None:
    issue = plan(told_by_two(9, "bridge"))
    assert (issue.breaking, issue.subject) == (False, "Bridge")


def test_a_hold_is_told_with_its_reason_and_its_place() -> None:
    hold = Choice(do="hold", text="the lawyers read it", where="today, issue.hold")
    issue = plan(told_by_two(9, "bridge"), choices=(hold,))
    assert issue.hold == "the lawyers read it (today, issue.hold)"
    assert issue.notices == ("held by the editors: the lawyers read it (today, issue.hold)",)
    assert plan(told_by_two(9, "bridge")).hold == ""


def test_two_reports_of_one_owner_do_not_make_a_lead() -> None:
    twice = make_story(9, make_article("a"), make_article("b"))
    assert plan(twice, told_by_two(5, "bridge")).lead.title == "Bridge"


def test_a_story_older_than_36_hours_does_not_lead() -> None:
    issue = plan(told_by_two(9, "old", hours_old=37), told_by_two(5, "new"))
    assert issue.lead.title == "New"


def test_an_own_report_is_opened_with_paragraphs_and_names_who_else_tells_it() -> None:
    story = make_story(
        5,
        make_article("ours", body=("First.", "Second.", "Third.")),
        make_article("theirs", source=LEDGER),
    )
    lead = plan(story).lead
    assert lead.url == "https://courier.example/ours"
    assert lead.paragraphs == ("First.", "Second.")
    assert [credit.title for credit in lead.also] == ["Ledger"]


def test_nobodys_paragraphs_are_printed_without_the_word_own() -> None:
    theirs = make_article("theirs", source=LEDGER, body=("First.",), image=PICTURE)
    lead = plan(make_story(5, theirs)).lead
    assert lead.paragraphs == ()
    assert lead.standfirst == theirs.summary
    assert lead.image is not None
    assert lead.image.credit == "Ledger"
    assert lead.image.caption == ""


def test_a_source_with_link_rights_gives_its_headline_only() -> None:
    theirs = make_article("theirs", source=POST, body=("First.",), image=PICTURE)
    lead = plan(make_story(5, theirs)).lead
    assert (lead.standfirst, lead.paragraphs, lead.image) == ("", (), None)


def test_a_face_borrows_what_it_lacks_from_its_owners_other_reports_only() -> None:
    bare = replace(make_article("bare"), summary="")
    theirs = make_article("theirs", source=LEDGER, image=replace(PICTURE, width=1, height=1))
    small = make_article("small", image=replace(PICTURE, url="https://a.example/1", width=9))
    large = make_article(
        "large", image=replace(PICTURE, url="https://a.example/2", width=9, height=9)
    )
    alone = plan(make_story(5, bare, theirs)).lead
    assert (alone.url, alone.image, alone.standfirst) == (bare.url, None, "")
    inputs = make_inputs(articles=(bare, small, large))
    story = make_story(5, bare, theirs, small, large)
    lead = place(story, edition=inputs.edition, slot="lead", face=bare)
    assert lead.image
    assert (lead.image.url, lead.standfirst) == ("https://a.example/2", large.summary)
    assert lead.reasons == ("its picture and summary from another report of the same owner",)


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (("The bridge is shut.", "Second."), ("Second.",)),
        (("The bridge is shut. Boats run.", "Second."), ("Boats run.", "Second.")),
        (("The bridge is shutting.", "Second."), ("The bridge is shutting.", "Second.")),
    ],
)
def test_an_opening_does_not_say_the_summary_again_and_loses_nothing_else(
    body: tuple[str, ...], shown: tuple[str, ...]
) -> None:
    article = make_article("a", summary="The bridge is shut.", body=body)
    assert plan(make_story(5, article)).lead.paragraphs == shown


def test_sections_are_filled_best_first_up_to_their_count() -> None:
    stories = [make_story(9 - n, make_article(f"story-{n}")) for n in range(6)]
    issue = plan(*stories, edition=make_edition(related=0))
    (london,) = issue.sections
    assert [card.story for card in london.cards] == ["story-1", "story-2", "story-3"]
    assert london.url == "https://courier.example/london"
    assert {r.story: r.reason for r in issue.runners_up}["story-4"] == "London is full (3)"


def test_a_story_of_no_section_is_a_runner_up_with_that_reason() -> None:
    issue = plan(
        make_story(9, make_article("lead")), make_story(8, make_article("chess", categories=()))
    )
    assert issue.runners_up[0].reason == "belongs to no section of this edition"


def test_a_fixed_section_of_the_source_goes_before_the_articles_categories() -> None:
    issue = plan(
        make_story(9, make_article("lead")),
        make_story(8, make_article("strait", source=WIRE, categories=("London",))),
        edition=make_edition(related=0),
    )
    assert issue.sections[0].title == "World"


def test_an_alike_story_gives_way_to_a_different_one() -> None:
    issue = plan(
        make_story(9, make_article("a", title="Ferries return as Gallion Bridge shuts")),
        make_story(8, make_article("b", title="Gallion Bridge shuts and ferries return")),
        make_story(7, make_article("c", title="Orchestra plays first concert at home")),
        edition=make_edition(related=0, sections=(SectionRule(title="London", count=1),)),
    )
    assert issue.sections[0].cards[0].story == "c"


def test_another_owner_stands_at_most_twice_in_the_first_ten() -> None:
    flood = [make_story(50 - n, make_article(f"l{n}", source=LEDGER)) for n in range(5)]
    mine = [make_story(10 - n, make_article(f"c{n}")) for n in range(5)]
    issue = plan(
        *flood,
        *mine,
        edition=make_edition(related=0, sections=(SectionRule(title="London", count=5),)),
    )
    shown = [issue.lead, *issue.sections[0].cards]
    assert [card.source for card in shown] == ["Ledger", "Ledger"] + ["Courier"] * 4


def test_with_fewer_than_three_owners_nobody_is_capped() -> None:
    flood = [make_story(50 - n, make_article(f"l{n}", source=LEDGER)) for n in range(4)]
    mine = [make_story(5 - n, make_article(f"c{n}")) for n in range(3)]
    edition = make_edition(sources=(COURIER, LEDGER), related=0)
    cards = plan(*flood, *mine, edition=edition).sections[0].cards
    assert [card.source for card in cards] == ["Ledger"] * 3


def test_related_are_other_angles_of_the_lead_then_the_stories_of_its_subject() -> None:
    lead = make_story(
        9,
        make_article("a", categories=("London", "Gallion Bridge")),
        make_article("b", title="Gallion Bridge ferries: every route, stop by stop"),
        make_article("x", source=LEDGER),
    )
    like = make_story(3, make_article("c", categories=("London", "Gallion Bridge")))
    unlike = make_story(4, make_article("d", title="Orchestra plays first concert at home"))
    issue = plan(lead, unlike, like)
    assert [placement.url.rpartition("/")[2] for placement in issue.related] == ["b", "c"]


def test_a_story_that_might_have_led_is_no_companion_of_the_lead() -> None:
    topic = ("London", "Gallion Bridge")
    lead = told_by_two(9, "a", categories=topic)
    rival = make_story(8, make_article("rival", categories=topic))
    lesser = make_story(4, make_article("lesser", categories=topic))
    issue = plan(lead, rival, lesser)
    assert [placement.story for placement in issue.related] == ["lesser"]
    assert "rival" in {card.story for card in issue.sections[0].cards}


def test_another_owners_reports_of_the_lead_are_related_once_and_never_say_the_same() -> None:
    theirs = (
        make_article("one", title="Gallion Bridge shuts for a year", source=LEDGER),
        make_article("two", title="For a year Gallion Bridge shuts", source=LEDGER),
        make_article("three", title="Ferry families look back", source=LEDGER),
        make_article("four", title="How a hairline in a pier grew", source=LEDGER),
    )
    issue = plan(make_story(9, *theirs, make_article("five", source=WIRE)))
    assert [placement.title for placement in issue.related] == ["How a hairline in a pier grew"]


def test_a_story_stands_in_one_place_only() -> None:
    stories = [told_by_two(9 - n / 10, f"story-{n}") for n in range(12)]
    readings = {"table": tuple(make_reading(s.story.face.url, 50) for s in stories)}
    issue = plan(*stories, readings=readings, edition=WITH_LIST)
    placed = [placement.story for placement in issue.placements]
    assert len(placed) == len(set(placed))


def test_an_article_that_two_feeds_of_one_owner_carry_stands_once() -> None:
    more = make_source("courier-more", rights=Rights.OWN)
    more = replace(more, owner=COURIER.owner)
    again = replace(
        make_article("bridge", source=more), url="https://courier.example/bridge?utm_source=x"
    )
    issue = plan(
        make_story(9, make_article("bridge"), again),
        edition=make_edition(sources=(COURIER, more)),
    )
    assert issue.related == ()


# ---------------------------------------------------------------- most popular


WITH_LIST = make_edition(popular=PopularRule())


def counted(*counts: int, hours_old: float = 0.2, lead_count: int = 0, **given: Any) -> Issue:
    stories = [told_by_two(9, "lead")]
    stories += [make_story(1, make_article(f"p{n}")) for n in range(len(counts))]
    readings = (make_reading("https://courier.example/lead", lead_count),) * bool(lead_count)
    readings += tuple(
        make_reading(f"https://www.courier.example/p{n}?utm_source=x", count, hours_old=hours_old)
        for n, count in enumerate(counts)
    )
    return plan(*stories, readings={"table": readings}, **{"edition": WITH_LIST} | given)


def test_most_popular_ranks_by_what_readers_opened_matching_addresses_canonically() -> None:
    popular = counted(10, 40, 30, 20, 5).popular
    assert popular is not None
    assert [item.story for item in popular.items] == ["p1", "p2", "p3", "p0"]
    assert popular.title == "Most popular"
    assert popular.basis == "What readers opened most, hour for hour, in the 24 hours to 05:18"


def test_summaries_of_the_list_may_be_left_out() -> None:
    popular = counted(40, edition=make_edition(popular=PopularRule(summaries=False))).popular
    assert popular is not None
    assert [item.standfirst for item in popular.items] == [""]


def test_thin_counts_relabel_the_list_and_tell_the_editors() -> None:
    issue = counted(3, 2)
    assert issue.popular is not None
    assert issue.popular.title == "Latest"
    assert "table was not used: 5 counts in all are fewer than min_total = 20" in issue.notices[0]


def test_stale_counts_relabel_the_list_and_tell_the_editors() -> None:
    issue = counted(300, 200, hours_old=7)
    assert issue.popular is not None
    assert issue.popular.title != "Most popular"
    assert "7 h old" in issue.notices[0]


def test_without_counts_the_list_is_what_most_sources_tell() -> None:
    stories = [
        make_story(9 - n, make_article(f"c{n}"), make_article(f"l{n}", source=LEDGER))
        for n in range(4)
    ]
    stories.append(make_story(10, make_article("alone", source=LEDGER)))
    popular = plan(*stories, edition=WITH_LIST).popular
    assert popular is not None
    assert popular.title == "Most covered"
    assert {item.source for item in popular.items} == {"Courier"}


def test_without_counts_nothing_that_ran_already_is_called_the_latest() -> None:
    ran = make_story(0, make_article("soup", hours_old=1))
    fresh = [make_story(2 - n, make_article(f"s{n}", hours_old=5)) for n in range(2)]
    popular = plan(told_by_two(9, "lead"), *fresh, ran, edition=WITH_LIST).popular
    assert popular is not None
    assert "soup" not in {item.story for item in popular.items}


def test_counts_of_one_unit_are_never_added_to_another() -> None:
    stories = [told_by_two(9, "lead")] + [make_story(1, make_article(f"p{n}")) for n in range(2)]
    urls = [f"https://courier.example/p{n}" for n in range(2)]
    readings = {
        "table": (make_reading(urls[0], 30),),
        "feed_counts": (make_reading(urls[1], 9_000, unit="commented"),),
    }
    popular = plan(*stories, readings=readings, edition=WITH_LIST).popular
    assert popular is not None
    assert [item.url for item in popular.items] == urls[:1]


def test_yesterdays_very_list_is_labelled_as_what_is_still_most_read() -> None:
    past = tuple(
        Past(
            date=TODAY - dt.timedelta(days=1),
            cutoff=CUTOFF - dt.timedelta(days=1),
            slot="popular",
            url=f"https://courier.example/p{n}",
            story=f"p{n}",
            title="",
        )
        for n in range(2)
    )
    popular = counted(40, 30, past=past, lead_count=90).popular
    assert popular is not None
    assert popular.title == "Still most read"


def test_a_list_of_no_places_is_no_list_and_no_complaint() -> None:
    issue = counted(1, edition=make_edition())
    assert issue.popular is None
    assert issue.notices == ()


# ---------------------------------------------------------------- what the editors decided


def choose(do: str, slug: str, **more: Any) -> Choice:
    return Choice(do=do, url=f"https://courier.example/{slug}", where="choices, choice 1", **more)


def test_words_chosen_for_one_report_of_a_story_are_shown_whoever_stands_for_it() -> None:
    story = make_story(
        5, make_article("ours"), make_article("theirs", title="Theirs", source=LEDGER)
    )
    choice = Choice(
        do="retitle", url="https://ledger.example/theirs", text="Better", where="choice 1"
    )
    lead = plan(story, choices=(choice,)).lead
    assert (lead.url, lead.title) == ("https://courier.example/ours", "Better")
    assert "retitle by the editors (choice 1)" in lead.reasons


def test_a_pin_leads_whatever_its_score() -> None:
    issue = plan(
        told_by_two(9, "bridge"),
        make_story(0.1, make_article("soup")),
        choices=(choose("pin", "soup", to="lead"),),
    )
    assert issue.lead.title == "Soup"
    assert issue.lead.reasons == ("pinned by the editors (choices, choice 1)",)


def test_a_pin_to_a_section_or_the_popular_list_stands_first_there() -> None:
    stories = [told_by_two(9, "lead")]
    stories += [make_story(8 - n, make_article(f"s{n}")) for n in range(4)]
    issue = plan(
        *stories,
        choices=(choose("pin", "s3", to="London"), choose("pin", "s2", to="popular")),
        edition=make_edition(related=0, popular=PopularRule(count=1)),
    )
    assert issue.sections[0].cards[0].story == "s3"
    assert issue.popular is not None
    assert issue.popular.items[0].story == "s2"


@given(
    places=st.lists(st.sampled_from(["lead", "popular", "London", "World"]), max_size=5),
    picks=st.permutations(range(8)),
    words=st.lists(
        st.sampled_from([BREAKING, Choice(do="sombre", text="true"), Choice(do="hold", text="so")])
    ),
    dropped=st.integers(0, 2),
)
def test_a_pin_always_stands_where_it_was_pinned_and_nowhere_else(
    places: list[str], picks: list[int], words: list[Choice], dropped: int
) -> None:
    places = [p for n, p in enumerate(places) if p != "lead" or "lead" not in places[:n]]
    stories = [told_by_two(9 - n, f"s{n}") for n in range(8)]
    pins = tuple(choose("pin", f"s{n}", to=to) for n, to in zip(picks, places, strict=False))
    drops = tuple(choose("drop", f"s{n}") for n in picks[len(places) : len(places) + dropped])
    light = replace(WITH_LIST, sections=tuple(replace(s, light=True) for s in WITH_LIST.sections))
    issue = plan(*stories, choices=(*words, *drops, *pins), edition=light)
    where = [(one.slot, one.url) for one in issue.placements]
    for pin in pins:
        assert (pin.to, pin.url) in where
    urls = [url for _, url in where]
    assert len(urls) == len(set(urls))


def test_a_second_pin_of_one_story_is_told_of() -> None:
    issue = plan(
        told_by_two(9, "bridge"),
        told_by_two(5, "clock"),
        choices=(
            choose("pin", "bridge", to="World"),
            Choice(do="pin", url="https://ledger.example/bridge-too", to="popular", where="here"),
        ),
        edition=WITH_LIST,
    )
    assert issue.lead.story == "clock"
    assert "here: its story is pinned to World already" in issue.notices


def test_a_pin_to_a_list_that_the_edition_does_not_have_is_told_of() -> None:
    issue = plan(told_by_two(9, "bridge"), choices=(choose("pin", "bridge", to="popular"),))
    assert issue.notices == ("choices, choice 1: this edition has no most popular list",)
    assert issue.lead.story == "bridge"


def test_a_dropped_story_is_not_replaced_by_another_telling_of_it() -> None:
    issue = plan(
        told_by_two(9, "bridge"),
        told_by_two(5, "clock"),
        choices=(choose("drop", "bridge"),),
    )
    assert all(placement.story != "bridge" for placement in issue.placements)
    assert issue.runners_up[0].reason == "dropped by the editors (choices, choice 1)"


def test_a_move_changes_the_section_and_a_retitle_the_headline() -> None:
    issue = plan(
        told_by_two(9, "lead"),
        make_story(5, make_article("clock")),
        choices=(
            choose("move", "clock", to="World"),
            choose("retitle", "clock", text="Silence over Brackley Square"),
            choose("standfirst", "clock", text="It was rust."),
        ),
        edition=make_edition(related=0),
    )
    (world,) = issue.sections
    assert (world.title, world.cards[0].title) == ("World", "Silence over Brackley Square")
    assert world.cards[0].standfirst == "It was rust."
    assert "retitle by the editors (choices, choice 1)" in world.cards[0].reasons
    assert "moved by the editors (choices, choice 1)" in world.cards[0].reasons


def test_the_issues_own_words_may_be_chosen() -> None:
    issue = plan(
        told_by_two(9, "lead"),
        choices=(
            Choice(do="subject", text="Mind the gap"),
            Choice(do="preheader", text="And soup"),
            Choice(do="note", text="Good morning."),
        ),
    )
    assert (issue.subject, issue.preheader, issue.note) == (
        "Mind the gap",
        "And soup",
        "Good morning.",
    )


def test_a_choice_that_matches_nothing_is_named_with_its_nearest_and_the_issue_goes_on() -> None:
    issue = plan(told_by_two(9, "bridge"), choices=(choose("pin", "brigde", to="lead"),))
    assert issue.lead.title == "Bridge"
    assert issue.notices[0].startswith(
        "choices, choice 1: no article has the address https://courier.example/brigde; "
        "the nearest are https://courier.example/bridge"
    )


def test_choices_about_the_issue_match_no_article_and_are_no_problem() -> None:
    assert unmatched_choices((Choice(do="note", text="Good morning."),), ()) == []


# ---------------------------------------------------------------- the whole


def test_too_few_stories_make_no_issue() -> None:
    with pytest.raises(Skipped, match="only 1 of at least 4 stories"):
        plan(told_by_two(9, "lead"), edition=make_edition(min_stories=4))


def test_no_story_at_all_makes_no_issue() -> None:
    with pytest.raises(Skipped, match="no story is left to lead"):
        plan()


def test_a_story_that_ran_before_is_out_and_its_factor_says_why() -> None:
    ran = make_story(0, make_article("ran"))
    issue = plan(told_by_two(9, "lead"), ran)
    assert issue.runners_up[0].reason == "as the test says"


def test_the_first_category_that_is_not_the_section_is_the_kicker() -> None:
    article = make_article("a", categories=("London", "Housing"))
    assert plan(make_story(5, article)).lead.kicker == "Housing"


def test_the_same_inputs_give_the_same_issue() -> None:
    stories = [told_by_two(9 - n, f"s{n}") for n in range(8)]
    assert plan(*stories) == plan(*stories)
    issue = plan(*stories, edition=WITH_LIST)
    with ThreadPoolExecutor(8) as threads:
        again = threads.map(lambda _: plan(*stories, edition=WITH_LIST), range(16))
        assert all(one == issue for one in again)


@given(
    scores=st.lists(st.floats(0.1, 9), min_size=1, max_size=25),
    owners=st.lists(st.sampled_from(["ledger", "wire", "post", "gazette"]), min_size=25),
)
def test_caps_counts_and_one_place_a_story_hold_for_any_page(
    scores: list[float], owners: list[str]
) -> None:
    sources = tuple(make_source(name) for name in ("ledger", "wire", "post", "gazette"))
    by_name = {source.title.lower(): source for source in sources}
    stories = [
        make_story(score, make_article(f"s{n}", source=by_name[owners[n]], title=f"Unlike{n}"))
        for n, score in enumerate(sorted(scores, reverse=True))
    ]
    edition = make_edition(
        sources=sources, related=0, sections=(SectionRule(title="London", count=12),)
    )
    issue = plan(*stories, edition=edition)
    picks = [issue.lead, *(card for section in issue.sections for card in section.cards)]
    first = picks[:10]
    for n, pick in enumerate(first):
        later = {placement.source for placement in picks[n + 1 :]}
        before = [placement.source for placement in first[:n]]
        if before.count(pick.source) >= 2:  # only when nobody else was left
            assert all(before.count(source) >= 2 for source in later)
            assert "no other story was left" in " ".join(pick.reasons)
    assert len({placement.story for placement in picks}) == len(picks) <= 13
