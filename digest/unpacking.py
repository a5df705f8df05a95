"""Read a message back: RFC 5322 bytes, from anybody, into the email that they hold."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from typing import TYPE_CHECKING

from digest.errors import DigestError
from digest.outgoing import Attachment, Email
from digest.preflight import placeholders, preheader_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage

_HEADER = re.compile(rb"[!-9;-~]+:[ \t]")  # RFC 5322 §2.2


def is_message(data: bytes) -> bool:
    """Tell a message from a page: it begins with a header."""
    return _HEADER.match(data) is not None


def unpack(data: bytes, where: str) -> Email:
    """Read a message. Raises DigestError, naming `where`, for one that has no HTML.

    Its preheader is the first hidden text of its HTML; each reader's own links count as filled in.
    """
    try:
        message = message_from_bytes(data, policy=policy.default)
        subject = str(message["Subject"] or "")
        html, text = _body(message, "html"), _body(message, "plain")
        attachments = tuple(_attachments(message))
    except Exception as failure:  # the library's readers of headers may raise anything
        raise DigestError(
            f"this message cannot be read: {failure}", where=where, hint="Save it again"
        ) from failure
    if not html.strip():
        raise DigestError("there is no HTML in this message", where=where)
    return Email(
        subject=subject,
        preheader=preheader_in(html),
        html=html,
        text=text,
        language="",
        slots=tuple(sorted(set(placeholders(f"{html}\n{text}")))),
        attachments=attachments,
    )


def _attachments(message: EmailMessage) -> Iterator[Attachment]:
    """Give the parts that the HTML can name."""
    for part in message.walk():
        if name := str(part["Content-ID"] or "").strip().strip("<>"):
            data = part.get_payload(decode=True)
            yield Attachment(
                content_id=name,
                name=part.get_filename("") or name,
                kind=part.get_content_subtype(),
                data=data if isinstance(data, bytes) else b"",
            )


def _body(message: EmailMessage, kind: str) -> str:
    """Give the text of a part, "" if there is none; a charset nobody knows is read as UTF-8."""
    part = message.get_body((kind,))
    if part is None:
        return ""
    try:
        text = str(part.get_content())
    except LookupError:
        data = part.get_payload(decode=True)
        text = data.decode("utf-8", "replace") if isinstance(data, bytes) else ""
    return text.replace("\r\n", "\n")
