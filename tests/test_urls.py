from __future__ import annotations

import subprocess
import sys
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.urls import absolute_url, canonical_url, is_web, registrable_domain

PIECES = st.sampled_from(
    ["http://", "https://", "HTTPS://", "www.", "a.example", "[::1", "]", ":80", ":x", "/", "//",
     "..", "?", "&", "utm_source=x", "b=2", "a=1", "#", "%", "%zz", "%2f", ";p", "@", "é", " ",
     "\x00", "\ud800", "\uff0e", "ß"]
)  # fmt: skip
MESSY = st.one_of(st.text(), st.lists(PIECES, max_size=12).map("".join))


@given(MESSY)
def test_no_string_makes_canonical_url_raise(text: str) -> None:
    assert isinstance(canonical_url(text), str)


@given(st.lists(PIECES, max_size=12).map(lambda parts: "https://" + "".join(parts)))
def test_a_canonical_url_is_canonical_already(text: str) -> None:
    once = canonical_url(text)
    assert canonical_url(once) == once


@given(MESSY)
def test_no_string_makes_the_judges_raise(text: str) -> None:
    assert is_web(text) in {True, False}
    assert isinstance(registrable_domain(text), str)
    resolved = absolute_url(text, "https://news.example/world/")
    assert resolved == "" or is_web(resolved)


@pytest.mark.parametrize(
    "spelling",
    [
        "http://news.example/harbour",
        "https://www.news.example/harbour/",
        "https://NEWS.example:443/harbour#comments",
        "https://news.example/harbour?utm_source=feed&utm_medium=rss",
        "  https://news.example/harbour?fbclid=abc&at_campaign=rss  ",
        "https://news.example/world/../harbour",
    ],
)
def test_all_spellings_of_a_page_become_one(spelling: str) -> None:
    assert canonical_url(spelling) == "https://news.example/harbour"


def test_parameters_that_choose_the_page_stay_and_are_sorted() -> None:
    assert canonical_url("https://news.example/?p=7&utm_term=x&a=1") == (
        "https://news.example/?a=1&p=7"
    )


def test_different_pages_stay_different() -> None:
    assert canonical_url("https://news.example/a") != canonical_url("https://news.example/b")
    assert canonical_url("https://m.news.example/a") != canonical_url("https://news.example/a")


def test_what_is_no_web_address_comes_back_as_it_is() -> None:
    assert canonical_url(" tag:news.example,2026:1 ") == "tag:news.example,2026:1"
    assert canonical_url("http://[::1") == "http://[::1"


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("https://feeds.bbc.co.uk/world.xml", "bbc.co.uk"),
        ("http://www.courier.example/feed", "courier.example"),
        ("https://harbour.blogspot.com/", "harbour.blogspot.com"),
        ("http://127.0.0.1:8080/feed", "127.0.0.1"),
        ("http://[::1]/feed", "::1"),
        ("http://localhost/feed", "localhost"),
        ("https://co.uk/", "co.uk"),
        ("https://www.bücher.example/", "xn--bcher-kva.example"),
        ("file:feeds/world.xml", ""),
    ],
)
def test_a_host_is_owned_by_its_registrable_domain(url: str, domain: str) -> None:
    assert registrable_domain(url) == domain


@pytest.mark.parametrize(
    "url",
    ["", "news.example", "//news.example/a", "/a", "ftp://news.example/", "javascript:alert(1)",
     "data:text/html,x", "https://", "https:///a", "http://[::1", "https://news.example:x/",
     "https://news.example/a b", "https://news.example/\n", "https://news.example\\@evil.example/",
     "https://news.example/\u202egpj", "https://placeholder.invalid/unsubscribe",
     "https://news.example/" + "a" * 2_000]
)  # fmt: skip
def test_an_unfit_address_is_no_web_address(url: str) -> None:
    assert not is_web(url)


def test_a_fit_address_is_a_web_address() -> None:
    assert is_web("https://news.example/harbour?id=1#top")
    assert is_web("http://bücher.example/straße")


def test_relative_addresses_are_resolved_against_the_innermost_base() -> None:
    bases = ("https://feeds.example/rss/", "https://news.example/world/")
    assert absolute_url("harbour", *bases) == "https://news.example/world/harbour"
    assert absolute_url("//cdn.example/a b.jpg") == "https://cdn.example/a%20b.jpg"
    assert absolute_url("/?a=1&amp;b=2", *bases) == "https://news.example/?a=1&b=2"
    assert absolute_url("javascript:alert(1)", *bases) == ""
    assert absolute_url("harbour") == ""


def test_importing_does_not_read_the_public_suffix_list() -> None:
    code = "import digest.urls as u, sys; sys.exit(u._suffixes.cache_info().currsize)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@given(st.sampled_from(["https://a.example/x", "http://www.a.example/x?utm_source=1"]))
def test_a_canonical_url_is_a_web_address(url: str) -> None:
    assert is_web(canonical_url(url))
    assert urlsplit(canonical_url(url)).scheme == "https"
