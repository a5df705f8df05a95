"""The parts of a message that came in, however broken: bounded, and nothing is believed.

The library's older classes are used, since the newer ones parse headers and may fail at any.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email import message_from_bytes, message_from_string
from email.header import decode_header, make_header
from email.message import Message
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# What a report says, and the headers of the message it returns, stand before that message's body
# (RFC 3464 §2, RFC 5965 §2): more need not be parsed, and hostile bytes cost no more than these.
PARSED_BYTES = 256 * 1024
MAX_TEXT = 64 * 1024  # characters of plain text
MAX_HEADER = 4_096  # characters
MAX_PARTS = 100

# The library looks at each line for each boundary: nine hundred of them take it ten seconds.
_MAX_BOUNDARIES = 50
_BOUNDARY = re.compile(rb"boundary[\s*0-9]*=", re.IGNORECASE)
_MAX_LINE = 1_000  # octets; more than 998 are none of email's (RFC 5322 §2.1.1)

_STATUS = {"message/delivery-status", "message/global-delivery-status"}  # RFC 3464, RFC 6533
_RETURNED = {"message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """A message in parts.

    `status` are the groups of fields of a delivery status, `feedback` those of a complaint,
    `returned` the headers of the message that comes back, `text` is what people would read.
    """

    head: Message
    status: tuple[Message, ...] = ()
    feedback: Message | None = None
    returned: Message | None = None
    text: str = ""


def read_parts(data: bytes) -> Parts:
    """Part a message. Raises anything, for the library does."""
    lines = (line[:_MAX_LINE] for line in data[:PARSED_BYTES].splitlines())
    bounded = b"\n".join(lines)
    if len(_BOUNDARY.findall(bounded)) > _MAX_BOUNDARIES:
        raise ValueError("no report has parts in so many parts")
    message = message_from_bytes(bounded)
    leaves = tuple(islice(_leaves(message), MAX_PARTS))
    by_type = {leaf.get_content_type(): leaf for leaf in reversed(leaves)}
    feedback = by_type.get("message/feedback-report")
    returned = next((leaf for kind, leaf in by_type.items() if kind in _RETURNED), None)
    status = (leaf for leaf in leaves if leaf.get_content_type() in _STATUS)
    return Parts(
        head=message,
        status=tuple(islice((group for leaf in status for group in _groups(leaf)), MAX_PARTS)),
        feedback=next(_groups(feedback), None) if feedback is not None else None,
        returned=next(_groups(returned), None) if returned is not None else None,
        text="\n".join(map(_text, leaves))[:MAX_TEXT],
    )


def header(message: Message | None, name: str) -> str:
    """Give the first header of a name on one line, bounded; "" without one."""
    return next(iter(headers(message, name)), "")


def headers(message: Message | None, *names: str) -> tuple[str, ...]:
    """Give all headers of some names, each on one line and bounded."""
    if message is None:
        return ()
    values = (value for name in names for value in message.get_all(name, []))
    return tuple(one_line(str(value)[:MAX_HEADER]) for value in values)


def one_line(text: str) -> str:
    """Put a text on one line, without what a terminal obeys and a database cannot hold."""
    return "".join(char for char in " ".join(text.split()) if char.isprintable())


def subject(message: Message) -> str:
    """Give the subject in words, as it is written where it cannot be decoded."""
    written = header(message, "Subject")
    try:
        words = str(make_header(decode_header(written)))
    except Exception:  # noqa: BLE001  the library raises anything at such a header
        return written
    return one_line(words)


def _leaves(message: Message) -> Iterator[Message]:
    """Give the parts of a message in order, not those of messages that are attached to it."""
    waiting = [message]
    while waiting:
        part = waiting.pop()
        inner = _inner(part) if part.get_content_maintype() == "multipart" else []
        waiting.extend(reversed(inner))
        if not inner:
            yield part


def _groups(part: Message) -> Iterator[Message]:
    """Give the groups of fields in a part, which blank lines part."""
    if not part.is_multipart():
        yield from map(message_from_string, _paragraphs(_decoded(part)))
        return
    for child in _inner(part):
        yield child
        if isinstance(below := child.get_payload(), str):
            yield from map(message_from_string, _paragraphs(below[:MAX_TEXT]))


def _inner(part: Message) -> list[Message]:
    inner = part.get_payload()
    return [one for one in inner if isinstance(one, Message)] if isinstance(inner, list) else []


def _paragraphs(text: str) -> Iterator[str]:
    return filter(str.strip, re.split(r"\n[ \t]*\n", text.strip()))


def _text(part: Message) -> str:
    return _decoded(part) if part.get_content_type() == "text/plain" else ""


def _decoded(part: Message) -> str:
    """Give a part's text. What does not fit its charset is replaced: only ASCII is looked for."""
    data = part.get_payload(decode=True)
    return data[:MAX_TEXT].decode("utf-8", "replace") if isinstance(data, bytes) else ""
