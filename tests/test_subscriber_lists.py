"""Lists of subscribers: what is written is read back, and what is wrong is told by its line."""

from __future__ import annotations

import csv
import datetime as dt
import io
import tracemalloc
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest import subscriber_lists
from digest.delimited import MAX_LINE, guarded, joined, parts_of, unguarded
from digest.errors import SubscriberError
from digest.outgoing import Subscriber
from digest.particulars import MAX_NAME, read_address, read_language, read_name
from digest.subscriber_lists import (
    COLUMNS,
    Listed,
    Refusal,
    SubscriberList,
    Terms,
    write_list,
)
from digest.subscribers import Consent

if TYPE_CHECKING:
    from collections.abc import Sequence

NOW = dt.datetime(2026, 11, 23, 5, 30, tzinfo=dt.UTC)
SECTIONS = ("World", "Sport; and more", '"Quoted"', "Arts, books", "=Sums")
TERMS = Terms(
    sections=SECTIONS,
    zone=dt.timezone(dt.timedelta(hours=1)),
    now=NOW,
    how="the form",
    by="import list.csv by jane,",
)


def read(text: str | bytes, terms: Terms = TERMS) -> list[Listed | Refusal]:
    data = text if isinstance(text, bytes) else text.encode()
    return list(SubscriberList(io.BytesIO(data), "list.csv", terms).rows())


def people(text: str | bytes) -> list[Subscriber]:
    rows = read(text)
    assert not [row for row in rows if isinstance(row, Refusal)]
    return [row.candidate.subscriber for row in rows if isinstance(row, Listed)]


def refusal(line: str | bytes, header: str = "address,name,language,sections,consented_at") -> str:
    """The reason for which the only line of a list is refused."""
    data = line if isinstance(line, bytes) else line.encode()
    (row,) = read(f"{header}\n".encode() + data)
    assert isinstance(row, Refusal)
    assert row.line == 2
    return row.reason


# ------------------------------------------------------------ there and back


local_parts = st.from_regex(r"\A[a-z0-9+=_'-]{1,12}(\.[A-Z0-9+=_'-]{1,12})?\Z")
domains = st.sampled_from(["quill.example", "xn--bcher-kva.example"])
lines = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Zl", "Zp"]), max_size=40)
moments = st.datetimes(
    dt.datetime(1991, 1, 1),  # noqa: DTZ001  the strategy adds the zone
    dt.datetime(2026, 11, 1),  # noqa: DTZ001  likewise
    timezones=st.just(dt.UTC),
)


@st.composite
def listed(draw: st.DrawFn) -> tuple[Subscriber, Consent | None, dt.datetime]:
    person = Subscriber(
        address=f"{draw(local_parts)}@{draw(domains)}",
        name=read_name(draw(lines)),
        language=draw(st.sampled_from(["", "en-GB", "de", "ar"])),
        sections=tuple(one for one in SECTIONS if draw(st.booleans())),
        paused_until=draw(st.none() | st.dates()),
    )
    consent = Consent(
        given_at=draw(st.none() | moments),
        how=read_name(draw(lines)) or "the form",
        noted_at=NOW,
        noted_by="x",
    )
    return person, consent, draw(moments)


@given(st.lists(listed(), max_size=5))
def test_a_list_that_is_written_is_read_back(
    given_: Sequence[tuple[Subscriber, Consent, dt.datetime]],
) -> None:
    file = io.StringIO(newline="")
    write_list(file, given_)
    rows = read(file.getvalue())
    found = []
    for row in rows:
        assert isinstance(row, Listed), row
        one = row.candidate
        found.append((one.subscriber, one.consent.given_at, one.consent.how, one.since))
    assert found == [
        (person, consent.given_at, consent.how, since) for person, consent, since in given_
    ]
    assert not any(_runs(field) for field in _fields(file.getvalue()))


def _fields(text: str) -> list[str]:
    return [field for row in csv.reader(io.StringIO(text, newline="")) for field in row]


def _runs(field: str) -> bool:
    return field[:1] in {"=", "+", "-", "@", "\t", "\r"}


@given(st.text())
def test_no_field_is_a_formula_and_each_comes_back(field: str) -> None:
    assert not _runs(guarded(field))
    assert unguarded(guarded(field)) == field


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), min_size=1)))
def test_parts_of_a_field_come_back_whatever_is_in_them(parts: list[str]) -> None:
    stripped = [part for part in map(str.strip, parts) if part]
    assert parts_of(joined(stripped)) == stripped


# ------------------------------------------------------------ what spreadsheets write


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_commas_semicolons_tabs_and_a_byte_order_mark_are_all_read(
    delimiter: str, end: str, mark: str
) -> None:
    fields = ['"ada@quill.example"', "Ada Quill", '"World;Sport; and more"']
    text = mark + end.join(
        (delimiter.join(("E-Mail", "NAME", "sections")), "", delimiter.join(fields))
    )
    wanted = '"Sport; and more";World'
    text = text.replace('"World;Sport; and more"', '"' + wanted.replace('"', '""') + '"')
    (one,) = people(text)
    assert one == Subscriber(
        address="ada@quill.example", name="Ada Quill", sections=("World", "Sport; and more")
    )


def test_only_an_address_is_needed_and_lines_may_end_early_or_be_blank() -> None:
    found = people("email,name,language\na@b.example\n,,\n\n  \nc@d.example,Cy,,,,\n")
    assert [one.address for one in found] == ["a@b.example", "c@d.example"]


def test_a_person_is_taken_as_the_line_says_and_the_consent_as_somebody_said() -> None:
    header = "address,name,language,sections,paused_until,since,consented_at,source"
    first, second = read(
        f"{header}\n"
        "Ada@QUILL.example,  Ada \u200c Quill ,en-GB,WORLD,2026-12-24,,2026-11-01T09:30,a stand\n"
        "b@c.example,,,,,2020-01-01,,\n"
    )
    assert isinstance(first, Listed)
    assert isinstance(second, Listed)
    consented = dt.datetime(2026, 11, 1, 8, 30, tzinfo=dt.UTC)  # in the zone of the publication
    assert first.candidate.key == "ada@quill.example"
    assert first.candidate.since == consented
    assert first.candidate.consent == Consent(
        given_at=consented,
        how="a stand",
        noted_at=NOW,
        noted_by="import list.csv by jane, line 2",
    )
    assert first.candidate.subscriber == Subscriber(
        address="Ada@quill.example",
        name="Ada \u200c Quill",
        language="en-GB",
        sections=("World",),
        paused_until=dt.date(2026, 12, 24),
    )
    assert second.candidate.consent.given_at is None
    assert second.candidate.consent.how == "the form"
    assert second.candidate.since == dt.datetime(2019, 12, 31, 23, tzinfo=dt.UTC)


def test_a_column_that_is_not_known_is_told_with_the_one_that_was_meant() -> None:
    file = io.BytesIO(b"email,langauge,MEMBER_RATING,\na@b.example,de,4,\n")
    found = SubscriberList(file, "list.csv", TERMS)
    assert found.ignored == (
        'the column "langauge" is not known and was left out. Did you mean "language"?',
        'the column "member_rating" is not known and was left out.',
    )


# ------------------------------------------------------------ what is refused


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("ada", "must have an @-sign"),
        ("ada@quill", "not valid"),
        ("ada@quill.example\x0bBcc: x", "invalid characters"),
        ("a@b@c.example", "invalid characters"),
        ("a" * 400 + "@b.example", "longer than an address may be"),
        ("zoë@quill.example", "before the @-sign is not in ASCII"),
        (",Ada", "there is no address"),
        ('a@b.example,"unclosed', "a quotation mark is not closed"),
        ('a@b.example,"Ada"Quill', "a quotation mark stands within a field"),
        ("a@b.example\rc@d.example,x", "old Macs"),
        ("a@b.example,A\0da", "NUL"),
        ("a@b.example,A\x1b[31mda", "the name has characters"),
        ("a@b.example,\u202eadA", "the name has characters"),
        (f"a@b.example,{'x' * (MAX_NAME + 1)}", "the name is longer than 200"),
        ("a@b.example,,english", '"english" is no language tag'),
        ("a@b.example,,,Wold", 'no section "Wold". Did you mean "World"?'),
        ("a@b.example,,,,23/11/2026", 'consented_at "23/11/2026" is no date. Write it like 2026'),
        ("a@b.example,,,,2026-11-24", "lies ahead"),
        ("a@b.example,,,,1066-10-14", "before anybody had a newsletter"),
        ("a@b.example,,,,0001-01-01", "is no date"),
        ("a@b.example,Quill, Ada,,,x", "the line has 6 fields, and the header 5. Put quotation"),
    ],
)
def test_a_line_that_cannot_be_used_is_refused_with_the_reason(line: str, reason: str) -> None:
    assert reason in refusal(line)


def test_latin_1_is_told_clearly_and_spoils_no_other_line() -> None:
    data = "email,name\na@b.example,Zoë\n".encode("latin-1") + "c@d.example,Zoë\n".encode()
    first, second = read(data)
    assert isinstance(first, Refusal)
    assert first.reason == 'the line is not UTF-8. In Excel, save the file as "CSV UTF-8"'
    assert isinstance(second, Listed)
    assert second.candidate.subscriber.name == "Zoë"


def test_a_quote_that_nobody_closed_costs_its_own_line_only() -> None:
    rows = read('email,name\na@b.example,"Ada\nc@d.example,Cy\n')
    assert [type(row) for row in rows] == [Refusal, Listed]


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "no column has addresses"),
        (b"\n\n", "no column has addresses"),
        (b"name,language\n", "no column has addresses"),
        (b"adress,name\n", 'Did you mean "address"?'),
        (b"ada@quill.example,Ada\n", "the first line is somebody, and no header"),
        (b"email,address\n", "two columns are the address"),
        ("email,name\n".encode("utf-16"), "the file is UTF-16"),
        (b"email\0,name\n", "the file is UTF-16, or no text"),
        ("email,prénom\n".encode("latin-1"), "the file is not UTF-8"),
        (b'email,"name\n', "the first line cannot be read: a quotation mark is not closed"),
        (b"e" * (MAX_LINE + 1), "the first line is longer than 64 KB"),
    ],
)
def test_a_file_that_is_no_list_is_refused_whole(data: bytes, what: str) -> None:
    with pytest.raises(SubscriberError) as refused:
        read(data)
    assert what in str(refused.value)
    assert refused.value.where == "list.csv"


def test_a_line_of_10_mb_is_refused_and_never_held() -> None:
    class Endless(io.RawIOBase):
        """A header, a line of 10 MB, and one more person, made as they are asked for."""

        def __init__(self) -> None:
            self._left = [b"email\n", *[b"x" * 65_536] * 160, b"\n", b"a@b.example\n"]

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: object) -> int:
            assert isinstance(buffer, memoryview)
            if not self._left:
                return 0
            part, self._left[0] = self._left[0][: len(buffer)], self._left[0][len(buffer) :]
            if not self._left[0]:
                del self._left[0]
            buffer[: len(part)] = part
            return len(part)

    tracemalloc.start()
    rows = list(SubscriberList(io.BufferedReader(Endless()), "list.csv", TERMS).rows())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000
    assert [row.line if isinstance(row, Refusal) else row.candidate.key for row in rows] == [
        2,
        "a@b.example",
    ]


@given(st.binary(max_size=300))
def test_whatever_stands_below_the_header_is_somebody_or_a_refusal(data: bytes) -> None:
    for row in read(b"email,name,sections,consented_at\n" + data):
        assert isinstance(row, Listed | Refusal)


# ------------------------------------------------------------ particulars


def test_spellings_of_one_address_have_one_key_and_its_own_spelling_is_kept() -> None:
    found = [read_address(one) for one in ("Ada@BÜCHER.example", " ada@xn--bcher-kva.example ")]
    assert {one.key for one in found} == {"ada@xn--bcher-kva.example"}
    assert [one.written.partition("@")[0] for one in found] == ["Ada", "ada"]


def test_a_language_is_a_tag_that_is_known_or_nothing() -> None:
    assert [read_language(one) for one in ("", " de ", "pt-BR")] == ["", "de", "pt-BR"]
    for wrong in ("xx-YY", "en_GB", "en-GB\n; drop"):
        with pytest.raises(SubscriberError, match="no language tag"):
            read_language(wrong)


def test_the_example_of_the_columns_is_the_list_of_them() -> None:
    assert f"    {','.join(COLUMNS)}\n" in (subscriber_lists.__doc__ or "")
