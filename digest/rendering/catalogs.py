"""Words in other languages: gettext catalogues beside the themes, `words/fr.po` and the like.

The newsroom's own file goes before the built-in one, message by message, and the file of a country
(`de-AT.po`) before that of its language (`de.po`). Catalogues are read as they are written, so that
nothing need be compiled after one was changed.
"""

from __future__ import annotations

from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from typing import TYPE_CHECKING

from babel import Locale, UnknownLocaleError
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

from digest.errors import ConfigError, TemplateError
from digest.words import Words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from babel.messages.catalog import Catalog

FOLDER = "words"
HINT = "Mend the file, or remove your copy to use the built-in one"


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
    try:
        catalog = read_po(BytesIO(data), locale=path.stem.replace("-", "_"), abort_invalid=True)
    except PoFileError as error:
        raise TemplateError(str(error), where=f"{path}:{error.lineno + 1}", hint=HINT) from error
    except (ValueError, UnknownLocaleError) as error:
        raise TemplateError(str(error), where=str(path), hint=HINT) from error
    for message, errors in catalog.check():
        said = message.id if isinstance(message.id, str) else message.id[0]
        raise TemplateError(
            f"the words for {said!r} do not fit it: {errors[0]}",
            where=f"{path}:{message.lineno}",
            hint="A translation may use the %(name)s of the original, and no others",
        )
    return catalog
