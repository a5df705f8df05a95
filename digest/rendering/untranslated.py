"""Which words that readers will see have no translation, and so stay English."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jinja2.ext import extract_from_ast

from digest.rendering.catalogs import FOLDER, WRITTEN_IN, catalog_files, known_locale, read_catalog
from digest.rendering.layers import LayersEnvironment, theme_layers
from digest.rendering.theme import is_markup

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from babel.messages.catalog import Catalog

TEMPLATE = "messages.pot"


def untranslated(themes: Sequence[Path], language: str) -> tuple[str, ...]:
    """Give what the program and a theme say to readers and no catalogue has, in order of words.

    Nothing is missing in English. Raises what `words_beside` raises, and TemplateError for a theme
    that cannot be read.
    """
    locale = known_locale(language)
    if locale.language == WRITTEN_IN:
        return ()
    templates = [folder.parent for folder in themes]
    said = _said_by_program(templates) | _said_by(theme_layers(themes))
    known: set[str] = set()
    for path in catalog_files(templates, locale):
        known |= _messages(read_catalog(path, path.read_bytes()), translated=True)
    return tuple(sorted(said - known))


def _said_by_program(templates: Sequence[Path]) -> set[str]:
    lists = [folder / FOLDER / TEMPLATE for folder in templates]
    found = next((path for path in lists if path.is_file()), None)
    return _messages(read_catalog(found, found.read_bytes())) if found else set()


def _messages(catalog: Catalog, *, translated: bool = False) -> set[str]:
    return {
        _first(message.id)
        for message in catalog
        if message.id and (not translated or _is_translated(message.string))
    }


def _is_translated(text: str | Sequence[str] | None) -> bool:
    return bool(text) if text is None or isinstance(text, str) else all(text)


def _first(message: str | Sequence[str | None]) -> str:
    return message if isinstance(message, str) else message[0] or ""


def _said_by(layers: Sequence[Path]) -> set[str]:
    """Read the messages of a theme's own templates: a newsroom's may say more than ours."""
    environment = LayersEnvironment(layers, autoescape=is_markup)
    return {
        _first(message)
        for folder in layers
        for path in sorted(folder.rglob("*.j2"))
        if path.is_file()
        for _, _, message in extract_from_ast(environment.parse(path.read_text(encoding="utf-8")))
        if message and _first(message)
    }
