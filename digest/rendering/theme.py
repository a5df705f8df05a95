"""A theme is a folder of templates and tokens; a user's folder goes before the built-in one."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import tomllib
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2

from digest.errors import DigestError, TemplateError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from digest.rendering.typesetting import Typesetter

_TOKENS = "theme.toml"
_PAGE = "email.html.j2"
_HINT = "Mend the file, or remove your copy to use the built-in one"


def open_theme(themes: Sequence[Path], typesetter: Typesetter) -> jinja2.Environment:
    """Give the environment in which the theme's templates are filled.

    Its globals are the theme's tokens; its filters and tests are the typesetter's. Compiling the
    templates takes longer than filling them, so the same theme, unchanged, is compiled once.

    Raises TemplateError when no folder holds a theme, or a theme.toml cannot be read.
    """
    return _compiled(tuple(themes), theme_fingerprint(themes), typesetter)


@functools.lru_cache(maxsize=8)
def _compiled(
    themes: tuple[Path, ...],
    fingerprint: str,  # noqa: ARG001  part of the key: a file that changed or appeared is a miss
    typesetter: Typesetter,
) -> jinja2.Environment:
    loaders = [jinja2.FileSystemLoader(folder) for folder in themes]
    environment = jinja2.Environment(
        loader=jinja2.ChoiceLoader([*loaders, jinja2.PrefixLoader({"base": loaders[-1]})]),
        undefined=jinja2.StrictUndefined,
        autoescape=_is_markup,  # noqa: S701  on for all but text and styles
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals |= {**read_tokens(themes), **typesetter.directions()}
    environment.filters |= typesetter.filters()
    environment.tests |= typesetter.tests()
    return environment


def check_theme(themes: Sequence[Path]) -> None:
    """Parse every template of a theme and read its tokens. Raises TemplateError."""
    _require_theme(themes)
    read_tokens(themes)
    compiler = jinja2.Environment(autoescape=_is_markup)  # noqa: S701  nothing is rendered
    for folder in themes:
        for path in sorted(folder.rglob("*.j2")):
            try:
                compiler.parse(path.read_text(encoding="utf-8"), filename=str(path))
            except jinja2.TemplateSyntaxError as error:
                where = f"{path}:{error.lineno}"
                raise TemplateError(str(error.message), where=where, hint=_HINT) from error
            except (OSError, UnicodeDecodeError) as error:
                raise TemplateError(str(error), where=str(path), hint=_HINT) from error


def _require_theme(themes: Sequence[Path]) -> None:
    if not any((folder / _PAGE).is_file() for folder in themes):
        raise TemplateError(
            f"there is no theme here: {_PAGE} was not found",
            where=", ".join(map(str, themes)) or "no folder",
            hint="Set `theme` to the name of a folder that holds one",
        )


def _is_markup(name: str | None) -> bool:
    # Jinja's own select_autoescape() looks at the last suffix only and would not escape .j2.
    return name is None or not name.endswith((".txt.j2", ".css.j2"))


def read_tokens(themes: Sequence[Path]) -> dict[str, dict[str, Any]]:
    """Give the tables of all theme.toml files, key by key, earlier folders first.

    Raises TemplateError for a file that is not TOML, or holds a key outside a table.
    """
    tokens: dict[str, dict[str, Any]] = {}
    for folder in reversed(themes):
        for table, values in _read_toml(folder / _TOKENS).items():
            tokens[table] = tokens.get(table, {}) | values
    return tokens


def _read_toml(path: Path) -> dict[str, dict[str, Any]]:
    if not path.is_file():
        return {}
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:  # its message ends with the line
        raise TemplateError(str(error), where=str(path), hint=_HINT) from error
    for key, values in tables.items():
        if not isinstance(values, dict):
            raise TemplateError(f"`{key}` stands outside a table", where=str(path), hint=_HINT)
    return tables


def theme_fingerprint(themes: Sequence[Path]) -> str:
    """Give the SHA-256, in hex, of the names and bytes of all templates and tokens of a theme.

    A folder that does not exist counts as an empty one. A built-in file that a user's file
    replaces still counts, because `base/` reaches it. Raises TemplateError when there is no theme.
    """
    _require_theme(themes)
    digest = hashlib.sha256()
    for depth, folder in enumerate(reversed(themes)):
        for path in sorted([*folder.rglob("*.j2"), *folder.rglob("*.toml")]):
            content = path.read_bytes()
            name = path.relative_to(folder).as_posix()
            digest.update(f"{depth}/{name}\0{len(content)}\0".encode())
            digest.update(content)
    return digest.hexdigest()


@contextlib.contextmanager
def explained(themes: Sequence[Path]) -> Iterator[None]:
    """Turn whatever a template raises into a TemplateError that names its file and line."""
    try:
        yield
    except DigestError:
        raise
    except jinja2.TemplateSyntaxError as error:
        where = f"{error.filename or error.name}:{error.lineno}"
        raise TemplateError(str(error.message), where=where, hint=_HINT) from error
    except jinja2.TemplateNotFound as error:
        raise TemplateError(
            f"there is no template {error.name!r}",
            where=_line_of(error, themes),
            hint=f"Searched: {', '.join(map(str, themes))}",
        ) from error
    except Exception as error:  # an expression in a template may raise anything
        where = _line_of(error, themes)
        raise TemplateError(f"{type(error).__name__}: {error}", where=where, hint=_HINT) from error


def _line_of(error: Exception, themes: Sequence[Path]) -> str:
    """Name the innermost template line on the way to an error; Jinja maps frames to templates."""
    folders = [folder.resolve() for folder in themes]
    lines = (
        f"{frame.filename}:{frame.lineno}"
        for frame in reversed(traceback.extract_tb(error.__traceback__))
        if any(Path(frame.filename).resolve().is_relative_to(folder) for folder in folders)
    )
    return next(lines, ", ".join(map(str, themes)))
