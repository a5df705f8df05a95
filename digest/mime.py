"""Turn an email into the bytes that are sent: RFC 5322 and MIME, right to the byte.

The same arguments give the same bytes. Nothing in a text can reach a header by itself: line breaks
and controls become spaces, and an address that is none is refused.
"""

from __future__ import annotations

import datetime as dt
import re
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formataddr, unquote
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING

from digest.addressed import quoted_printable
from digest.errors import DeliveryError

if TYPE_CHECKING:
    from digest.outgoing import Email

# A quoted-printable line has at most 76 characters (RFC 2045 §6.7); the policy's own 78 is cpython
# #78206. Headers must not be folded there: a long List-Unsubscribe would become encoded words.
_COMPOSE = SMTP.clone(max_line_length=76)
_SERIALISE = SMTP.clone(max_line_length=998)

MAX_ADDRESS = 254  # characters (RFC 5321 §4.5.3.1.3; RFC 2919 §2 gives a list one more)
MAX_LINK = 900  # characters: its line must stay below 998 (RFC 5322 §2.1.1)
MAX_WORD = 60  # characters of a header that cannot be folded; a longer word is encoded in pieces

_UNFIT = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_DOT_ATOM = re.compile(rf"{_ATOM}(\.{_ATOM})*")  # RFC 5322 §3.2.3
_HOST = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
_LINK = re.compile(r"https://[!-;=?-~]+")  # one URI and nothing after it (RFC 8058 §3.1)
_FEEDBACK_ID = re.compile(r"[\w.-]+(:[\w.-]+){3}", re.ASCII)  # Gmail's four parts
_MESSAGE_ID = re.compile(rf"<{_DOT_ATOM.pattern}@{_HOST.pattern}>")


def compile_message(
    email: Email,
    *,
    sender: str,
    to: str,
    date: dt.datetime,
    message_id: str,
    list_id: str = "",
    unsubscribe: str = "",
    feedback_id: str = "",
) -> bytes:
    """Give the whole message: multipart/alternative, text before HTML, CRLF line ends.

    Where the email has attachments, the HTML and they are one part, a multipart/related (RFC 2387).

    `sender` and `to` are mailboxes ("Name <address>", or an address alone); `list_id` is such as
    "The Daily Courier <daily.courier.example>" (RFC 2919); `message_id` has its angle brackets;
    `unsubscribe` is the address at which a POST ends the subscription (RFC 8058), and `feedback_id`
    what mailbox providers count complaints by. Without them their headers are left out.
    Raises DeliveryError for one of them that cannot be written into a header.
    """
    message = EmailMessage(policy=_COMPOSE)
    message["Date"] = date.astimezone(dt.UTC)
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834 §5: no holiday replies, please
    if unsubscribe:
        message["List-Unsubscribe"] = f"<{_checked_link(unsubscribe)}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # RFC 8058 §3.1
    if feedback_id:
        message["Feedback-ID"] = _checked_feedback(feedback_id)
    message.set_content("", cte="quoted-printable")
    message.add_alternative("", subtype="html", cte="quoted-printable")
    for part, body in zip(message.iter_parts(), (email.text, email.html), strict=True):
        part.set_payload(quoted_printable(body))  # placeholders apart, which the library cannot
    if email.attachments:
        _relate(message, email)
    message.set_boundary(_boundary(email))
    heads = _heads(to, message_id, sender, email.subject)
    return _written({**heads, **({"List-ID": _list_id(list_id)} if list_id else {})}, message)


def compile_note(
    text: str, *, subject: str, sender: str, to: str, date: dt.datetime, message_id: str
) -> bytes:
    """Give a message of plain text alone, from the program to a person; else as above."""
    message = EmailMessage(policy=_COMPOSE)
    message["Date"] = date.astimezone(dt.UTC)
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834 §5
    message.set_content("", cte="quoted-printable")
    message.set_payload(quoted_printable(text))
    return _written(_heads(to, message_id, sender, subject), message)


def _heads(to: str, message_id: str, sender: str, subject: str) -> dict[str, str]:
    """Give the headers that the library would not write right, To and Message-ID first."""
    return {
        "To": mailbox("To", to),
        "Message-ID": _checked_id(message_id),
        "From": mailbox("From", sender),
        "Subject": _words("Subject", subject),
    }


def _written(heads: dict[str, str], message: EmailMessage) -> bytes:
    worded = "".join(f"{name}: {value}\r\n" for name, value in heads.items())
    return worded.encode("ascii") + message.as_bytes(policy=_SERIALISE)


def content_id(sha256: str, domain: str) -> str:
    """Name an attachment by its content, without brackets (RFC 2392).

    Raises DeliveryError for a domain that is none.
    """
    return f"{sha256[:32]}@{_domain(domain)}"


def message_id(edition: str, date: dt.date, address: str, domain: str) -> str:
    """Name a delivery, always alike, so that whoever gets it twice can tell (RFC 5322 §3.6.4).

    The address is in it as a hash only. Raises DeliveryError for a domain that is none.
    """
    delivery = f"{edition}\n{date.isoformat()}\n{address}"
    return f"<{date:%Y%m%d}.{_fingerprint(delivery)}@{_domain(domain)}>"


def _relate(message: EmailMessage, email: Email) -> None:
    """Put the attachments beside the HTML, which shows them."""
    _, page = message.iter_parts()
    assert isinstance(page, EmailMessage)
    for one in email.attachments:
        page.add_related(
            one.data,
            maintype="image",
            subtype=one.kind,
            cid=f"<{one.content_id}>",
            disposition="inline",
            filename=one.name,
        )
    page.set_param("type", "text/html")  # RFC 2387 §3.1
    page.set_boundary(f"{_boundary(email)}.related")


def _boundary(email: Email) -> str:
    """Give a line that no part holds: base64 and quoted-printable have no "=_" (RFC 2045 §6.7)."""
    return f"=_{_fingerprint(email.text + email.html)}"


def _fingerprint(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:32]


def mailbox(header: str, text: str) -> str:
    """Write "Name <address>", or an address alone, for a header. Raises DeliveryError."""
    name, address = _split(text)
    local, _, domain = address.rpartition("@")
    # Other local parts (RFC 6531) need every server on the way to take part.
    if not _DOT_ATOM.fullmatch(local) or len(address) > MAX_ADDRESS:
        raise _refusal("address", text, "The Courier <daily@courier.example>")
    return _named(header, name, f"{local}@{_domain(domain)}")


def _list_id(text: str) -> str:
    name, identifier = _split(text)
    if not _DOT_ATOM.fullmatch(identifier) or len(identifier) > MAX_ADDRESS:
        raise _refusal("list id", text, "The Daily Courier <daily.courier.example>")
    return _named("List-ID", name, identifier) if name else f"<{identifier}>"


def _split(text: str) -> tuple[str, str]:
    """Part "Name <address>", or an address alone, into name and address."""
    name, bracket, address = text.strip().rpartition("<")
    return (name, address[:-1]) if bracket and address.endswith(">") else ("", text.strip())


def _checked_id(text: str) -> str:
    if not _MESSAGE_ID.fullmatch(text):
        raise _refusal("message id", text, "<20261123.1f0e@courier.example>")
    return text


def _checked_link(text: str) -> str:
    if not _LINK.fullmatch(text) or len(text) > MAX_LINK:
        raise _refusal("address to unsubscribe at", text, "https://news.courier.example/u/1f0e")
    return text


def _checked_feedback(text: str) -> str:
    if not _FEEDBACK_ID.fullmatch(text):
        raise _refusal("feedback id", text, "20261123:daily:digest:courier")
    return text


@lru_cache(1024)
def _domain(text: str) -> str:
    """Give a domain in ASCII, as the wire wants it (RFC 5891)."""
    try:
        domain = text.encode("idna").decode("ascii")
    except UnicodeError:
        domain = ""
    if not _HOST.fullmatch(domain):
        raise _refusal("domain", text, "courier.example")
    return domain


def _refusal(what: str, text: str, example: str) -> DeliveryError:
    return DeliveryError(f"this is no usable {what}: {text[:100]!r}", hint=f"Such as {example}")


def _named(header: str, name: str, address: str) -> str:
    """Write a display name before an address; in ASCII it is quoted where it has to be."""
    name = _one_line(unquote(name.strip()))
    if _is_plain(name) and len(name) <= MAX_WORD:
        return formataddr((name, address))
    return f"{_encoded(header, name)}\r\n <{address}>"


def _words(header: str, text: str) -> str:
    """Write a line of words for a header: as they are where that is possible, or encoded."""
    line = _one_line(text)
    if _is_plain(line):
        return Header(line, header_name=header, maxlinelen=76).encode(linesep="\r\n")
    return _encoded(header, line)


def _encoded(header: str, line: str) -> str:
    """Write encoded words of at most 75 characters, each on a line of its own (RFC 2047 §2).

    email.policy would lose and add spaces between them (cpython #92081, and since its mending
    #144156), and would read "=?…?=" in a headline as an encoded word.
    """
    return Header(line, "utf-8", header_name=header, maxlinelen=76).encode(linesep="\r\n")


def _is_plain(line: str) -> bool:
    words = line.split(" ")
    return line.isascii() and "=?" not in line and all(len(word) <= MAX_WORD for word in words)


def _one_line(text: str) -> str:
    return _UNFIT.sub(" ", text).strip()
