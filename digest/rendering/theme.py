"""A theme is a folder of templates and tokens; a user's folder goes before the built-in one."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

import jinja2

from digest.errors import DigestError, TemplateError
from digest.rendering.catalogs import FOLDER as WORDS
from digest.rendering.layers import HINT, LayersEnvironment, read_tokens, theme_layers

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from digest.rendering.typesetting import Typesetter
    from digest.words import Words

_PAGE = "email.html.j2"
_TEMPLATES = ("*.j2", "*.toml")


def open_theme(themes: Sequence[Path], typesetter: Typesetter) -> jinja2.Environment:
    """Give the environment in which the theme's templates are filled.

    Its globals are the theme's tokens; its filters and tests are the typesetter's. Compiling the
    templates takes longer than filling them, so the same theme, unchanged, is compiled once.

    Raises TemplateError when no folder holds a theme, or a theme.toml cannot be read.
    """
    return _compiled(require_theme(themes), theme_fingerprint(themes), typesetter)


@functools.lru_cache(maxsize=8)
def _compiled(
    layers: tuple[Path, ...],
    fingerprint: str,  # noqa: ARG001  part of the key: a file that changed or appeared is a miss
    typesetter: Typesetter,
) -> jinja2.Environment:
    environment = LayersEnvironment(
        layers,
        undefined=jinja2.StrictUndefined,
        autoescape=is_markup,  # on for all but text and styles
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    speak(environment, typesetter.words)
    environment.globals |= read_tokens(layers)
    environment.filters |= typesetter.filters()
    environment.tests |= typesetter.tests()
    return environment


def speak(environment: jinja2.Environment, words: Words) -> None:
    """Let templates say `{% trans %}` and `_()` in a language, and know which way it runs."""
    # Added by the extension, and so unknown to the type.
    environment.install_gettext_translations(words.catalog, newstyle=True)  # type: ignore[attr-defined]
    environment.policies["ext.i18n.trimmed"] = True  # a message's line breaks are spaces
    environment.globals |= words.directions()


def require_theme(themes: Sequence[Path]) -> tuple[Path, ...]:
    """Give the layers of a theme. Raises TemplateError where none of them holds a page."""
    layers = theme_layers(themes)
    if not any((folder / _PAGE).is_file() for folder in layers):
        raise TemplateError(
            f"there is no theme here: {_PAGE} was not found",
            where=", ".join(map(str, themes)) or "no folder",
            hint="Set `theme` to the name of a folder that holds one",
        )
    return layers


def is_markup(name: str | None) -> bool:
    """Whether a template writes HTML, so that what it is filled with is escaped.

    Jinja's own select_autoescape() looks at the last suffix only and would not escape .j2.
    """
    return name is None or not name.endswith((".txt.j2", ".css.j2"))


def theme_fingerprint(themes: Sequence[Path]) -> str:
    """Give the SHA-256, in hex, of the names and bytes of all that a theme is made of.

    That is its templates and tokens, and the catalogues of words beside it.

    A folder that does not exist counts as an empty one. A built-in file that a user's file
    replaces still counts, because `base/` reaches it. Raises TemplateError when there is no theme.
    """
    digest = hashlib.sha256()
    for depth, folder, path in theme_files(themes):
        content = path.read_bytes()
        name = path.relative_to(folder).as_posix()
        digest.update(f"{depth}/{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def theme_files(themes: Sequence[Path]) -> Iterator[tuple[int, Path, Path]]:
    """Give all files of a theme: a layer's number, its folder, the file; then the words beside it.

    Layers come from the bottom up. Raises TemplateError when there is no theme.
    """
    words = [folder.with_name(WORDS) for folder in themes]
    for folders, kinds in ((require_theme(themes), _TEMPLATES), (words, ("*.po",))):
        for depth, folder in enumerate(reversed(folders)):
            for path in sorted(path for kind in kinds for path in folder.rglob(kind)):
                if path.is_file():  # and no editor's lock, say
                    yield depth, folder, path


def theme_sources(themes: Sequence[Path]) -> dict[str, str]:
    """Give the text of every template and table of tokens of a theme, by a name for people.

    That is "templates/broadsheet/lead.html.j2" for a newsroom's own file, and "built-in
    broadsheet/lead.html.j2" for ours. Raises TemplateError when there is no theme.
    """
    ours = themes[-1].parent
    return {
        f"{'built-in ' if folder.parent == ours else f'{folder.parent.name}/'}{folder.name}/"
        f"{path.relative_to(folder).as_posix()}": path.read_text("utf-8", errors="replace")
        for _, folder, path in theme_files(themes)
        if path.suffix != ".po"
    }


@contextlib.contextmanager
def explained(themes: Sequence[Path]) -> Iterator[None]:
    """Turn whatever a template raises into a TemplateError that names its file and line."""
    try:
        yield
    except DigestError:
        raise
    except jinja2.TemplateSyntaxError as error:
        where = f"{error.filename or error.name}:{error.lineno}"
        raise TemplateError(str(error.message), where=where, hint=HINT) from error
    except jinja2.TemplateNotFound as error:
        raise TemplateError(
            f"there is no template {error.name!r}",
            where=_line_of(error, themes),
            hint=f"Searched: {', '.join(map(str, themes))}",
        ) from error
    except Exception as error:  # an expression in a template may raise anything
        where = _line_of(error, themes)
        raise TemplateError(f"{type(error).__name__}: {error}", where=where, hint=HINT) from error


def _line_of(error: Exception, themes: Sequence[Path]) -> str:
    """Name the innermost template line on the way to an error; Jinja maps frames to templates."""
    folders = [folder.resolve() for folder in themes]
    lines = (
        f"{frame.filename}:{frame.lineno}"
        for frame in reversed(traceback.extract_tb(error.__traceback__))
        if any(Path(frame.filename).resolve().is_relative_to(folder) for folder in folders)
    )
    return next(lines, ", ".join(map(str, themes)))
