"""Bounces in forms of their servers' own, which flufl.bounce has collected since Mailman's days."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING

from flufl.bounce import all_failures

from digest.answer_parts import header
from digest.answers import MAX_DETAIL, MAX_RECIPIENTS, Recipient

if TYPE_CHECKING:
    from digest.answer_parts import Parts

# An address of the Internet, such as 192.5.1.1, and a version are none.
_STATUS = re.compile(r"(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?!\.?\d)")

# It logs what its detectors raise, with a traceback, which no mail server wants from a pipe.
logging.getLogger("flufl.bounce").addHandler(logging.NullHandler())


def find_status(text: str) -> str:
    """Give the first enhanced status code (RFC 3463 §2) in a text, "" without one."""
    found = _STATUS.search(text)
    return found[0] if found else ""


def read_odd_bounce(parts: Parts) -> tuple[Recipient, ...] | None:
    """Give whom a bounce is about, None if it is none. Raises anything, for its detectors do.

    They tell no full mailbox from a missing one: where the text has no status, none is given.
    """
    temporary, permanent = all_failures(parts.head)
    if not temporary and not permanent:
        return None
    status = find_status(parts.text)
    addresses = sorted(one.decode("utf-8", "replace") for one in {*temporary, *permanent})
    passing = not permanent and status.startswith("5")
    return tuple(
        Recipient(addresses=(address,), status="" if passing else status, detail=_reason(parts))
        for address in addresses[:MAX_RECIPIENTS]
    )


def _reason(parts: Parts) -> str:
    """Give the line that says why: the first with a number such as servers answer by."""
    lines = (" ".join(line.split()) for line in parts.text.splitlines())
    said = (line for line in lines if re.search(r"\b[45]\d\d\b", line) or find_status(line))
    return next(said, header(parts.head, "Subject"))[:MAX_DETAIL]
