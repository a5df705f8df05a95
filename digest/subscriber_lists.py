"""Lists of subscribers as CSV: read line by line, with a reason for each refused; and written.

    address,name,language,sections,paused_until,since,consented_at,source
    ada@quill.example,Ada Quill,en-GB,World;Sport,,2026-11-01,2026-11-01T09:30Z,the form on our site

Only the address is needed, and the columns may stand in any order. Fields may be parted by commas,
semicolons or tabs; several sections in one field by semicolons.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.delimited import (
    MAX_LINE,
    Unreadable,
    delimiter_of,
    joined,
    parts_of,
    read_lines,
    split,
    write_rows,
)
from digest.errors import SubscriberError
from digest.outgoing import Subscriber
from digest.particulars import (
    read_address,
    read_day,
    read_language,
    read_moment,
    read_name,
    read_sections,
    read_words,
)
from digest.spelling import did_you_mean
from digest.subscribers import Candidate, Consent

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import IO, TextIO

COLUMNS = (
    "address",
    "name",
    "language",
    "sections",
    "paused_until",
    "since",
    "consented_at",
    "source",
)
MAX_SHOWN = 100  # characters of a refused address

_ALSO = {"email": "address", "e-mail": "address", "email address": "address", "mail": "address"}
_KNOWN = {column: column for column in COLUMNS} | _ALSO
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a list is read by.

    `sections` are the edition's titles. A time without a zone is meant in `zone`, and none may lie
    ahead of `now`. `how` is how people consented whose line does not say it, `by` who brings them.
    """

    sections: tuple[str, ...]
    zone: dt.tzinfo
    now: dt.datetime
    how: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """Somebody on a list, and on which line."""

    line: int
    candidate: Candidate


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A line that cannot be used, with the address as it is written there, "" if unknown."""

    line: int
    address: str
    reason: str


class SubscriberList:
    """A list, of which the header has been read; `rows` gives the rest, once.

    `ignored` tells of each column that is not known, with the one that may have been meant. Raises
    SubscriberError, naming `where`, for a file that is no such list.
    """

    def __init__(self, file: IO[bytes], where: str, terms: Terms) -> None:
        self._terms = terms
        self._where = where
        self._lines = read_lines(file)
        header = self._header()
        self._delimiter = delimiter_of(header)
        names = [name.strip().casefold() for name in self._fields_of(header)]
        self._columns = [_KNOWN.get(name, "") for name in names]
        self._require_columns(names)
        self.ignored = tuple(_ignored(name) for name in names if name and name not in _KNOWN)

    def rows(self) -> Iterator[Listed | Refusal]:
        """Give somebody or a refusal for each line that has something in it, in order."""
        for number, line in self._lines:
            try:
                cells = self._cells(split(line, self._delimiter))
            except Unreadable as error:
                yield Refusal(line=number, address="", reason=str(error))
                continue
            if any(cells.values()):
                yield self._row(number, cells)

    def _row(self, number: int, cells: Mapping[str, str]) -> Listed | Refusal:
        try:
            return Listed(line=number, candidate=self._candidate(number, cells))
        except SubscriberError as error:
            shown = cells.get("address", "")[:MAX_SHOWN]
            return Refusal(line=number, address=shown, reason=str(error))

    def _candidate(self, number: int, cells: Mapping[str, str]) -> Candidate:
        terms = self._terms
        address = read_address(cells.get("address", ""))
        given_at = self._moment(cells, "consented_at")
        return Candidate(
            key=address.key,
            subscriber=Subscriber(
                address=address.written,
                name=read_name(cells.get("name", "")),
                language=read_language(cells.get("language", "")),
                sections=read_sections(parts_of(cells.get("sections", "")), terms.sections),
                paused_until=read_day(cells.get("paused_until", ""), "paused_until"),
            ),
            consent=Consent(
                given_at=given_at,
                how=read_words(cells.get("source", ""), "source") or terms.how,
                noted_at=terms.now,
                noted_by=f"{terms.by} line {number}",
            ),
            since=self._moment(cells, "since") or given_at or terms.now,
        )

    def _moment(self, cells: Mapping[str, str], column: str) -> dt.datetime | None:
        return read_moment(cells.get(column, ""), column, self._terms.zone, self._terms.now)

    def _cells(self, fields: Sequence[str]) -> Mapping[str, str]:
        """Give a line's values by column. Raises Unreadable where there are too many."""
        if any(field.strip() for field in fields[len(self._columns) :]):
            has = f"the line has {len(fields)} fields, and the header {len(self._columns)}"
            raise Unreadable(
                f"{has}. Put quotation marks around a field with {self._parting} in it"
            )
        pairs = zip(self._columns, fields, strict=False)
        return {column: field.strip() for column, field in pairs if column}

    @property
    def _parting(self) -> str:
        return {",": "a comma", ";": "a semicolon"}.get(self._delimiter, "a tab")

    def _header(self) -> str:
        _, line = next(self._lines, (0, b""))
        if line is None:
            raise self._error(f"the first line is longer than {MAX_LINE // 1024} KB")
        if line.startswith(_UTF_16) or b"\0" in line:
            raise self._error("the file is UTF-16, or no text", 'In Excel, save it as "CSV UTF-8"')
        try:
            return line.removeprefix(codecs.BOM_UTF8).decode("utf-8")
        except UnicodeDecodeError:
            raise self._error("the file is not UTF-8", 'In Excel, save it as "CSV UTF-8"') from None

    def _fields_of(self, header: str) -> list[str]:
        try:
            return split(header.encode(), self._delimiter)
        except Unreadable as error:
            raise self._error(f"the first line cannot be read: {error}") from None

    def _require_columns(self, names: Sequence[str]) -> None:
        """Raise SubscriberError where no column has addresses, or two are one."""
        first = f"The first line names the columns: {','.join(COLUMNS)}"
        if any("@" in name for name in names):
            raise self._error("the first line is somebody, and no header", first)
        if "address" not in self._columns:
            near = next(
                filter(None, (did_you_mean(name, ["address", "email"]) for name in names)), ""
            )
            raise self._error("no column has addresses", f"{near} {first}".lstrip())
        for column in COLUMNS:
            if self._columns.count(column) > 1:
                raise self._error(f"two columns are the {column}", "Take one of them out")

    def _error(self, what: str, hint: str = "") -> SubscriberError:
        return SubscriberError(what, where=self._where, hint=hint)


def write_list(
    file: TextIO, listed: Iterable[tuple[Subscriber, Consent | None, dt.datetime]]
) -> None:
    """Write subscribers, each with a consent and since when, so that they can be read back."""
    write_rows(file, [COLUMNS])
    write_rows(file, (_written(*one) for one in listed))


def _written(one: Subscriber, consent: Consent | None, since: dt.datetime) -> tuple[str, ...]:
    given_at = consent.given_at if consent else None
    return (
        one.address,
        one.name,
        one.language,
        joined(one.sections),
        one.paused_until.isoformat() if one.paused_until else "",
        since.isoformat(),
        given_at.isoformat() if given_at else "",
        consent.how if consent else "",
    )


def _ignored(name: str) -> str:
    near = did_you_mean(name[:MAX_SHOWN], _KNOWN)
    return f'the column "{name[:MAX_SHOWN]}" is not known and was left out. {near}'.rstrip()
