"""What the page as a whole must have: size, language, title, headings, stories told once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from digest.preflight.finding import error, warning
from digest.preflight.page import line_of, markup_of, words_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

    from digest.preflight.finding import Finding
    from digest.preflight.page import Page

MAX_HTML_BYTES = 100_000  # Gmail clips at about 102 kB, and drops the styles of what is left
LARGE_HTML_BYTES = 90_000

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_STORIES = ("h1", "h3", "h4", "h5", "h6")  # an h2 opens a section, as another may
_THEMES_OWN = (
    "align",
    "bgcolor",
    "class",
    "dir",
    "height",
    "id",
    "lang",
    "role",
    "style",
    "width",
)
_LEFT_BEHIND = re.compile(r"\{\{|\{%|\{#|\b(?:None|Undefined)\b")


def check_size(html: str) -> Iterator[Finding]:
    """Count the bytes of the HTML."""
    size = len(html.encode("utf-8", "replace"))
    if size > MAX_HTML_BYTES:
        yield error("size", f"the HTML has {size:,} bytes; Gmail cuts it off beyond 102,000")
    elif size > LARGE_HTML_BYTES:
        yield warning("size", f"the HTML has {size:,} bytes, close to where Gmail cuts it off")


def check_structure(page: Page) -> Iterator[Finding]:
    """Look at the page as a whole, and at what a template left behind in it."""
    yield from _check_language(page)
    if not (page.root.findtext("head/title") or "").strip():
        yield error("title-missing", "the page has no <title>")
    yield from _check_headings(page)
    yield from _check_stories(page)
    yield from _check_attributes(page)


def _check_language(page: Page) -> Iterator[Finding]:
    if not page.root.get("lang", "").strip():
        yield error("lang-missing", "<html> has no lang; screen readers guess the language")
    if page.root.get("dir", "").lower() not in {"ltr", "rtl"}:
        yield warning("dir-missing", "<html> does not say by dir which way its text runs")
    inside = (one for one in page.elements if one.tag not in {"html", "body"})
    if not any(one.get("lang") and one.get("dir") for one in inside):
        message = "no element around the text has lang and dir; webmail drops those of <html>"
        yield warning("wrapper-missing", message)


def _check_headings(page: Page) -> Iterator[Finding]:
    headings = list(page.all(*_HEADINGS))
    first_rank = sum(heading.tag == "h1" for heading in headings)
    if first_rank != 1:
        yield error("h1-count", f"there must be one <h1>, and there are {first_rank}")
    before = 0
    for heading in headings:
        rank = int(str(heading.tag)[1])
        if rank > before + 1:
            message = (
                f"<h{rank}> skips a level after <h{before}>" if before else "not an <h1> first"
            )
            yield warning("heading-skipped", message, words_of(heading), line=line_of(heading))
        before = rank


def _check_stories(page: Page) -> Iterator[Finding]:
    """Tell of a story that stands twice: by its address, or by its headline."""
    addresses: set[str] = set()
    headlines: set[str] = set()
    for heading in page.all(*_STORIES):
        words, link = words_of(heading), next(heading.iter("a"), None)
        if link is None or not words:
            continue
        target, headline = link.get("href", "").strip(), words.casefold()
        if (target and target in addresses) or headline in headlines:
            yield warning("story-twice", "a story stands twice", words, line=line_of(heading))
        addresses.add(target)
        headlines.add(headline)


def _check_attributes(page: Page) -> Iterator[Finding]:
    for element in page.elements:
        for name in _THEMES_OWN:
            value = element.get(name)
            if value and _LEFT_BEHIND.search(value):
                yield _left_behind(element, name, value)


def _left_behind(element: HtmlElement, name: str, value: str) -> Finding:
    message = f"{name} of <{element.tag!s}> holds what a template left behind"
    return error(
        "template-leftover", message, value, line=line_of(element), markup=markup_of(element)
    )
