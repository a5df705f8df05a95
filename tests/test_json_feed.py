from __future__ import annotations

import contextlib
import datetime as dt
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.errors import SourceError
from digest.protocols import Pulled
from digest.sources.json_feed import is_json, parse_json_feed
from digest.urls import is_web

if TYPE_CHECKING:
    from digest.model import Article

NOW = dt.datetime(2026, 11, 23, 5, 30, tzinfo=dt.UTC)
URL = "https://courier.example/feed.json"


def read(body: bytes) -> Pulled:
    return parse_json_feed(body, url=URL, source="courier", now=NOW)


def feed(*items: Any, **more: Any) -> bytes:
    head = {"version": "https://jsonfeed.org/version/1.1", "title": "The Courier"}
    return json.dumps(head | more | {"items": items}).encode()


def bridge(**more: Any) -> dict[str, Any]:
    return {
        "id": "bridge-1",
        "url": "https://courier.example/bridge",
        "title": "The bridge opens",
        **more,
    }


def only(*, feed_more: dict[str, Any] | None = None, **more: Any) -> Article:
    (article,) = read(feed(bridge(**more), **(feed_more or {}))).articles
    return article


def test_an_item_becomes_a_whole_article() -> None:
    article = only(
        content_html="<p>It took nine years.</p><p>Nobody knows why.</p>",
        summary="Nine years late &amp; over budget.",
        image="/bridge.jpg",
        date_published="2026-11-22T10:00:00+01:00",
        date_modified="2026-11-22T12:00:00Z",
        authors=[{"name": "Ann Lee"}, {"name": "Bo Day"}],
        tags=["London", "Transport"],
        language="en-gb",
    )
    assert article.guid == "bridge-1"
    assert article.url == "https://courier.example/bridge"
    assert article.title == "The bridge opens"
    assert article.body == ("It took nine years.", "Nobody knows why.")
    assert article.summary == "Nine years late & over budget."
    assert article.image is not None
    assert article.image.url == "https://courier.example/bridge.jpg"
    assert article.published == dt.datetime(2026, 11, 22, 9, tzinfo=dt.UTC)
    assert article.updated == dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
    assert article.authors == ("Ann Lee", "Bo Day")
    assert article.categories == ("London", "Transport")
    assert article.language == "en-GB"


def test_version_one_has_one_author() -> None:
    assert only(author={"name": "Ann Lee"}).authors == ("Ann Lee",)


def test_an_item_without_authors_has_those_of_its_feed() -> None:
    assert only(feed_more={"authors": [{"name": "Ann Lee"}]}).authors == ("Ann Lee",)


def test_an_item_without_a_page_of_its_own_leads_where_it_points() -> None:
    item = {"id": "1", "external_url": "https://wire.example/story", "title": "Elsewhere"}
    (article,) = read(feed(item)).articles
    assert article.url == "https://wire.example/story"


def test_a_plain_text_keeps_its_paragraphs_and_its_angles() -> None:
    article = only(content_text="Costs rose.\n\nIn March 3 < 5 held,\nas ever.", summary="Short.")
    assert article.body == ("Costs rose.", "In March 3 < 5 held, as ever.")


def test_the_sound_of_a_podcast_is_no_picture() -> None:
    sound = {"url": "https://courier.example/1.mp3", "mime_type": "audio/mpeg"}
    assert only(attachments=[sound]).image is None


def test_an_attached_drawing_is_none_that_mail_clients_show() -> None:
    drawing = {"url": "https://courier.example/d", "mime_type": "image/svg+xml"}
    assert only(attachments=[drawing]).image is None


def test_an_attached_picture_is_one() -> None:
    picture = {"url": "https://courier.example/p", "mime_type": "image/jpeg"}
    image = only(attachments=[picture]).image
    assert image is not None
    assert image.url == "https://courier.example/p"


def test_articles_come_newest_first_and_ties_by_guid() -> None:
    items = [
        bridge(id=name, url=f"https://courier.example/{name}", date_published=date)
        for name, date in (("c", "2026-11-21"), ("b", "2026-11-22"), ("a", "2026-11-21"))
    ]
    assert [article.guid for article in read(feed(*items)).articles] == ["b", "a", "c"]


def test_a_number_is_an_id_too() -> None:
    assert only(id=4711).guid == "4711"


def test_what_is_left_out_is_counted() -> None:
    pulled = read(
        feed(bridge(), 7, None, {"title": "Nowhere"}, bridge(id=2, date_published="soon"))
    )
    assert pulled.warnings == (
        "2 items that are no objects",
        "1 item with a date that cannot be read",
        "1 item without a web link",
    )


def test_only_the_first_two_thousand_items_are_read() -> None:
    pulled = read(feed(*(bridge(id=i, url=f"/{i}") for i in range(2_500))))
    assert len(pulled.articles) == 2_000
    assert pulled.warnings == ("only its first 2000 items were read",)


def test_an_empty_feed_is_read_with_a_warning() -> None:
    assert read(feed()).warnings == ("the feed has no entries",)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "the document is empty"),
        (b"\xef\xbb\xbf  ", "the document is empty"),
        (b'{"items": [', "the JSON is broken"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"items":' + b'{"a":' * 100_000, "nested too deeply"),
        (b'{"items": [], "n": ' + b"9" * 5_000 + b"}", "a number is too long"),
        (b"[]", "not a JSON Feed"),
        (b'{"items": {}}', "not a JSON Feed"),
        (b'{"error": "no such page"}', "not a JSON Feed"),
    ],
)
def test_what_is_no_feed_is_refused_with_the_reason(body: bytes, reason: str) -> None:
    with pytest.raises(SourceError, match=reason):
        read(body)


def test_a_lone_surrogate_does_not_reach_the_database() -> None:
    body = feed(bridge(id="\ud800" + "x" * 600, title="A \udfff bridge", tags=["\ud800"]))
    (article,) = read(body).articles
    assert all(text.encode() for text in (article.guid, article.title, *article.categories))
    assert article.title == "A bridge"


def test_bytes_in_a_false_encoding_are_read_with_a_warning() -> None:
    pulled = read(feed(bridge(title="Cafe")).replace(b"Cafe", b"Caf\xe9"))
    assert pulled.articles[0].title.startswith("Caf")
    assert pulled.warnings == ("not in the encoding it declares (utf-8)",)


def test_nothing_live_comes_out() -> None:
    article = only(
        title="<script>x</script>Bridge", image="javascript:x", content_html="<img src=data:x>"
    )
    assert article.title == "Bridge"
    assert article.image is None


@pytest.mark.parametrize(
    ("body", "answer"),
    [(b'{"a"', True), (b"\xef\xbb\xbf\n [", True), (b"<rss>", False), (b"", False), (b"a{", False)],
)
def test_json_shows_by_its_first_character(body: bytes, answer: bool) -> None:  # noqa: FBT001  a case
    assert is_json(body) is answer


KEYS = st.sampled_from(
    [*("id", "url", "external_url", "title", "content_html", "content_text", "summary", "image"),
     *("banner_image", "date_published", "date_modified", "authors", "author", "tags", "name"),
     *("language", "attachments", "mime_type", "width", "home_page_url")]
)  # fmt: skip
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["https://courier.example/1", "/x.jpg", "image/png", "2026-11-22", "\ud800"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=8),
    max_leaves=10,
)


@settings(deadline=None, max_examples=50)  # the machine may be busy
@given(
    st.lists(st.dictionaries(KEYS, VALUES, max_size=12), max_size=4), st.dictionaries(KEYS, VALUES)
)
def test_values_of_any_type_give_sound_articles(items: list[Any], more: dict[str, Any]) -> None:
    for article in read(feed(*items, **{k: v for k, v in more.items() if k != "items"})).articles:
        assert is_web(article.url)
        assert article.image is None or is_web(article.image.url)
        assert (article.guid + article.title + article.summary + "".join(article.body)).encode()


@settings(deadline=None)  # the machine may be busy
@given(st.binary())
def test_no_bytes_raise_anything_but_a_source_error(body: bytes) -> None:
    with contextlib.suppress(SourceError):
        assert isinstance(read(body), Pulled)
