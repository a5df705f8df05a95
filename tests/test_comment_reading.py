"""Comments feeds are read as their software writes them, and hold their writers' words only."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from comment_feeds import BRIDGE, TEA, TEA_AT, atom, disqus, the_tea, wordpress, wordpress_item
from hypothesis import given
from hypothesis import strategies as st

from digest.comment import Comment
from digest.errors import SourceError
from digest.sources.comment_reading import MAX_NAME, MAX_TEXT, parse_comments

if TYPE_CHECKING:
    from digest.protocols import Pulled

NOW = dt.datetime(2026, 11, 23, 5, 30, tzinfo=dt.UTC)
FEED = "https://courier.example/comments/feed/"


def read(document: str) -> Pulled:
    return parse_comments(document.encode(), {}, url=FEED, source=FEED, now=NOW)


def only(document: str) -> Comment:
    (comment,) = read(document).comments
    return comment


def words_of(html: str) -> str:
    return only(wordpress(wordpress_item(1, html))).text


def test_a_wordpress_feed_says_who_wrote_what_below_which_article() -> None:
    pulled = read(the_tea())
    assert pulled.title == "Comments for The London Courier"
    assert pulled.memory == {"ttl": "60"}
    assert pulled.articles == ()
    assert pulled.comments == (
        Comment(
            source=FEED,
            guid="https://courier.example/?p=7#comment-12",
            url=TEA_AT,
            author="Maureen Adair",
            text=TEA,
            on_title="Night ferries return",
            published=dt.datetime(2026, 11, 23, 4, 20, tzinfo=dt.UTC),
            first_seen=NOW,
        ),
    )


def test_a_disqus_feed_without_guids_keeps_the_comments_of_a_page_apart() -> None:
    stoker, mother = read(disqus()).comments
    assert (stoker.guid, stoker.url) == (f"{BRIDGE}#comment-642", f"{BRIDGE}#comment-642")
    assert (mother.author, mother.text) == ("Maureen Adair", TEA)
    assert {stoker.on_title, mother.on_title} == {"Night ferries return"}
    assert stoker.dated > mother.dated


def test_an_atom_feed_in_another_language_is_read_too() -> None:
    comment = only(atom())
    assert comment.on_title == "Die Nachtfähren"
    assert (comment.author, comment.text) == ("Jörg Hjelm", "Der Tee war schlecht.")
    assert comment.url == f"{BRIDGE}#comment-9"


@pytest.mark.parametrize(
    ("title", "feed", "about"),
    [
        ("By: Jo Do", "Comments on: The boat", "The boat"),
        ("Von: Jo Do", "Kommentare zu: Die Fähre", "Die Fähre"),
        ("Comment on Standing by by Jo Do", "", "Standing by"),
        ("Commentaires sur Le bateau par Jo Do", "", "Le bateau"),
        ("Comentario en El barco por Jo Do", "", "El barco"),
        ("Reactie op De boot door Jo Do", "", "De boot"),
        ("Re: Comment on the boat", "", "Comment on the boat"),
        ("Commento su Il battello di Jo Do", "", "Il battello"),
        ("Something else", "Comments on: The boat", ""),
        ("By: Jo Do", "The London Courier", ""),
    ],
)
def test_what_a_comment_is_about_stands_in_its_title_or_the_feed_s(
    title: str, feed: str, about: str
) -> None:
    item = wordpress_item(1, "Yes.", author="Jo Do", title=title)
    assert only(wordpress(item, title=feed)).on_title == about


def test_a_reply_holds_no_name_of_somebody_else() -> None:
    html = f'<p>In reply to <a href="{TEA_AT}">Maureen Adair</a>.</p>\n<p>Mine stoked it.</p>'
    assert words_of(html) == "Mine stoked it."
    assert words_of(f'<p>Ask <a href="{BRIDGE}">them</a>.</p><p>I did.</p>') == "Ask them. I did."


@pytest.mark.parametrize(
    "words",
    ["Als Antwort auf", "En réponse à", "En respuesta a", "In antwoord op", "In risposta a"],
)
def test_a_reply_in_another_language_holds_no_other_name_either(words: str) -> None:
    assert words_of(f'<p>{words} <a href="{TEA_AT}">Maureen</a>.</p><p>Nej.</p>') == "Nej."


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("I never agreed with", " that the fares are fair."),
        ("Nonsense,", "!"),
        ("In reply to", ", who is wrong."),
        ("Please see what I said in reply to", "."),
    ],
)
def test_a_reader_s_own_words_about_another_comment_stay(before: str, after: str) -> None:
    html = f'<p>{before} <a href="{TEA_AT}">Evil</a>{after}</p><p>They are fair to nobody.</p>'
    assert words_of(html) == f"{before} Evil{after} They are fair to nobody."


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>if a &lt;b and c&gt; d</p>", "if a <b and c> d"),
        ("if a &lt;b and c&gt; d", "if a <b and c> d"),
        ("<p>use &lt;center&gt; tags</p>", "use <center> tags"),
        ("use &lt;b&gt; tags", "use <b> tags"),
        ("<p>write &amp;lt; for &lt;, 3 < 4</p>", "write &lt; for <, 3 < 4"),
    ],
)
def test_what_a_reader_writes_about_markup_stays(html: str, text: str) -> None:
    assert words_of(html) == text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("I never said <del>no</del> yes", "I never said […] yes"),
        ("<p>I like<s class='x'>d</s> it.</p>", "I like […] it."),
        ("<p>Yes <STRIKE>and no</STRIKE>.</p><p>So.</p>", "Yes […]. So."),
        ("<blockquote>a <del>b</del></blockquote><p>So.</p>", "[…] So."),
        ("<p><strong>Strong</strong> <span>words</span></p>", "Strong words"),
    ],
)
def test_what_a_reader_struck_leaves_a_mark(html: str, text: str) -> None:
    assert words_of(html) == text


def test_what_a_comment_quotes_is_not_its_writer_s() -> None:
    html = "<p>No.</p><blockquote><p>Tea <blockquote>is</blockquote> good</p></blockquote> Never."
    assert words_of(html) == "No. […] Never."


def test_links_go_and_addresses_leave_a_mark() -> None:
    html = '<p>Buy <a href="https://spam.example">here</a>, at https://spam.example/x.</p>'
    assert words_of(html) == "Buy here, at […]."


def test_markup_entities_and_controls_become_plain_text() -> None:
    html = "<p>Q&amp;A\x07 <b>3 &lt; 4</b>\u202e<script>alert(1)</script><img src=x></p>"
    assert words_of(html) == "Q&A 3 < 4"


def test_a_description_alone_is_read_though_it_is_escaped_twice() -> None:
    item = wordpress_item(1, f'In reply to <a href="{TEA_AT}">Maureen</a>.\n\nNot &amp; so.')
    item = item[: item.index("<content:encoded>")] + "</item>"
    assert only(wordpress(item)).text == "Not & so."


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("if a &lt;b and c&gt; d", "if a <b and c> d"),
        ("I &lt;em&gt;did&lt;/em&gt; use &lt;center&gt;", "I did use <center>"),
        ("No &lt;del&gt;and yes&lt;/del&gt; at all", "No […] at all"),
        ('Ask &lt;a href=&quot;/x&quot; rel="a"&gt;them&lt;/a&gt;', "Ask them"),
    ],
)
def test_of_a_description_only_what_readers_may_use_is_markup(html: str, text: str) -> None:
    item = wordpress_item(1, "?")
    item = item.replace("<![CDATA[?]]></description>", f"<![CDATA[{html}]]></description>")
    item = item[: item.index("<content:encoded>")] + "</item>"
    assert only(wordpress(item)).text == text


@pytest.mark.parametrize(
    ("author", "name"),
    [
        ("", ""),
        ("spammer@spam.example", ""),
        ("https://spam.example", ""),
        ("Cheap Pills www.pills.example", "Cheap Pills"),
        ("<b>Jo</b> &amp; Do", "Jo & Do"),
        ("\u202eJo\x00", "Jo"),
        ("...", ""),
    ],
)
def test_a_name_is_a_name(author: str, name: str) -> None:
    assert only(wordpress(wordpress_item(1, "Yes.", author=author))).author == name


def test_names_and_texts_are_bounded() -> None:
    comment = only(wordpress(wordpress_item(1, "word " * 9_000, author="Very " * 100)))
    assert len(comment.author) <= MAX_NAME
    assert 0 < len(comment.text) <= MAX_TEXT
    assert comment.text.endswith("…")


def test_what_says_nothing_or_leads_nowhere_is_left_out_and_told() -> None:
    pulled = read(
        wordpress(
            wordpress_item(1, "<p> </p>"),
            wordpress_item(2, "https://spam.example"),
            wordpress_item(3, "Yes.", page="javascript:alert(1)"),
            wordpress_item(4, "Yes."),
        )
    )
    assert [comment.url for comment in pulled.comments] == [f"{BRIDGE}#comment-4"]
    assert pulled.warnings == ("1 item without a web link", "2 items without words of their own")


def test_a_guid_that_several_items_have_names_none_of_them() -> None:
    same = "https://courier.example/?p=7#comment-1<"
    document = wordpress(wordpress_item(1, "One."), wordpress_item(2, "Two."))
    document = document.replace("https://courier.example/?p=7#comment-2<", same)
    assert {one.guid for one in read(document).comments} == {
        f"{BRIDGE}#comment-1",
        f"{BRIDGE}#comment-2",
    }


def test_a_comment_from_the_future_is_undated() -> None:
    item = wordpress_item(1, "Yes.", date="Mon, 23 Nov 2099 04:20:00 +0000")
    assert only(wordpress(item)).published is None


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ("", "the document is empty"),
        ("<html><body>Log in</body></html>", "a web page (HTML), not a feed"),
        ('{"version": "https://jsonfeed.org/version/1.1", "items": []}', "JSON, and comments"),
    ],
)
def test_what_is_no_comments_feed_is_refused(document: str, reason: str) -> None:
    with pytest.raises(SourceError, match="^" + reason.replace("(", r"\(").replace(")", r"\)")):
        read(document)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=300))
def test_no_comment_breaks_its_feed(html: str) -> None:
    safe = "".join(one for one in html if one.isprintable()).replace("]]>", "")
    for comment in read(wordpress(wordpress_item(1, safe))).comments:
        assert comment.text == " ".join(comment.text.split())
        assert "<script" not in comment.text
