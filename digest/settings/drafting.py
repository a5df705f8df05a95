"""Writes decisions into a day's file for the editors, and leaves every other byte as it was.

A `Draft` is the file's text with some decisions more or fewer. Each step inserts, replaces or takes
out whole statements, and reads the result: it must say what the file said, and the decision, or
nothing is written. Comments on lines of their own stay, whatever they were about.
"""

from __future__ import annotations

import tomllib
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import tomlkit

from digest.errors import ConfigError
from digest.settings.choices_file import ChoicesFile
from digest.settings.choosing import checked, contradicted, day_file
from digest.settings.layers import Layer, line_numbers, read_toml
from digest.settings.problems import validate
from digest.settings.replacing import replace_file
from digest.settings.statements import statements

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from digest.recipe import Edition
    from digest.settings.layers import Loc
    from digest.settings.statements import Statement

SCHEMA = "#:schema ../../schema/choices.json\n"
_MARK = "\ufeff"  # what some editors put first

Value = str | bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A day's file as it may become: `text` is valid TOML; `old` what the file holds, None if none.

    Entries of [[choice]] are counted from 0.
    """

    path: Path
    text: str
    old: str | None

    @property
    def data(self) -> dict[str, Any]:
        """What the text says."""
        return tomllib.loads(self.text)

    @property
    def entries(self) -> list[dict[str, Any]]:
        """The decisions about articles."""
        return list(self.data.get("choice", []))

    def with_choice(self, keys: Mapping[str, Value]) -> Draft:
        """Add a decision about an article, below the others. Raises ConfigError."""
        lines = "".join(f"{key} = {_written(value)}\n" for key, value in keys.items())
        table = f"[[choice]]\n{lines}"
        place = _below(self.text, "choice")
        wanted = {**self.data, "choice": [*self.entries, dict(keys)]}
        pairs = ", ".join(f"{key} = {_on_one_line(value)}" for key, value in keys.items())
        by_hand = self._by_hand("choice", f"{{ {pairs} }}", table)
        return self._become(_inserted(self.text, place, f"\n{table}"), wanted, by_hand)

    def with_word(self, key: str, value: Value) -> Draft:
        """Decide something about the issue, in place of what was decided. Raises ConfigError."""
        told = [one for one in statements(self.text) if one.path[:1] == ("issue",)]
        old = next((one for one in told if one.path == ("issue", key)), None)
        line = f"{key} = {_written(value)}\n"
        if old:
            there = _ended(_written(value), self.text)
            new = self.text[: old.value[0]] + there + self.text[old.value[1] :]
        elif told:
            dotted = "" if told[-1].table else "issue."
            new = _inserted(self.text, told[-1].end, f"{dotted}{line}")
        else:
            new = _inserted(self.text, len(self.text), f"\n[issue]\n{line}")
        wanted = {**self.data, "issue": {**self.data.get("issue", {}), key: value}}
        pair = f"{key} = {_on_one_line(value)}"
        return self._become(new, wanted, self._by_hand("issue", pair, f"[issue]\n{line}"))

    def without_choice(self, number: int) -> Draft:
        """Take back a decision about an article. Raises ConfigError."""
        entries = [entry for place, entry in enumerate(self.entries) if place != number]
        text = _without(self.text, ("choice", number))
        return self._become(text, {**self.data, "choice": entries}, "Take it out by hand")

    def without_word(self, key: str) -> Draft:
        """Take back a decision about the issue. Raises ConfigError."""
        issue = {name: value for name, value in self.data["issue"].items() if name != key}
        text = _without(self.text, ("issue", key))
        return self._become(text, {**self.data, "issue": issue}, "Take it out by hand")

    def contradicted(self) -> tuple[int, ...]:
        """Name the decisions beside which the last one about an article cannot be kept.

        Raises ConfigError for tables that cannot be read.
        """
        with _nothing_written():
            return contradicted(validate(ChoicesFile, [self._layer()]).choice)

    def check(self, edition: Edition) -> None:
        """Raise ConfigError for what would not be read."""
        with _nothing_written():
            checked([self._layer()], edition)

    def save(self, edition: Edition) -> None:
        """Put the text in the file's place. Raises ConfigError for what would not be read."""
        self.check(edition)
        mark = _MARK if self.old and self.old.startswith(_MARK) else ""
        replace_file(self.path, (mark + self.text).encode())

    def _layer(self) -> Layer:
        lines = line_numbers(self.text)

        def where(loc: Loc) -> str:
            known = (loc[:end] for end in range(len(loc), 0, -1) if loc[:end] in lines)
            return f"{self.path}, line {lines[next(known, loc)]}" if loc else str(self.path)

        return Layer(self.data, where)

    def _by_hand(self, name: str, within: str, lines: str) -> str:
        """Say what to write, `within` braces or brackets where `name` stands in such."""
        for one in statements(self.text):
            if one.path == (name,) and not one.is_header:
                line = self.text.count("\n", 0, one.value[0]) + 1
                kind = "brackets" if self.text[one.value[0]] == "[" else "braces"
                return f"Write it by hand within the {kind} of {name}, line {line}:\n\n{within}\n"
        return f"Write it by hand:\n\n{lines}"

    def _become(self, text: str, wanted: object, by_hand: str) -> Draft:
        """Take a text that says what is wanted. Raises ConfigError for any other."""
        if not _says(text, wanted):
            raise ConfigError(
                "it is written in a way that this cannot change",
                where=str(self.path),
                hint=by_hand,
            )
        return replace(self, text=text)


def read_draft(config_dir: Path, edition: Edition, date: dt.date) -> Draft:
    """Read a day's file for changing; where there is none, begin one. Raises ConfigError."""
    path = day_file(config_dir, edition, date)
    if not path.exists():
        return Draft(path=path, text=SCHEMA, old=None)
    validate(ChoicesFile, [read_toml(path)])
    old = path.read_bytes().decode("utf-8")
    return Draft(path=path, text=old.removeprefix(_MARK), old=old)


@contextmanager
def _nothing_written() -> Iterator[None]:
    """Say of what is refused that it stands nowhere: the lines are those that it would have had."""
    try:
        yield
    except ConfigError as error:
        raise ConfigError(f"nothing was written: {error}") from error


def _written(value: Value) -> str:
    """Write a value as TOML: what has several lines on as many."""
    if isinstance(value, str) and "\n" in value:
        text = tomlkit.string(value, multiline=True).as_string()
        return f'"""\n{text[3:]}'
    return _on_one_line(value)


def _on_one_line(value: Value) -> str:
    return tomlkit.item(value).as_string()


def _below(text: str, name: str) -> int:
    """Give the place below the last table of an array, or the end of the text.

    A comment right below its last line belongs to it.
    """
    found = statements(text)
    ours = [place for place, one in enumerate(found) if one.path[:1] == (name,)]
    if not ours:
        return len(text)
    last = ours[-1]
    while last + 1 < len(found) and _is_comment(text, found[last + 1]):
        last += 1
    return found[last].end


def _is_comment(text: str, one: Statement) -> bool:
    return text[one.start : one.end].lstrip().startswith("#")


def _inserted(text: str, place: int, lines: str) -> str:
    """Give the text with lines more at a place between two."""
    above = text[:place]
    gap = "\n" if above and not above.endswith("\n") else ""
    return above + _ended(gap + (lines if above else lines.lstrip("\n")), text) + text[place:]


def _ended(lines: str, text: str) -> str:
    """End lines as those of a text are."""
    return lines.replace("\n", "\r\n") if "\r\n" in text else lines


def _without(text: str, loc: Loc) -> str:
    """Give the text without the statements of a key or a table, and one blank line above it."""
    found = statements(text)
    gone = {place for place, one in enumerate(found) if one.path[: len(loc)] == loc}
    above = min(gone, default=0) - 1
    opens = above >= 0 and found[above + 1].is_header
    if opens and not text[found[above].start : found[above].end].strip():
        gone.add(above)
    return "".join(_kept(text, found, gone))


def _kept(text: str, found: Iterable[Statement], gone: set[int]) -> Iterable[str]:
    for place, one in enumerate(found):
        if place not in gone:
            yield text[one.start : one.end]


def _says(text: str, wanted: object) -> bool:
    try:
        return _meaning(tomllib.loads(text)) == _meaning(wanted)
    except tomllib.TOMLDecodeError:
        return False


def _meaning(data: Any) -> dict[str, object]:  # noqa: ANN401  TOML of anyone's
    """Leave out tables that hold nothing: there is no difference to there being none."""
    return {key: value for key, value in data.items() if value not in ({}, [])}
