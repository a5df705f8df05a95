"""Adds sources to an edition's file for the editors, and leaves every other byte as it was.

The new tables go below the last [[sources]], as text, so that comments and layout stay. A comment
right above the table that follows stays with it, if a blank line parts it from what is above; else
it belongs to what is above. The result is read before it replaces the file:
it must hold what the file held, and the new sources behind the others, or nothing is written.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import tomlkit

from digest.errors import ConfigError
from digest.settings.edition_file import EditionFile
from digest.settings.layers import Layer, line_numbers, read_toml
from digest.settings.problems import gather, validate
from digest.settings.recipes import contradictions
from digest.settings.replacing import replace_file
from digest.spelling import suggest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from digest.recipe import Edition

_HEADER = re.compile(r"^[ \t]*\[", re.MULTILINE)
_SOURCE = re.compile(r"^[ \t]*\[\[[ \t]*sources[ \t]*\]\]", re.MULTILINE)
# The comment right above a table, below a blank line.
_ABOVE = re.compile(r"^[ \t\r]*\n((?:[ \t]*#[^\n]*\n)+)\Z", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSource:
    """A source to be written down; what is empty or None is left to its default."""

    url: str
    use: str = "feed"
    select: str = ""
    title: str | None = None
    section: str = ""
    weight: float | None = None
    rights: str | None = None

    @property
    def keys(self) -> dict[str, str | float]:
        """What its table will say."""
        keys = {
            "use": self.use,
            "url": self.url,
            "select": self.select,
            "title": self.title,
            "section": self.section,
            "weight": self.weight,
            "rights": self.rights,
        }
        return {key: value for key, value in keys.items() if value not in {"", None}}


def section_of(edition: Edition, name: str) -> str:
    """Give a section's title as the edition spells it. Raises ConfigError, naming the nearest."""
    titles = {rule.title.casefold(): rule.title for rule in edition.sections}
    if name.casefold() not in titles:
        raise ConfigError(
            f'there is no section "{name}"',
            where=f"the edition {edition.name}",
            hint=suggest(name, titles.values(), "It has"),
        )
    return titles[name.casefold()]


def add_sources(config_dir: Path, edition: str, new: Sequence[NewSource]) -> Path:
    """Write sources into an edition's file, all or none, and give its path.

    Raises ConfigError, and leaves the file alone, where the result would not be sound: the same
    source twice, a section that there is not, a weight of 0.
    """
    path = config_dir / "editions" / f"{edition}.toml"
    before = read_toml(path).data  # refuses what cannot be read
    raw = path.read_bytes().decode("utf-8")
    text = raw.removeprefix("\ufeff")
    wanted = {**before, "sources": [*_sources(before), *(source.keys for source in new)]}
    after = _inserted(text, _tables(new), wanted)
    if after is None:
        raise ConfigError(
            "its sources cannot be added to",
            where=str(path),
            hint=f"Write each as a table, and add this one by hand:\n\n{_tables(new)}",
        )
    _require_sound(path, after)
    replace_file(path, (raw[: len(raw) - len(text)] + after).encode())
    return path


def _sources(data: Any) -> list[object]:  # noqa: ANN401  TOML of anyone's
    sources = data.get("sources", [])
    return list(sources) if isinstance(sources, list) else []


def _tables(new: Sequence[NewSource]) -> str:
    """Write the tables, with a blank line between them and a line break at the end."""
    tables = tomlkit.aot()
    for source in new:
        table = tomlkit.table()
        table.update(source.keys)
        tables.append(table)
    return tomlkit.dumps({"sources": tables}).strip() + "\n"


def _inserted(text: str, tables: str, wanted: object) -> str | None:
    """Give the text with the tables at the first place where it then says what is wanted.

    What looks like a header may stand within a text of several lines: reading it tells.
    """
    new_line = "\r\n" if "\r\n" in text else "\n"
    tables = tables.replace("\n", new_line)
    for place in _places(text):
        above, below = text[:place].rstrip(), text[place:].lstrip("\r\n")
        gap = new_line if below else ""
        result = f"{above}{new_line * 2}{tables}{gap}{below}"
        if _says(result, wanted):
            return result
    return None


def _places(text: str) -> Iterator[int]:
    """Give the places below the last [[sources]] where a table may begin; the end is the last."""
    last = max((match.end() for match in _SOURCE.finditer(text)), default=len(text))
    for header in _HEADER.finditer(text, last):
        above = _ABOVE.search(text, 0, header.start())
        yield above.start(1) if above else header.start()
    yield len(text)


def _says(text: str, wanted: object) -> bool:
    try:
        return tomllib.loads(text) == wanted
    except tomllib.TOMLDecodeError:
        return False


def _require_sound(path: Path, text: str) -> None:
    """Raise ConfigError for a file that would not be read, its places those of the new text."""
    lines = line_numbers(text)
    layers = [Layer(tomllib.loads(text), lambda loc: f"{path}, line {lines.get(loc, 0)}")]
    file = validate(EditionFile, layers)
    if problems := list(contradictions(file)):
        raise gather(problems, layers)
