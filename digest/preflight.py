"""Look an email over before it leaves: what would break in a reader's hands, and what is poor.

An error is something that no reader should get (a link that leads nowhere, a picture without its
words, an email that Gmail cuts off); a warning is something that the staff should look at. Nothing
is fetched and nothing is changed.

The email's words may be anybody's: a headline may well be "{{ title }}" or "None". So what a
template left behind is looked for only where no feed can write.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from lxml import etree, html

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from lxml.html import HtmlElement

    from digest.outgoing import Email

MAX_HTML_BYTES = 100_000  # Gmail clips at about 102 kB, and drops the styles of what is left
LARGE_HTML_BYTES = 90_000
MAX_STYLE_BYTES = 16_384  # Gmail ignores all <style> beyond
MAX_SUBJECT = 150  # characters

# What screen readers list out of context (WCAG 2.2, 2.4.9).
BARE_WORDS = frozenset(
    {
        "click here",
        "continue",
        "continue reading",
        "details",
        "find out more",
        "full story",
        "here",
        "learn more",
        "link",
        "more",
        "read",
        "read more",
        "read on",
        "see more",
        "this",
        "view",
    }
)

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
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
_PLACEHOLDER = re.compile(r"https?://placeholder\.invalid[\w/?&=%-]*")
_ADDRESS = re.compile(r"(?:https?://|mailto:)[^\s<>\"]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was found: `rule` is its stable name, `where` the link, picture or text."""

    level: Literal["error", "warning"]
    rule: str
    message: str
    where: str = ""


def check_email(email: Email) -> tuple[Finding, ...]:
    """Give what was found, each once: errors first, then by rule and place."""
    findings = {
        *_check_words(email),
        *_check_size(email),
        *_check_slots(email),
        *_check_html(email),
    }
    return tuple(sorted(findings, key=lambda one: (one.level, one.rule, one.where, one.message)))


def _check_words(email: Email) -> Iterator[Finding]:
    if not email.subject.strip():
        yield _error("subject-empty", "the subject is empty")
    if len(email.subject) > MAX_SUBJECT:
        yield _warning("subject-long", f"the subject is over {MAX_SUBJECT} characters long")
    if len(email.subject.splitlines()) > 1:
        yield _error("subject-lines", "the subject has line breaks")
    if not email.preheader.strip():
        yield _warning("preheader-empty", "the preheader is empty; inboxes show it by the subject")


def _check_size(email: Email) -> Iterator[Finding]:
    size = len(email.html.encode())
    if size > MAX_HTML_BYTES:
        yield _error("size", f"the HTML has {size:,} bytes; Gmail cuts it off beyond 102,000")
    elif size > LARGE_HTML_BYTES:
        yield _warning("size", f"the HTML has {size:,} bytes, close to where Gmail cuts it off")


def _check_slots(email: Email) -> Iterator[Finding]:
    for url in _PLACEHOLDER.findall(f"{email.html}\n{email.text}"):
        if url not in email.slots:
            yield _error("slot-unknown", "nobody will fill in this placeholder", url)


def _check_html(email: Email) -> Iterator[Finding]:
    try:
        parser = html.HTMLParser(encoding="utf-8")
        page = html.document_fromstring(email.html.encode(), parser=parser)
    except etree.ParserError:
        yield _error("html-empty", "the HTML is empty")
        return
    attached = {f"cid:{one.content_id}" for one in email.attachments}
    yield from _check_page(page)
    yield from _check_headings(page)
    for image in page.iter("img"):
        yield from _check_image(image, attached)
    for link in page.iter("a"):
        yield from _check_link(link)
    yield from _check_attributes(page)
    yield from _check_text(page, email.text)


def _check_page(page: HtmlElement) -> Iterator[Finding]:
    if not page.get("lang", "").strip():
        yield _error("lang-missing", "<html> has no lang; screen readers guess the language")
    if not (page.findtext("head/title") or "").strip():
        yield _error("title-missing", "the page has no <title>")
    size = sum(len((style.text or "").encode()) for style in page.iter("style"))
    if size > MAX_STYLE_BYTES:
        yield _error("style-size", f"<style> has {size:,} bytes; Gmail ignores beyond 16,384")


def _check_headings(page: HtmlElement) -> Iterator[Finding]:
    headings = list(page.iter(*_HEADINGS))
    first_rank = sum(heading.tag == "h1" for heading in headings)
    if first_rank != 1:
        yield _error("h1-count", f"there must be one <h1>, and there are {first_rank}")
    before = 0
    for heading in headings:
        rank = int(str(heading.tag)[1])
        if rank > before + 1:
            message = (
                f"<h{rank}> skips a level after <h{before}>" if before else "not an <h1> first"
            )
            yield _warning("heading-skipped", message, _words(heading))
        before = rank


def _check_image(image: HtmlElement, attached: Collection[str]) -> Iterator[Finding]:
    source = image.get("src", "").strip()
    if not source:
        yield _error("image-src", "a picture has no src", image.get("alt", ""))
    elif source.startswith("cid:") and source not in attached:
        yield _error("image-src", "a picture's src names an attachment that is not there", source)
    elif source not in attached and not _is_web(source):
        yield _error("image-src", "a picture's src is no absolute http(s) address", source)
    if image.get("alt") is None:
        yield _error("image-alt", "a picture has no alt attribute", source)
    elif not image.get("alt", "").strip() and image.get("role") not in {"presentation", "none"}:
        yield _warning("image-alt", "a picture's alt is empty; blocked, it says nothing", source)
    if not image.get("width", "").isdecimal():
        yield _warning(
            "image-width", "a picture has no width; Outlook shows it in full size", source
        )


def _check_link(link: HtmlElement) -> Iterator[Finding]:
    target = link.get("href", "").strip()
    words = _words(link)
    if not target:
        yield _error("link-empty", "a link leads nowhere", words)
    elif not (_is_web(target) or re.match(r"mailto:[^@\s]+@", target, re.IGNORECASE)):
        yield _error("link-target", "a link is no absolute http(s) or mailto address", target)
    if not words:
        yield _warning("link-text", "a link has no words", target)
    elif re.sub(r"[\W_]+", " ", words).strip().casefold() in BARE_WORDS:
        yield _warning("link-text", f'"{words}" does not say where the link goes', target)


def _check_attributes(page: HtmlElement) -> Iterator[Finding]:
    for element in page.iter(etree.Element):
        for name in _THEMES_OWN:
            if _LEFT_BEHIND.search(element.get(name, "")):
                message = f"{name} of <{element.tag!s}> holds what a template left behind"
                yield _error("template-leftover", message, element.get(name, ""))


def _check_text(page: HtmlElement, text: str) -> Iterator[Finding]:
    """Compare both parts' links; in plain text one may be followed by a sentence's own marks."""
    found = _ADDRESS.findall(text)
    in_text = {*found, *(address.rstrip(".,;:!?)]'") for address in found)}
    for link in page.iter("a"):
        target = link.get("href", "").strip()
        mailbox = target.partition("mailto:")[2]
        if target and target not in in_text and not (mailbox and mailbox in text):
            yield _warning("text-link", "the plain text lacks this link", target)


def _is_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def _words(element: HtmlElement) -> str:
    """Give what a screen reader says of an element: its label, or its text and pictures' alts."""
    alts = " ".join(image.get("alt", "") for image in element.iter("img"))
    words = element.get("aria-label") or f"{element.text_content()} {alts}"
    return " ".join(words.split())


def _error(rule: str, message: str, where: str = "") -> Finding:
    return Finding(level="error", rule=rule, message=message, where=where[:200])


def _warning(rule: str, message: str, where: str = "") -> Finding:
    return Finding(level="warning", rule=rule, message=message, where=where[:200])
