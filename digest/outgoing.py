"""What leaves the house: Email, Subscriber, Delivery, and how a delivery ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A picture that travels in the email: the HTML shows it as `cid:` and its `content_id`.

    `content_id` is an addr-spec in ASCII, without brackets (RFC 2392); `kind` is "jpeg" or "png".
    """

    content_id: str
    name: str
    kind: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Email:
    """What a theme made of an issue: `words` counts those of its stories that are shown.

    `slots` are the placeholders that are patched for each subscriber. `attachments` are the
    pictures that it brings along, none twice.
    """

    subject: str
    preheader: str
    html: str
    text: str
    language: str
    words: int = 0
    slots: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """A person who asked for the edition.

    `language` is a BCP 47 tag, "" for the publication's own. `sections` are the titles of those
    that they want, none for all. `paused_until` is the first day on which they want it again.
    """

    address: str
    name: str = ""
    language: str = ""
    sections: tuple[str, ...] = ()
    paused_until: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One email to one subscriber: `message` is RFC 5322 bytes with CRLF line ends and no others.

    `return_path` is the address that a bounce goes back to, "" for the publication's own. `dotless`
    says that no line of the message begins with a dot, which saves looking for one.
    """

    edition: str
    date: dt.date
    subscriber: Subscriber
    message: bytes
    return_path: str = ""
    dotless: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a delivery ended: "sent", "deferred", "failed" or "unknown", and why.

    A deferred one is worth another attempt, `delay_s` seconds on at the earliest. It was not
    `tried` where nobody was asked to take it, so that it is no attempt.
    """

    delivery: Delivery
    state: str
    detail: str = ""
    delay_s: float = 0
    tried: bool = True
