"""Bounces in forms of their servers' own, which flufl.bounce has collected since Mailman's days."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING

from flufl.bounce import all_failures

from digest.answer_parts import header, one_line
from digest.answers import MAX_DETAIL, MAX_RECIPIENTS, Recipient

if TYPE_CHECKING:
    from digest.answer_parts import Parts

# An address of the Internet, such as 192.5.1.1, and a version are none.
_STATUS = re.compile(r"(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?!\.?\d)")

_MAX_SAID = 4_096  # characters
# Where a message begins that stands in the text: by a header of it, or by a line that says so.
_RETURNED = re.compile(
    r"^(> ?)?(Return-Path|Received|Message-ID|MIME-Version|Date|From): "
    r"|^-{3,}.*(copy|original|below)",
    re.IGNORECASE | re.MULTILINE,
)

# Sendmail's warning of a delay, which has the form of its bounces.
_ONLY_LATE = re.compile(r"warning message only|still undelivered|keep trying", re.IGNORECASE)

# It logs what its detectors raise, with a traceback, which no mail server wants from a pipe.
logging.getLogger("flufl.bounce").addHandler(logging.NullHandler())


def find_status(text: str) -> str:
    """Give the first enhanced status code (RFC 3463 §2) in a text, "" without one."""
    found = _STATUS.search(text)
    return found[0] if found else ""


def read_odd_bounce(parts: Parts) -> tuple[Recipient, ...] | None:
    """Give whom a bounce is about: nobody where it only warns of a delay; None if it is none.

    Its detectors tell no full mailbox from a missing one: where the text has no status, none is
    given. Raises anything, for they do.
    """
    warned, failed = all_failures(parts.head)
    if not warned and not failed:
        return None
    said = _said(parts)
    if _ONLY_LATE.search(said):
        return ()
    addresses = sorted(one.decode("utf-8", "replace") for one in failed)
    return tuple(
        Recipient(addresses=(address,), status=find_status(said), detail=_reason(parts, said))
        for address in addresses[:MAX_RECIPIENTS]
    )


def _said(parts: Parts) -> str:
    """Give what the server wrote itself, without the message below, which may tell of iOS 5.1.1."""
    returned = _RETURNED.search(parts.text)
    return parts.text[: returned.start() if returned else len(parts.text)][:_MAX_SAID]


def _reason(parts: Parts, said: str) -> str:
    """Give the line that says why: the first with a number such as servers answer by."""
    lines = map(one_line, said.splitlines())
    telling = (line for line in lines if re.search(r"\b[45]\d\d\b", line) or find_status(line))
    return next(telling, header(parts.head, "Subject"))[:MAX_DETAIL]
