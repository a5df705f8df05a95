"""One compiled message, addressed to each of many: patched in microseconds, never rendered again.

A message begins with what differs from reader to reader, To and Message-ID; the links that are a
reader's own stand in it as placeholders, in its body each on a line of its own.
"""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.errors import DeliveryError

if TYPE_CHECKING:
    from collections.abc import Mapping

LINE = 76  # characters of a line of quoted-printable, its soft break included (RFC 2045 §6.7)
SLOT = re.compile(r"https://placeholder\.invalid/[a-z-]+")

_SLOT = re.compile(SLOT.pattern.encode())
_HEAD = re.compile(rb"To: (?:[^\r\n]|\r\n[ \t])*\r\nMessage-ID: [^\r\n]*\r\n")
_URL = re.compile(r"https://[!-;=?-~]+")
_WAY_OUT = b"\r\nList-Unsubscribe: <"
_BODY = b"\r\n\r\n"
_SOFT_BREAK = "=\r\n"
_UNFIT = re.compile(rf"^(?:\..*|.{{{LINE + 1},}})", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """A message in pieces: `pieces[n]` stands before `slots[n]`, and the last piece after all.

    The first `headers` slots stand in headers, the others in quoted-printable. It is `dotless`
    where no line begins with a dot, which SMTP would have to stuff; nothing that is put in does.
    """

    pieces: tuple[bytes, ...]
    slots: tuple[str, ...]
    headers: int
    dotless: bool

    def addressed(
        self, *, to: str, message_id: str, links: Mapping[str, str], leave_by: str = ""
    ) -> bytes:
        """Give the message for one reader, CRLF line ends.

        `to` and `message_id` are as `mime` writes them; `links` give the address of each slot.
        `leave_by` is the mailbox that unsubscribes them by mail, "" for none: List-Unsubscribe
        names it after the link. Raises DeliveryError for a slot without a link, or one that is no
        https address.
        """
        parts = [f"To: {to}\r\nMessage-ID: {message_id}\r\n".encode("ascii"), self.pieces[0]]
        written = {slot: _written(slot, links.get(slot, "")) for slot in set(self.slots)}
        for number, slot in enumerate(self.slots):
            in_header, in_body = written[slot]
            parts.append(in_header if number < self.headers else in_body)
            if leave_by and self.pieces[number].endswith(_WAY_OUT):
                parts.append(_by_mail(leave_by))
            parts.append(self.pieces[number + 1])
        return b"".join(parts)


def take_apart(message: bytes) -> Compiled:
    """Take a message apart that `compile_message` made. Raises DeliveryError for any other."""
    head = _HEAD.match(message)
    body = message.find(_BODY)
    if head is None or body < 0:
        raise DeliveryError(
            "this is no message of ours: it does not begin with To and Message-ID",
            hint="Build the issue again: digest build",
        )
    found = list(_SLOT.finditer(message, head.end()))
    ends = [head.end(), *(slot.end() for slot in found)]
    starts = [*(slot.start() for slot in found), len(message)]
    return Compiled(
        pieces=tuple(message[end:start] for end, start in zip(ends, starts, strict=True)),
        slots=tuple(slot[0].decode("ascii") for slot in found),
        headers=sum(slot.start() < body for slot in found),
        dotless=b"\r\n." not in message,
    )


def quoted_printable(text: str) -> str:
    """Encode a text, so that each placeholder in it stands on a line of its own, softly broken.

    Lines end in CRLF and have at most 76 characters; the last one ends too. None begins with a dot:
    SMTP would have to look for it in every copy, and some servers have lost one.
    """
    encoded = ""
    for piece in re.split(f"({SLOT.pattern})", text):
        if SLOT.fullmatch(piece):
            encoded = f"{_softly_ended(encoded)}{piece}{_SOFT_BREAK}"
        else:
            lines = re.sub(r"\r\n?", "\n", piece)
            written = binascii.b2a_qp(lines.encode(), istext=True).decode("ascii")
            encoded += _UNFIT.sub(_fitting, written).replace("\n", "\r\n")
    ended = encoded.endswith("\r\n") and not encoded.endswith(_SOFT_BREAK)
    return encoded if ended else f"{encoded}\r\n"


def _fitting(line: re.Match[str]) -> str:
    """Write a dot at the beginning otherwise, and break what is too long.

    The library makes lines of 78 characters where a space at the end has to be encoded.
    """
    text = line[0]
    if text.startswith("."):
        text = f"=2E{text[1:]}"
    if len(text) <= LINE:
        return text
    cut = LINE - 1
    cut -= next((back for back in (1, 2) if text[cut - back] == "="), 0)
    return f"{text[:cut]}=\n{_UNFIT.sub(_fitting, text[cut:])}"


def _softly_ended(encoded: str) -> str:
    """End the last line without ending a line of the text; it may have no room for the break."""
    last = encoded.rpartition("\n")[2]
    if not last:
        return encoded
    if len(last) < LINE:
        return f"{encoded}{_SOFT_BREAK}"
    cut = len(encoded) - (3 if encoded[-3] == "=" else 1)  # never within an escape
    moved = _UNFIT.sub(_fitting, encoded[cut:])
    return f"{encoded[:cut]}{_SOFT_BREAK}{moved}{_SOFT_BREAK}"


def _by_mail(address: str) -> bytes:
    """Go on after the link within angle brackets with a second way (RFC 2369 §3.2, RFC 6068)."""
    return f">,\r\n <mailto:{address}?subject=unsubscribe".encode("ascii")


def _written(slot: str, link: str) -> tuple[bytes, bytes]:
    """Write a link as a header has it, and as a body does: in lines that are softly broken."""
    if not _URL.fullmatch(link):
        raise DeliveryError(
            f"there is no address to put in place of {slot}: {link[:100]!r}",
            hint="Set [web] base_url, where readers' pages are served",
        )
    encoded = link.replace("=", "=3D")
    lines = []
    while len(encoded) >= LINE:
        cut = LINE - 1
        cut -= next((back for back in (1, 2) if encoded[cut - back] == "="), 0)
        lines.append(encoded[:cut])
        encoded = re.sub(r"^\.", "=2E", encoded[cut:])  # no line of a message begins with a dot
    return link.encode("ascii"), _SOFT_BREAK.join([*lines, encoded]).encode("ascii")
