"""What a table of counts says: CSV or JSON, read line by line, with a reason for each refused.

Its columns, or a JSON object's keys, are `url`, `count`, `as_of`, and optionally `hours` and
`unit`.

    url,count,as_of,hours,unit
    https://courier.example/tide,1840,2026-11-23T05:20Z,24,read
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import math
from collections import Counter
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from digest.errors import ProviderError
from digest.model import Reading
from digest.urls import is_web

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

MAX_BYTES = 10 * 1024 * 1024
MAX_ROWS = 100_000
MAX_COUNT = 2**63 - 1  # what a database's integer holds
MAX_UNIT = 40  # characters; it is printed in the list's label
CLOCKS_APART = dt.timedelta(minutes=5)  # by how much a counter's clock may be before ours

_REQUIRED = ("url", "count", "as_of")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tabled:
    """A table's readings, sorted by URL, one a URL: the newest, of equals the highest.

    `refused` has a reason for each line that was left out; `notes` say what else was.
    """

    readings: tuple[Reading, ...]
    refused: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def read_table(data: bytes, where: str, *, zone: dt.tzinfo, now: dt.datetime) -> Tabled:
    """Read a table, whichever of the formats it is in.

    `unit` is "read" unless given; where units differ, the commonest stands (ties by name). A time
    without a zone is meant in `zone`; what lies ahead of `now` is refused, for it would outrank
    what was counted. Raises ProviderError, naming `where`, when nothing in it is usable.
    """
    return _TableReader(where, zone, now).read(data)


class _TableReader:
    """The reading of one table, which collects what it leaves out."""

    def __init__(self, where: str, zone: dt.tzinfo, now: dt.datetime) -> None:
        self._where = where
        self._zone = zone
        self._latest = now + CLOCKS_APART
        self._refused: list[str] = []
        self._notes: list[str] = []

    def read(self, data: bytes) -> Tabled:
        if len(data) > MAX_BYTES:
            raise self._error("the table is larger than 10 MiB", "Write only the last day's counts")
        readings = _newest(self._of_one_unit(self._usable(data)))
        return Tabled(readings=readings, refused=tuple(self._refused), notes=tuple(self._notes))

    def _rows(self, data: bytes) -> Iterator[tuple[str, Mapping[str, object]]]:
        """Read either format: each line's name ("line 3") and its values by column."""
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise self._error("the table is not UTF-8", 'Save it as "CSV UTF-8"') from error
        rows = self._json_rows(text) if text.lstrip()[:1] in {"[", "{"} else self._csv_rows(text)
        yield from islice(rows, MAX_ROWS)
        if next(rows, None):
            self._notes.append(f"only the first {MAX_ROWS} lines were read")

    def _json_rows(self, text: str) -> Iterator[tuple[str, Mapping[str, object]]]:
        try:
            entries = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise self._error(f"the table is not valid JSON: {error}", "Write it again") from error
        if not isinstance(entries, list):
            raise self._error("the table is no JSON list", "Write a list of objects: [{…}, {…}]")
        for number, entry in enumerate(entries, start=1):
            yield f"entry {number}", entry if isinstance(entry, dict) else {}

    def _csv_rows(self, text: str) -> Iterator[tuple[str, Mapping[str, object]]]:
        lines = self._csv_lines(text)
        _, head = next(lines, (0, []))
        columns = [name.strip().casefold() for name in head]
        missing = [name for name in _REQUIRED if name not in columns]
        if missing:
            raise self._error(
                f"the table has no column {' and no column '.join(missing)}",
                "Its first line names the columns: url,count,as_of,hours,unit",
            )
        for number, line in lines:
            yield f"line {number}", dict(zip(columns, line, strict=False))

    def _csv_lines(self, text: str) -> Iterator[tuple[int, list[str]]]:
        """Split the lines that are not empty, each with its number, at what the first goes by."""
        head = text.lstrip().partition("\n")[0]
        delimiter = ";" if head.count(";") > head.count(",") else ","
        lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        try:
            for line in lines:
                if any(line):
                    yield lines.line_num, line
        except csv.Error as error:  # such as a quote that nobody closed
            self._notes.append(f"not read on after line {lines.line_num}: {error}")

    def _usable(self, data: bytes) -> list[Reading]:
        readings: list[Reading] = []
        for name, row in self._rows(data):
            try:
                readings.append(_reading(row, self._zone, self._latest))
            except ValueError as error:
                self._refused.append(f"{name}: {error}")
        if not readings:
            reason = f"the first: {self._refused[0]}" if self._refused else "it is empty"
            raise self._error(
                f"the table has no usable line; {reason}",
                "A line is such as https://courier.example/tide,1840,2026-11-23T05:20Z",
            )
        return readings

    def _of_one_unit(self, readings: list[Reading]) -> Iterator[Reading]:
        units = Counter(reading.unit for reading in readings)
        unit = min(units, key=lambda name: (-units[name], name))
        if len(units) > 1:
            others = len(readings) - units[unit]
            self._notes.append(f'left out lines in other units than "{unit}": {others}')
        return (reading for reading in readings if reading.unit == unit)

    def _error(self, what: str, hint: str) -> ProviderError:
        return ProviderError(what, where=self._where, hint=hint)


def _newest(readings: Iterable[Reading]) -> tuple[Reading, ...]:
    """Keep one reading a URL, whatever their order."""
    by_age = sorted(readings, key=lambda one: (one.as_of, one.count, one.hours or 0.0))
    newest = {reading.url: reading for reading in by_age}
    return tuple(newest[url] for url in sorted(newest))


def _reading(row: Mapping[str, object], zone: dt.tzinfo, latest: dt.datetime) -> Reading:
    """Make a reading of one row. Raises ValueError with the reason."""
    url = _text(row, "url")
    if not is_web(url):
        raise ValueError(f"url is no web address: {url[:80]!r}")
    return Reading(
        url=url,
        count=_count(_text(row, "count")),
        unit=_unit(_text(row, "unit")),
        as_of=_moment(_text(row, "as_of"), zone, latest),
        hours=_hours(_text(row, "hours")),
    )


def _text(row: Mapping[str, object], column: str) -> str:
    """Give a value as text, so that JSON's numbers and CSV's digits are one; absent is ""."""
    value = row.get(column)
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError(f"{column} is neither text nor a number")  # noqa: TRY004  as for other rows
    return str(value).strip()


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(MAX_COUNT))):
        raise ValueError(f"count is no whole number of 0 or more: {text[:40]!r}")
    return min(int(text), MAX_COUNT)


def _unit(text: str) -> str:
    if len(text) > MAX_UNIT or not text.isprintable():
        raise ValueError(f"unit is no short word: {text[:MAX_UNIT]!r}")
    return text.casefold() or "read"


def _moment(text: str, zone: dt.tzinfo, latest: dt.datetime) -> dt.datetime:
    try:
        given = dt.datetime.fromisoformat(text)
        moment = (given if given.tzinfo else given.replace(tzinfo=zone)).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"as_of is no ISO 8601 time: {text[:40]!r}") from None
    if moment > latest:
        raise ValueError(f"as_of lies ahead: {text[:40]!r}")
    return moment


def _hours(text: str) -> float | None:
    if not text:
        return None
    try:
        hours = float(text)
    except ValueError:
        hours = math.nan
    if not (math.isfinite(hours) and hours > 0):
        raise ValueError(f"hours is no number above 0: {text[:40]!r}")
    return hours
