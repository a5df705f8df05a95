"""The pages behind subscribers' links, each as it may be seen, for checkers of others."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from fiction import PUBLICATION, make_edition

from digest.recipe import SectionRule
from digest.web import Faces, message_pages
from digest.web.wishes import Wishes

TEMPLATES = (Path(__file__).parent.parent / "templates",)
TODAY = dt.date(2026, 11, 27)
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
SECTIONS = ("London", "World", LONG, 'Arts & "Letters" <b>')


def reader_faces(*templates: Path) -> Faces:
    """Give the pages of one edition; `templates` go before the built-in ones."""
    edition = make_edition(sections=tuple(SectionRule(title=title) for title in SECTIONS))
    return Faces(
        publication=PUBLICATION, editions={"daily": edition}, templates=(*templates, *TEMPLATES)
    )


def pages_for_subscribers() -> dict[str, str]:
    """Give every page by a name, in a language of each direction, and the one for a bad link."""
    faces = reader_faces()
    paused = Wishes(sections=("World",), pause="day", day="2026-12-07")
    shown = {"missing": message_pages(PUBLICATION, TEMPLATES)[404]}
    for language in ("en-GB", "ar", "de"):
        shown |= {
            f"ask-{language}": faces.ask("daily", language),
            f"done-{language}": faces.done("daily", language),
            f"form-{language}": faces.form(
                "daily", Wishes(), TODAY, token="token", language=language
            ),
            f"saved-{language}": faces.form(
                "daily", paused, TODAY, token="token", language=language, saved=True
            ),
            f"refused-{language}": faces.form(
                "daily", paused, TODAY, token="token", language=language, refused=True
            ),
        }
    return shown
