"""What is written of a delivery: the commands that are its envelope, and its content."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from digest.outgoing import Delivery

MAX_ADDRESS = 254  # characters (RFC 5321 §4.5.3.1.3)

# No space, bracket or control that would end the address and begin something else.
_ADDRESS = re.compile(r"[!#-;=?A-Z^-~]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")


def wire_address(text: str) -> str:
    """Give an address as the wire wants it, its domain in ASCII. Raises ValueError: it is none."""
    local, _, domain = text.rpartition("@")
    try:
        address = f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        raise ValueError(text) from None
    if len(address) > MAX_ADDRESS or not _ADDRESS.fullmatch(address):
        raise ValueError(text)
    return address


def domain_of(delivery: Delivery) -> str:
    """Give the domain that a delivery goes to, in lower case."""
    return delivery.subscriber.address.rpartition("@")[2].casefold()


def envelope(delivery: Delivery, sender: str) -> tuple[bytes, bytes, bytes]:
    """Give the three commands before the content. Raises ValueError for an address that is none."""
    back = wire_address(delivery.return_path or sender)
    to = wire_address(delivery.subscriber.address)
    return f"MAIL FROM:<{back}>\r\n".encode(), f"RCPT TO:<{to}>\r\n".encode(), b"DATA\r\n"


def content(delivery: Delivery) -> bytes:
    """Give a message as it follows DATA: dots stuffed (RFC 5321 §4.5.2), the final dot at its end.

    Line ends are CRLF.
    """
    message = delivery.message
    stuffed = message if delivery.dotless else message.replace(b"\r\n.", b"\r\n..")
    first = b"." if stuffed.startswith(b".") else b""
    last = b"" if stuffed.endswith(b"\r\n") else b"\r\n"
    return b"".join((first, stuffed, last, b".\r\n"))
