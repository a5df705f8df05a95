"""An email that would be cut off by Gmail is made shorter, by a stated rule."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pytest
from courier import (
    BROADSHEET,
    BULLETIN,
    SITE,
    beside_the_margin,
    links_of,
    page_of,
    the_courier,
    the_sections,
    words_of,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from publication import digest, write_feed, write_publication

from digest.model import Section
from digest.outgoing import Email
from digest.preflight import check_email
from digest.rendering import render_issue
from digest.trimming import FLOOR, MAX_HTML_BYTES, NO_PLACE, NO_SUMMARY, fit
from digest.unpacking import unpack

if TYPE_CHECKING:
    from pathlib import Path

    from digest.model import Issue, Placement

SUMMARY = "A jury took forty minutes to accept that the silence was rust, not revenge. " * 4


def of_cards(*counts: int, summary: str = SUMMARY) -> Issue:
    """An issue whose sections have so many cards; of two cards the later scores less."""
    one = the_sections()[0].cards[0]
    sections = tuple(
        Section(
            title=f"Section {number}",
            url=f"{SITE}/{number}" if number else "",
            cards=tuple(
                replace(
                    one,
                    story=f"{number}-{place}",
                    url=f"{SITE}/{number}-{place}",
                    title=f"Story {number} {place} of the day in some words",
                    standfirst=summary,
                    score=100 - place - number / 10,
                )
                for place in range(count)
            ),
        )
        for number, count in enumerate(counts)
    )
    return the_courier(sections=sections)


def size(email: Email) -> int:
    return len(email.html.encode())


def weigh(issue: Issue) -> Email:
    """An email as large as a thousand bytes a card and as its summaries are long."""
    cards = issue.placements
    html = "x" * sum(1000 + len(card.standfirst) for card in cards)
    return Email(subject="", preheader="", html=html, text="", language="en")


def summaries(issue: Issue) -> set[str]:
    return {card.story for section in issue.sections for card in section.cards if card.standfirst}


def cards_of(issue: Issue) -> list[Placement]:
    return [card for section in issue.sections for card in section.cards]


def test_an_issue_that_fits_stays_as_it_is() -> None:
    issue = of_cards(3, 3)
    same, email = fit(issue, weigh, size)
    assert same is issue
    assert email == weigh(issue)


def test_summaries_of_the_lowest_scores_go_first() -> None:
    issue = of_cards(40, 30, summary="s" * 500)
    shorter, _ = fit(issue, weigh, size)
    assert len(cards_of(shorter)) == 70
    kept = summaries(shorter)
    assert 0 < len(kept) < 70
    least_kept = min(one.score for one in cards_of(shorter)[1:] if one.story in kept)
    assert all(one.score <= least_kept for one in cards_of(shorter) if one.story not in kept)
    assert {"0-0", "1-0"} <= kept
    gone = next(one for one in cards_of(shorter) if one.story not in kept)
    assert gone.reasons[-1] == NO_SUMMARY


def test_no_more_goes_than_must() -> None:
    issue = of_cards(40, 30, summary="s" * 500)
    _, email = fit(issue, weigh, size)
    assert MAX_HTML_BYTES - 500 < size(email) <= MAX_HTML_BYTES


def test_the_editors_are_told_of_summaries_where_no_story_went() -> None:
    shorter, _ = fit(of_cards(40, 25, summary="s" * 500), weigh, size)
    gone = len(cards_of(shorter)) - len(summaries(shorter))
    assert f" {gone} summaries with the lowest scores went" in shorter.notices[-1]


def test_then_cards_go_and_the_section_says_where_there_is_more() -> None:
    issue = of_cards(70, 3, 70)
    shorter, _ = fit(issue, weigh, size)
    assert summaries(shorter) == {"0-0", "1-0", "2-0"}
    counts = [len(section.cards) for section in shorter.sections]
    assert counts[1] == 3
    assert all(FLOOR < count < 70 for count in (counts[0], counts[2]))
    assert [section.left_out for section in shorter.sections] == [70 - counts[0], 0, 70 - counts[2]]


def test_a_story_that_went_is_a_runner_up_with_the_reason() -> None:
    issue = of_cards(120)
    shorter, _ = fit(issue, weigh, size)
    left_out = len(issue.sections[0].cards) - len(shorter.sections[0].cards)
    told = shorter.runners_up[:left_out]
    assert {one.reason for one in told} == {NO_PLACE}
    assert [one.score for one in told] == sorted((one.score for one in told), reverse=True)
    assert not {one.story for one in told} & {one.story for one in cards_of(shorter)}
    assert f" {left_out} stories with the lowest scores went" in shorter.notices[-1]


def test_the_floor_gives_way_last_and_what_leads_a_section_never() -> None:
    issue = of_cards(*[5] * 60)
    shorter, _ = fit(issue, weigh, size)
    assert {len(section.cards) for section in shorter.sections} <= {1, 2, 3}
    assert min(len(section.cards) for section in shorter.sections) == 1
    assert shorter.popular
    assert not any(item.standfirst for item in shorter.popular.items)
    assert len(shorter.popular.items) == 4
    assert shorter.lead == issue.lead


def test_what_cannot_fit_is_left_for_preflight_to_judge() -> None:
    issue = of_cards(*[2] * 130)
    shorter, email = fit(issue, weigh, size)
    assert size(email) > MAX_HTML_BYTES
    assert [len(section.cards) for section in shorter.sections] == [1] * 130


def test_where_nothing_may_go_nothing_is_said_to_have_gone() -> None:
    issue = the_courier(sections=(), popular=None)
    assert fit(issue, lambda _: MAX_HTML_BYTES + 1, int)[0] is issue


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 60), max_size=8), st.integers(0, 2000))
def test_nothing_is_lost_or_doubled(counts: list[int], length: int) -> None:
    issue = of_cards(*counts, summary="s" * length)
    shorter, _ = fit(issue, weigh, size)
    shown = [one.story for one in cards_of(shorter)]
    left_out = [one.story for one in shorter.runners_up]
    assert sorted(shown + left_out) == sorted(one.story for one in cards_of(issue))
    assert fit(issue, weigh, size)[0] == shorter


@pytest.mark.parametrize("theme", [BROADSHEET, BULLETIN])
def test_eighty_stories_fit_and_their_footer_is_whole(theme: Path) -> None:
    issue = of_cards(20, 20, 20, 20)
    render = partial(render_issue, themes=[theme])
    shorter, email = fit(issue, render, size)
    assert size(email) <= MAX_HTML_BYTES
    assert "https://placeholder.invalid/unsubscribe" in links_of(email)
    assert not [one for one in check_email(email) if one.level == "error"]
    assert (shorter == issue) == (theme == BULLETIN)


@pytest.mark.parametrize("theme", [BROADSHEET, BULLETIN])
def test_a_section_leads_on_to_what_had_no_room(theme: Path) -> None:
    sections = tuple(replace(one, left_out=3) for one in of_cards(3, 2).sections)
    email = render_issue(the_courier(sections=sections), themes=[theme])
    words = words_of(page_of(email))
    assert "More at The London Courier" in words  # a section without a page of its own
    assert "More in Section 1" in words
    assert f"{SITE}/1" in links_of(email)
    for text in (f"More at The London Courier {SITE}/", f"More in Section 1 {SITE}/1"):
        assert text in beside_the_margin(email.text)


def invented(number: int) -> str:
    """A word that no other number has."""
    return "".join("bdfglmnprstvz"[n % 13] + "aeiou"[n % 5] for n in (number, number // 13, 7))


def test_an_issue_that_was_too_large_is_told_and_replays(tmp_path: Path) -> None:
    config = write_publication(tmp_path)
    for source, first in (("courier", 0), ("ledger", 50)):
        stories = [
            (" ".join(invented(7 * number + place) for place in range(6)).capitalize(), str(number))
            for number in range(first, first + 50)
        ]
        write_feed(tmp_path / f"feeds/{source}.xml", source, stories)
    edition = config / "editions/daily.toml"
    town = edition.read_text(encoding="utf-8").replace(
        'owner = "ledger.example"\nsection = "News"', 'owner = "ledger.example"\nsection = "Town"'
    )
    edition.write_text(f'{town}count = 50\n[[sections]]\ntitle = "Town"\ncount = 50\n', "utf-8")
    digest(
        tmp_path, "subscribers", "add", "a@home.example", "--language", "ar", "--consent", "here"
    )
    digest(tmp_path, "pull", "--at", "2026-11-23T05:30")
    digest(tmp_path, "build", "--at", "2026-11-23T05:30")
    folder = tmp_path / "out/daily/2026-11-23"
    (variant,) = folder.glob("variants/*.eml")  # whose words have more bytes than the whole's
    assert 0.9 * MAX_HTML_BYTES < size(unpack(variant.read_bytes(), "")) <= MAX_HTML_BYTES
    assert len((folder / "email.html").read_bytes()) <= MAX_HTML_BYTES
    issue = json.loads((folder / "issue.json").read_bytes())
    left_out = sum(section["left_out"] for section in issue["sections"])
    assert left_out > 0
    assert [one["reason"] for one in issue["runners_up"]].count(NO_PLACE) == left_out
    assert "left out to keep the email small" in digest(tmp_path, "explain")
    digest(tmp_path, "replay")
