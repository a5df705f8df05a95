"""Where a setting came from: TOML files, and the layers that are laid over them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

Loc = tuple[str | int, ...]
"""The way to a value: keys, and places in lists counted from 0."""

PREFIX, NESTED = "DIGEST_", "__"  # of variables that set a key: DIGEST_PUBLICATION__CITY

_HEADER = re.compile(r"\s*(\[\[?)\s*([\w.\s\"'-]+?)\s*\]")
_KEY = re.compile(r"\s*([\w.\"'-]+)\s*=")
_SYNTAX_PLACE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")
_PLAIN_WORDS = {
    "Cannot overwrite a value": "this key stands here for the second time",
    "Invalid value": "this value is not valid TOML",
    "Unterminated string": "this text has no closing quote",
}


@dataclass(frozen=True, slots=True)
class Layer:
    """Settings from one place; `where` names that place for the value at a location."""

    data: Mapping[str, object]
    where: Callable[[Loc], str]

    def holds(self, loc: Loc) -> bool:
        """Whether this layer has a value there."""
        found: object = self.data
        for step in loc:
            try:
                found = found[step]  # type: ignore[index]  # any other type raises, and is answered
            except (KeyError, IndexError, TypeError):
                return False
        return True


def is_setting(name: str) -> bool:
    """Whether a variable, or a file of secrets, of this name sets a key."""
    return name.upper().startswith(PREFIX) and NESTED in name


def variable(loc: Loc) -> str:
    """Give the name of the variable, or of the file of secrets, that sets a key."""
    return PREFIX + NESTED.join(map(str, loc)).upper()


def merge(layers: Sequence[Layer]) -> dict[str, object]:
    """Lay the first over the second and so on; tables are merged, all else is replaced."""
    result: dict[str, object] = {}
    for layer in reversed(layers):
        result = _merge_tables(result, layer.data)
    return result


def _merge_tables(under: Mapping[str, object], over: Mapping[str, object]) -> dict[str, object]:
    result = dict(under)
    for key, value in over.items():
        below = result.get(key)
        both = isinstance(below, Mapping) and isinstance(value, Mapping)
        result[key] = _merge_tables(below, value) if both else value  # type: ignore[arg-type]  # both are mappings
    return result


def read_toml(path: Path) -> Layer:
    """Read a TOML file. Raises ConfigError: absent, unreadable, not UTF-8, not TOML."""
    text = _read_text(path)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _syntax_error(path, text, str(error)) from error
    lines = line_numbers(text)

    def where(loc: Loc) -> str:
        for end in range(len(loc), 0, -1):
            if loc[:end] in lines:
                return f"{path}, line {lines[loc[:end]]}"
        return str(path)

    return Layer(data, where)


def _read_text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise ConfigError("there is no such file", where=str(path)) from error
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise ConfigError(f"the file cannot be read ({reason})", where=str(path)) from error
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigError(
            "the text is not UTF-8",
            where=f"{path}, line {line}",
            hint="Save the file with the encoding UTF-8",
        ) from error


def _syntax_error(path: Path, text: str, message: str) -> ConfigError:
    place = _SYNTAX_PLACE.search(message)
    line = int(place[1]) if place and place[1] else text.count("\n") + 1
    reason = _SYNTAX_PLACE.sub("", message)
    return ConfigError(
        _PLAIN_WORDS.get(reason, f"this is not valid TOML: {reason[:1].lower()}{reason[1:]}"),
        where=f"{path}, line {line}",
        hint='Text, times and dates stand in quotes: city = "London", cutoff = "05:30"',
    )


def line_numbers(text: str) -> dict[Loc, int]:
    """Give the line, from 1, on which each table and each key of a TOML text begins.

    Keys inside inline tables are not found; their table's key is. `text` must be valid TOML.
    """
    found: dict[Loc, int] = {}
    tables: dict[Loc, int] = {}  # an array of tables → the place of its newest
    here: Loc = ()
    in_text = False
    for number, line in enumerate(text.splitlines(), 1):
        if not in_text and (header := _HEADER.match(line)):
            here = _table(header[2], tables, is_array=header[1] == "[[")
            for end in range(1, len(here) + 1):
                found.setdefault(here[:end], number)
        elif not in_text and (key := _KEY.match(line)):
            found.setdefault(here + _names(key[1]), number)
        in_text ^= (line.count('"""') + line.count("'''")) % 2 == 1
    return found


def _table(name: str, tables: dict[Loc, int], *, is_array: bool) -> Loc:
    here: Loc = ()
    *parents, last = _names(name)
    for parent in parents:
        here = (*here, parent)
        if here in tables:
            here = (*here, tables[here])
    here = (*here, last)
    if is_array:
        tables[here] = tables.get(here, -1) + 1
        here = (*here, tables[here])
    return here


def _names(dotted: str) -> tuple[str, ...]:
    return tuple(name.strip(" \t\"'") for name in dotted.split("."))
