"""Read a message back: RFC 5322 bytes, from anybody, into the email that they hold."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from typing import TYPE_CHECKING

from digest.errors import DigestError
from digest.outgoing import Email
from digest.preflight import placeholders, preheader_in

if TYPE_CHECKING:
    from email.message import EmailMessage

_HEADER = re.compile(rb"[!-9;-~]+:[ \t]")  # RFC 5322 §2.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpacked:
    """An email as it was read: `attached` are the content ids of its parts.

    Its preheader is the first hidden text of its HTML; each reader's own links count as filled in.
    """

    email: Email
    attached: frozenset[str]


def is_message(data: bytes) -> bool:
    """Tell a message from a page: it begins with a header."""
    return _HEADER.match(data) is not None


def unpack(data: bytes, where: str) -> Unpacked:
    """Read a message. Raises DigestError, naming `where`, for one that has no HTML."""
    try:
        message = message_from_bytes(data, policy=policy.default)
        subject = str(message["Subject"] or "")
        html, text = _body(message, "html"), _body(message, "plain")
        ids = [str(part["Content-ID"] or "") for part in message.walk()]
    except Exception as failure:  # the library's readers of headers may raise anything
        raise DigestError(
            f"this message cannot be read: {failure}", where=where, hint="Save it again"
        ) from failure
    if not html.strip():
        raise DigestError("there is no HTML in this message", where=where)
    return Unpacked(
        email=Email(
            subject=subject,
            preheader=preheader_in(html),
            html=html,
            text=text,
            language="",
            slots=tuple(sorted(set(placeholders(f"{html}\n{text}")))),
        ),
        attached=frozenset(one.strip().strip("<>") for one in ids if one.strip()),
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
