"""Pages for readers that are no issue: the archive's index, what went wrong, what is done.

A template is looked for in the given folders in order, as `public/…`, so that a newsroom's own file
replaces ours of the same name. It speaks the publication's language, or that of its one reader.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import jinja2

from digest.rendering.catalogs import words_in
from digest.rendering.theme import explained, speak
from digest.words import language_name

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from digest.recipe import Publication
    from digest.words import Words


def reader_page(
    name: str,
    templates: Sequence[Path],
    publication: Publication,
    *,
    language: str = "",
    **context: object,
) -> str:
    """Render `public/<name>` in a language, "" for the publication's.

    Raises TemplateError naming file and line.
    """
    words = words_in(templates, language or publication.language)
    environment = _environment(tuple(templates), words)
    with explained(templates):
        template = environment.get_template(f"public/{name}")
        return template.render(publication=publication, **context)


@lru_cache(maxsize=32)
def _environment(templates: tuple[Path, ...], words: Words) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(templates),
        extensions=["jinja2.ext.i18n"],
        autoescape=True,  # explicitly: `.j2` says nothing to select_autoescape
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    speak(environment, words)
    environment.filters |= {
        "day": words.day,
        "month": words.month,
        "short_weekday": words.short_weekday,
        "language_name": language_name,
    }
    return environment
