"""Contrast: computed along the tree as a client would, light and dark."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sound_email import found, with_body

from digest.preflight import check_email
from digest.preflight.colours import contrast, read_colour

DARK = "@media (prefers-color-scheme: dark) {{ {} }}"


def faults(html: str, css: str = "") -> list[tuple[str, str]]:
    """Give rule and text of each contrast that preflight holds against a body."""
    email = with_body(html)
    styled = email.html.replace("</head>", f"<style>{css}</style></head>")
    email = replace(email, html=styled)
    return [(one.rule, one.where) for one in check_email(email) if "contrast" in one.rule]


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    # By the formula of WCAG 2.2, as public calculators give it.
    [("#000", "#fff", 21.0), ("#767676", "#ffffff", 4.54), ("#777777", "white", 4.48)],
)
def test_contrast_is_that_of_wcag(one: str, other: str, ratio: float) -> None:
    front, back = read_colour(one), read_colour(other)
    assert front
    assert back
    assert contrast(front, back) == pytest.approx(ratio, abs=0.01)


@given(st.tuples(*[st.floats(0, 1)] * 6))
def test_contrast_is_the_same_both_ways_and_between_1_and_21(parts: tuple[float, ...]) -> None:
    one = (parts[0], parts[1], parts[2], 1.0)
    other = (parts[3], parts[4], parts[5], 1.0)
    assert contrast(one, other) == contrast(other, one)
    assert 1.0 <= contrast(one, other) <= 21.0001


@pytest.mark.parametrize(
    ("html", "seen"),
    [
        ("<p style='color:#767676'>A</p>", False),
        ("<p style='color:#777777'>A</p>", True),
        ("<p style='color:#949494;font-size:24px'>A</p>", False),
        ("<p style='color:#949494;font-size:23px'>A</p>", True),
        ("<p style='color:#949494;font-size:19px;font-weight:bold'>A</p>", False),
        ("<p style='color:#949494;font-size:18px;font-weight:700'>A</p>", True),
        ("<p style='color:#949494;font:bold 19px/1 serif'>A</p>", False),
        ("<p style='color:#949494;font:19px serif'>A</p>", True),
        ("<h2 style='color:#949494'>A</h2>", False),
        ("<p style='color:#949494;font-size:14pt'><b>A</b></p>", False),
    ],
)
def test_text_needs_4_5_and_large_text_3(html: str, *, seen: bool) -> None:
    assert bool(faults(html)) is seen


@pytest.mark.parametrize(
    "html",
    [
        "<div style='background-color:#333'><p><i>A</i></p></div>",
        "<table bgcolor='#333333'><tr><td>A</td></tr></table>",
        "<div style='background:#333 none'>A</div>",
        "<div style='color:#eee'><p>A</p></div>",
        "<p style='color:rgba(0, 0, 0, 0.4)'>A</p>",
        "<p><font color='#eeeeee'>A</font></p>",
        "<div style='background:#0000cc'><a href='https://courier.example/thames'>A</a></div>",
        "<div style='color:#eee !important'>A</div>",
        "<p style='color:hsl(0, 0%, 80%)'>A</p>",
    ],
)
def test_colours_come_down_the_tree_and_what_nobody_coloured_is_black_on_white(html: str) -> None:
    assert faults(html) == [("contrast", "A")]


@pytest.mark.parametrize(
    "html",
    [
        "<div style='background-color:#333;color:#fff'><p>A</p></div>",
        "<p style='color:#eee;display:none'>A</p>",
        "<div style='visibility:hidden;color:#eee'><p>A</p></div>",
        "<p style='color:#eee;font-size:0'>A</p>",
        "<p style='color:#eee'>&nbsp;</p>",
        "<p style='color:#eee'><span style='color:#333'>A</span></p>",
        "<div style='background:url(https://c.example/a.png)'><p style='color:#eee'>A</p></div>",
        "<div style='background-color:#333'><p style='background-color:#fff'>A</p></div>",
        "<p style='color:nonsense'>A</p>",
        "<p style='color:#000;background:transparent'>A</p>",
        "<p style='color:#333;color:inherit'>A</p>",
    ],
)
def test_what_is_unseen_overridden_or_beyond_knowing_is_let_be(html: str) -> None:
    assert faults(html) == []


def test_the_words_of_a_blocked_picture_are_held_to_it_by_a_warning() -> None:
    picture = "<img src='https://c.example/a.jpg' alt='A river' width='9' height='9' style='{}'>"
    assert faults(picture.format("background-color:#333333")) == [("contrast", "A river")]
    assert faults(picture.format("background-color:#333333;color:#fff")) == []
    assert found(with_body(picture.format("background-color:#333"))) == [("warning", "contrast")]


def test_each_pair_is_told_once_with_the_first_text_and_what_it_has() -> None:
    html = "<p style='color:#cccccc'>First</p><p style='color:#ccc'>Second</p>"
    (finding,) = check_email(with_body(html))
    assert (finding.level, finding.where) == ("error", "First")
    assert finding.message == ("text of #cccccc on #ffffff has a contrast of 1.6; it needs 4.5")
    assert finding.markup == "#cccccc"


@pytest.mark.parametrize(
    ("css", "seen"),
    [
        (DARK.format("body { background-color:#111 !important }"), True),
        (
            DARK.format("body { background-color:#111 !important } * { color:#eee !important; }"),
            False,
        ),
        (DARK.format("body { background-color:#111 } body, p, h1, h2, a { color:#eee }"), True),
        (DARK.format(".a { color:#ccc !important }"), True),
        (DARK.format(".a { color:#ccc }"), False),  # the style attribute is stronger
        (DARK.format(".b { color:#ccc !important }"), False),  # nobody has that class
        ("@media (prefers-color-scheme: light) { .a { color:#ccc !important } }", False),
        ("[data-ogsc] .a { color: #ccc !important }", False),
    ],
)
def test_dark_rules_are_laid_over_the_page_and_held_to_the_same(css: str, *, seen: bool) -> None:
    found_rules = {rule for rule, _ in faults("<p class='a' style='color:#222'>A</p>", css)}
    assert ("contrast-dark" in found_rules) is seen


def test_in_the_dark_the_fault_is_a_colour_or_what_no_rule_darkened() -> None:
    dark = DARK.format("body { background-color:#111 !important } .a { color:#222 !important }")
    html = "<p class='a' style='color:#000'>A</p><p class='b' style='color:#000'>B</p>"
    email = with_body(html)
    styled = email.html.replace("</head>", f"<style>{dark}</style></head>")
    markup = {one.where: one.markup for one in check_email(replace(email, html=styled))}
    assert markup["A"] == "#222"
    styled = styled.replace("<h1>Barrier closes</h1>", "<h1 class='c'>Barrier closes</h1>")
    markup = {one.where: one.markup for one in check_email(replace(email, html=styled))}
    assert markup["Barrier closes"] == 'class="c"'


def test_rules_of_the_head_hold_in_the_light_by_their_specificity() -> None:
    css = ".a.a { color:#222 } .a { color:#ccc } p { color:#ddd }"
    assert faults("<p class='a'>A</p>", css) == []
    assert faults("<p class='b'>A</p>", css) == [("contrast", "A")]
    important = "p { color:#ddd !important } .a { color:#222 }"
    assert faults("<p class='a'>A</p>", important) == [("contrast", "A")]


def test_rules_for_a_width_or_a_pointer_say_nothing_of_the_page() -> None:
    css = "@media (max-width:9px) { p { color:#ccc } } p:hover { color:#ccc } p:: { color:#ccc }"
    assert faults("<p>A</p>", css) == []


def test_a_page_without_dark_rules_is_left_to_dark_clients() -> None:
    assert found(with_body("<p style='color:#333'>A</p>")) == []
