"""Lists of feeds as other programs write them, hostile ones too, and our own read back."""

from __future__ import annotations

import time
from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import ConfigError
from digest.opml import MAX_BYTES, MAX_OUTLINES, Outline, read_opml, write_opml

FEED = '<outline type="rss" text="Wire" xmlUrl="https://wire.example/rss"/>'


def opml(body: str, prologue: str = "") -> bytes:
    return f'{prologue}<opml version="2.0"><head/><body>{body}</body></opml>'.encode()


def test_the_groups_around_a_feed_come_outermost_first() -> None:
    body = f'<outline text="News"><outline text="World">{FEED}</outline></outline>{FEED}'
    inner, outer = read_opml(opml(body))
    assert inner == Outline(url="https://wire.example/rss", title="Wire", groups=("News", "World"))
    assert outer.groups == ()


def test_names_of_attributes_in_any_case_are_read_and_title_goes_before_text() -> None:
    (feed,) = read_opml(
        opml('<OUTLINE TEXT="a" Title="b" xmlURL="https://a.example/" Type="RSS"/>')
    )
    assert feed == Outline(url="https://a.example/", title="b", kind="rss")


def test_a_feed_within_a_feed_is_not_grouped_by_it() -> None:
    body = '<outline text="A" xmlUrl="https://a.example/">' + FEED + "</outline>"
    assert [feed.groups for feed in read_opml(opml(body))] == [(), ()]


def test_bare_ampersands_are_mended() -> None:
    (feed,) = read_opml(opml('<outline text="Q & A" xmlUrl="https://a.example/?a=1&b=2"/>'))
    assert feed.url.startswith("https://a.example/?a=1")


def test_a_list_in_another_encoding_is_read_as_it_declares() -> None:
    text = '<?xml version="1.0" encoding="iso-8859-1"?><opml><body>'
    data = f'{text}<outline text="Café" xmlUrl="https://a.example/"/></body></opml>'
    assert read_opml(data.encode("latin-1"))[0].title == "Café"


def test_titles_come_on_one_line_without_controls() -> None:
    (feed,) = read_opml(opml('<outline text="a&#10;b&#x202e;c" xmlUrl="https://a.example/"/>'))
    assert feed.title == "a b c"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "no XML"),
        (b"\x00\xff\xfe", "no XML"),
        (b"just text", "no XML"),
        (b"<rss version='2.0'/>", "its root is <rss>"),
        (opml('<outline text="empty"/>'), "names no feed"),
        (b" " * (MAX_BYTES + 1), "larger than 10 MiB"),
        (opml(FEED * (MAX_OUTLINES + 1)), "more than 20000"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_list_is_refused_with_the_reason(data: bytes, reason: str) -> None:
    with pytest.raises(ConfigError, match=reason):
        read_opml(data)


def test_an_entity_of_a_file_is_not_read() -> None:
    prologue = '<!DOCTYPE opml [<!ENTITY secret SYSTEM "file:///etc/passwd">]>'
    body = f"<outline text='&secret;' xmlUrl='https://a.example/'>&secret;</outline>{FEED}"
    assert "root:" not in str(read_opml(opml(body, prologue)))


def test_an_entity_bomb_does_not_go_off() -> None:
    names = "abcdefghij"
    entities = "".join(
        f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in pairwise(names)
    )
    prologue = f'<!DOCTYPE opml [<!ENTITY a "{"x" * 100}">{entities}]>'
    began = time.monotonic()
    try:
        found = read_opml(opml('<outline text="&j;" xmlUrl="https://a.example/"/>', prologue))
    except ConfigError:
        found = ()
    assert sum(len(outline.title) for outline in found) < 1_000_000
    assert time.monotonic() - began < 2


def test_a_deep_list_neither_recurses_nor_takes_long() -> None:
    deep = '<outline text="a">' * 200_000 + FEED
    began = time.monotonic()
    with pytest.raises(ConfigError):
        read_opml(opml(deep))
    assert time.monotonic() - began < 5


OUTLINES = st.builds(
    Outline,
    url=st.from_regex(r"https://[a-z]{1,9}\.example/[a-z?&=<>\"']{0,9}", fullmatch=True),
    title=st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1),
    kind=st.sampled_from(["rss", "sitemap"]),
    select=st.sampled_from(["", 'main > h2 a[href*="/2026/"]']),
    groups=st.lists(st.sampled_from(["World", "City & Docks", "<b>"]), max_size=3).map(tuple),
)


@given(st.lists(OUTLINES, min_size=1, max_size=20))
def test_what_is_written_is_read_again(outlines: list[Outline]) -> None:
    found = read_opml(write_opml(outlines, title="The Courier"))
    assert sorted(found, key=str) == sorted(outlines, key=str)


@given(st.lists(st.builds(Outline, url=st.text(min_size=1), title=st.text()), max_size=5))
def test_no_text_of_anyones_makes_a_list_that_is_no_xml(outlines: list[Outline]) -> None:
    data = write_opml([Outline(url="https://a.example/"), *outlines], title="\x00\ud800")
    assert read_opml(data)


@given(st.binary(max_size=300) | st.text(max_size=300).map(opml))
def test_whatever_the_bytes_there_is_a_list_or_a_reason(data: bytes) -> None:
    with suppress(ConfigError):
        assert read_opml(data)
