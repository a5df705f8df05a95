from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.sources.robots import MAX_BYTES, allows

AGENT = "Digest/1.0 (+https://courier.example/about)"
PAGE = "https://ledger.example/world/story?id=1"


def may(robots_txt: str, url: str = PAGE, agent: str = AGENT) -> bool:
    return allows(robots_txt.encode(), 200, url, agent)


@pytest.mark.parametrize(
    ("status", "answer"),
    [(200, False), (301, True), (401, True), (403, True), (404, True), (429, True), (500, False),
     (503, False)],
)  # fmt: skip
def test_the_status_of_robots_txt_decides_first(status: int, answer: bool) -> None:  # noqa: FBT001  a case
    assert allows(b"User-agent: *\nDisallow: /", status, PAGE, AGENT) is answer


@pytest.mark.parametrize(
    ("robots_txt", "answer"),
    [
        ("", True),
        ("User-agent: *\nDisallow:", True),
        ("User-agent: *\nDisallow: /world/", False),
        ("\ufeffUser-agent: *\nDisallow: /world/", False),
        ("User-agent: *\r\nDisallow: /world/\r\n", False),
        ("User-agent: *\nDisallow: /world/\nAllow: /world/story", True),
        ("User-agent: *\nDisallow: /*?id=", False),
        ("User-agent: *\nDisallow: /world/story$", True),
        ("User-agent: *\nDisallow: /\n\nUser-agent: digest\nDisallow: /private", True),
        ("User-agent: *\nAllow: /\n\nUser-agent: DIGEST/2 # us\nDisallow: /", False),
        ("User-agent: other\nUser-agent: Digest\nDisallow: /", False),
        ("User-agent: dig\nDisallow: /", True),  # a part of our name is not our name
        ("User-agent: digester\nDisallow: /", True),
        ("User-agent: courier\nDisallow: /", True),  # a word of our address is not, either
        ("User-agent: other\nDisallow: /", True),
        ("<html><body>Not found</body></html>", True),
    ],
)
def test_the_rules_of_rfc_9309_are_kept(robots_txt: str, answer: bool) -> None:  # noqa: FBT001  a case
    assert may(robots_txt) is answer


def test_robots_txt_itself_may_always_be_read() -> None:
    assert may("User-agent: *\nDisallow: /", "https://ledger.example/robots.txt")


def test_what_stands_beyond_the_bound_is_not_read() -> None:
    assert may("#" * MAX_BYTES + "\nUser-agent: *\nDisallow: /")


def test_thousands_of_names_and_wildcards_take_no_long_time() -> None:
    names = "".join(f"User-agent: a{number}\n" for number in range(12_000))
    rules = "".join(f"Disallow: /*{number}*a*b\n" for number in range(12_000))
    started = time.perf_counter()
    assert may(names + rules, f"https://ledger.example/{'a' * 1_900}")
    assert time.perf_counter() - started < 5


@settings(deadline=None)  # the machine may be busy
@given(st.binary() | st.text(alphabet="User-agent:*\nDisallow/$% \r#é").map(str.encode), st.text())
def test_no_bytes_and_no_address_make_it_raise(robots_txt: bytes, tail: str) -> None:
    assert allows(robots_txt, 200, f"https://ledger.example/{tail}", AGENT) in {True, False}
