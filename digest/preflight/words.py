"""What an inbox shows before an email is opened: its subject, and the preheader beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.preflight.finding import error, warning
from digest.preflight.page import declarations_of, line_of, markup_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

    from digest.outgoing import Email
    from digest.preflight.finding import Finding
    from digest.preflight.page import Page

MAX_SUBJECT = 150  # characters
MAX_PREHEADER = 200  # likewise; no inbox shows as many


@dataclass(frozen=True, slots=True, kw_only=True)
class Former:
    """What the last issue that readers got said in the inbox; "" where nobody knows."""

    subject: str
    preheader: str = ""


def check_words(email: Email, former: Former | None) -> Iterator[Finding]:
    """Hold the subject and the preheader against what inboxes do, and against the last issue's."""
    if not email.subject.strip():
        yield error("subject-empty", "the subject is empty")
    if len(email.subject) > MAX_SUBJECT:
        yield warning("subject-long", f"the subject is over {MAX_SUBJECT} characters long")
    if len(email.subject.splitlines()) > 1:
        yield error("subject-lines", "the subject has line breaks")
    if not email.preheader.strip():
        yield warning("preheader-empty", "the preheader is empty; inboxes show it by the subject")
    if len(email.preheader) > MAX_PREHEADER:
        yield warning("preheader-long", f"the preheader is over {MAX_PREHEADER} characters long")
    if former and _same(email.subject, former.subject):
        message = "the subject is that of the last issue; inboxes take the two for one conversation"
        yield warning("subject-same", message, email.subject)
    if former and _same(email.preheader, former.preheader):
        yield warning("preheader-same", "the preheader is that of the last issue", email.preheader)


def check_preheader(page: Page, preheader: str) -> Iterator[Finding]:
    """Find the preheader in the page: it must be there, and must not be seen."""
    words = _flat(preheader)
    if not words:
        return
    holders = [one for one in page.elements if one.tag != "title" and _flat(one.text) == words]
    if not holders:
        message = "the page does not hold the preheader; inboxes show its first words instead"
        yield warning("preheader-lost", message, preheader)
    elif not any(is_hidden(one) for one in holders):
        message = "the preheader is not hidden; readers see it above the page"
        first = holders[0]
        markup = markup_of(first)
        yield warning("preheader-shown", message, preheader, line=line_of(first), markup=markup)


def find_preheader(page: Page) -> str:
    """Give the first hidden text of a page, "" if there is none: what inboxes show."""
    hidden = (one for one in page.elements if (one.text or "").strip() and is_hidden(one))
    return next((_flat(one.text) for one in hidden), "")


def is_hidden(element: HtmlElement) -> bool:
    """Tell whether an element, or one around it, is taken out of sight by its style attribute."""
    return any(_hides(one) for one in (element, *element.iterancestors()))


def _hides(element: HtmlElement) -> bool:
    said = {one.name: one.value.lower() for one in declarations_of(element)}
    return (
        said.get("display") == "none"
        or said.get("visibility") == "hidden"
        or said.get("max-height") in {"0", "0px"}
        or said.get("font-size") in {"0", "0px", "1px"}
    )


def _same(text: str, before: str) -> bool:
    return bool(text.strip()) and _flat(text).casefold() == _flat(before).casefold()


def _flat(text: str | None) -> str:
    return " ".join((text or "").split())
