"""The order of work on one email: open the theme, fill both parts, inline the styles."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import lxml.html

from digest.outgoing import Email
from digest.rendering.catalogs import words_beside
from digest.rendering.inlining import inline_styles
from digest.rendering.layers import theme_layers
from digest.rendering.theme import explained, open_theme
from digest.rendering.typesetting import Typesetter
from digest.rendering.unaddressed import without_slots

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from jinja2 import Environment

    from digest.model import Issue

WORDS_A_MINUTE = 230  # silent reading of English prose is 238 (Brysbaert 2019)

# Links that are patched for each subscriber when the email is sent. They are whole https URLs
# because premailer percent-encodes "{{ … }}" in a link; .invalid never resolves (RFC 2606 §2).
_SLOT = re.compile(r"https://placeholder\.invalid/[a-z-]+")

# Controls, lone surrogates and non-characters: no font shows them, and a parser may stop at them.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class WebPage:
    """What an issue's page on the web leads to: the archive's `index` and `feed`, and `address`.

    The first two are relative to the page; the last is its own, absolute, "" where nobody knows.
    """

    index: str
    feed: str
    address: str = ""


def render_issue(issue: Issue, *, themes: Sequence[Path]) -> Email:
    """Turn an issue into an email with the theme found in the folders `themes`.

    The folders are searched in order, so a user's file goes before the built-in one of the same
    name, and after them those of the theme that this one extends; `base/NAME` in a template reaches
    what lies below it. HTML is one string with inlined styles, text is wrapped at 72 columns; both
    end with a newline. `slots` are sorted.

    Raises TemplateError naming file and line (or the folders searched), and ConfigError when the
    publication's language is unknown. Labels are in that language, by the catalogues beside the
    themes.
    """
    theme = _opened(issue, themes)
    with explained(theme_layers(themes)):
        words = _words_shown(theme, issue, None)
        told = {"words": words, "minutes": reading_minutes(words), "web": None}
        html = inline_styles(_fill(theme, "email.html.j2", issue, **told))
        text = _settle(_fill(theme, "email.txt.j2", issue, **told))
    return Email(
        subject=_one_line(issue.subject),
        preheader=_one_line(issue.preheader),
        html=html,
        text=text,
        language=issue.masthead.language,
        words=words,
        slots=tuple(sorted({*_SLOT.findall(html), *_SLOT.findall(text)})),
    )


def render_web(issue: Issue, web: WebPage, *, themes: Sequence[Path]) -> str:
    """Turn an issue into a page for everybody, with the theme of its email.

    Templates know it by `web`, which is None in an email: nothing that is one subscriber's own
    stands on it. Ends with a newline. Raises what `render_issue` raises.
    """
    theme = _opened(issue, themes)
    with explained(theme_layers(themes)):
        words = _words_shown(theme, issue, web)
        told = {"words": words, "minutes": reading_minutes(words), "web": web}
        return without_slots(inline_styles(_fill(theme, "email.html.j2", issue, **told)))


def _opened(issue: Issue, themes: Sequence[Path]) -> Environment:
    words = words_beside(themes, issue.masthead.language)
    return open_theme(themes, Typesetter.of(issue.masthead, words))


def reading_minutes(words: int) -> int:
    """Give how long a reader needs for as many words, in whole minutes, at least one."""
    return max(1, round(words / WORDS_A_MINUTE))


def _words_shown(theme: Environment, issue: Issue, web: WebPage | None) -> int:
    return _count_words(_fill(theme, "stories.html.j2", issue, web=web))


def _fill(theme: Environment, name: str, issue: Issue, **told: object) -> str:
    template = theme.get_template(name)
    return _UNPRINTABLE.sub("", template.render(issue=issue, lead=issue.lead, **told))


def _count_words(html: str) -> int:
    """Count the words that a theme shows of an issue: no two themes show the same."""
    page = lxml.html.fragment_fromstring(html, create_parent="table")
    return len(re.findall(r"[^\W_][\w’'-]*", " ".join(page.xpath(".//text()"))))


def _settle(text: str) -> str:
    """End lines where their words end, and leave two blank lines in a row at most."""
    lines = "\n".join(line.rstrip() for line in text.split("\n"))
    return re.sub(r"\n{4,}", "\n\n\n", lines).strip("\n") + "\n"


def _one_line(text: str) -> str:
    return " ".join(_UNPRINTABLE.sub("", text).split())
