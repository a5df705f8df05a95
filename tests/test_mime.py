"""Messages: right to the byte, the same every time, and nothing smuggled into a header."""

from __future__ import annotations

import datetime as dt
import quopri
import re
from dataclasses import replace
from email import message_from_bytes
from email.header import decode_header, make_header
from email.policy import compat32, default
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from digest.errors import DeliveryError
from digest.mime import compile_message, content_id, message_id
from digest.outgoing import Attachment, Email

if TYPE_CHECKING:
    from email.message import EmailMessage

DAY = dt.date(2026, 11, 23)
MORNING = dt.datetime(2026, 11, 23, 6, 30, tzinfo=dt.UTC)
ID = message_id("daily", DAY, "reader@home.example", "courier.example")

LINES = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=300)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=2_000)


def compiled(
    *,
    subject: str = "Thames barrier closes",
    html: str = "<p>Ça va</p>",
    text: str = "Ça va",
    sender: str = "The London Courier <daily@courier.example>",
    to: str = "reader@home.example",
    list_id: str = "",
    attachments: tuple[Attachment, ...] = (),
    **more: str,
) -> bytes:
    email = Email(
        subject=subject,
        preheader="",
        html=html,
        text=text,
        language="en-GB",
        attachments=attachments,
    )
    return compile_message(
        email, sender=sender, to=to, date=MORNING, message_id=ID, list_id=list_id, **more
    )


def parsed(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, policy=default)


def header(raw: bytes, name: str) -> str:
    """Decode a header by RFC 2047 alone: the newer parser adds spaces (cpython #128110)."""
    folded = message_from_bytes(raw, policy=compat32)[name]
    return str(make_header(decode_header(folded.replace("\r\n", ""))))


def defects(message: EmailMessage) -> list[object]:
    parts = list(message.walk())
    in_headers = [value.defects for part in parts for value in part.values()]
    return [*(part.defects for part in parts if part.defects), *(d for d in in_headers if d)]


def test_a_message_holds_text_before_html_and_has_no_defects() -> None:
    message = parsed(compiled())
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert [part.get_content() for part in message.iter_parts()] == [
        "Ça va\r\n",
        "<p>Ça va</p>\r\n",
    ]
    assert not defects(message)


RIVER = Attachment(
    content_id="river@courier.example",
    name="river-2f.jpg",
    kind="jpeg",
    data=bytes(range(256)) * 9,
)


def test_pictures_stand_beside_the_html_that_shows_them() -> None:
    raw = compiled(attachments=(RIVER, replace(RIVER, content_id="moor@courier.example")))
    message = parsed(raw)
    assert not defects(message)
    text, related = message.iter_parts()
    assert text.get_content_type() == "text/plain"
    assert related["Content-Type"].params["type"] == "text/html"
    html, *pictures = related.iter_parts()
    assert html.get_content() == "<p>Ça va</p>\r\n"
    assert [part["Content-ID"] for part in pictures] == [
        "<river@courier.example>",
        "<moor@courier.example>",
    ]
    assert {part["Content-Disposition"] for part in pictures} == {'inline; filename="river-2f.jpg"'}
    assert {part["Content-Transfer-Encoding"] for part in pictures} == {"base64"}
    assert compiled(attachments=(RIVER,)) == compiled(attachments=(RIVER,))


@settings(max_examples=30, deadline=None)
@given(st.binary(max_size=3_000), TEXTS)
@example(b"--=_related\r\n\r\n", "--=_related\r\n")
def test_a_picture_comes_back_whole_from_lines_of_76(data: bytes, html: str) -> None:
    raw = compiled(html=html, attachments=(replace(RIVER, data=data),))
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", raw)
    lines = raw.split(b"\r\n\r\n", 1)[1].split(b"\r\n")
    assert max(len(line) for line in lines if not line.startswith(b"Content-")) <= 76
    assert not defects(parsed(raw))
    _, related = parsed(raw).iter_parts()
    _, picture = related.iter_parts()
    assert picture.get_content() == data


def test_an_attachment_is_named_by_its_content_in_ascii() -> None:
    assert content_id("f" * 64, "bücher.example") == f"{'f' * 32}@xn--bcher-kva.example"
    with pytest.raises(DeliveryError, match="domain"):
        content_id("f" * 64, "courier example")


def test_its_headers_say_who_when_and_that_a_machine_sent_it() -> None:
    message = parsed(compiled(list_id="The Daily Courier <daily.courier.example>"))
    assert message["From"] == "The London Courier <daily@courier.example>"
    assert message["To"] == "reader@home.example"
    assert message["Date"] == "Mon, 23 Nov 2026 06:30:00 +0000"
    assert message["Message-ID"] == ID
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-ID"] == "The Daily Courier <daily.courier.example>"
    assert message["MIME-Version"] == "1.0"


def test_a_message_without_a_list_has_no_list_id() -> None:
    assert parsed(compiled())["List-ID"] is None


def test_a_bare_list_id_is_put_in_angle_brackets() -> None:
    message = parsed(compiled(list_id="daily.courier.example"))
    assert message["List-ID"] == "<daily.courier.example>"


def test_the_same_email_gives_the_same_bytes_and_another_another_boundary() -> None:
    assert compiled() == compiled()
    assert boundary(compiled()) != boundary(compiled(text="Ça ne va pas"))


def boundary(raw: bytes) -> str | None:
    return parsed(raw).get_boundary()


@settings(max_examples=60, deadline=None)
@given(TEXTS, TEXTS)
@example("x" * 75 + "é", "a =\t" * 60)
@example(".\r\n..\nFrom here\rto there ", "trailing \t\n\n\n")
def test_both_parts_come_back_whole_from_lines_of_76(text: str, html: str) -> None:
    raw = compiled(text=text, html=html)
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", raw)
    body = raw.split(b"\r\n\r\n", 1)[1]
    assert max(map(len, body.split(b"\r\n"))) <= 76
    assert raw.isascii()
    parts = list(parsed(raw).iter_parts())
    for part, given_text in zip(parts, (text, html), strict=True):
        encoded = part.get_payload(decode=False)
        assert isinstance(encoded, str)
        received = quopri.decodestring(encoded.encode()).decode().replace("\r\n", "\n")
        expected = re.sub(r"\r\n|\r", "\n", given_text)
        assert received.removesuffix("\n") == expected.removesuffix("\n")


@settings(max_examples=60, deadline=None)
@given(LINES)
@example(
    "Sturm über Köln: „Wir haben alles verloren“ – die ganze Nacht im Überblick, 日本語も 🙂 🙂"
)
@example("A headline with =?utf-8?q?smuggled?= words")
@example("a " * 120 + "b" * 150)
@example("semicolons; commas, and  double  spaces" * 4)
def test_every_subject_arrives_as_it_was_in_lines_of_76(subject: str) -> None:
    raw = compiled(subject=subject)
    assert header(raw, "Subject") == subject.strip()
    assert max(map(len, raw.split(b"\r\n\r\n", 1)[0].split(b"\r\n"))) <= 100
    assert all(len(word) <= 75 for word in re.findall(rb"=\?utf-8\?.\?[^?]*\?=", raw))
    assert not defects(parsed(raw))


@settings(max_examples=60, deadline=None)
@given(LINES)
@example("Müller, Jürgen; & Co. (Verlag)")
@example('The "Big" Paper')
@example("Ærø " * 30)
def test_every_name_arrives_as_it_was_and_only_one_address_with_it(name: str) -> None:
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    raw = compiled(to=f'"{quoted}" <reader@home.example>')
    message = parsed(raw)
    assert [address.addr_spec for address in message["To"].addresses] == ["reader@home.example"]
    assert not defects(message)
    if not name.strip().isascii():
        assert header(raw, "To") == f"{name.strip()} <reader@home.example>"


def test_a_name_with_a_comma_is_quoted() -> None:
    raw = compiled(sender="Courier, The <daily@courier.example>")
    (address,) = parsed(raw)["From"].addresses
    assert address.display_name == "Courier, The"


def test_line_breaks_in_a_subject_or_a_name_make_no_header() -> None:
    raw = compiled(
        subject="Storm\r\nBcc: all@home.example\r\n\r\n<script>",
        to="Eve\r\nBcc: all@home.example <reader@home.example>",
        list_id="Daily\nX-Evil: 1\u2028Y <daily.courier.example>",
    )
    message = parsed(raw)
    assert message["Bcc"] is None
    assert message["X-Evil"] is None
    assert message["Subject"] == "Storm Bcc: all@home.example <script>"
    assert len(list(message.iter_parts())) == 2


@pytest.mark.parametrize(
    "address",
    [
        "",
        "reader",
        "@home.example",
        "reader@",
        "reader@home.example\r\nBcc: all@home.example",
        "one@home.example, two@home.example",
        "rêve@home.example",
        "reader@home_.example",
        f"{'x' * 250}@home.example",
    ],
)
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(DeliveryError, match=r"address|domain"):
        compiled(to=address)


def test_a_list_id_or_message_id_that_is_none_is_refused() -> None:
    with pytest.raises(DeliveryError, match="list id"):
        compiled(list_id="The Daily Courier")
    email = Email(subject="", preheader="", html="", text="", language="en")
    with pytest.raises(DeliveryError, match="message id"):
        compile_message(
            email, sender="a@b.example", to="a@b.example", date=MORNING, message_id="<a b@c>"
        )


def test_a_domain_beyond_ascii_is_written_as_the_wire_wants_it() -> None:
    (address,) = parsed(compiled(to="reader@bücher.example"))["To"].addresses
    assert address.addr_spec == "reader@xn--bcher-kva.example"


def test_a_date_in_another_zone_is_told_in_utc() -> None:
    email = Email(subject="x", preheader="", html="x", text="x", language="en")
    local = MORNING.astimezone(dt.timezone(dt.timedelta(hours=13)))
    raw = compile_message(email, sender="a@b.example", to="a@b.example", date=local, message_id=ID)
    assert parsed(raw)["Date"] == "Mon, 23 Nov 2026 06:30:00 +0000"


def test_a_message_id_is_stable_and_differs_by_edition_date_and_address() -> None:
    ids = {
        message_id(edition, day, address, "courier.example")
        for edition in ("daily", "weekly")
        for day in (DAY, DAY + dt.timedelta(days=1))
        for address in ("a@home.example", "b@home.example")
        for _ in range(2)
    }
    assert len(ids) == 8
    assert all(re.fullmatch(r"<2026112[34]\.[0-9a-f]{32}@courier\.example>", one) for one in ids)


def test_a_message_id_does_not_tell_the_address() -> None:
    assert "reader" not in ID


def test_a_message_id_of_no_domain_is_refused() -> None:
    with pytest.raises(DeliveryError, match="domain"):
        message_id("daily", DAY, "reader@home.example", "courier example>")


# ---------------------------------------------------------------- leaving, and complaints


def test_one_click_is_one_long_address_on_one_line() -> None:
    link = f"https://news.courier.example/u/{'a1' * 400}"
    raw = compiled(unsubscribe=link)
    assert f"\r\nList-Unsubscribe: <{link}>\r\n".encode() in raw
    assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in raw
    assert parsed(raw)["List-Unsubscribe"] == f"<{link}>"


def test_what_nobody_asked_for_is_left_out() -> None:
    assert not {"List-Unsubscribe", "List-Unsubscribe-Post", "Feedback-ID"} & set(
        parsed(compiled()).keys()
    )


def test_complaints_are_counted_by_four_parts() -> None:
    raw = compiled(feedback_id="20261123:daily:digest:courier-example")
    assert parsed(raw)["Feedback-ID"] == "20261123:daily:digest:courier-example"


@pytest.mark.parametrize(
    "link",
    [
        "http://news.courier.example/u/1",
        "mailto:leave@courier.example",
        "https://news.courier.example/u/1>, <mailto:a@b.example",
        "https://news.courier.example/u/1\r\nBcc: a@b.example",
        "https://news.courier.example/a b",
        f"https://news.courier.example/{'a' * 900}",
    ],
)
def test_an_address_to_unsubscribe_at_is_one_https_address_or_refused(link: str) -> None:
    with pytest.raises(DeliveryError, match="address to unsubscribe at"):
        compiled(unsubscribe=link)


@pytest.mark.parametrize("text", ["daily", "a:b:c", "a:b:c:d e", "a:b:c:d\r\nBcc: a@b.example"])
def test_a_feedback_id_of_other_parts_is_refused(text: str) -> None:
    with pytest.raises(DeliveryError, match="feedback id"):
        compiled(feedback_id=text)
