"""A theme's folders, laid one over another: what the upper one lacks shows through from below.

On top is the newsroom's own folder of the theme, under it the built-in one of the same name. A
theme whose theme.toml says `[theme] extends = "broadsheet"` lies on that theme's folders in turn:

    templates/bulletin          the newsroom's        the theme
    built-in bulletin
    templates/broadsheet        the newsroom's        what it extends
    built-in broadsheet
"""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any

import jinja2
from jinja2.loaders import split_template_path

from digest.errors import TemplateError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

BELOW = "base/"
TOKENS = "theme.toml"
HINT = "Mend the file, or remove your copy to use the built-in one"
_NAME = re.compile(r"[\w-]+", re.ASCII)
_INNER = re.compile(r"(?:(\d+):)?(.*)", re.DOTALL | re.ASCII)


def theme_layers(themes: Sequence[Path]) -> tuple[Path, ...]:
    """Give all folders of a theme from the top down, beginning with `themes`.

    The folders of a theme that is extended stand beside those of the one that extends it. Folders
    need not exist. Raises TemplateError for a theme.toml that cannot be read, or that extends a
    theme which there is not, or which extends it in turn.
    """
    layers = list(themes)
    folders = tuple(themes)
    while said := _extended(folders):
        where, name = said
        folders = tuple(folder.with_name(name) for folder in folders)
        if set(folders) & set(layers):
            raise _unfit(where, f"the theme {name!r} extends itself")
        if not any(folder.is_dir() for folder in folders):
            raise _unfit(where, f"there is no theme {name!r} to extend")
        layers += folders
    return tuple(layers)


def _extended(folders: Sequence[Path]) -> tuple[Path, str] | None:
    """Give the theme.toml that names what a theme extends, and the name; None where none does."""
    for folder in folders:
        name = _read_toml(folder / TOKENS).get("theme", {}).get("extends")
        if name is None:
            continue
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise _unfit(folder / TOKENS, f"`extends` is no theme's name: {name!r}")
        return folder / TOKENS, name
    return None


def _unfit(where: Path, what: str) -> TemplateError:
    return TemplateError(
        what, where=str(where), hint='Write the name of another theme: extends = "broadsheet"'
    )


def read_tokens(layers: Sequence[Path]) -> dict[str, dict[str, Any]]:
    """Give the tables of all theme.toml files, key by key, upper folders first.

    Raises TemplateError for a file that is not TOML, or holds a key outside a table.
    """
    tokens: dict[str, dict[str, Any]] = {}
    for folder in reversed(layers):
        for table, values in _read_toml(folder / TOKENS).items():
            tokens[table] = tokens.get(table, {}) | values
    return tokens


def _read_toml(path: Path) -> dict[str, dict[str, Any]]:
    if not path.is_file():
        return {}
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:  # its message ends with the line
        raise TemplateError(str(error), where=str(path), hint=HINT) from error
    for key, values in tables.items():
        if not isinstance(values, dict):
            raise TemplateError(f"`{key}` stands outside a table", where=str(path), hint=HINT)
    return tables


def _parted(template: str) -> tuple[int, str]:
    """Part the inner name of a template into the number of its first folder and its name."""
    depth, name = _INNER.fullmatch(template).groups()  # type: ignore[union-attr]  # any text does
    return int(depth or 0), name


class LayersEnvironment(jinja2.Environment):
    """An environment whose templates lie in layers; `base/NAME` in one is what lies below it.

    So a file may extend the very file that it stands in front of, at any depth. Inside, that file
    is called "2:NAME": what is found of NAME in the third folder or further down.
    """

    def __init__(self, layers: Sequence[Path], **settings: Any) -> None:  # noqa: ANN401  Jinja's own
        self.layers = tuple(layers)
        loader = jinja2.FunctionLoader(self._read)
        super().__init__(loader=loader, extensions=["jinja2.ext.i18n"], **settings)
        self.policies["ext.i18n.trimmed"] = True  # a message's line breaks are spaces

    def join_path(self, template: str, parent: str) -> str:
        """Give the inner name of a template that the template `parent` asks for."""
        if not template.startswith(BELOW):
            return template
        at = next(at for at, _ in self.holding(parent))
        return f"{at + 1}:{template.removeprefix(BELOW)}"

    def _read(self, template: str) -> tuple[str, str, None]:
        for _, path in self.holding(template):
            try:
                return path.read_text(encoding="utf-8"), str(path), None
            except (OSError, UnicodeDecodeError) as error:
                raise TemplateError(str(error), where=str(path), hint=HINT) from error
        depth, name = _parted(template)
        raise jinja2.TemplateNotFound(f"{BELOW}{name}" if depth else name)

    def holding(self, template: str) -> Iterator[tuple[int, Path]]:
        """Give the files of a template from the top down, each with its folder's number."""
        depth, name = _parted(template)
        try:
            parts = split_template_path(name)
        except jinja2.TemplateNotFound:  # it leads out of the folder
            return
        for at, folder in enumerate(self.layers):
            if at >= depth and (path := folder.joinpath(*parts)).is_file():
                yield at, path
