from __future__ import annotations

import html as entities
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.markup import (
    bounded,
    first_sentence,
    images,
    paragraphs,
    plain_text,
    split_credit,
)

PIECES = st.sampled_from(
    ["<b>", "</b>", "<p>", "</p>", "<br>", "<script>", "</script>", "<style>x</style>", "<!--",
     "-->", "<a href='javascript:x'>", "<", ">", "&", "&amp;", "&amp;lt;b&amp;gt;", "&lt;i&gt;",
     "&#8203;", "&nbsp;", "{{ 7 * 7 }}", "{% raw %}", "word", " ", "\n", "\u202e", "\u200b", "\x00",
     "\ud800", "3 < 5", "AT&T", "<![CDATA[", "]]>", "<img src=x onerror=y>", "é", "\u200d", "<p"]
)  # fmt: skip
MESSY = st.lists(PIECES, max_size=15).map("".join)
TAG = re.compile(r"</?(?:a|b|br|i|img|p|script|style)(?:\s[^<>]*)?/?>", re.IGNORECASE)
INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)


@given(MESSY)
def test_no_tag_and_nothing_invisible_is_left(html: str) -> None:
    text = plain_text(html)
    assert not TAG.search(text)
    assert not INVISIBLE.search(text)
    assert text == " ".join(text.split())


@given(MESSY)
def test_plain_text_is_plain_already(html: str) -> None:
    once = plain_text(html)
    assert plain_text(once) == once


@given(MESSY)
def test_every_paragraph_is_a_plain_line(html: str) -> None:
    for line in paragraphs(html):
        assert line
        assert line == plain_text(line)


@given(st.text(st.characters(codec="utf-8", categories=["L", "N", "P"])))
def test_text_survives_being_escaped_for_html(text: str) -> None:
    assert plain_text(entities.escape(text)) == plain_text(text)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("Q&amp;A: a &lt;b&gt;bold&lt;/b&gt; move", "Q&A: a bold move"),
        ("Q&amp;amp;A", "Q&A"),
        ("3 < 5 and 7 > 2", "3 < 5 and 7 > 2"),
        ("AT&T buys B&Q; shares rise", "AT&T buys B&Q; shares rise"),
        ("I <3 Leith", "I <3 Leith"),
        ("if x <y then", "if x <y then"),
        ("Marks&amp;notable", "Marks&notable"),
        ("It&#8217;s&nbsp;on&hellip;", "It\u2019s on\u2026"),
        ("<p>One</p><p>Two</p>three<br>four", "One Two three four"),
        ("inl<em>ine</em>", "inline"),
        ("<![CDATA[Twice <b>wrapped</b>]]>", "Twice wrapped"),
        ('cut <a href="https://news.example/ver', "cut"),
        ("<figure><img><figcaption>A caption</figcaption></figure>Text", "Text"),
        ("{{ config }} {% import os %}", "{{ config }} {% import os %}"),
    ],
)  # fmt: skip
def test_titles_come_out_sensible(html: str, text: str) -> None:
    assert plain_text(html) == text


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>Safe",
        "&lt;script&gt;alert(1)&lt;/script&gt;Safe",
        "<style>p{}</style>Safe<iframe src='https://evil.example'></iframe>",
        "<a href='javascript:alert(1)' onclick='alert(1)'>Safe</a>",
        "Sa\u202e\u200b\x07fe",
        "<svg onload=alert(1)></svg>Safe<!-- alert -->",
    ],
)
def test_nothing_live_comes_out(html: str) -> None:
    assert plain_text(html) == "Safe"


def test_emoji_and_scripts_that_join_keep_their_joiners() -> None:
    assert plain_text("\U0001f469\u200d\U0001f680 flies") == "\U0001f469\u200d\U0001f680 flies"
    assert plain_text("na\u200dve") == "nave"


def test_nested_and_endless_markup_is_cut_rather_than_waited_for() -> None:
    assert plain_text("seen" + "<div><b>" * 50_000 + "unseen") == "seen"
    assert len(plain_text("a" * 1_000_000)) < 1_000_000


def test_blocks_and_double_breaks_become_paragraphs() -> None:
    html = "<p>One</p>stray <i>text</i><p>Two<br>lines<br/><br />Three</p><ul><li>a<li>b</ul>"
    assert paragraphs(html) == ("One", "stray text", "Two lines", "Three", "a", "b")


def test_a_block_with_attributes_is_a_block() -> None:
    assert paragraphs('<p lang="en" title="t">One</p><br class="x">Two') == ("One", "Two")


def test_blank_lines_part_a_text_without_markup() -> None:
    assert paragraphs("One\nline\n\nTwo &amp; three") == ("One line", "Two & three")


def test_a_body_escaped_twice_has_its_paragraphs() -> None:
    assert paragraphs("&lt;p&gt;One&lt;/p&gt;&lt;p&gt;Two&lt;/p&gt;") == ("One", "Two")


def test_an_image_keeps_its_own_words_and_size() -> None:
    html = """<figure>
      <img src="/a b.jpg" alt="Q&amp;A &quot;night&quot;" width="600" height="400px">
      <figcaption>The quay. <span class="credit">Photo: Jo Doe</span></figcaption></figure>
      <img src="https://cdn.example/b.jpg" title="Second">"""
    first, second = images(html, "https://news.example/story")
    assert first.url == "https://news.example/a%20b.jpg"
    assert (first.alt, first.caption, first.credit) == ('Q&A "night"', "The quay.", "Jo Doe")
    assert (first.width, first.height) == (600, 400)
    assert (second.alt, second.caption, second.width) == ("", "Second", None)


@pytest.mark.parametrize(
    "tag",
    [
        '<img src="data:image/gif;base64,R0lGOD">',
        '<img src="javascript:alert(1)">',
        '<img src="https://a.example/x.gif" width="1" height="1">',
        '<img src="https://a.example/tracking/pixel.png">',
        '<img src="https://s.w.org/images/core/emoji/1f600.png">',
        '<img class="wp-smiley" src="https://a.example/1.png">',
        '<img src="https://secure.gravatar.com/avatar/abc">',
        '<img src="https://a.example/logo.svg?v=1">',
        '<img src="undefined">',
        '<img src="http://[::1/x.jpg">',
        "<img>",
    ],
)
def test_what_is_no_picture_of_the_story_is_left_out(tag: str) -> None:
    assert images(tag, "https://news.example/story") == ()


def test_a_lazy_image_is_found_behind_its_placeholder() -> None:
    html = '<img src="https://a.example/blank.gif" data-src="https://a.example/quay.jpg">'
    assert [image.url for image in images(html, "")] == ["https://a.example/quay.jpg"]


@pytest.mark.parametrize(
    ("caption", "parts"),
    [
        ("The quay at dawn. Photo: Jo Doe", ("The quay at dawn.", "Jo Doe")),
        ("The quay (Photograph by Jo Doe/Agency)", ("The quay", "Jo Doe/Agency")),
        ("(Image credit: Jo Doe)", ("", "Jo Doe")),
        ("The photo by the door", ("The photo by the door", "")),
        ("Images: .jpeg, .png", ("Images: .jpeg, .png", "")),
    ],
)
def test_a_credit_is_parted_from_its_caption(caption: str, parts: tuple[str, str]) -> None:
    assert split_credit(caption) == parts


def test_a_cut_prefers_the_end_of_a_sentence() -> None:
    text = "Harbour trade doubled. The U.S. envoy left early and nobody knew why he did."
    assert bounded(text, 40) == "Harbour trade doubled."
    assert bounded(text, 60) == "Harbour trade doubled. The U.S. envoy left early and nobody\u2026"
    assert bounded(text, 200) == text


@given(st.text(max_size=200), st.integers(min_value=1, max_value=120))
def test_a_cut_is_within_its_limit(text: str, limit: int) -> None:
    assert len(bounded(text, limit)) <= limit


def test_the_first_sentence_ends_where_it_ends() -> None:
    assert first_sentence("Mr. Doe of the U.S. left. He came back.") == "Mr. Doe of the U.S. left."
    assert first_sentence("No end") == "No end"
