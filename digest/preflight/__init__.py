"""Look an email over before it leaves: what would break in a reader's hands, and what is poor.

An error is something that no reader should get (a link that leads nowhere, text that cannot be
read, an email that Gmail cuts off); a warning is something that the staff should look at. Nothing
is fetched and nothing is changed.

The email's words may be anybody's: a headline may well be "{{ title }}" or "None". So what a
template left behind is looked for only where no feed can write.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.preflight.clients import check_clients
from digest.preflight.contrast import check_contrast
from digest.preflight.finding import Finding, error, held_by, sorted_once, warning
from digest.preflight.images import check_images
from digest.preflight.links import check_links, check_slots, check_text, placeholders, web_links
from digest.preflight.locating import located
from digest.preflight.page import read_page
from digest.preflight.structure import MAX_HTML_BYTES, check_size, check_structure
from digest.preflight.styles import check_styles
from digest.preflight.words import Former, check_preheader, check_words, find_preheader

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from digest.outgoing import Email
    from digest.preflight.page import Page

__all__ = [
    "MAX_HTML_BYTES",
    "Finding",
    "Former",
    "check_email",
    "check_html",
    "error",
    "held_by",
    "links_in",
    "located",
    "placeholders",
    "preheader_in",
    "sorted_once",
    "warning",
]


def check_email(email: Email, *, former: Former | None = None) -> tuple[Finding, ...]:
    """Give what was found, each once: errors first, then by rule and place.

    `former` is the last issue that readers got.
    """
    page = read_page(email.html)
    attached = {attachment.content_id for attachment in email.attachments}
    findings = {*check_words(email, former), *check_slots(email), *check_size(email.html)}
    if page is None:
        findings.add(_nothing())
    else:
        findings |= {
            *_check_page(page, attached),
            *check_preheader(page, email.preheader),
            *check_text(page, email.text),
        }
    return sorted_once(findings)


def check_html(html: str) -> tuple[Finding, ...]:
    """Give what was found in a page alone, likewise.

    Nobody knows its subject, its plain text, or what travels with it.
    """
    page = read_page(html)
    found = {_nothing()} if page is None else {*_check_page(page, None)}
    return sorted_once({*found, *check_size(html)})


def links_in(html: str) -> tuple[str, ...]:
    """Give the web addresses that a page's links lead to, each once, in their order."""
    page = read_page(html)
    return web_links(page) if page else ()


def preheader_in(html: str) -> str:
    """Give the first hidden text of a page, "" if there is none."""
    page = read_page(html)
    return find_preheader(page) if page else ""


def _check_page(page: Page, attached: Collection[str] | None) -> Iterator[Finding]:
    yield from check_structure(page)
    yield from check_styles(page)
    yield from check_clients(page)
    yield from check_contrast(page)
    yield from check_images(page, attached)
    yield from check_links(page)


def _nothing() -> Finding:
    return error("html-empty", "the HTML is empty")
