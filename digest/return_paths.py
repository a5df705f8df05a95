"""The address that a bounce comes back to: one for each delivery, which says whose it was. Pure.

This is VERP: `bounces@courier.example` becomes `bounces+TOKEN@courier.example`. A token is 48
characters of base32 in lower case, since servers on the way may fold the case of an address:

    number of the key, 2 bytes │ date, 2 │ mark, 16 │ signature, 10

A local part has at most 64 octets (RFC 5321 §4.5.3.1.1), which a link's token and the name of an
edition may pass. So the edition is not in it, only under the signature: the first 80 bits of
HMAC-SHA-256 (RFC 2104 §5) over the edition's name and all before it.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hmac
import struct
from typing import TYPE_CHECKING

from digest.tokens import MARK_BYTES, MAX_KEY, Purpose, Ticket

if TYPE_CHECKING:
    from collections.abc import Iterable

    from digest.tokens import Keys

TOKEN_LENGTH = 48
MAX_LOCAL = 64 - TOKEN_LENGTH - 1  # octets before the "+"

_HEAD = struct.Struct(f">HH{MARK_BYTES}s")
_SIGNATURE_BYTES = 10
_EPOCH = dt.date(2000, 1, 1).toordinal()
_CONTEXT = b"digest return path\0"  # a link's signature is none of a return path, nor the reverse


def return_path(address: str, ticket: Ticket, keys: Keys) -> str:
    """Give where a delivery's bounces go: `address` with a token, made with the newest key.

    "" for "", which leaves it at the publication's own sender. Raises ValueError for a mark, a date
    or a local part that does not fit.
    """
    if not address:
        return ""
    local, _, domain = address.rpartition("@")
    day = ticket.date.toordinal() - _EPOCH
    if len(ticket.mark) != MARK_BYTES or not 0 <= day <= MAX_KEY or len(local) > MAX_LOCAL:
        raise ValueError(f"no return path at {address} fits")
    number = max(keys)
    head = _HEAD.pack(number, day, ticket.mark)
    signed = head + _signature(head, ticket.edition, keys[number])
    return f"{local}+{base64.b32encode(signed).decode().lower()}@{domain}"


def read_return_token(token: str, keys: Keys, editions: Iterable[str]) -> Ticket | None:
    """Read a return path's token, in any case, of one of the editions; None if it is none of ours.

    Its purpose is BOUNCE.
    """
    if len(token) != TOKEN_LENGTH:
        return None
    try:
        signed = base64.b32decode(token, casefold=True)
    except (binascii.Error, ValueError):
        return None
    head, signature = signed[: _HEAD.size], signed[_HEAD.size :]
    number, day, mark = _HEAD.unpack(head)
    if number not in keys:
        return None
    for edition in editions:
        if hmac.compare_digest(signature, _signature(head, edition, keys[number])):
            date = dt.date.fromordinal(day + _EPOCH)
            return Ticket(purpose=Purpose.BOUNCE, edition=edition, mark=mark, date=date)
    return None


def _signature(head: bytes, edition: str, key: bytes) -> bytes:
    text = _CONTEXT + head + edition.encode()
    return hmac.digest(key, text, "sha256")[:_SIGNATURE_BYTES]
