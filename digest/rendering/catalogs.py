"""Words in other languages: gettext catalogues beside the themes, `words/fr.po` and the like.

The newsroom's own file goes before the built-in one, message by message, and the file of a country
(`de-AT.po`) before that of its language (`de.po`). Catalogues are read as they are written, so that
nothing need be compiled after one was changed.
"""

from __future__ import annotations

import re
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from typing import TYPE_CHECKING

from babel import Locale, UnknownLocaleError
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

from digest.errors import ConfigError, TemplateError
from digest.words import Words, is_language

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from babel.messages.catalog import Catalog, Message

FOLDER = "words"
WRITTEN_IN = "en"
HINT = "Mend the file, or remove your copy to use the built-in one"

_BEGINS = frozenset('m"')  # msgid, msgstr[1], …, or a text that goes on
_LINE = re.compile(r'(?:msg\w+(?:\[\d+\])?\s*)?"(?:[^"\\]|\\.)*"', re.ASCII)
_FILLED_IN = re.compile(r"%%|%\((\w+)\)[sd]")


def words_beside(themes: Sequence[Path], language: str) -> Words:
    """Give the words of a language (BCP 47) from the catalogues beside the themes' folders.

    The same files, unchanged, give the same object. Raises what `words_in` raises.
    """
    return words_in([folder.parent for folder in themes], language)


def words_in(templates: Sequence[Path], language: str) -> Words:
    """Give the words of a language (BCP 47) from the catalogues in the folders of templates.

    Raises ConfigError for a language that nobody knows, TemplateError naming file and line for a
    catalogue that cannot be read, or whose placeholders are not those of the original.
    """
    locale = known_locale(language)
    files = catalog_files(templates, locale)
    return _words(str(locale), tuple((path, path.read_bytes()) for path in files))


def catalog_files(templates: Sequence[Path], locale: Locale) -> list[Path]:
    """Find the catalogues of a language; what an earlier one has, the later ones are not asked."""
    return [
        path
        for folder in templates
        for name in _names(locale)
        if (path := folder / FOLDER / f"{name}.po").is_file()
    ]


def languages_in(templates: Sequence[Path]) -> tuple[str, ...]:
    """Give the languages that there are words of, by tag: English, then the rest."""
    found = {path.stem for folder in templates for path in (folder / FOLDER).glob("*.po")}
    return (WRITTEN_IN, *sorted(tag for tag in found - {WRITTEN_IN} if is_language(tag)))


def known_locale(language: str) -> Locale:
    """Give the locale of a tag such as "en-GB". Raises ConfigError for one that nobody knows."""
    try:
        return Locale.parse(language, sep="-")
    except (ValueError, UnknownLocaleError) as error:
        raise ConfigError(
            f"the language {language!r} is not known",
            where="publication.language",
            hint="Write a tag such as en-GB, fr or pt-BR",
        ) from error


def _names(locale: Locale) -> list[str]:
    """Name the catalogues of a language, the most particular first: zh-Hant-TW, zh-Hant, zh."""
    parts = str(locale).split("_")
    return ["-".join(parts[:length]) for length in range(len(parts), 0, -1)]


@lru_cache(maxsize=32)
def _words(locale: str, files: tuple[tuple[Path, bytes], ...]) -> Words:
    found = NullTranslations()
    for path, data in reversed(files):
        translations = _translations(read_catalog(path, data))
        translations.add_fallback(found)
        found = translations
    return Words(locale=Locale.parse(locale), catalog=found)


def _translations(catalog: Catalog) -> GNUTranslations:
    compiled = BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return GNUTranslations(compiled)


def read_catalog(path: Path, data: bytes) -> Catalog:
    """Read a catalogue. Raises TemplateError as `words_in` does."""
    _require_closed(path, data)
    try:
        catalog = read_po(BytesIO(data), locale=path.stem.replace("-", "_"), abort_invalid=True)
    except PoFileError as error:
        raise TemplateError(str(error), where=f"{path}:{error.lineno + 1}", hint=HINT) from error
    except (ValueError, UnknownLocaleError) as error:
        raise TemplateError(str(error), where=str(path), hint=HINT) from error
    for message in catalog:
        if message.id and (fault := _fault(message)):
            raise _unfit(path, message, fault)
    for message, errors in catalog.check():
        raise _unfit(path, message, str(errors[0]))
    return catalog


def _require_closed(path: Path, data: bytes) -> None:
    """Require that every text ends on its line: Babel takes its last letter for the mark."""
    for number, line in enumerate(data.decode("utf-8", "replace").split("\n"), start=1):
        text = line.strip()
        if text and text[0] in _BEGINS and not _LINE.fullmatch(text):
            raise TemplateError(
                "a text does not end with its quotation mark", where=f"{path}:{number}", hint=HINT
            )


def _fault(message: Message) -> str:
    """Say why a translation cannot be filled in, "" if it can: a lone % would break a morning."""
    known = {name for original in _texts(message.id) for name in _FILLED_IN.findall(original)}
    for text in _texts(message.string):
        if unknown := set(_FILLED_IN.findall(text)) - known - {""}:
            return f"unknown placeholder {min(unknown)!r}"
        if "%" in _FILLED_IN.sub("", text):
            return "a % that stands for itself is written %%"
    return ""


def _texts(said: str | Sequence[str | None] | None) -> list[str]:
    return [one for one in ([said] if isinstance(said, str) else said or ()) if one]


def _unfit(path: Path, message: Message, fault: str) -> TemplateError:
    return TemplateError(
        f"the words for {_texts(message.id)[0]!r} do not fit it: {fault}",
        where=f"{path}:{message.lineno}",
        hint="A translation may use the %(name)s of the original, and no others",
    )
