"""The Nu HTML checker reads every issue of the matrix, and the pages that are made beside them."""

from __future__ import annotations

import functools
import re
import tempfile
from pathlib import Path

from matrix import emails
from oracles.nu import Complaint, complaints, patterns, unfiltered
from reader_faces import pages_for_subscribers
from sample import PAGES, the_sample


def whole() -> dict[str, str]:
    pages = {name: (the_sample() / path).read_text("utf-8") for name, path in PAGES.items()}
    pages |= pages_for_subscribers()
    return pages | {name: email.html for name, email in emails().items()}


def broken() -> dict[str, str]:
    """Pages with one fault each, all of which the filter must let through."""
    html = emails()["one-story-bulletin"].html
    pages = {
        "unclosed": html.replace("</h1>", "", 1),
        "unknown": html.replace("<h1", "<h1 colour=red", 1),
        "misspelt": html.replace("text-decoration:none", "text-decorate:none", 1),
        "obsolete": html.replace("<h1", '<h1 align="left"', 1),
    }
    assert html not in pages.values()
    return pages


@functools.cache
def told() -> list[Complaint]:
    """Check all of them at once: most of its time goes into starting Java."""
    with tempfile.TemporaryDirectory() as folder:
        return complaints(whole() | broken(), Path(folder))


def test_the_checker_finds_nothing_in_any_email_or_page() -> None:
    assert len(whole()) >= 2 * 12 + len(PAGES)
    assert [one for one in unfiltered(told()) if one.page in whole()] == []


def test_the_filter_lets_every_real_fault_through() -> None:
    assert {one.page for one in unfiltered(told())} == set(broken())


def test_the_filter_holds_no_pattern_that_nothing_needs() -> None:
    messages = {one.message for one in told()}
    idle = [one for one in patterns() if not any(re.fullmatch(one, m) for m in messages)]
    assert idle == []
