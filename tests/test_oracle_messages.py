"""The standard library reads the message of every issue, and its bytes are measured."""

from __future__ import annotations

import re
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING

from matrix import THEMES, emails, issue_of
from messages import messages

if TYPE_CHECKING:
    from email.message import EmailMessage, Message

MAX_WIRE_LINE = 998  # RFC 5322 §2.1.1, without the line's end
MAX_HTML_BYTES = 100_000
MAX_ENCODED_LINE = 76  # RFC 2045 §6.7


def parsed(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, policy=default)


def defects(message: Message) -> list[object]:
    """Give what the parser minds, in parts and in headers, whose values it reads when asked."""
    found: list[object] = []
    for part in message.walk():
        found += part.defects
        for value in part.values():
            found += getattr(value, "defects", ())
    return found


def test_the_parser_minds_nothing_in_any_part_or_header() -> None:
    assert {
        name: found for name, raw in messages().items() if (found := defects(parsed(raw)))
    } == {}


def test_the_parser_minds_what_is_wrong() -> None:
    raw = messages()["full-bulletin"]
    assert defects(parsed(raw[: raw.rindex(b"--=_")]))
    assert defects(parsed(raw.replace(b"To: reader@home.example", b"To: reader@@home", 1)))


def test_both_parts_and_the_subject_come_back_as_they_were() -> None:
    for name, raw in messages().items():
        message, email = parsed(raw), emails()[name]
        text, html = message.iter_parts()
        assert text.get_content().replace("\r\n", "\n") == email.text, name
        assert html.get_content().replace("\r\n", "\n") == email.html, name


def test_no_email_is_so_large_that_gmail_cuts_it_off() -> None:
    sizes = {name: len(email.html.encode()) for name, email in emails().items()}
    assert max(sizes.values()) <= MAX_HTML_BYTES
    shown = {len(issue_of(f"eighty-stories-{theme}").placements) for theme in THEMES}
    assert len(shown) == 2, "one theme holds them all, the other does not"


def test_lines_end_in_crlf_and_none_is_too_long() -> None:
    for name, raw in messages().items():
        assert not re.search(rb"(?<!\r)\n|\r(?!\n)", raw), name
        assert max(map(len, raw.split(b"\r\n"))) <= MAX_WIRE_LINE, name
        bodies = raw.partition(b"\r\n\r\n")[2]
        assert b"quoted-printable" in bodies, name
        assert max(map(len, bodies.split(b"\r\n"))) <= MAX_ENCODED_LINE, name
