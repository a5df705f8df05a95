"""Links that only we can have made, which say who clicked and name nobody. Pure.

A token is, in URL-safe base64 without padding:

    purpose, 1 byte │ number of the key, 2 │ date, 2 │ mark, 16 │ edition, n │ signature, 12

The signature is the first 96 bits of HMAC-SHA-256 (RFC 2104 §5) over all before it. The newest key
signs; older ones go on verifying, for an email is opened years later and its way out has to work
then. The mark is the salted hash of an address, so that a link tells nobody whose it is, and means
the same person after their row was written anew.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hmac
import struct
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from digest.errors import LinkError

if TYPE_CHECKING:
    from collections.abc import Mapping

    Keys = Mapping[int, bytes]

MARK_BYTES = 16
MAX_TOKEN = 512  # characters: longer ones are not even decoded
MAX_KEY = 2**16 - 1

_HEAD = struct.Struct(f">cHH{MARK_BYTES}s")
_SIGNATURE_BYTES = 12
_MAX_EDITION = 200  # bytes of UTF-8: file names are shorter, and so the token stays below its bound
_EPOCH = dt.date(2000, 1, 1).toordinal()
_CONTEXT = b"digest link\0"  # a key of ours that served for something else would sign no link


class Purpose(StrEnum):
    """What a link is for; a token of one opens nothing else."""

    UNSUBSCRIBE = "u"
    PREFERENCES = "p"
    VIEW = "v"  # the issue in a browser
    BOUNCE = "b"  # the return path of a delivery


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """What a token says: what for, of which edition, whose (by mark), and of which day's issue."""

    purpose: Purpose
    edition: str
    mark: bytes
    date: dt.date


def mark_of(key: str, secret: bytes) -> bytes:
    """Give the salted hash of an address's key: who lacks the secret can test no guess with it."""
    return hmac.digest(secret, key.encode(), "sha256")[:MARK_BYTES]


def sign(ticket: Ticket, keys: Keys) -> str:
    """Make a token of a ticket with the newest key. Raises ValueError for what does not fit."""
    edition = ticket.edition.encode()
    if len(ticket.mark) != MARK_BYTES or len(edition) > _MAX_EDITION:
        raise ValueError("the mark or the edition's name has the wrong length")
    number = max(keys)
    day = ticket.date.toordinal() - _EPOCH
    if not 0 <= day <= MAX_KEY:
        raise ValueError(f"{ticket.date} is not within a token's years, 2000 to 2179")
    body = _HEAD.pack(ticket.purpose.encode(), number, day, ticket.mark) + edition
    return _written(body + _signature(body, keys[number]))


def verify(token: str, keys: Keys, *purposes: Purpose) -> Ticket:
    """Read a token that was signed for one of the purposes.

    Raises LinkError for any other text, without a word on what is wrong with it.
    """
    signed = _read(token)
    body, signature = signed[:-_SIGNATURE_BYTES], signed[-_SIGNATURE_BYTES:]
    if len(body) < _HEAD.size:
        raise _no_link()
    purpose, number, day, mark = _HEAD.unpack_from(body)
    # An unknown key costs the same time as a wrong signature.
    genuine = hmac.compare_digest(signature, _signature(body, keys.get(number, b"")))
    if not genuine or number not in keys or purpose.decode("latin-1") not in purposes:
        raise _no_link()
    return Ticket(
        purpose=Purpose(purpose.decode()),
        edition=body[_HEAD.size :].decode(),
        mark=mark,
        date=dt.date.fromordinal(day + _EPOCH),
    )


def _signature(body: bytes, key: bytes) -> bytes:
    return hmac.digest(key, _CONTEXT + body, "sha256")[:_SIGNATURE_BYTES]


def _written(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _read(token: str) -> bytes:
    """Decode base64, in the one spelling that we write."""
    if len(token) > MAX_TOKEN or not token.isascii():
        raise _no_link()
    try:
        data = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except binascii.Error:
        raise _no_link() from None
    if _written(data) != token:  # the decoder skips what it does not know
        raise _no_link()
    return data


def _no_link() -> LinkError:
    return LinkError("this link is none of ours, or was cut short", hint="Copy the whole of it")
