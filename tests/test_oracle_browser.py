"""Chromium and axe look at every issue of the matrix, and read it as stricter clients have it."""

from __future__ import annotations

import difflib
import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from matrix import emails, issue_of
from oracles.browser import Reader, reading
from oracles.clients import Facts
from oracles.guises import (
    as_word_sets_it,
    without_dark_rules,
    without_styles,
)
from oracles.tools import module_file
from reader_faces import pages_for_subscribers
from sample import PAGES, the_sample

if TYPE_CHECKING:
    from digest.outgoing import Email

AXE_WIDTHS = (320, 640)
SCROLL_WIDTHS = (320, 375, 640)
PAGE_WIDTHS = (375, 768, 1280)

# An email is a part of its client's page, which has the landmarks; these two are of whole pages.
OFF = ("landmark-one-main", "region")

NO_STYLES = "Gmail for another's account"
WORD = "Outlook for Windows"
GUISES = ("Gmail", NO_STYLES, WORD, "pictures blocked")


@dataclass(slots=True)
class Seen:
    """What was seen of one email: faults, and by guise the words that could be read."""

    violations: list[str]
    overflows: list[str]
    asked: set[str]
    desktop: list[str]
    words: dict[str, list[str]]
    cut_alts: list[str]


@functools.cache
def seen() -> dict[str, Seen]:
    """Look at every email once, in one browser."""
    facts = Facts.read(module_file("caniemail/data/caniemail.json"))
    with reading() as reader:
        return {name: _look(reader, email, facts) for name, email in emails().items()}


def _look(reader: Reader, email: Email, facts: Facts) -> Seen:
    reader.show(email.html)
    found = Seen(
        violations=reader.violations(AXE_WIDTHS, OFF),
        overflows=reader.overflows(SCROLL_WIDTHS),
        asked=set(reader.asked),
        desktop=reader.words(),
        words={},
        cut_alts=[],
    )
    reader.mark("data-ogsc", "data-ogsb")
    darkened = reader.violations((640,), OFF, ("light",))
    found.violations += [f"Outlook.com, {told}" for told in darkened]
    reader.show(without_dark_rules(email.html))
    found.words["Gmail"] = reader.words()
    reader.show(without_styles(email.html))
    found.words[NO_STYLES] = reader.words()
    found.overflows += [f"{told}, {NO_STYLES}" for told in reader.overflows(SCROLL_WIDTHS)]
    reader.show(as_word_sets_it(email.html, facts))
    found.words[WORD] = reader.words()
    found.overflows += [f"{told}, {WORD}" for told in reader.overflows((640,))]
    with reader.without_pictures():
        reader.show(email.html)
        found.words["pictures blocked"] = reader.words()
        found.cut_alts = reader.cut_alts(AXE_WIDTHS)
    return found


def test_axe_finds_nothing_in_any_email_in_light_and_dark() -> None:
    assert {name: one.violations for name, one in seen().items() if one.violations} == {}


def test_no_email_must_be_scrolled_sideways() -> None:
    assert {name: one.overflows for name, one in seen().items() if one.overflows} == {}


@pytest.mark.parametrize("guise", GUISES)
def test_no_client_loses_a_word_or_shows_one_of_its_own(guise: str) -> None:
    for name, one in seen().items():
        changed = [line for line in difflib.ndiff(one.desktop, one.words[guise]) if line[0] != " "]
        assert changed == [], name


def test_the_words_of_a_blocked_picture_have_room_in_its_place() -> None:
    assert {name: one.cut_alts for name, one in seen().items() if one.cut_alts} == {}


def test_what_a_browser_shows_of_an_email_is_all_that_it_says() -> None:
    for name, one in seen().items():
        issue, shown = issue_of(name), " ".join(one.desktop)
        for placement in (issue.lead, *(s.cards[0] for s in issue.sections)):
            assert " ".join(placement.title.split()) in shown, name
        assert issue.masthead.city in shown, name


def test_an_email_loads_its_pictures_and_nothing_else() -> None:
    for name, one in seen().items():
        pictures = {p.image.url for p in issue_of(name).placements if p.image}
        assert one.asked <= pictures, name
    assert seen()["full-broadsheet"].asked


# ---------------------------------------------------------------- pages that open from disk


def test_axe_finds_nothing_in_the_pages_for_staff_and_readers_and_none_asks_a_network() -> None:
    found: dict[str, list[str]] = {}
    with reading() as reader:
        for name, path in PAGES.items():
            reader.asked.clear()
            reader.page.goto((the_sample() / path).as_uri())
            told = reader.violations(PAGE_WIDTHS) + reader.overflows(PAGE_WIDTHS)
            told += [f"asks for {url}" for url in reader.asked if name != "archive"]
            found |= {name: told} if told else {}
            if name == "gallery":
                assert reader.pictures_shown()
    assert found == {}


def test_axe_finds_nothing_in_the_pages_behind_subscribers_links_and_none_asks_a_network() -> None:
    found: dict[str, list[str]] = {}
    with reading() as reader:
        for name, html in pages_for_subscribers().items():
            reader.show(html)
            told = reader.violations(AXE_WIDTHS) + reader.overflows(SCROLL_WIDTHS)
            told += [f"asks for {url}" for url in reader.asked]
            found |= {name: told} if told else {}
    assert found == {}


# ---------------------------------------------------------------- the oracle itself

PLANTED = """<!DOCTYPE html><html lang="en"><head><title>Here</title>
<style>@media (prefers-color-scheme: dark) { p { background: #000 } } .late { display: block }
</style></head><body><h1>Here</h1><p style="color: #222">It is dark.</p>
<div style="width: 500px">Wide</div><span class="late" style="display: none">Styled</span>
<div style="overflow: hidden; height: 0">Cut</div><!--[if mso]>Word<![endif]-->
<img src="https://images.courier.example/a.jpg" width="10" alt=""></body></html>"""


def test_the_oracle_sees_what_is_planted() -> None:
    facts = Facts.read(module_file("caniemail/data/caniemail.json"))
    with reading() as reader:
        reader.show(PLANTED)
        told = reader.violations((640,), OFF)
        assert [one.partition("<")[0] for one in told] == ["640 px, dark: color-contrast: "]
        assert reader.overflows((320, 640)) == ["508 px wide at 320"]
        assert reader.asked == ["https://images.courier.example/a.jpg"]
        assert reader.pictures_shown() == 1
        assert reader.words() == ["Here", "It", "is", "dark.", "Wide"]
        reader.show(as_word_sets_it(PLANTED, facts))
        assert reader.words()[-1] == "Word"
        with reader.without_pictures():
            reader.show(PLANTED)
            assert reader.pictures_shown() == 0
            room = 'alt="{}" height="40" style="display: block; width: 60px"'
            reader.show(PLANTED.replace('alt=""', room.format("Here")))
            assert reader.cut_alts((640,)) == []
            reader.show(PLANTED.replace('alt=""', room.format("too long by far for such a place")))
            assert reader.cut_alts((640,)) == ["too long by far for such a place"]
