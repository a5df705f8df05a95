"""Tables as spreadsheets write them, a line at a time: what is wrong with one spoils no other.

A record is one line. That a quote which nobody closed cannot swallow the lines after it is worth
more than fields with line breaks, which a list of people has no use for.
"""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import IO, TextIO

MAX_LINE = 64 * 1024  # bytes
DELIMITERS = (",", ";", "\t")

# What a spreadsheet would run as a formula, behind any quotation marks that already guard it.
_FORMULA = re.compile(r"'*[=+\-@\t\r]")


class Unreadable(ValueError):  # noqa: N818  what a line is; never raised beyond those who read it
    """A line cannot be read; the message says why."""


def read_lines(file: IO[bytes]) -> Iterator[tuple[int, bytes | None]]:
    """Give the lines that are not blank, without their ends, by number from 1.

    None stands for one longer than MAX_LINE, of which no more than that is held at a time.
    """
    number = 0
    while line := file.readline(MAX_LINE + 1):
        number += 1
        if len(line) > MAX_LINE:
            while line and not line.endswith(b"\n"):
                line = file.readline(MAX_LINE)
            yield number, None
        elif text := line.rstrip(b"\r\n"):
            yield number, text


def split(line: bytes | None, delimiter: str) -> list[str]:
    """Give the fields of a line. Raises Unreadable."""
    if line is None:
        raise Unreadable(f"the line is longer than {MAX_LINE // 1024} KB")
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        raise Unreadable('the line is not UTF-8. In Excel, save the file as "CSV UTF-8"') from None
    if "\0" in text:
        raise Unreadable("the line has NUL characters, and is no text")
    try:
        fields = next(csv.reader([text], delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise Unreadable(_explained(str(error))) from None
    return [unguarded(field) for field in fields]


def delimiter_of(header: str) -> str:
    """Give what parts the fields: whatever the header has most of, a comma where it has none."""
    return max(DELIMITERS, key=header.count)


def parts_of(field: str) -> list[str]:
    """Give the parts of a field that holds several, as `joined` writes them."""
    return next(csv.reader([field], delimiter=";", skipinitialspace=True), [])


def joined(parts: Iterable[str]) -> str:
    """Put several parts into a field, semicolons between them; one that has one in quotes."""
    file = io.StringIO()
    csv.writer(file, delimiter=";", lineterminator="").writerow(list(parts))
    return file.getvalue()


def write_rows(file: TextIO, rows: Iterable[Iterable[str]]) -> None:
    """Write rows as CSV with CRLF (RFC 4180), no field of which is a formula to a spreadsheet."""
    writer = csv.writer(file)
    for row in rows:
        writer.writerow([guarded(field) for field in row])


def guarded(field: str) -> str:
    """Put a quotation mark before what a spreadsheet would run; `unguarded` takes it away."""
    return f"'{field}" if _FORMULA.match(field) else field


def unguarded(field: str) -> str:
    """Give a field without the quotation mark that guards it."""
    return field[1:] if field.startswith("'") and _FORMULA.match(field) else field


def _explained(error: str) -> str:
    if "unexpected end of data" in error:
        return "a quotation mark is not closed in the line"
    if "expected after" in error:
        return "a quotation mark stands within a field; inside quotes it is written twice"
    if "new-line character" in error:
        return "the line ends are those of old Macs; save the file as CSV UTF-8"
    return f"the line is no CSV: {error}"
