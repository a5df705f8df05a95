"""What in a message may prove whose delivery it is about: tokens of ours and Message-IDs. Pure."""

from __future__ import annotations

import re
from email.utils import getaddresses
from itertools import islice
from typing import TYPE_CHECKING

from digest.answer_parts import headers, subject
from digest.answers import Traces
from digest.return_paths import TOKEN_LENGTH

if TYPE_CHECKING:
    from collections.abc import Iterable

    from digest.answer_parts import Parts

MAX_TRACES = 10  # of a kind: each costs a signature

# "=" ends a token where a forwarder rewrote the address (SRS).
_RETURN_TOKEN = re.compile(rf"\+([a-z2-7]{{{TOKEN_LENGTH}}})(?=[@=])", re.IGNORECASE)
_LINK_TOKEN = re.compile(r"[A-Za-z0-9_-]{44,512}")
_MESSAGE_ID = re.compile(r"<[^<>\s@]{1,200}@[^<>\s@]{1,255}>")
_LEAVING = re.compile(r"\s*unsubscribe\b", re.IGNORECASE)
# The headers of a returned message, where it stands in a text.
_QUOTED_HEADER = re.compile(
    r"^(?:> ?)?(Message-ID|List-Unsubscribe|Return-Path):(.{1,4000})$", re.IGNORECASE | re.MULTILINE
)

_OUTSIDE = (
    "Delivered-To",
    "X-Delivered-To",
    "X-Original-To",
    "Envelope-To",
    "X-Envelope-To",
    "To",
)
_FIELDS = ("Original-Recipient", "Final-Recipient", "Original-Mail-From", "Original-Rcpt-To")
_WRITTEN_TO = ("To", "X-HmXmrOriginalRecipient")  # Outlook's complaints have the second


def find_traces(parts: Parts) -> Traces:
    """Give all that may be ours, on the outside of a message, in its report, in what it returns."""
    fields = (*parts.status, *([parts.feedback] if parts.feedback is not None else []))
    reported = (text for group in fields for text in headers(group, *_FIELDS))
    quoted = _quoted(parts)
    paths = (*headers(parts.head, *_OUTSIDE), *reported, *quoted["return-path"])
    links, ids = quoted["list-unsubscribe"], quoted["message-id"]
    return Traces(
        return_tokens=_found(_RETURN_TOKEN, paths),
        link_tokens=_found(_LINK_TOKEN, links),
        message_ids=_found(_MESSAGE_ID, ids),
        addresses=_addresses(headers(parts.returned, *_WRITTEN_TO)),
    )


def leaves_by(parts: Parts) -> Traces | None:
    """Give the tokens of a mail that asks to unsubscribe, None for any other mail.

    It is written to a return path with the subject "unsubscribe", or that and a link's token. That
    a mail program wrote it, and says so, makes it no less a person's wish.
    """
    asked = subject(parts.head)
    if not _LEAVING.match(asked):
        return None
    tokens = _found(_RETURN_TOKEN, headers(parts.head, *_OUTSIDE))
    links = _found(_LINK_TOKEN, (asked,))
    return Traces(return_tokens=tokens, link_tokens=links) if tokens or links else None


def _quoted(parts: Parts) -> dict[str, tuple[str, ...]]:
    """Give the telling headers of what was returned, by name in lower case."""
    found: dict[str, tuple[str, ...]] = {}
    for name in ("message-id", "list-unsubscribe", "return-path"):
        found[name] = headers(parts.returned, name)
    if parts.returned is None and parts.feedback is None:
        for name, value in islice(_QUOTED_HEADER.findall(parts.text), MAX_TRACES):
            found[name.lower()] += (value,)
    return found


def _found(pattern: re.Pattern[str], texts: Iterable[str]) -> tuple[str, ...]:
    every = (found for text in texts for found in pattern.findall(text))
    return tuple(islice(dict.fromkeys(every), MAX_TRACES))


def _addresses(texts: tuple[str, ...]) -> tuple[str, ...]:
    every = (address for _, address in getaddresses(texts) if "@" in address)
    return tuple(islice(dict.fromkeys(every), MAX_TRACES))
