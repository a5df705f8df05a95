"""An email as Word sets it: its conditions, and what it does not know of CSS."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import lxml.html
import pytest
from courier import BROADSHEET, BULLETIN, page_of, the_courier, words_of

from digest.archive.guises import dress
from digest.archive.outlook import for_word, is_met
from digest.rendering import render_issue

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("condition", "met"),
    [
        ("mso", True),
        (" MSO ", True),
        ("!mso", False),
        ("gte mso 9", True),
        ("gt mso 15", True),
        ("gt mso 16", False),
        ("lt mso 9", False),
        ("lte mso 16.0", True),
        ("mso 16", True),
        ("mso 12", False),
        ("vml", True),
        ("gte vml 1", True),
        ("IE", False),
        ("!IE", True),
        ("(gte mso 9)|(IE)", True),
        ("!mso | IE", False),
        ("(mso)&(!IE)", True),
        ("IE|mso&vml", True),
        ("mso|IE&IE", True),
        ("(IE|mso)&(!vml)", False),
        ("true", True),
        ("mso &", False),
        ("", False),
    ],
)
def test_a_condition_is_read_as_word_reads_it(condition: str, *, met: bool) -> None:
    assert is_met(condition) is met


def test_what_is_said_to_word_is_read_and_what_is_hidden_from_it_is_not() -> None:
    html = (
        "a<!--[if mso]>b<![endif]-->c<!--[if !mso]><!-->X<!--<![endif]-->d"
        "<![if !mso]>X<![endif]>e<!--[if IE]>X<![endif]-->f<!--[if !mso]>-->X<!--<![endif]-->g"
    )
    assert for_word(html) == "abcdefg"


def outlook(body: str, head: str = "") -> lxml.html.HtmlElement:
    page = f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>"
    return lxml.html.document_fromstring(dress(page, {}).outlook)


@pytest.mark.parametrize(
    ("tag", "style", "kept"),
    [
        ("div", "max-width: 280px; display: inline-block; color: #111", "color: #111"),
        ("p", "padding: 4px; margin: 0 0 4px; width: 50%", "margin: 0 0 4px"),
        ("p", "margin: 0 auto; border-radius: 8px; box-shadow: 0 0 1px", ""),
        ("p", "margin-top: -4px; margin-bottom: 4px", "margin-bottom: 4px"),
        ("p", "display: none; mso-hide: all", "display: none; mso-hide: all"),
        ("p", "color: #111 !important; font-weight: bold", "font-weight: bold"),
        ("p", "background: #fff; background-image: url(x)", "background: #fff"),
        ("span", "height: 4px; letter-spacing: -0.5px", "letter-spacing: -0.5px"),
    ],
)
def test_a_style_attribute_keeps_what_word_knows(tag: str, style: str, kept: str) -> None:
    element = outlook(f'<{tag} id="it" style="{style}">x</{tag}>').get_element_by_id("it")
    assert element.get("style") == kept


def test_cells_and_tables_keep_their_measures() -> None:
    page = outlook(
        '<table id="sheet" style="max-width: 640px; width: 100%"><tr>'
        '<td id="cell" style="padding: 0 24px; width: 56px; height: 3px">x</td></tr></table>'
    )
    assert page.get_element_by_id("sheet").get("style") == "max-width: 640px; width: 100%"
    cell = page.get_element_by_id("cell").get("style")
    assert cell == "padding: 0 24px; width: 56px; height: 3px"


def test_the_head_keeps_plain_rules_and_none_of_an_at_rule() -> None:
    page = outlook(
        "x",
        "<style>/* { */ .a { color: red; opacity: .5 } .a:hover, .b > p { color: blue }\n"
        "@media (min-width: 1px) { .a { color: green } .b { color: green } }"
        ".c { text-wrap: balance; color: gray !important }</style>",
    )
    (style, *_) = page.iter("style")
    rules = re.sub(r"\s+", " ", style.text or "").strip()
    assert rules == ".a { color: red } .c { color: gray !important }"


def test_words_own_xml_is_not_shown() -> None:
    page = outlook("<p>x</p>", "<!--[if mso]><xml><o:Office><o:Png/>y</o:Office></xml><![endif]-->")
    assert page.xpath("string(//body)").strip() == "x"
    assert "y" not in page.text_content()


@pytest.mark.parametrize("theme", [BROADSHEET, BULLETIN], ids=lambda theme: theme.name)
def test_a_built_in_theme_loses_no_word_in_outlook_and_stands_in_columns(theme: Path) -> None:
    email = render_issue(the_courier(), themes=[theme])
    page = lxml.html.document_fromstring(dress(email.html, {}).outlook)
    (shown,), (sent,) = page.iter("body"), page_of(email).iter("body")
    assert words_of(shown) == words_of(sent)
    assert {table.get("width") for table in page.iter("table")} > {"640"}
    assert not page.xpath("//ol | //ul")
