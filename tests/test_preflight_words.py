"""Preflight of what is said: inbox, language, stories, links, and the theme's line."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sound_email import PICTURE, SOUND, STORY, found, with_body

from digest.outgoing import Email
from digest.preflight import Former, check_email, check_html, held_by, located, preheader_in

PREHEADER = "<div style='display:none'>And nine other stories</div>"


def former(subject: str = "Yesterday", preheader: str = "Other things") -> Former:
    return Former(subject=subject, preheader=preheader)


def test_a_subject_that_is_that_of_the_last_issue_is_a_warning() -> None:
    same = former(f"  {SOUND.subject.upper()}\u00a0")
    assert [one.rule for one in check_email(SOUND, former=same)] == ["subject-same"]
    assert check_email(SOUND, former=former()) == ()


def test_a_preheader_that_is_that_of_the_last_issue_is_a_warning() -> None:
    same = former(preheader=SOUND.preheader)
    assert [one.rule for one in check_email(SOUND, former=same)] == ["preheader-same"]


def test_nobody_knows_that_what_is_empty_is_the_same() -> None:
    empty = replace(SOUND, subject="", preheader="")
    rules = [one.rule for one in check_email(empty, former=former("", ""))]
    assert rules == ["subject-empty", "preheader-empty"]


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        (PREHEADER, []),
        (PREHEADER.replace("display:none", "max-height:0"), []),
        (f"<div style='display:none'>{PREHEADER.replace('display:none', '')}</div>", []),
        (PREHEADER.replace("display:none", "color:#000"), [("warning", "preheader-shown")]),
        ("", [("warning", "preheader-lost")]),
    ],
)
def test_the_preheader_is_in_the_page_and_hidden(
    inside: str, expected: list[tuple[str, str]]
) -> None:
    assert found(replace(SOUND, html=SOUND.html.replace(PREHEADER, inside))) == expected


def test_a_preheader_that_no_inbox_shows_whole_is_a_warning() -> None:
    long = "x" * 201
    html = SOUND.html.replace("And nine other stories", long)
    assert found(replace(SOUND, preheader=long, html=html)) == [("warning", "preheader-long")]


def test_the_preheader_of_any_page_is_its_first_hidden_text() -> None:
    assert preheader_in(SOUND.html) == "And nine other stories"
    assert preheader_in("<p>Nothing is hidden</p>") == ""
    assert preheader_in("") == ""


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("<html lang='en-GB' dir='ltr'>", "<html lang='en-GB'>", "dir-missing"),
        ("<div lang='en-GB' dir='ltr'>", "<div lang='en-GB'>", "wrapper-missing"),
    ],
)
def test_language_and_direction_are_said_outside_and_inside(old: str, new: str, rule: str) -> None:
    assert found(replace(SOUND, html=SOUND.html.replace(old, new))) == [("warning", rule)]


@pytest.mark.parametrize(
    "story",
    [
        f"<h3><a href='{STORY}'>Ferries return</a></h3>",
        "<h3><a href='https://courier.example/other'>FERRIES  return</a></h3>",
    ],
)
def test_a_story_that_stands_twice_is_a_warning(story: str) -> None:
    once = f"<h3><a href='{STORY}'>Ferries return</a></h3>"
    email = with_body(f"{once}{story}")
    email = replace(email, text=f"{email.text}\nhttps://courier.example/other\n")
    assert found(email) == [("warning", "story-twice")]


def test_section_titles_may_lead_to_one_page() -> None:
    title = f"<h2><a href='{STORY}'>{{}}</a></h2>"
    assert found(with_body(title.format("London") + title.format("Nearby"))) == []


@pytest.mark.parametrize("words", ["Lire la suite", "Mehr …", "Leer más", "اقرأ المزيد", "Ici"])
def test_bare_words_are_known_in_several_languages(words: str) -> None:
    assert found(with_body(f"<a href='{STORY}'>{words}</a>")) == [("warning", "link-text")]


def test_a_link_to_a_place_in_the_page_is_an_error_for_clients_that_do_nothing() -> None:
    first, *_ = found(with_body("<a href='#top'>To the top</a>"))
    assert first == ("error", "link-target")


def test_a_plain_text_part_must_say_something() -> None:
    assert found(replace(SOUND, text=" \n")) == [("error", "text-empty")]


def test_a_page_alone_is_not_asked_for_what_only_an_email_has() -> None:
    assert check_html(SOUND.html) == ()
    assert [one.rule for one in check_html("")] == ["html-empty"]
    attached = '<img src="cid:lead@courier" alt="A" width="9" height="9">'
    assert check_html(SOUND.html.replace("</body>", f"{attached}</body>")) == ()


def test_the_reason_of_a_hold_is_the_first_error_and_how_many_there_are() -> None:
    assert held_by(check_email(SOUND)) == ""
    assert held_by(check_email(replace(SOUND, preheader=""))) == ""
    one = with_body("<a href='/x'>The world</a>")
    assert held_by(check_email(one)) == (
        "preflight found an error: a link is no absolute http(s) or mailto address (/x)"
    )
    two = with_body("<a href='/x'>The world</a><a href='/y'>The moon</a>")
    assert held_by(check_email(two)).startswith("preflight found 2 errors, the first: a link is")


@pytest.mark.parametrize(
    ("spoilt", "template"),
    [
        (PICTURE.replace("src=", 'class="logo" data-src='), '<p>\n<img  class="logo">'),
        ("<p style='display: flex'>A</p>", "<p>\n.a { display:flex }"),
        ("<p style='color:#cccccc'>A</p>", '[light]\nsoft = "#cccccc"'),
        ("<p style='color:#ccc'>A</p>", '[light]\nsoft = "#CCCCCC"'),
    ],
)
def test_a_finding_names_the_line_of_the_theme_that_alone_can_have_written_it(
    spoilt: str, template: str
) -> None:
    found_errors = [one for one in check_email(with_body(spoilt)) if one.level == "error"]
    (finding,) = located(found_errors, {"a": "", "own/lead.html.j2": template})
    assert finding.template == "own/lead.html.j2:2"
    for unsure in ({"a": template, "b": template}, {"a": "nothing like it"}):
        (finding,) = located(found_errors, unsure)
        assert finding.template == ""


MARKUP = st.lists(
    st.sampled_from(
        [
            *"<>'\"{}()[]@:;#.,!&=/ \n\x00é",
            "<a href=",
            "<img src=",
            "<style>",
            "</style>",
            "<p style='",
            "color:",
            "rgb(",
            "@media (prefers-color-scheme: dark) {",
            "!important",
            "<h1>",
            "<table bgcolor=#eee>",
            "<!--[if mso]>",
            "font: bold 1e999px",
            "calc(",
            "\ud7ff",
        ]
    ),
    max_size=60,
).map("".join)


@settings(max_examples=300, deadline=None)
@given(MARKUP, MARKUP)
def test_no_page_makes_it_fail(head: str, body: str) -> None:
    page = f"<html><head><style>{head}</style></head><body>{body}</body></html>"
    email = Email(subject=head, preheader=body, html=page, text=body, language="")
    assert check_email(email) == check_email(email)
    assert check_html(body) == check_html(body)


@pytest.mark.parametrize(
    "html",
    [
        "<p>" * 50_000,
        "<div style='color:#ccc'>" * 3_000 + "A",
        f"<p class='{'a ' * 50_000}'>A</p>",
        f"<style>{'p{color:red}' * 20_000}</style>",
        f"<style>{'@media a{' * 5_000}</style>",
        "<" * 100_000,
        "\x00\x01\ufffe",
    ],
)
def test_a_huge_or_hostile_page_is_looked_over_all_the_same(html: str) -> None:
    assert check_html(html)
