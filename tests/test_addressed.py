"""One message for many readers: what is patched is all that differs."""

from __future__ import annotations

import datetime as dt
import quopri
from email import message_from_bytes
from email.policy import default

import pytest
from courier import BROADSHEET, the_courier
from hypothesis import given
from hypothesis import strategies as st

from digest.addressed import LINE, quoted_printable, take_apart
from digest.errors import DeliveryError
from digest.mime import compile_message, message_id
from digest.outgoing import Email
from digest.rendering import render_issue

MORNING = dt.datetime(2026, 11, 23, 6, 30, tzinfo=dt.UTC)
DAY = dt.date(2026, 11, 23)
PLACEHOLDER = "https://placeholder.invalid/unsubscribe"
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)
DOTS = st.text(st.sampled_from(".=\n é"), max_size=400)
LONG = st.sampled_from(["x" * 76, "é" * 40, f"{'x' * 75}.{PLACEHOLDER}", f"{'x' * 75} \n"])
PARTS = st.lists(TEXTS | DOTS | LONG | st.just(PLACEHOLDER))
LINKS = st.from_regex(r"https://news\.courier\.example/u/[!-;=?-~]{1,400}", fullmatch=True)


def compiled(email: Email, to: str = "reader@home.example", **more: str) -> bytes:
    return compile_message(
        email,
        sender="The London Courier <daily@courier.example>",
        to=to,
        date=MORNING,
        message_id=message_id("daily", DAY, to, "courier.example"),
        **more,
    )


def an_email(text: str = "", html: str = "") -> Email:
    return Email(subject="Ferries", preheader="", html=html, text=text, language="en")


@given(PARTS)
def test_a_text_comes_back_whole_and_its_placeholders_stand_alone(parts: list[str]) -> None:
    text = " ".join(parts)
    encoded = quoted_printable(text)
    lines = encoded.split("\r\n")
    assert max(map(len, lines)) <= LINE
    assert not any(line.startswith(".") for line in lines)
    assert lines.count(f"{PLACEHOLDER}=") == text.count(PLACEHOLDER)
    expected = text.replace("\r\n", "\n").replace("\r", "\n")
    decoded = quopri.decodestring(encoded.encode()).decode().replace("\r\n", "\n")
    assert decoded.removesuffix("\n") == expected.removesuffix("\n")
    assert decoded.endswith("\n")


@given(PARTS, PARTS, LINKS)
def test_each_reader_gets_what_would_have_been_compiled_for_them(
    text: list[str], html: list[str], link: str
) -> None:
    email = an_email(" ".join(text), " ".join(html))
    patched = take_apart(compiled(email, unsubscribe=PLACEHOLDER)).addressed(
        to="other@home.example",
        message_id=message_id("daily", DAY, "other@home.example", "courier.example"),
        links={PLACEHOLDER: link},
    )
    assert max(map(len, patched.split(b"\r\n"))) <= 998
    assert b"\r\n." not in patched, "which is why nobody looks for one"
    assert PLACEHOLDER.encode() not in patched
    received = message_from_bytes(patched, policy=default)
    assert not received.defects
    assert received["To"] == "other@home.example"
    assert received["List-Unsubscribe"] == f"<{link}>"
    for part, said in zip(received.iter_parts(), (email.text, email.html), strict=True):
        payload = part.get_payload(decode=True)
        assert isinstance(payload, bytes)
        body = part.get_payload()
        assert isinstance(body, str)
        assert max(map(len, body.splitlines())) <= LINE
        expected = said.replace("\r\n", "\n").replace("\r", "\n").replace(PLACEHOLDER, link)
        got = payload.decode().replace("\r\n", "\n")
        assert got.removesuffix("\n") == expected.removesuffix("\n")


def test_nothing_but_address_name_and_links_differs() -> None:
    issue = render_issue(the_courier(), themes=[BROADSHEET])
    message = compiled(issue, unsubscribe=PLACEHOLDER)
    apart = take_apart(message)
    assert set(apart.slots) == set(issue.slots)
    assert (apart.slots[0], apart.headers) == (PLACEHOLDER, 1)
    links = {
        slot: f"{slot.replace('placeholder.invalid', 'news.courier.example')}/1f0e"
        for slot in issue.slots
    }
    one = apart.addressed(to="A <a@home.example>", message_id="<1@courier.example>", links=links)
    two = apart.addressed(to="B <b@home.example>", message_id="<2@courier.example>", links=links)
    assert len(one) == len(two)
    assert one.partition(b"\r\nFrom: ")[2] == two.partition(b"\r\nFrom: ")[2]


@pytest.mark.parametrize(
    "link",
    [
        "",
        "http://a.example/",
        "https://a.example/\r\nBcc: b@c.example",
        "https://a b",
        "https://a/>",
    ],
)
def test_a_link_that_is_none_is_refused(link: str) -> None:
    apart = take_apart(compiled(an_email(html=f"<a href='{PLACEHOLDER}'>Leave</a>")))
    with pytest.raises(DeliveryError, match="no address to put in place of"):
        apart.addressed(to="a@b.example", message_id="<1@b.example>", links={PLACEHOLDER: link})


def test_a_mailbox_to_leave_by_stands_after_the_link_and_nowhere_else() -> None:
    apart = take_apart(
        compiled(an_email(PLACEHOLDER, f"<a href='{PLACEHOLDER}'>"), unsubscribe=PLACEHOLDER)
    )
    link = f"https://news.courier.example/u/{'x' * 400}"
    alone, beside = (
        apart.addressed(
            to="a@b.example",
            message_id="<1@b.example>",
            links={PLACEHOLDER: link},
            leave_by=mailbox,
        )
        for mailbox in ("", "bounces+1f0e@courier.example")
    )
    second = b">,\r\n <mailto:bounces+1f0e@courier.example?subject=unsubscribe"
    assert beside == alone.replace(link.encode(), link.encode() + second, 1)
    received = message_from_bytes(beside, policy=default)
    assert received["List-Unsubscribe"] == (
        f"<{link}>, <mailto:bounces+1f0e@courier.example?subject=unsubscribe>"
    )
    assert not received.defects


def test_an_email_without_a_way_out_in_its_headers_gets_none_by_mail() -> None:
    apart = take_apart(compiled(an_email(PLACEHOLDER)))
    links = {PLACEHOLDER: "https://news.courier.example/u/1f0e"}
    message = apart.addressed(
        to="a@b.example", message_id="<1@b.example>", links=links, leave_by="b+1f0e@b.example"
    )
    assert b"mailto:" not in message


@pytest.mark.parametrize(
    "message", [b"", b"From: a@b.example\r\n\r\n", b"To: a@b.example\r\nX: y\r\n"]
)
def test_a_message_of_another_make_is_refused(message: bytes) -> None:
    with pytest.raises(DeliveryError, match="no message of ours"):
        take_apart(message)
