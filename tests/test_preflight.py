"""Preflight: what would break in a reader's hands is found; anybody's words are let be."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sound_email import PICTURE, SOUND, STORY, found, with_body

from digest.outgoing import Attachment
from digest.preflight import check_email


def test_a_sound_email_has_no_findings() -> None:
    assert check_email(SOUND) == ()


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        (" ", [("error", "subject-empty")]),
        ("x" * 150, []),
        ("x" * 151, [("warning", "subject-long")]),
        ("Storm\r\nBcc: x", [("error", "subject-lines")]),
        ("Storm\u2028ahead", [("error", "subject-lines")]),
    ],
)
def test_a_subject_must_be_one_line_of_words(subject: str, expected: list[tuple[str, str]]) -> None:
    assert found(replace(SOUND, subject=subject)) == expected


def test_an_empty_preheader_is_a_warning() -> None:
    assert found(replace(SOUND, preheader="")) == [("warning", "preheader-empty")]


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (90_000, []),
        (90_001, [("warning", "size")]),
        (100_000, [("warning", "size")]),
        (100_001, [("error", "size")]),
    ],
)
def test_html_that_gmail_would_cut_off_is_an_error_and_near_it_a_warning(
    size: int, expected: list[tuple[str, str]]
) -> None:
    padded = with_body("é" * ((size - len(SOUND.html)) // 2) + "x" * ((size - len(SOUND.html)) % 2))
    assert len(padded.html.encode()) == size
    assert found(padded) == expected


@pytest.mark.parametrize(
    "href", ["/section/world", "javascript:alert(1)", "mailto:", "None", "http://"]
)
def test_a_link_that_is_not_absolute_is_an_error(href: str) -> None:
    email = with_body(f"<a href='{href}'>The world in brief</a>")
    (finding, *_) = check_email(email)
    assert (finding.level, finding.rule, finding.where) == ("error", "link-target", href)


@pytest.mark.parametrize("attribute", ["", "href=''", "href=' '"])
def test_a_link_that_leads_nowhere_is_an_error(attribute: str) -> None:
    assert found(with_body(f"<a {attribute}>The world</a>")) == [("error", "link-empty")]


@pytest.mark.parametrize("words", ["Read more", "click here »", " HERE ", "<b>Read</b> on…"])
def test_a_link_that_does_not_say_where_it_goes_is_a_warning(words: str) -> None:
    assert found(with_body(f"<a href='{STORY}'>{words}</a>")) == [("warning", "link-text")]


def test_a_link_around_a_picture_is_named_by_its_alt() -> None:
    assert found(with_body(f"<a href='{STORY}'>{PICTURE}</a>")) == []
    mute = PICTURE.replace("The barrier, closed", "")
    expected = [("warning", "image-alt"), ("warning", "link-text")]
    assert found(with_body(f"<a href='{STORY}'>{mute}</a>")) == expected


def test_a_link_of_bare_words_with_a_telling_label_is_fine() -> None:
    label = "aria-label='All about the barrier'"
    assert found(with_body(f"<a {label} href='{STORY}'>more</a>")) == []


@pytest.mark.parametrize(
    ("picture", "expected"),
    [
        ("alt='A' width='9' height='9'", ("error", "image-src")),
        ("src='cid:1' alt='A' width='9' height='9'", ("error", "image-src")),
        ("src='/a.jpg' alt='A' width='9' height='9'", ("error", "image-src")),
        ("src='https://c.example/a.jpg' width='9' height='9'", ("warning", "image-alt")),
        ("src='https://c.example/a.jpg' alt='' width='9' height='9'", ("warning", "image-alt")),
        ("src='https://c.example/a.jpg' alt='A' height='9'", ("warning", "image-width")),
        (
            "src='https://c.example/a.jpg' alt='A' width='100%' height='9'",
            ("warning", "image-width"),
        ),
        ("src='https://c.example/a.jpg' alt='A' width='9'", ("warning", "image-height")),
    ],
)
def test_a_picture_needs_an_address_words_and_a_size(
    picture: str, expected: tuple[str, str]
) -> None:
    assert found(with_body(f"<img {picture}>")) == [expected]


def test_a_picture_may_travel_in_the_email_and_only_if_it_does() -> None:
    river = Attachment(content_id="river@courier.example", name="r.jpg", kind="jpeg", data=b"")
    shown = "<img src='cid:{}@courier.example' alt='A' width='9' height='9'>"
    with_river = replace(with_body(shown.format("river")), attachments=(river,))
    assert found(with_river) == []
    lost = replace(with_body(shown.format("moor")), attachments=(river,))
    assert found(lost) == [("error", "image-src")]


def test_a_decorative_picture_needs_no_words() -> None:
    spacer = "<img src='https://c.example/a.gif' alt='' role='presentation' width='1' height='1'>"
    assert found(with_body(spacer)) == []


def test_a_page_needs_a_language_a_title_and_one_h1() -> None:
    bare = replace(SOUND, html="<p>Nothing but words</p>")
    assert found(bare) == [
        ("error", "h1-count"),
        ("error", "lang-missing"),
        ("error", "title-missing"),
        ("warning", "dir-missing"),
        ("warning", "preheader-lost"),
        ("warning", "wrapper-missing"),
    ]
    assert found(with_body("<h1>Another</h1>")) == [("error", "h1-count")]


def test_a_skipped_heading_level_is_a_warning_that_names_the_heading() -> None:
    (finding,) = check_email(with_body("<h4>Weather</h4>"))
    assert (finding.level, finding.rule) == ("warning", "heading-skipped")
    assert (finding.message, finding.where) == ("<h4> skips a level after <h2>", "Weather")


def test_a_heading_before_the_h1_is_a_warning() -> None:
    email = replace(SOUND, html=SOUND.html.replace("<h1>", "<h2>Today</h2><h1>"))
    assert found(email) == [("warning", "heading-skipped")]


def test_style_blocks_over_the_limit_of_gmail_are_an_error_together() -> None:
    block = f"<style>{'/* a */' * 1200}</style>"
    assert found(replace(SOUND, html=SOUND.html.replace("</head>", f"{block}</head>"))) == []
    both = SOUND.html.replace("</head>", f"{block}{block}</head>")
    assert found(replace(SOUND, html=both)) == [("error", "style-size")]


def test_a_placeholder_that_nobody_fills_in_is_an_error() -> None:
    email = replace(SOUND, text=f"{SOUND.text}\nhttps://placeholder.invalid/unsubscrbe\n")
    (finding,) = check_email(email)
    assert (finding.rule, finding.where) == (
        "slot-unknown",
        "https://placeholder.invalid/unsubscrbe",
    )


def test_a_link_that_plain_text_lacks_is_a_warning_even_when_another_begins_alike() -> None:
    email = replace(SOUND, text=SOUND.text.replace(STORY, f"{STORY}-two"))
    (finding,) = check_email(email)
    assert (finding.level, finding.rule, finding.where) == ("warning", "text-link", STORY)


def test_a_link_is_the_same_in_both_parts_however_its_letters_are_written() -> None:
    """The inliner writes them in per cent; a feed in Cyrillic or Arabic may not."""
    email = with_body("<a href='https://courier.example/%D8%A3'>The news</a>")
    assert found(replace(email, text=f"{email.text}https://courier.example/أ.\n")) == []


def test_a_mailbox_may_stand_without_its_scheme_in_plain_text() -> None:
    email = with_body("<a href='mailto:desk@courier.example'>Write to the desk</a>")
    assert found(email) == [("warning", "text-link")]
    assert found(replace(email, text=f"{email.text}desk@courier.example\n")) == []


@pytest.mark.parametrize("attribute", ["class='{{ kind }}'", "style='width:None'", "dir='{% x'"])
def test_what_a_template_left_in_an_attribute_is_an_error(attribute: str) -> None:
    assert found(with_body(f"<p {attribute}>Words</p>")) == [("error", "template-leftover")]


def test_braces_in_a_headline_or_its_alt_are_somebodys_words() -> None:
    words = "{{ user.name }} and {% None %}"
    assert found(with_body(f"<h2>{words}</h2>{PICTURE.replace('The barrier', words)}")) == []


@pytest.mark.parametrize("html", ["", "  \n", "<!-- -->"])
def test_html_without_anything_in_it_is_an_error_and_no_exception(html: str) -> None:
    assert ("error", "html-empty") in found(replace(SOUND, html=html))


def test_errors_come_first_and_each_finding_once() -> None:
    twice = "<a href='/x'>The world in brief</a>" * 2
    findings = check_email(replace(with_body(twice), preheader=""))
    levels = [finding.level for finding in findings]
    assert levels == ["error", "warning", "warning"]
    assert len(findings) == len(set(findings))


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200), st.text(max_size=80))
def test_no_email_makes_it_fail_and_the_same_email_gives_the_same_findings(
    words: str, subject: str
) -> None:
    email = replace(with_body(words), subject=subject)
    findings = check_email(email)
    assert findings == check_email(email)
    assert list(findings) == sorted(findings, key=lambda finding: (finding.level, finding.rule))
