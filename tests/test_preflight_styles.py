"""Preflight of CSS and HTML: what kills a style block, and what some client does not know."""

from __future__ import annotations

import pytest
from sound_email import SOUND, found, with_body, with_head

from digest.preflight import check_email
from digest.preflight.clients import features
from digest.preflight.policy import ENHANCEMENTS, NEVER


def messages(html: str) -> list[str]:
    return [finding.message for finding in check_email(with_body(html))]


@pytest.mark.parametrize(
    ("css", "rule"),
    [
        ("@media (max-width:9px) { @media (min-width:1px) { p { color:#000 } } }", "style-nested"),
        ("p { color:#000; @media (max-width:9px) { color:#111 } }", "style-nested"),
        (".a { color:#000; .b { color:#111 } }", "style-nested"),
        ("p { border-top-color: rgb(1 2 3) }", "style-rgb"),
        ("p { border-top-color: RGB(1 2 3 / 50%) }", "style-rgb"),
        ("@import url(https://c.example/a.css);", "style-import"),
    ],
)
def test_what_makes_gmail_drop_a_style_block_is_an_error(css: str, rule: str) -> None:
    assert ("error", rule) in found(with_head(f"<style>{css}</style>"))


@pytest.mark.parametrize(
    "css",
    [
        "@media (max-width:9px) { p { padding:0 !important } } @media (max-width:5px) { p {} }",
        "p { border-top-color: rgb(1, 2, 3) }",
        ".a:hover { text-decoration: underline }",
        "p { } } } { ]]",
        "<!-- p { color: #000 } -->",
    ],
)
def test_other_style_blocks_are_let_be(css: str) -> None:
    assert found(with_head(f"<style>{css}</style>")) == []


def test_a_style_block_in_the_body_is_an_error() -> None:
    assert found(with_body("<style>p { margin: 0 }</style>")) == [("error", "style-place")]


def test_a_style_block_that_is_a_maze_is_an_error_and_no_exception() -> None:
    maze = f"<style>p {{ margin: {'(' * 9000} }}</style>"
    assert ("error", "style-unreadable") in found(with_head(maze))
    assert found(with_body(f"<p style='margin:{'(' * 9000}'>Words</p>")) == []


def test_a_finding_in_a_style_block_names_the_line_of_the_page() -> None:
    css = "<style>\np { margin: 0 }\np { border-top-color: rgb(1 2 3) }\n</style>"
    (finding,) = check_email(with_head(f"\n{css}"))
    assert finding.line == 4
    assert finding.markup == "border-top-color: rgb(1 2 3)"


@pytest.mark.parametrize(
    ("html", "rule"),
    [
        ("<div style='display:flex'>A</div>", "client-css-display-flex"),
        ("<div style='display:inline-grid'>A</div>", "client-css-display-grid"),
        ("<p style='position:absolute;'>A</p>", "client-css-position"),
        ("<p style='width:calc(1px + 1%)'>A</p>", "client-css-unit-calc"),
        ("<p style='font-size:1rem'>A</p>", "client-css-unit-rem"),
        ("<p style='opacity:.5'>A</p>", "client-css-opacity"),
        ("<p style='box-shadow:0 0 1px #000'>A</p>", "client-css-box-shadow"),
        ("<p style='--ink:#000;margin:var(--gap)'>A</p>", "client-css-variables"),
        ("<svg width='9' height='9'></svg>", "client-html-svg"),
        ("<video src='https://c.example/a.mp4'></video>", "client-html-video"),
        ("<form action='https://c.example/'></form>", "client-html-form"),
        ("<link rel='stylesheet' href='https://c.example/a.css'>", "client-html-link"),
        ("<script>let a</script>", "element-taken-out"),
        ("<iframe src='https://c.example/'></iframe>", "element-taken-out"),
        ("<p onclick='a()'>A</p>", "element-taken-out"),
    ],
)
def test_what_no_email_may_need_is_an_error(html: str, rule: str) -> None:
    assert found(with_body(html)) == [("error", rule)]


@pytest.mark.parametrize(
    "css",
    ["@font-face { font-family: A }", "@keyframes a { to { width: 1px } }", "@supports (a:b) {}"],
)
def test_at_rules_that_no_email_may_need_are_errors(css: str) -> None:
    (found_rule,) = found(with_head(f"<style>{css}</style>"))
    assert found_rule[0] == "error"
    assert found_rule[1].startswith("client-css-at-")


@pytest.mark.parametrize(
    ("html", "who"),
    [
        ("<p style='text-shadow:0 0 1px #000'>A</p>", "Gmail, Outlook"),
        ("<p style='z-index:2'>A</p>", "Gmail, Outlook (Windows)"),
        ("<p style='background-image:none'>A</p>", "Outlook (Windows)"),
        ("<abbr title='A'>A</abbr>", "Outlook (Windows), Yahoo"),
        (
            "<img src='https://c.example/a.svg?w=9' alt='A' width='9' height='9'>",
            "Gmail (web)",
        ),
    ],
)
def test_what_some_client_lacks_is_a_warning_that_names_the_client(html: str, who: str) -> None:
    (finding,) = check_email(with_body(html))
    assert finding.level == "warning"
    assert finding.message.endswith(f"does nothing in {who}")


def test_selectors_that_some_client_lacks_are_told_of() -> None:
    css = "ul > li, p:first-child, p::before, a + a { margin: 0 }"
    rules = {rule for _, rule in found(with_head(f"<style>{css}</style>"))}
    assert rules == {
        "client-css-selector-child",
        "client-css-pseudo-class-first-child",
        "client-css-pseudo-element-before",
        "client-css-selector-adjacent-sibling",
    }


def test_a_feature_is_told_of_once_where_it_is_used_first() -> None:
    twice = "<p style='z-index:1'>A</p>\n<p style='z-index:2'>B</p>"
    (finding,) = check_email(with_body(twice))
    assert finding.markup == "z-index: 1"


def test_enhancements_with_a_fallback_are_not_told_of() -> None:
    css = (
        "@media (prefers-color-scheme: dark) { .a { border-radius: 2px } }"
        ".a:hover { text-wrap: balance }"
    )
    assert found(with_head(f"<style>{css}</style>")) == []


def test_every_feature_of_the_policy_is_one_that_the_facts_know() -> None:
    names = {feature.name for feature in features()}
    assert names >= NEVER
    assert names >= ENHANCEMENTS.keys()
    assert not NEVER & ENHANCEMENTS.keys()


def test_a_data_picture_is_no_address_and_gmail_does_not_show_it() -> None:
    picture = "<img src='data:image/gif;base64,AA' alt='A' width='9' height='9'>"
    assert found(with_body(picture)) == [
        ("error", "image-src"),
        ("warning", "client-image-base64"),
    ]


def test_words_that_look_like_css_are_words() -> None:
    assert found(with_body("<p>display:flex and &lt;video&gt; and position:absolute</p>")) == []
    assert SOUND.html.count("<style") == 0
