"""What every built-in theme must hold, over issues of every shape."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from courier import (
    BROADSHEET,
    BULLETIN,
    SITE,
    a_picture,
    a_placement,
    at,
    beside_the_margin,
    links_of,
    many_cards,
    page_of,
    the_courier,
    the_lead,
    words_of,
)
from lxml import html as lxml_html

from digest.comment import Quote, Quotes
from digest.preflight import check_email
from digest.rendering import check_theme, render_issue
from digest.rendering.layers import read_tokens, theme_layers

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from digest.model import Issue
    from digest.outgoing import Email

QUOTE = Quote(
    author="Maureen Adair",
    text="The tea was terrible.",
    url=f"{SITE}/uk/gallion-bridge#comment-12",
    title="Night ferries return",
    date=at("04:00"),
    reason="chosen by the editors",
)
LONG = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch" * 2


def in_language(language: str) -> Issue:
    return the_courier(masthead=replace(the_courier().masthead, language=language))


SHAPES: dict[str, Callable[[], Issue]] = {
    "whole": the_courier,
    "commented": lambda: the_courier(comments=Quotes(title="From the comments", quotes=(QUOTE,))),
    "breaking, with a note": lambda: the_courier(
        breaking=True,
        note="Good morning.\n\nTomorrow is a holiday.",
        lead=replace(the_lead(), day=3),
    ),
    "without weather": lambda: the_courier(masthead=replace(the_courier().masthead, weather=None)),
    "one bare story": lambda: the_courier(
        lead=a_placement("The river rose", "river", slot="lead"),
        related=(),
        sections=(),
        popular=None,
    ),
    "forty stories": lambda: the_courier(sections=many_cards(40)),
    "a small picture": lambda: the_courier(
        lead=replace(the_lead(), image=a_picture("river", width=240, height=135))
    ),
    "long words": lambda: the_courier(lead=replace(the_lead(), title=LONG, standfirst=LONG)),
    "arabic": lambda: in_language("ar"),
    "german": lambda: in_language("de"),
}


@pytest.fixture(params=[BROADSHEET, BULLETIN], ids=lambda theme: theme.name)
def theme(request: pytest.FixtureRequest) -> Path:
    folder: Path = request.param
    return folder


@pytest.fixture(params=SHAPES)
def issue(request: pytest.FixtureRequest) -> Issue:
    return SHAPES[request.param]()


@pytest.fixture
def email(theme: Path, issue: Issue) -> Email:
    return render_issue(issue, themes=[theme])


def test_preflight_finds_nothing(email: Email) -> None:
    assert check_email(email) == ()


def test_both_parts_have_every_story_and_the_same_links(email: Email, issue: Issue) -> None:
    page, text = page_of(email), beside_the_margin(email.text)
    for placement in issue.placements:
        assert placement.title in words_of(page)
        assert placement.title in text
        assert placement.url in links_of(email)
    in_text = set(re.findall(r"https://\S+", email.text))
    assert set(links_of(email)) == in_text


def test_headings_begin_with_the_only_h1_and_skip_no_level(email: Email) -> None:
    ranks = [int(str(heading.tag)[1]) for heading in page_of(email).iter("h1", "h2", "h3", "h4")]
    assert ranks[0] == 1
    assert ranks.count(1) == 1
    assert all(rank <= before + 1 for before, rank in pairwise(ranks))


def test_nothing_of_a_template_is_left(email: Email) -> None:
    for left in ("{{", "{%", "{#", "Undefined", ">None<"):
        assert left not in email.html + email.text


def test_the_footer_says_how_to_leave(email: Email, issue: Issue) -> None:
    assert "https://placeholder.invalid/unsubscribe" in email.slots
    said = {
        "ar": "إلغاء الاشتراك في The Daily Courier",
        "de": "The Daily Courier abbestellen",
        "en-GB": "Unsubscribe from The Daily Courier",
    }
    assert said[issue.masthead.language] in words_of(page_of(email))
    assert "1 Fleet Street, London" in beside_the_margin(email.text)


def test_the_page_runs_as_its_language_does(email: Email, issue: Issue) -> None:
    arabic = issue.masthead.language == "ar"
    page = page_of(email)
    assert page.get("dir") == ("rtl" if arabic else "ltr")
    assert {cell.get("align") for cell in page.find_class("in")} == {"right" if arabic else "left"}


def test_every_colour_of_type_and_of_rules_has_a_dark_counterpart(email: Email) -> None:
    head, _, body = email.html.partition("</head>")
    dark = head.partition("prefers-color-scheme: dark")[2]
    for element in lxml_html.document_fromstring(body).iter():
        if element.tag == "body" or element.get("class") == "preheader":
            continue
        if re.search(r"(^|[ ;])(color|background-color|border-top):", element.get("style") or ""):
            classes = (element.get("class") or "").split()
            assert any(re.search(rf"\.{name}\b", dark) for name in classes), element.attrib


def test_no_inlined_rule_is_important_and_no_gap_is_a_padding_that_word_ignores(
    email: Email,
) -> None:
    for element in page_of(email).iter():
        style = str(element.get("style", ""))
        assert "!important" not in style.lower()
        if element.tag in {"p", "h1", "h2", "h3", "a", "div"}:
            assert "padding" not in style


def test_no_type_is_smaller_than_14_pixels(email: Email) -> None:
    sizes = re.findall(r"font(?:-size)?:(?:bold |italic )?(\d+)px", email.html)
    assert len(sizes) > 10
    assert min(map(int, sizes)) >= 14


def test_styles_and_page_stay_below_gmails_limits(email: Email) -> None:
    assert len(email.html.encode()) < 100_000
    (style,) = page_of(email).findall(".//style")
    assert len((style.text or "").encode()) < 16_384


def test_plain_text_is_wrapped_at_72_columns_but_for_addresses_and_long_words(
    email: Email,
) -> None:
    long = [line for line in email.text.splitlines() if len(line) > 72 and "://" not in line]
    assert not [line for line in long if LONG not in line and "---" not in line]
    assert not re.search(r"[ \t]\n|\n{4}|^\n", email.text)


# ---------------------------------------------------------------- a theme itself


def luminance(colour: str) -> float:
    """WCAG 2.2's relative luminance of #rrggbb."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dim, bright = sorted((luminance(one), luminance(other)))
    return (bright + 0.05) / (dim + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_type_contrasts_with_its_paper(theme: Path, scheme: str) -> None:
    colours = read_tokens(theme_layers([theme]))[scheme]
    for type_colour in ("ink", "soft", "accent"):
        assert contrast(colours[type_colour], colours["paper"]) >= 4.5
    assert contrast(colours["soft"], colours["tint"]) >= 4.5
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


def test_its_templates_can_be_parsed(theme: Path) -> None:
    check_theme([theme])


# ---------------------------------------------------------------- the bulletin


def bulletin(issue: Issue) -> Email:
    return render_issue(issue, themes=[BULLETIN])


def test_the_bulletin_is_three_hundred_words_in_less_than_20_kb() -> None:
    email = bulletin(the_courier())
    assert 280 <= email.words <= 340
    assert len(email.html.encode()) < 20_000


def test_the_bulletin_has_no_pictures_no_paragraphs_and_no_comments() -> None:
    email = bulletin(SHAPES["commented"]())
    words = words_of(page_of(email))
    assert not list(page_of(email).iter("img"))
    for shown in (words, beside_the_margin(email.text)):
        assert "A trial sailing" not in shown
        assert "The last bus crossed" not in shown
        assert "The tea was terrible" not in shown
        assert "Six hundred homes" not in shown
        assert "Engineers found cracks in three of its seven piers." in shown


def test_the_bulletins_masthead_is_a_name_over_one_line_of_city_date_and_weather() -> None:
    page = page_of(bulletin(the_courier()))
    top = words_of(page.find_class("in")[0])
    line = "London, Monday 23 November 2026 · 12.2 °C, light rain, as of 05:40"
    assert top.startswith(f"The London Courier {line} ")
    bare = page_of(bulletin(SHAPES["without weather"]())).find_class("in")[0]
    assert words_of(bare).startswith("The London Courier London, Monday 23 November 2026 The Daily")
    assert len(page.find_class("oxford")) == 1


def test_every_story_of_the_bulletin_but_the_lead_is_a_row_of_hour_headline_and_label() -> None:
    issue = the_courier()
    page = page_of(bulletin(issue))
    rows = [
        [words_of(cell) for cell in row.iter("td")]
        for row in page.xpath("//tr[td[contains(@class, 'hour')]]")
    ]
    placed = [*issue.related, *(card for section in issue.sections for card in section.cards)]
    titles = [row[1][: len(card.title)] for row, card in zip(rows, placed, strict=True)]
    assert titles == [card.title for card in placed]
    assert rows[3] == ["04:15", f"{placed[3].title}The London Courier and 2 others"]
    assert rows[4][0] == "Sun21:30"


def test_the_bulletins_lead_says_how_long_it_has_gone_on_and_that_it_is_breaking() -> None:
    email = bulletin(SHAPES["breaking, with a note"]())
    words = words_of(page_of(email))
    assert "UK, day 3" in words
    assert words.index("Tomorrow is a holiday.") < words.index("■ Breaking")
    assert "Day 3" in email.text
    assert "■ Breaking" in email.text
    unfiled = replace(the_lead(), day=3, section="", section_url="")
    assert "Day 3 Night ferries" in words_of(page_of(bulletin(the_courier(lead=unfiled))))


def test_the_bulletins_link_on_says_where_it_goes() -> None:
    own = page_of(bulletin(the_courier())).find_class("go")[0]
    assert words_of(own) == "Read the full report at The London Courier"
    foreign = replace(the_lead(), paragraphs=(), source="The Thames Ledger")
    link = page_of(bulletin(the_courier(lead=foreign))).find_class("go")[0]
    assert words_of(link) == "Read the full story at The Thames Ledger"


def test_the_bulletins_most_popular_are_numerals_and_headlines() -> None:
    page = page_of(bulletin(the_courier()))
    assert [words_of(numeral) for numeral in page.find_class("numeral")] == ["1", "2", "3", "4"]
    assert "What readers opened most in the 24 hours to 05:30" in words_of(page)
    assert "Wilf Pargeter" not in words_of(page)
