"""Says what a message that came in is, whatever bytes it is made of: bytes → answer. Pure.

In this order, since each kind may look like those after it: a complaint (RFC 5965), a delivery
status (RFC 3464), a wish to leave, a bounce in a form of its server's own, an automatic reply.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import TYPE_CHECKING

from digest.answer_parts import header, headers, read_parts, subject
from digest.answer_traces import find_traces, leaves_by
from digest.answers import (
    MAX_ADDRESSES,
    MAX_DETAIL,
    MAX_RECIPIENTS,
    Answer,
    AnswerKind,
    Recipient,
    Traces,
)
from digest.odd_bounces import find_status, read_odd_bounce

if TYPE_CHECKING:
    from email.message import Message

    from digest.answer_parts import Parts

# RFC 5965 §7.3, and older reporters' words for leaving; the rest needs a person's eye.
_FEEDBACK = {
    "abuse": AnswerKind.COMPLAINT,
    "fraud": AnswerKind.COMPLAINT,
    "opt-out": AnswerKind.LEAVING,
    "opt-out-list": AnswerKind.LEAVING,
    "not-spam": AnswerKind.NOTICE,  # RFC 6430
}
# From whom servers say that they write; a person does not.
_SYSTEM = re.compile(
    r"\b(mailer-daemon|postmaster|mail-?daemon|mdaemon|mailsystem)\b", re.IGNORECASE
)
_AUTOMATIC = re.compile(
    r"(out of (the )?office|auto(matic)?[- ]?(reply|response)|abwesenheit|automatische antwort"
    r"|r[ée]ponse automatique|absence du bureau|respuesta autom|vacation)",
    re.IGNORECASE,
)
_ADDRESSES = ("Original-Recipient", "Final-Recipient")  # the one that we wrote to first
_REPORTED = ("Original-Rcpt-To", "Removal-Recipient")


def read_answer(data: bytes) -> Answer:
    """Say what a message is. Never raises: what cannot be read is unknown."""
    name = sha256(data).hexdigest()
    try:
        parts = read_parts(data)
        if message_id := header(parts.head, "Message-ID"):
            name = sha256(message_id.encode("utf-8", "replace")).hexdigest()
        return _read(name, parts)
    except Exception as failure:  # noqa: BLE001  the library raises anything at such bytes
        detail = f"this message cannot be read ({type(failure).__name__})"
        return Answer(name=name, kind=AnswerKind.UNKNOWN, detail=detail)


def _read(name: str, parts: Parts) -> Answer:
    traces = find_traces(parts)
    if parts.feedback is not None:
        return _complaint(name, parts.feedback, traces)
    if parts.status:
        return _status(name, parts.status, traces)
    about = subject(parts.head)[:MAX_DETAIL]
    if (leaving := leaves_by(parts)) is not None:
        return Answer(name=name, kind=AnswerKind.LEAVING, detail="by mail", traces=leaving)
    if (odd := _odd(parts)) is not None:
        kind = AnswerKind.BOUNCE if odd else AnswerKind.NOTICE
        detail = "" if odd else f"subject: {about}"
        return Answer(name=name, kind=kind, detail=detail, recipients=odd, traces=traces)
    automatic = _is_automatic(parts.head) and not _is_system(parts.head)
    kind = AnswerKind.AUTOMATIC if automatic else AnswerKind.UNKNOWN
    return Answer(name=name, kind=kind, detail=f"subject: {about}", traces=traces)


def _complaint(name: str, feedback: Message, traces: Traces) -> Answer:
    told = header(feedback, "Feedback-Type").casefold()[:MAX_DETAIL]
    addresses = _addresses(feedback, _REPORTED)
    return Answer(
        name=name,
        kind=_FEEDBACK.get(told, AnswerKind.UNKNOWN),
        detail=f"feedback: {told}",
        recipients=(Recipient(addresses=addresses),),
        traces=traces,
    )


def _status(name: str, groups: tuple[Message, ...], traces: Traces) -> Answer:
    """Read a delivery status: who failed, or that nobody did."""
    told = [group for group in groups if headers(group, "Action", *_ADDRESSES)]
    failed = tuple(_recipient(group) for group in told if _has_failed(group))[:MAX_RECIPIENTS]
    if failed:
        return Answer(name=name, kind=AnswerKind.BOUNCE, recipients=failed, traces=traces)
    actions = ", ".join(header(group, "Action") for group in told)[:MAX_DETAIL]
    kind = AnswerKind.NOTICE if told else AnswerKind.UNKNOWN
    return Answer(name=name, kind=kind, detail=f"delivery status: {actions}", traces=traces)


def _has_failed(group: Message) -> bool:
    """Whether a recipient is given up (RFC 3464 §2.3.3); without an action, its status tells."""
    action = header(group, "Action").casefold()
    if action:
        return action.startswith("failed")
    return header(group, "Status").startswith("5")


def _recipient(group: Message) -> Recipient:
    said = header(group, "Diagnostic-Code")
    return Recipient(
        addresses=_addresses(group, _ADDRESSES),
        status=_best_status(find_status(header(group, "Status")), find_status(said)),
        detail=said[:MAX_DETAIL],
    )


def _best_status(reported: str, diagnosed: str) -> str:
    """Choose between a report's status and the one the remote server gave.

    Exim reports 5.0.0 whatever the server said, and others nothing.
    """
    if not reported:
        return diagnosed
    vague, alike = reported.endswith(".0.0"), diagnosed[:1] == reported[:1]
    return diagnosed if vague and alike else reported


def _addresses(group: Message, fields: tuple[str, ...]) -> tuple[str, ...]:
    """Give the addresses of fields such as "rfc822; jane@example.org" (RFC 3464 §2.1.2)."""
    written = (field.rpartition(";")[2].strip(" <>") for field in headers(group, *fields))
    return tuple(filter(None, written))[:MAX_ADDRESSES]


def _odd(parts: Parts) -> tuple[Recipient, ...] | None:
    """Read a bounce of another form, from whom a server writes as or from nobody at all."""
    if _is_system(parts.head):
        return read_odd_bounce(parts)
    from_nobody = header(parts.head, "Return-Path") == "<>"
    return read_odd_bounce(parts) if from_nobody and not _is_automatic(parts.head) else None


def _is_system(head: Message) -> bool:
    """Whether a mail server writes; what it says is never a person's automatic reply."""
    return bool(header(head, "X-Failed-Recipients")) or bool(_SYSTEM.search(header(head, "From")))


def _is_automatic(head: Message) -> bool:
    """Whether a program answered for a person (RFC 3834 §5, and what came before it)."""
    submitted = header(head, "Auto-Submitted").casefold()
    precedence = header(head, "Precedence").casefold()
    return (
        submitted not in ("", "no")
        or precedence in ("auto_reply", "bulk", "junk")
        or bool(headers(head, "X-Autoreply", "X-Autorespond", "X-Vacation"))
        or _AUTOMATIC.search(subject(head)) is not None
    )
