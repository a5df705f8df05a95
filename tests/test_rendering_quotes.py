"""Readers' comments in the email: their place, their words, whoever wrote them and however."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from fiction import CUTOFF, make_article, make_inputs, make_story
from lxml import html as lxml_html

from digest.comment import Quote, Quotes
from digest.planning import plan_issue
from digest.preflight import check_email
from digest.rendering import render_issue

if TYPE_CHECKING:
    from digest.outgoing import Email

THEMES = [Path(__file__).parent.parent / "templates" / "broadsheet"]
QUOTE = Quote(
    author="Maureen Adair",
    text="The tea was terrible.",
    url="https://courier.example/gallion-bridge#comment-12",
    title="Night ferries return",
    date=CUTOFF,
    reason="chosen by the editors",
)


def rendered(*quotes: Quote, title: str = "From the comments", language: str = "en-GB") -> Email:
    article = make_article("gallion-bridge")
    issue = plan_issue(make_inputs(articles=(article,)), [make_story(5, article)])
    masthead = replace(issue.masthead, language=language, date=dt.date(2026, 11, 23))
    shown = Quotes(title=title, quotes=quotes) if quotes else None
    return render_issue(replace(issue, comments=shown, masthead=masthead), themes=THEMES)


def told(email: Email) -> str:
    """Give the words of the HTML part, in order."""
    return " ".join(lxml_html.fromstring(email.html.encode()).text_content().split())


def test_a_quote_stands_with_its_author_and_a_link_that_says_where_it_leads() -> None:
    email = rendered(QUOTE)
    (quote,) = lxml_html.fromstring(email.html.encode()).iter("blockquote")
    assert quote.text_content() == "The tea was terrible."
    assert "Maureen Adair. Read the comments on Night ferries return" in told(email)
    assert f'href="{QUOTE.url}"' in email.html
    assert (
        "“       The tea was terrible.\n"
        "        Maureen Adair\n"
        "        Read the comments on Night ferries return\n"
        "        https://courier.example/gallion-bridge#comment-12\n"
    ) in email.text
    assert not [one for one in check_email(email) if one.level == "error"]
    assert not [one for one in check_email(email) if one.rule in {"link-text", "text-link"}]


def test_without_quotes_there_is_no_section() -> None:
    email = rendered()
    assert "blockquote" not in email.html
    assert "From the comments" not in email.html + email.text


def test_the_words_of_quotes_are_counted() -> None:
    assert rendered(QUOTE).words > rendered().words


def test_several_quotes_stand_in_their_order() -> None:
    second = replace(QUOTE, text="Mine stoked it.", url="https://courier.example/x#comment-2")
    email = rendered(QUOTE, second)
    words = told(email)
    assert words.index("The tea was terrible.") < words.index("Mine stoked it.")
    assert f"{QUOTE.url}\n\n“       Mine stoked it.\n" in email.text
    assert f"{second.url}\n\n\n====" in email.text


@pytest.mark.parametrize(
    ("author", "shown"),
    [
        ("", "A reader. Read"),
        ("Edwin R.", "Edwin R. Read"),
        ("x" * 60, f"{'x' * 60}. Read"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>. Read"),
    ],
)
def test_whoever_wrote_it_is_named_as_text(author: str, shown: str) -> None:
    email = rendered(replace(QUOTE, author=author))
    assert shown in told(email)
    assert "<script>" not in email.html


def test_a_comment_cannot_leave_its_place() -> None:
    hostile = "</p></blockquote><img src=x onerror=alert(1)> {{ issue }} &lt;b&gt; \x07"
    email = rendered(replace(QUOTE, text=hostile, author=hostile, title=hostile))
    page = lxml_html.fromstring(email.html.encode())
    assert not list(page.iter("img"))
    (quote,) = page.iter("blockquote")
    assert quote.text_content() == hostile.replace("\x07", "")
    assert "\x07" not in email.html + email.text


def test_a_comment_may_run_the_other_way_than_its_page() -> None:
    email = rendered(replace(QUOTE, text="הקפה היה נורא", author="נועה"))
    (quote,) = lxml_html.fromstring(email.html.encode()).iter("blockquote")
    assert quote.get("dir") == "auto"
    assert "הקפה היה נורא" in email.text
    assert "”" in told(rendered(QUOTE, language="he"))


def test_a_long_comment_is_set_smaller() -> None:
    assert 'class="quote-long' in rendered(replace(QUOTE, text="The tea. " * 40)).html
    assert 'class="quote-long' not in rendered(QUOTE).html


def test_a_comment_below_an_unknown_article_is_linked_all_the_same() -> None:
    email = rendered(replace(QUOTE, title=""))
    assert "Maureen Adair. Read the comment in full" in told(email)
    assert "Read the comment in full" in email.text


def test_a_title_is_text_and_has_an_end() -> None:
    assert "Letters &amp; &lt;b&gt;" in rendered(QUOTE, title="Letters & <b>").html
