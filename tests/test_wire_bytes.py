"""Hostile words and names, composed for a reader and sent: what a server of others received.

Whatever stands in a headline or a name, the message has the headers and parts that it should, in
lines that are short enough, and its signature holds.
"""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass, replace
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING

import dkim
import pytest
from fiction import CUTOFF, TODAY
from hypothesis import given, settings
from hypothesis import strategies as st
from mail_server import Box, mail_server
from posts import deliver, smtp, states
from publication import newsroom_of, write_publication

from digest.addressed import LINE
from digest.composing import Composer
from digest.errors import DeliveryError
from digest.ledger import Claim
from digest.mime import compile_message, message_id
from digest.outgoing import Email, Subscriber
from digest.signing import DkimKey, signer
from digest.variants import WHOLE
from digest.ways import UNSUBSCRIBE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digest.newsroom import Newsroom
    from digest.outgoing import Delivery

MAX_WIRE_LINE = 998  # RFC 5322 §2.1.1
HEADERS = sorted(
    [
        *("DKIM-Signature", "To", "Message-ID", "From", "Subject", "List-ID", "Date"),
        *("Auto-Submitted", "List-Unsubscribe", "List-Unsubscribe-Post", "Feedback-ID"),
        *("MIME-Version", "Content-Type"),
    ]
)
PIECES = st.sampled_from(
    [
        *("\r", "\n", "\r\n", "\0", "\u2028", "\u2029", "\x85", "\r\n.\r\n", ".", "..", "\n."),
        *("\r\nBcc: eve@evil.example", "\r\n\r\n<script>", "=?utf-8?q?=0D=0ABcc:_x?=", "=?", "?="),
        *("\u202eevil\u202c", "صباح الخير", "🗞️🧨", "é" * 300, "x" * 2000, " ", "\t", "From "),
        *('"', "\\", "<", ">", "@", ",", ";", ":", "(", "=", "=\r\n", "--=_", "QUIT\r\n"),
    ]
)
HOSTILE = st.lists(PIECES | st.text(max_size=20), max_size=8).map("".join)


@dataclass(frozen=True, slots=True)
class Desk:
    """A newsroom that signs, the server that it sends to, and the record of its key."""

    newsroom: Newsroom
    box: Box
    port: int
    record: bytes

    def compose(self, message: bytes, subscriber: Subscriber) -> Delivery:
        mark = self.newsroom.store.mark(subscriber.address)
        claim = Claim(id=1, subscriber=subscriber, mark=mark, attempts=1)
        return Composer(self.newsroom, TODAY, {WHOLE: message}).compose(claim)

    def receive(self, delivery: Delivery) -> bytes:
        """Give what the server received, which is exactly one message."""
        self.box.messages.clear()
        assert states(deliver(smtp(self.port, timeout_s=30), [delivery])) == ["sent"]
        (message,) = self.box.messages
        return message

    def verifies(self, message: bytes) -> bool:
        return bool(dkim.verify(message, dnsfunc=lambda *_, **__: self.record))


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    root = tmp_path_factory.mktemp("desk")
    file = root / "dkim.pem"
    subprocess.run(
        ["openssl", "genpkey", "-algorithm", "ed25519", "-out", str(file)], check=True, timeout=60
    )
    public = subprocess.run(
        ["sh", "-c", f"openssl pkey -in {file} -pubout -outform der | tail -c 32 | base64 -w0"],
        check=True,
        capture_output=True,
        timeout=60,
    ).stdout
    key = DkimKey(domain="courier.example", selector="s", file=file)
    with newsroom_of(write_publication(root)) as newsroom, mail_server() as (box, port):
        yield Desk(
            replace(
                newsroom,
                publication=replace(newsroom.publication, web_url="https://news.courier.example"),
                bounce_address="bounces@courier.example",
                sign=signer(key),
            ),
            box,
            port,
            b"v=DKIM1; k=ed25519; p=" + public,
        )


def compiled(subject: str, sender: str, title: str, text: str, html: str) -> bytes:
    email = Email(subject=subject, preheader="", html=html, text=text, language="en")
    return compile_message(
        email,
        sender=f"{sender} <daily@courier.example>",
        to="daily@courier.example",
        date=CUTOFF,
        message_id=message_id("daily", TODAY, "own", "courier.example"),
        list_id=f"{title} <daily.courier.example>",
        unsubscribe=UNSUBSCRIBE,
        feedback_id="20261123:daily:digest:courier-example",
    )


@settings(max_examples=150, deadline=None)
@given(subject=HOSTILE, sender=HOSTILE, title=HOSTILE, text=HOSTILE, html=HOSTILE, name=HOSTILE)
def test_whatever_words_a_message_is_made_of_it_arrives_with_what_belongs_there(
    desk: Desk, subject: str, sender: str, title: str, text: str, html: str, name: str
) -> None:
    message = compiled(subject, sender, title, f"{text} {UNSUBSCRIBE}", f"{html} {UNSUBSCRIBE}")
    delivery = desk.compose(message, Subscriber(address="ada@home.example", name=name))
    received = desk.receive(delivery)
    assert received == delivery.message, "dots were stuffed and unstuffed right"
    assert max(map(len, received.split(b"\r\n"))) <= MAX_WIRE_LINE
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)|[^\r\n\t -~]", received)
    read = message_from_bytes(received, policy=default)
    assert sorted(read.keys()) == HEADERS
    assert [part.get_content_type() for part in read.iter_parts()] == ["text/plain", "text/html"]
    for part, said in zip(read.iter_parts(), (text, html), strict=True):
        assert {*part.keys()} - {"MIME-Version"} == {"Content-Transfer-Encoding", "Content-Type"}
        assert max(map(len, str(part.get_payload()).splitlines())) <= LINE
        assert as_lines(part.get_content()).startswith(as_lines(said))
    (to,) = read["To"].addresses
    assert to.addr_spec == "ada@home.example"
    assert "\n" not in read["Subject"]
    assert desk.verifies(received)


def as_lines(text: str) -> str:
    return re.sub(r"\r\n?", "\n", text)


@settings(max_examples=150, deadline=None)
@given(
    local=st.sampled_from(["ada", "a+b", "o'neil"]) | HOSTILE,
    domain=st.sampled_from(["home.example", "zürich.example"]) | HOSTILE,
)
def test_an_address_is_written_as_it_is_or_not_at_all(desk: Desk, local: str, domain: str) -> None:
    message = compiled("Ferries", "The Courier", "The Daily Courier", "Text.", "<p>")
    address = f"{local}@{domain}"
    try:
        delivery = desk.compose(message, Subscriber(address=address, name="Ada"))
    except DeliveryError:
        return
    desk.box.messages.clear()
    (outcome,) = deliver(smtp(desk.port, timeout_s=30), [delivery])
    assert len(desk.box.messages) == (outcome.state == "sent")
    for received in desk.box.messages:
        read = message_from_bytes(received, policy=default)
        assert sorted(read.keys()) == HEADERS
        (to,) = read["To"].addresses
        assert to.addr_spec.partition("@")[0] == local
        assert re.fullmatch(r"[a-z0-9.-]+", to.domain, re.IGNORECASE)
