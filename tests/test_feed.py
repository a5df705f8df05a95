from __future__ import annotations

import asyncio
import contextlib
import csv
import datetime as dt
import html as entities
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from loopback import Inline

from digest.errors import SourceError
from digest.model import Article, Source
from digest.protocols import Pulled, Response
from digest.sources.dates import parse_date
from digest.sources.feed import Feed
from digest.urls import is_web

if TYPE_CHECKING:
    from collections.abc import Mapping

NOW = dt.datetime(2026, 11, 23, 5, 30, tzinfo=dt.UTC)
URL = "https://feeds.courier.example/world.xml"
SITE = "https://www.courier.example"
NAMESPACES = (
    'xmlns:media="http://search.yahoo.com/mrss/" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:slash="http://purl.org/rss/1.0/modules/slash/"'
)


class Web:
    """An `Http` that gives one answer and remembers what it was asked."""

    def __init__(
        self,
        body: bytes | str = b"",
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.body = body.encode() if isinstance(body, str) else body
        self.status = status
        self.headers = headers or {}
        self.asked: list[Mapping[str, str]] = []

    async def get(
        self,
        url: str,
        headers: Mapping[str, str] | None = None,
        *,
        first_bytes: int | None = None,
    ) -> Response:
        self.asked.append(headers or {})
        return Response(url=url, status=self.status, headers=self.headers, body=self.body)


def feed(url: str = URL, root: Path = Path()) -> Feed:
    source = Source(id=url, title="World", owner="courier.example")
    return Feed(source, url=url, root=root, sandbox=Inline())


def pull(web: Web, memory: Mapping[str, str] | None = None) -> Pulled:
    return asyncio.run(feed().pull(web, memory or {}, NOW))


def rss(*items: str, head: str = f"<link>{SITE}/</link>") -> str:
    entries = "".join(f"<item>{item}</item>" for item in items)
    title = "<title>Courier &amp;amp; World</title>"
    channel = f"<channel>{title}{head}{entries}</channel>"
    return f'<?xml version="1.0"?><rss version="2.0" {NAMESPACES}>{channel}</rss>'


def articles(*items: str) -> tuple[Article, ...]:
    return pull(Web(rss(*items))).articles


def article(
    item: str = "", *, title: str = "Harbour reopens", link: str = f"{SITE}/harbour"
) -> Article:
    (only,) = articles(f"<title>{title}</title><link>{link}</link>{item}")
    return only


def reason(web: Web) -> SourceError:
    with pytest.raises(SourceError) as caught:
        pull(web)
    assert caught.value.where == URL
    return caught.value


FULL = f"""
<title>Harbour reopens</title><link>{SITE}/harbour?id=1</link><guid isPermaLink="false">h-1</guid>
<description>&lt;p&gt;Ships return after &lt;b&gt;nine&lt;/b&gt; weeks.&lt;/p&gt;</description>
<content:encoded><![CDATA[<p>First.</p><p>Second &amp; last.</p>]]></content:encoded>
<dc:creator>Ann Lee and Bo Day</dc:creator><pubDate>Sun, 22 Nov 2026 18:00:00 +0100</pubDate>
<category>World</category><category>world</category><category>Trade</category>
<slash:comments>12</slash:comments>
<media:content url="{SITE}/quay.jpg" medium="image" width="1200" height="800">
  <media:description>The quay at dawn</media:description><media:credit>Jo Doe</media:credit>
</media:content>"""


# ------------------------------------------------------------------ what an article holds


def test_an_rss_item_becomes_an_article() -> None:
    pulled = pull(Web(rss(FULL, head=f"<link>{SITE}/</link><language>en-gb</language>")))
    (only,) = pulled.articles
    assert pulled.title == "Courier & World"
    assert pulled.warnings == ()
    assert (only.source, only.guid, only.url) == (URL, "h-1", f"{SITE}/harbour?id=1")
    assert (only.title, only.summary) == ("Harbour reopens", "Ships return after nine weeks.")
    assert only.body == ("First.", "Second & last.")
    assert only.authors == ("Ann Lee", "Bo Day")
    assert only.published == dt.datetime(2026, 11, 22, 17, tzinfo=dt.UTC)
    assert only.first_seen == NOW
    assert only.categories == ("World", "Trade")
    assert (only.comments, only.language) == (12, "en-GB")
    assert only.image
    assert (only.image.url, only.image.width) == (f"{SITE}/quay.jpg", 1200)
    assert (only.image.alt, only.image.credit) == ("The quay at dawn", "Jo Doe")


def test_an_atom_entry_becomes_an_article() -> None:
    document = f"""<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"
      xmlns:thr="http://purl.org/syndication/thread/1.0" xml:base="{SITE}/">
      <title>World</title><entry><title type="html">Tide &amp;amp; time</title>
      <link rel="self" href="/api/1"/><link rel="alternate" href="/tide"/><id>tag:courier,1</id>
      <updated>2026-11-22T10:00:00Z</updated>
      <author><name>Ann Lee</name><email>a@b.example</email></author><summary>Short.</summary>
      <content type="html">&lt;p&gt;One.&lt;/p&gt;&lt;p&gt;Two.&lt;/p&gt;</content>
      <thr:total>3</thr:total></entry></feed>"""
    (only,) = pull(Web(document)).articles
    assert (only.title, only.url, only.guid) == ("Tide & time", f"{SITE}/tide", "tag:courier,1")
    assert only.published == only.updated == dt.datetime(2026, 11, 22, 10, tzinfo=dt.UTC)
    assert (only.summary, only.body) == ("Short.", ("One.", "Two."))
    assert (only.authors, only.comments, only.language) == (("Ann Lee",), 3, "en")


def test_an_rdf_item_becomes_an_article() -> None:
    document = f"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
      xmlns="http://purl.org/rss/1.0/" {NAMESPACES}><channel rdf:about="{SITE}/"><title>W</title>
      <link>{SITE}/</link></channel><item rdf:about="{SITE}/a"><title>A</title><link>{SITE}/a</link>
      <description>Text.</description><dc:date>2026-11-22T10:00:00+01:00</dc:date></item></rdf:RDF>"""
    (only,) = pull(Web(document)).articles
    assert (only.guid, only.url) == (f"{SITE}/a", f"{SITE}/a")
    assert only.published == dt.datetime(2026, 11, 22, 9, tzinfo=dt.UTC)


def test_articles_come_newest_first_whatever_the_documents_order() -> None:
    items = [
        f"<title>{name}</title><link>{SITE}/{name}</link>"
        f"<pubDate>{day} Nov 2026 10:00 GMT</pubDate>"
        for name, day in (("b", 20), ("a", 20), ("c", 22))
    ]
    assert [one.title for one in articles(*items)] == ["c", "a", "b"]
    assert articles(*items) == articles(*reversed(items))


def test_hostile_texts_come_out_as_text() -> None:
    only = article(
        "<description>&lt;script&gt;alert(1)&lt;/script&gt;{{ config }} "
        "&lt;a href='javascript:x'&gt;go&lt;/a&gt;</description>",
        title="&lt;script&gt;alert(1)&lt;/script&gt;Up\u202e &amp;lt;b&amp;gt;now&amp;lt;/b&amp;gt;"
        "\nBcc: x@y.example",
    )
    assert only.title == "Up now Bcc: x@y.example"
    assert only.summary == "{{ config }} go"


def test_texts_are_bounded() -> None:
    only = article(
        f"<description>{'word ' * 500}</description>"
        f"<content:encoded><![CDATA[<p>{'word ' * 900}</p>{'<p>more</p>' * 100}]]>"
        "</content:encoded>" + "".join(f"<category>c{number}</category>" for number in range(50)),
        title="word " * 200,
    )
    assert len(only.title) <= 300
    assert len(only.summary) <= 600
    assert (len(only.body), len(only.categories)) == (40, 20)
    assert max(map(len, only.body)) <= 2_000


def test_without_a_title_the_first_sentence_stands_in() -> None:
    only = article("<description>Ferry sails again. Nobody waved.</description>", title="")
    assert only.title == "Ferry sails again."


def test_an_item_without_title_and_summary_is_left_out_and_told() -> None:
    pulled = pull(Web(rss(f"<link>{SITE}/a</link>", FULL)))
    assert len(pulled.articles) == 1
    assert pulled.warnings == ("1 item without title and summary",)


@pytest.mark.parametrize(
    "closing",
    [
        "&lt;p&gt;The post &lt;a&gt;Harbour&lt;/a&gt; appeared first on The Courier.&lt;/p&gt;",
        " Read more",
        " Continue reading Harbour reopens &amp;rarr;",
        " Read the full story...",
    ],
)
def test_what_feed_software_adds_is_no_summary(closing: str) -> None:
    only = article(f"<description>Ships return to Leith.{closing}</description>")
    assert only.summary == "Ships return to Leith."


def test_a_cut_summary_shows_that_it_was_cut() -> None:
    assert article("<description>Ships return to [&amp;#8230;]</description>").summary == (
        "Ships return to\u2026"
    )


def test_a_sentence_about_reading_stays() -> None:
    text = "Libraries reopen. Read more books, the mayor said."
    assert article(f"<description>{text}</description>").summary == text


def test_a_summary_that_repeats_the_title_gives_way_to_the_body() -> None:
    body = "<content:encoded>&lt;p&gt;Ships are back.&lt;/p&gt;</content:encoded>"
    assert (
        article(f"<description>Harbour reopens!</description>{body}").summary == "Ships are back."
    )
    assert article("<description>Harbour reopens</description>").summary == ""


def test_unexpanded_shortcodes_and_credit_lines_are_no_paragraphs() -> None:
    only = article(
        f"<content:encoded><![CDATA[<img src='{SITE}/quay.jpg'><p>One.</p><p>[video id=”1″]</p>"
        "<p>(Image credit: Jo Doe)</p><p>Two.</p>]]></content:encoded>"
    )
    assert only.body == ("One.", "Two.")
    assert only.image
    assert only.image.credit == "Jo Doe"


def test_authors_are_names_without_addresses() -> None:
    assert article("<author>desk@courier.example (Ann Lee)</author>").authors == ("Ann Lee",)
    assert article("<author>desk@courier.example</author>").authors == ()
    assert article("<dc:creator>By staff and agencies</dc:creator>").authors == (
        "staff and agencies",
    )


# ------------------------------------------------------------------ links and identity


@pytest.mark.parametrize("link", ["javascript:alert(1)", "mailto:a@b.example", "ftp://a.example/x"])
def test_an_item_without_a_web_link_is_left_out_and_told(link: str) -> None:
    pulled = pull(Web(rss(f"<title>A</title><link>{link}</link>", FULL)))
    assert [one.guid for one in pulled.articles] == ["h-1"]
    assert pulled.warnings == ("1 item without a web link",)


def test_a_relative_link_belongs_to_the_site() -> None:
    assert article(link="/harbour?a=1&amp;b=2").url == f"{SITE}/harbour?a=1&b=2"


def test_a_guid_is_a_link_only_where_it_is_an_address() -> None:
    permalink = f"<title>A</title><guid>{SITE}/a</guid>"
    assert [one.url for one in articles(permalink)] == [f"{SITE}/a"]
    assert articles("<title>A</title><guid>a-1</guid>") == ()


def test_without_a_guid_the_link_identifies() -> None:
    assert article(link=f"{SITE}/harbour?utm_source=rss").guid == (
        "https://courier.example/harbour"
    )


def test_one_guid_on_every_item_identifies_none() -> None:
    items = [
        f"<title>{name}</title><link>{SITE}/{name}</link><guid isPermaLink='false'>same</guid>"
        for name in "ab"
    ]
    assert {one.guid for one in articles(*items)} == {
        "https://courier.example/a",
        "https://courier.example/b",
    }


def test_one_guid_and_one_link_on_every_item_leave_title_and_date() -> None:
    items = [
        f"<title>{name}</title><link>{SITE}/</link><guid>{SITE}/</guid>"
        "<pubDate>Sun, 22 Nov 2026 18:00:00 GMT</pubDate>"
        for name in "ab"
    ]
    assert {one.guid.splitlines()[0] for one in articles(*items)} == {"a", "b"}


def test_an_item_given_twice_is_one_article() -> None:
    assert len(articles(FULL, FULL)) == 1


# ------------------------------------------------------------------ images


def image_url(item: str) -> str:
    image = article(item).image
    return image.url.removeprefix(f"{SITE}/") if image else ""


def test_of_a_group_the_width_fit_for_an_email_is_taken_with_the_groups_words() -> None:
    sizes = "".join(
        f'<media:content url="{SITE}/{width}.jpg" width="{width}" height="{width // 2}"/>'
        for width in (140, 700, 1100, 4000)
    )
    only = article(
        f"<media:group>{sizes}<media:description>Quay</media:description>"
        "<media:credit>Jo Doe</media:credit></media:group>"
    )
    assert only.image
    assert only.image.url == f"{SITE}/1100.jpg"
    assert (only.image.alt, only.image.credit) == ("Quay", "Jo Doe")


def test_each_picture_keeps_its_own_words() -> None:
    only = article(
        f'<media:content url="{SITE}/small.jpg" medium="image" width="200">'
        "<media:title>Small</media:title></media:content>"
        f'<media:content url="{SITE}/large.jpg" medium="image" width="900">'
        "<media:title>Large</media:title></media:content><media:credit>Somebody</media:credit>"
    )
    assert only.image
    assert (only.image.alt, only.image.credit) == ("Large", "")


def test_an_items_words_belong_to_its_only_picture() -> None:
    only = article(
        f'<media:content url="{SITE}/a.jpg" medium="image"/><media:credit>Jo Doe</media:credit>'
        "<media:description>Quay at dawn</media:description><description>Summary.</description>"
    )
    assert only.image
    assert (only.image.alt, only.image.credit) == ("Quay at dawn", "Jo Doe")
    assert only.summary == "Summary."


def test_enclosures_and_body_pictures_count() -> None:
    assert image_url(f'<enclosure url="{SITE}/e.jpg" type="image/jpeg" length="1"/>') == "e.jpg"
    body = '<![CDATA[<img src="/pixel.gif" width="1"><img src="/b.jpg">]]>'
    assert image_url(f"<content:encoded>{body}</content:encoded>") == "b.jpg"


def test_sound_video_and_icons_are_no_pictures() -> None:
    assert image_url(f'<enclosure url="{SITE}/e.mp3" type="audio/mpeg" length="1"/>') == ""
    assert image_url(f'<media:content url="{SITE}/v.mp4" type="video/mp4"/>') == ""
    assert image_url(f'<media:thumbnail url="{SITE}/t.jpg" width="60" height="60"/>') == ""
    assert image_url(f"<image>{SITE}/thumbnail/60x60/t.jpg</image>") == ""
    assert image_url('<media:content url="javascript:alert(1)" medium="image"/>') == ""


def test_an_archives_name_is_no_alt() -> None:
    only = article(
        f'<media:content url="{SITE}/a.jpg" medium="image">'
        "<media:title>IMG_2041.jpg</media:title></media:content>"
    )
    assert only.image
    assert only.image.alt == ""


# ------------------------------------------------------------------ dates


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("Mon, 16 Nov 2026 10:00:00 GMT", "2026-11-16 10:00"),
        ("Mon, 16 Nov 2026 10:00:00 +0530", "2026-11-16 04:30"),
        ("Mon, 15 Jun 2026 10:00:00 BST", "2026-06-15 09:00"),
        ("Mon, 16 Nov 2026 10:00:00 CET", "2026-11-16 09:00"),
        ("Mon, 15 Jun 2026 10:00:00 CEST", "2026-06-15 08:00"),
        ("Mon, 16 Nov 2026 10:00:00 JST", "2026-11-16 01:00"),
        ("Mon, 16 Nov 2026 10:00:00 IST", "2026-11-16 04:30"),
        ("Mon, 16 Nov 2026 10:00:00 AEST", "2026-11-16 00:00"),
        ("Mon, 16 Nov 2026 10:00:00 EST", "2026-11-16 15:00"),
        ("16 Nov 26 1000 GMT", "2026-11-16 10:00"),
        ("2026/11/16 10:00:00", "2026-11-16 10:00"),
        ("2026-11-16T10:00:00.123+01:00", "2026-11-16 09:00"),
        ("2026-11-16", "2026-11-16 00:00"),
        ("20261116T100000Z", "2026-11-16 10:00"),
        ("1794823200", "2026-11-16 10:00"),
        ("1794823200123", "2026-11-16 10:00"),
        ("Sat, Dec 16 2023 02:02:33 PM", "2023-12-16 14:02"),
        ("Mon Nov 16 10:00:00 2026", "2026-11-16 10:00"),
        ("seg, 16 nov 2026 10:00:00 -0300", "2026-11-16 13:00"),
        ("lun, 16 novembre 2026 10:00:00 +0100", "2026-11-16 09:00"),
        ("16. März 2026 10:00", "2026-03-16 10:00"),
        ("16/11/2026 10:00", "2026-11-16 10:00"),
    ],
)
def test_a_date_is_read_as_it_is_meant(text: str, utc: str) -> None:
    moment = parse_date(text)
    assert moment
    assert moment.tzinfo is dt.UTC
    assert moment.strftime("%Y-%m-%d %H:%M") == utc


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "2026-02-30", "02/03/2026", "Mon, 16 Nov 2026 10:00:00 XYZ", "2026",
     "Mon, 01 Jan 0001 00:00:00 +0000", "Mon, 16 Nov 2026 25:00:00 GMT", "99999999999999",
     "Mon, 16 Nov 2026 10:00:00 +9900"]
)  # fmt: skip
def test_a_doubtful_date_is_none(text: str) -> None:
    assert parse_date(text) is None


@given(st.text(max_size=60))
def test_no_text_makes_parse_date_raise(text: str) -> None:
    parse_date(text)


@given(st.datetimes(dt.datetime(1991, 1, 1), dt.datetime(2090, 1, 1)))  # noqa: DTZ001  made aware below
def test_what_python_writes_is_read_back(moment: dt.datetime) -> None:
    aware = moment.replace(microsecond=0, tzinfo=dt.UTC)
    assert parse_date(aware.isoformat()) == aware
    assert parse_date(aware.strftime("%a, %d %b %Y %H:%M:%S +0000")) == aware


def test_an_unreadable_date_is_told() -> None:
    item = f"<title>A</title><link>{SITE}/a</link><pubDate>soon</pubDate>"
    pulled = pull(Web(rss(item)))
    assert pulled.articles[0].published is None
    assert pulled.warnings == ("1 item with a date that cannot be read",)


# ------------------------------------------------------------------ asking only for what changed


def test_validators_go_back_byte_for_byte() -> None:
    headers = {"etag": 'W/"x-1"', "last-modified": "Sun, 22 Nov 2026 18:00:00 GMT"}
    first = pull(Web(rss(FULL), headers=headers))
    web = Web(status=304)
    second = pull(web, first.memory)
    assert web.asked[0]["If-None-Match"] == 'W/"x-1"'
    assert web.asked[0]["If-Modified-Since"] == "Sun, 22 Nov 2026 18:00:00 GMT"
    assert second.unchanged
    assert second.articles == ()
    assert second.memory == first.memory


def test_a_first_request_has_no_conditions() -> None:
    web = Web(rss(FULL))
    pull(web)
    assert set(web.asked[0]) == {"Accept"}


def test_the_same_body_is_not_read_again_but_its_new_validators_are_kept() -> None:
    first = pull(Web(rss(FULL), headers={"etag": '"1"'}))
    second = pull(Web(rss(FULL), headers={"etag": '"2"'}), first.memory)
    assert second.unchanged
    assert second.memory == {**first.memory, "etag": '"2"'}
    assert not pull(Web(rss(FULL, "<title>B</title>")), first.memory).unchanged


# ------------------------------------------------------------------ what can be wrong


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (304, "answered 304"),
        (403, "refuses access"),
        (404, "not found"),
        (410, "gone for good"),
        (429, "less often"),
        (503, "fault of its own"),
    ],
)
def test_a_status_that_is_no_success_is_told(status: int, words: str) -> None:
    assert words in reason(Web(status=status)).what


def test_an_empty_document_is_told() -> None:
    assert reason(Web(b" \n ")).what == "the document is empty"


def test_a_feed_that_is_html_is_refused_with_the_feed_it_names() -> None:
    link = '<link rel="alternate" type="application/rss+xml" href="/rss.xml">'
    error = reason(Web(f"<!DOCTYPE html><html><head>{link}"))
    assert "web page (HTML)" in error.what
    assert "https://feeds.courier.example/rss.xml" in error.hint
    assert "look for the site's RSS" in reason(Web("<html><body>Hello")).hint


@pytest.mark.parametrize(
    "link",
    [
        '<link type="application/rss+xml" href="/rss.xml">',  # of any relation
        '<link rel="alternate" type="application/rss+xml" href="javascript:alert(1)">',
        f'<link rel="alternate" type="application/rss+xml" href="/{"b" * 90_000}">',
        '<link rel="alternate" type="application/rss+xml" href="/&#27;[31m\u009b32m\u202e">',
    ],
    ids=["no alternate", "script", "long", "escapes"],
)
def test_of_a_page_only_an_address_that_can_be_a_feed_s_is_told(link: str) -> None:
    assert reason(Web(f"<html><head>{link}")).hint.startswith("A page's address is not")


def test_a_root_s_name_is_told_in_part_only() -> None:
    assert reason(Web(f"<{'a' * 90_000}/>")).what == f"not a feed: its root is <{'a' * 40}>"


def test_json_and_other_documents_are_told_apart() -> None:
    assert "JSON" in reason(Web('{"version": "https://jsonfeed.org/version/1.1"}')).what
    assert "<opml>" in reason(Web("<opml version='2.0'/>")).what
    assert "no XML" in reason(Web("Not found")).what


def test_a_truncated_feed_keeps_its_whole_items() -> None:
    document = rss(FULL, f"<title>B</title><link>{SITE}/b-is-cut</link>")
    pulled = pull(Web(document[: document.index("is-cut")]))
    assert [one.guid for one in pulled.articles] == ["h-1"]
    assert pulled.warnings == ("broke off before its end",)


def test_a_feed_truncated_before_its_first_item_is_an_error() -> None:
    document = rss(FULL)
    assert "broke off" in reason(Web(document[: document.index("Harbour")])).what


def test_a_feed_that_is_not_well_formed_is_read_all_the_same() -> None:
    item = f"<title>Fish & chips &eacute;</title><link>{SITE}/a?x=1&y=2</link><new:tag>x</new:tag>"
    pulled = pull(Web(rss(item)))
    assert pulled.articles[0].title == "Fish & chips é"
    assert pulled.articles[0].url == f"{SITE}/a?x=1&y=2"
    assert "not well-formed XML" in pulled.warnings[0]


def test_undeclared_prefixes_are_known() -> None:
    document = rss(FULL).replace(NAMESPACES, "")
    (only,) = pull(Web(document)).articles
    assert only.image
    assert only.body == ("First.", "Second & last.")


def test_control_characters_and_leading_noise_do_no_harm() -> None:
    document = "\n Warning: cache is full\n" + rss(FULL).replace("Harbour", "Har\x0bbour")
    assert pull(Web(document)).articles[0].title == "Harbour reopens"


def test_a_wrong_encoding_is_decoded_and_told() -> None:
    body = rss("<title>Größe</title><link>https://a.example/</link>").encode("cp1252")
    pulled = pull(Web(body.replace(b"?>", b' encoding="utf-8"?>', 1)))
    assert pulled.articles[0].title == "Größe"
    assert pulled.warnings == ("not in the encoding it declares (utf-8)",)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-15", "cp1252", "utf-8-sig"])
def test_a_declared_encoding_is_believed(encoding: str) -> None:
    document = rss("<title>Größe</title><link>https://a.example/</link>")
    document = document.replace("?>", f' encoding="{encoding}"?>', 1)
    pulled = pull(Web(document.encode(encoding)))
    assert pulled.articles[0].title == "Größe"
    assert pulled.warnings == ()


def test_utf_8_is_utf_8_whatever_the_server_says() -> None:
    document = rss("<title>Größe</title><link>https://a.example/</link>")
    pulled = pull(Web(document, headers={"content-type": "text/xml; charset=iso-8859-1"}))
    assert pulled.articles[0].title == "Größe"


def test_a_feed_without_entries_is_no_error() -> None:
    pulled = pull(Web(rss()))
    assert pulled.articles == ()
    assert pulled.warnings == ("the feed has no entries",)


def test_entries_beyond_the_bound_are_told() -> None:
    items = [f"<title>{n}</title><link>{SITE}/{n}</link>" for n in range(2_003)]
    pulled = pull(Web(rss(*items)))
    assert len(pulled.articles) == 2_000
    assert pulled.warnings == ("only its first 2000 items were read",)


def test_entities_of_a_documents_own_are_not_expanded() -> None:
    bomb = '<!DOCTYPE rss [<!ENTITY a "lol"><!ENTITY b "&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>'
    document = rss("<title>&b;&c; news</title><link>https://a.example/</link>")
    (only,) = pull(Web(document.replace("?>", f"?>{bomb}", 1))).articles
    assert only.title == "&b;&c; news"


@given(st.binary(max_size=400))
def test_no_bytes_raise_anything_but_a_source_error(noise: bytes) -> None:
    for body in (noise, b"<rss>" + noise, rss(FULL).encode()[:400] + noise):
        with contextlib.suppress(SourceError):
            pull(Web(body))


# ------------------------------------------------------------------ files


def test_a_file_may_be_named_relatively_or_absolutely(tmp_path: Path) -> None:
    (tmp_path / "my feeds").mkdir()
    path = tmp_path / "my feeds" / "world.xml"
    path.write_text(rss(FULL))
    for url in ("file:my%20feeds/world.xml", path.as_uri(), f"file:{path}"):
        pulled = asyncio.run(feed(url, tmp_path).pull(Web(), {}, NOW))
        assert len(pulled.articles) == 1
    again = asyncio.run(feed(path.as_uri(), tmp_path).pull(Web(), pulled.memory, NOW))
    assert again.unchanged


def test_an_absent_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no such file") as caught:
        asyncio.run(feed("file:absent.xml", tmp_path).pull(Web(), {}, NOW))
    assert caught.value.where == "file:absent.xml"


def test_a_file_of_50_mb_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "large.xml").open("wb") as file:
        file.truncate(50_000_000)
    with pytest.raises(SourceError, match="larger than 10 MiB"):
        asyncio.run(feed("file:large.xml", tmp_path).pull(Web(), {}, NOW))


# ------------------------------------------------------------------ real feeds


REAL = os.environ.get("DIGEST_DATA", "")
ENTITY = re.compile(r"&(?:#\d+|#x[\da-f]+|(\w+));", re.IGNORECASE)
TAG = re.compile(r"</?(?:a|b|br|div|em|i|img|li|p|script|span|strong|ul)\b[^<>]*>", re.IGNORECASE)


def real_feeds() -> list[Path]:
    """One morning's feeds, and every third of the other news."""
    folder = Path(REAL) / "feeds"
    with (folder / "index.tsv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file, delimiter="\t") if row["news"] == "news"]
    rows.sort(key=lambda row: ("sameday-A" not in row["note"], row["file"]))
    morning = [row for row in rows if "sameday-A" in row["note"]]
    return [folder / row["file"] for row in (*morning, *rows[len(morning) :: 3])]


def entities_in(text: str) -> list[str]:
    return [m[0] for m in ENTITY.finditer(text) if entities.unescape(m[0]) != m[0]]


@pytest.mark.skipif(not REAL, reason="DIGEST_DATA names no folder with real feeds")
def test_real_feeds_give_plain_articles_with_web_links() -> None:
    read = 0
    for path in real_feeds():
        try:
            pulled = asyncio.run(feed(path.as_uri()).pull(Web(), {}, NOW))
        except SourceError:
            continue
        read += 1
        for one in pulled.articles:
            texts = (one.title, one.summary, *one.body, *one.authors, *one.categories)
            assert one.title, path.name
            assert not [text for text in texts if TAG.search(text) or entities_in(text)], path.name
            assert is_web(one.url)
            assert one.image is None or is_web(one.image.url)
            assert len({one.guid for one in pulled.articles}) == len(pulled.articles)
    assert read > 25
