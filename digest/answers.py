"""What comes back to an email of ours: bounces, complaints, wishes to leave, automatic replies.

An answer is somebody else's word about a delivery. Whose delivery it was is not known yet: that
only its traces can prove.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt

MAX_DETAIL = 300  # characters of what a server said
MAX_RECIPIENTS = 20  # of one answer: an email of ours goes to one
MAX_ADDRESSES = 4  # of a recipient


class AnswerKind(StrEnum):
    """What an answer is."""

    BOUNCE = "bounce"  # an email did not arrive
    COMPLAINT = "complaint"  # somebody called it spam
    LEAVING = "unsubscribe"  # somebody asks for no more
    NOTICE = "notice"  # nothing ended: a delay, a receipt, "this is no spam"
    AUTOMATIC = "automatic reply"  # on holiday, or gone elsewhere
    UNKNOWN = "unknown"  # for a person to look at


class Grade(StrEnum):
    """What is counted of an answer, beside the address that it is about."""

    HARD = "hard"  # there is no such mailbox
    SOFT = "soft"  # this time, or for another reason
    COMPLAINT = "complaint"


class Proof(StrEnum):
    """How it is known whose delivery an answer is about; all but the last only we can have made."""

    RETURN_PATH = "return path"
    LINK = "link"  # of List-Unsubscribe, in the returned message
    MESSAGE_ID = "message id"
    ADDRESS = "address only"  # anybody can write that


# The statuses that say of the mailbox itself that it is not there (RFC 3463 §3.2, §3.3, RFC 7505
# §4.2; 5.1.10 is Exchange's too). All others are of a server, a connection, a policy or a message,
# and may be our own fault. Not among them on purpose: 5.2.2, a full mailbox, which RFC 3463 §3.3
# expects to be emptied; 5.7.x, a refusal for a reason of policy (§3.8), which a wrong SPF record
# gets from a whole provider; 5.1.7 and 5.1.8, about the sender's address; 5.4.4, no route, which a
# broken name server of ours gives for every domain; 5.0.0 and 5.1.0, which say nothing.
_GONE = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"})


def grade(status: str) -> Grade:
    """Say what an enhanced status code (RFC 3463) of a failed delivery means; "" is soft."""
    return Grade.HARD if status in _GONE else Grade.SOFT


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Whom an answer is about, as it says itself: `addresses`, the original one first.

    `status` is an enhanced status code such as "5.1.1", "" where none is told; `detail` is a line
    of what the server said.
    """

    addresses: tuple[str, ...] = ()
    status: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Traces:
    """What in an answer may be of our own making, unverified, each nearest to its outside first.

    `return_tokens` are of return paths, `link_tokens` of List-Unsubscribe in the returned message,
    `message_ids` its own, with angle brackets, and `addresses` those that it was written to.
    """

    return_tokens: tuple[str, ...] = ()
    link_tokens: tuple[str, ...] = ()
    message_ids: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One message that came in. `name` is the same however often it comes: a hash in hexadecimal.

    `recipients` is empty where it is about nobody in particular.
    """

    name: str
    kind: AnswerKind
    detail: str = ""
    recipients: tuple[Recipient, ...] = ()
    traces: Traces = field(default_factory=Traces)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounce:
    """What is kept of an answer about a person: there is one for an `answer` (its name) and a mark.

    `edition` and `date` are the issue's, "" and None where that is not known; `proven` says whether
    it is about a delivery of ours.
    """

    answer: str
    mark: bytes
    edition: str
    date: dt.date | None
    at: dt.datetime
    grade: Grade
    status: str
    proven: bool
    detail: str
