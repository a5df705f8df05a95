"""Links: where they lead, what they say of that, and that both parts have the same."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from digest.preflight.finding import error, warning
from digest.preflight.page import line_of, markup_of, words_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

    from digest.outgoing import Email
    from digest.preflight.finding import Finding
    from digest.preflight.page import Page

# What screen readers list out of context (WCAG 2.2, 2.4.9).
BARE_WORDS = frozenset(
    re.split(
        r"\s*[|\n]\s*",
        """
        click here|continue|continue reading|details|find out more|full story|here|learn more|link
        more|read|read more|read on|see more|this|view
        cliquez ici|en savoir plus|ici|la suite|lire|lire la suite|lire plus|plus|voir|voir plus
        hier|hier klicken|lesen|mehr|mehr dazu|mehr erfahren|mehr lesen|weiter|weiterlesen
        aquí|haga clic aquí|leer|leer más|más|más información|saber más|seguir leyendo|ver más
        altro|clicca qui|continua|leggi|leggi di più|leggi tutto|qui|scopri di più
        aqui|clique aqui|continuar a ler|leia mais|ler mais|mais|saiba mais
        lees meer|lees verder|meer|meer lezen|czytaj dalej|więcej|tutaj
        اقرأ المزيد|المزيد|هنا|اضغط هنا|للمزيد
        """.strip(),
    )
)

_PLACEHOLDER = re.compile(r"https?://placeholder\.invalid[\w/?&=%-]*")
_ADDRESS = re.compile(r"(?:https?://|mailto:)[^\s<>\"]+", re.IGNORECASE)
_MAILBOX = re.compile(r"mailto:[^@\s]+@", re.IGNORECASE)


def is_absolute(url: str) -> bool:
    """Tell whether an address is http(s), with a host."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def web_links(page: Page) -> tuple[str, ...]:
    """Give the web addresses that the page's links lead to, each once, in their order.

    Those that are to be patched for each subscriber lead nowhere yet, and are left out.
    """
    targets = (link.get("href", "").strip() for link in page.all("a"))
    web = (target for target in targets if is_absolute(target) and not placeholders(target))
    return tuple(dict.fromkeys(web))


def placeholders(text: str) -> list[str]:
    """Give the addresses in a text that are to be patched for each subscriber."""
    return _PLACEHOLDER.findall(text)


def check_links(page: Page) -> Iterator[Finding]:
    """Look at every link of the page."""
    for link in page.all("a"):
        yield from _check_target(link)
        yield from _check_words(link)


def _check_target(link: HtmlElement) -> Iterator[Finding]:
    target, line, markup = link.get("href", "").strip(), line_of(link), markup_of(link)
    if not target:
        yield error("link-empty", "a link leads nowhere", words_of(link), line=line, markup=markup)
    elif target.startswith("#"):
        message = "a link leads to a place in the page; several clients do nothing then"
        yield error("link-target", message, target, line=line, markup=markup)
    elif not (is_absolute(target) or _MAILBOX.match(target)):
        message = "a link is no absolute http(s) or mailto address"
        yield error("link-target", message, target, line=line, markup=markup)


def _check_words(link: HtmlElement) -> Iterator[Finding]:
    target, line, markup = link.get("href", "").strip(), line_of(link), markup_of(link)
    words = words_of(link)
    if not words:
        yield warning("link-text", "a link has no words", target, line=line, markup=markup)
    elif re.sub(r"[\W_]+", " ", words).strip().casefold() in BARE_WORDS:
        message = f'"{words}" does not say where the link goes'
        yield warning("link-text", message, target, line=line, markup=markup)


def check_slots(email: Email) -> Iterator[Finding]:
    """Find placeholders that nobody knows how to fill in."""
    for url in placeholders(f"{email.html}\n{email.text}"):
        if url not in email.slots:
            yield error("slot-unknown", "nobody will fill in this placeholder", url)


def check_text(page: Page, text: str) -> Iterator[Finding]:
    """Compare both parts' links, however their letters are written.

    In plain text one may be followed by a sentence's own marks. The inliner writes letters beyond
    ASCII in per cent; plain text has them as their source did.
    """
    if not text.strip():
        yield error("text-empty", "there is no plain text; some readers see nothing else")
        return
    found = _ADDRESS.findall(text)
    in_text = {unquote(one) for each in found for one in (each, each.rstrip(".,;:!?)]'"))}
    for link in page.all("a"):
        target = link.get("href", "").strip()
        mailbox = target.partition("mailto:")[2]
        if target and unquote(target) not in in_text and not (mailbox and mailbox in text):
            yield warning("text-link", "the plain text lacks this link", target)
