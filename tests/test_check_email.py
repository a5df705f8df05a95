"""`digest check-email` on any file, and what it is told of links that lead nowhere."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import subprocess
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from aiohttp import web
from hypothesis import given, settings
from hypothesis import strategies as st
from loopback import serving, visitor
from publication import AT, digest, write_publication
from sound_email import SOUND, STORY

from digest.errors import DigestError
from digest.mime import compile_message
from digest.preflight import links_in
from digest.reaching import check_reach
from digest.unpacking import is_message, unpack

if TYPE_CHECKING:
    from pathlib import Path

SPOILT = SOUND.html.replace("</body>", "\n<img alt='A' width='9' height='9'></body>")
MESSAGE = """\
Subject: =?utf-8?q?Barri=C3=A8re?=
Content-Type: multipart/related; boundary=b

--b
Content-Type: text/html; charset={charset}

{html}
--b
Content-Type: image/png
Content-ID: <lead@courier>

x
--b--
"""


def message(**changes: str) -> bytes:
    parts = {"charset": "utf-8", "html": "<p>Words</p>", **changes}
    return MESSAGE.format(**parts).encode()


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "page.html"
    path.write_text(SPOILT, encoding="utf-8")
    return path


def test_a_page_is_looked_over_line_by_line_without_a_configuration(page: Path) -> None:
    told = digest(page.parent, "check-email", "page.html", code=1)
    assert "error: a picture has no src (A, line 2)" in told
    assert "page.html: 1 error" in told


def test_a_sound_page_has_nothing_to_tell(page: Path) -> None:
    page.write_text(SOUND.html, encoding="utf-8")
    assert digest(page.parent, "check-email", "page.html") == "No errors, no warnings.\n"


def test_warnings_alone_are_no_failure(page: Path) -> None:
    page.write_text(SOUND.html.replace(' height="333"', ""), encoding="utf-8")
    told = digest(page.parent, "check-email", "page.html")
    assert "warning: a picture has no height" in told
    assert told.endswith("1 warning\n")


def test_findings_are_facts_for_programs_too(page: Path) -> None:
    out = digest(page.parent, "check-email", "page.html", "--json", code=1)
    facts = json.loads(out.partition("digest:")[0])
    assert facts["errors"] == 1
    assert facts["findings"][0]["rule"] == "image-src"
    assert facts["findings"][0]["line"] == 2


def test_standard_input_is_a_page_or_a_message(tmp_path: Path) -> None:
    for data, told in ((SPOILT.encode(), "no src"), (message(), "there is no plain text")):
        done = subprocess.run(
            [sys.executable, "-m", "digest", "check-email", "-"],
            input=data,
            cwd=tmp_path,
            capture_output=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 1
        assert told in done.stdout.decode()


def test_our_own_message_is_sound(tmp_path: Path) -> None:
    write_publication(tmp_path)
    digest(tmp_path, "run", "--at", AT)
    told = digest(tmp_path, "check-email", "out/daily/2026-11-23/message.eml")
    assert told == "No errors, no warnings.\n"


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("absent.html", None, "it cannot be read: No such file"),
        ("empty.html", b"", "the HTML is empty"),
        ("plain.eml", b"Subject: A\n\nOnly words", "there is no HTML in this message"),
        ("binary.html", b"\x00\xff\xfe" * 99, "there must be one <h1>"),
        ("huge.html", b"x" * (25 * 1024 * 1024 + 1), "it is larger than any email"),
    ],
)
def test_a_file_that_is_no_email_is_told_plainly(
    tmp_path: Path, name: str, data: bytes | None, told: str
) -> None:
    if data is not None:
        (tmp_path / name).write_bytes(data)
    assert told in digest(tmp_path, "check-email", name, code=1)


def test_what_a_page_says_cannot_command_the_terminal(page: Path) -> None:
    page.write_text(f"<a href='/\x1b[31m\u202e'>A</a>{SOUND.html}", encoding="utf-8")
    assert "\x1b" not in digest(page.parent, "check-email", "page.html", code=1)


def test_a_message_is_read_with_its_subject_its_parts_and_what_travels_with_it() -> None:
    email = unpack(message(html="<p hidden style='display:none'>Also</p>"), "a.eml")
    assert email.subject == "Barrière"
    assert email.preheader == "Also"
    assert [one.content_id for one in email.attachments] == ["lead@courier"]


def test_a_compiled_message_comes_back_as_it_was() -> None:
    data = compile_message(
        SOUND,
        sender="desk@courier.example",
        to="desk@courier.example",
        date=dt.datetime(2026, 11, 23, tzinfo=dt.UTC),
        message_id="<1@courier.example>",
    )
    assert is_message(data)
    back = unpack(data, "a.eml")
    assert (back.subject, back.preheader) == (SOUND.subject, SOUND.preheader)
    assert (back.html.strip(), back.text.strip()) == (SOUND.html.strip(), SOUND.text.strip())


def test_a_charset_that_nobody_knows_is_read_as_utf_8() -> None:
    email = unpack(message(charset="klingon", html="<p>Barrière</p>"), "a.eml")
    assert "Barrière" in email.html


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300), st.binary(max_size=100))
def test_no_message_makes_it_fail_but_by_our_own_error(head: bytes, body: bytes) -> None:
    data = head + b"\nContent-Type: text/html; charset=" + body + b"\n\n" + body
    with suppress(DigestError):
        assert unpack(data, "a.eml").html.strip()


async def reached(status: int) -> list[tuple[str, str]]:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=status, text="x" * 100_000)

    async with serving(answer) as site, visitor() as http:
        findings = await check_reach(http, [f"{site}/story"])
        return [(one.level, one.rule) for one in findings]


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (200, []),
        (403, []),
        (404, [("error", "link-dead")]),
        (410, [("error", "link-dead")]),
        (429, []),
        (503, []),
    ],
)
def test_a_link_is_dead_where_its_server_says_so(
    status: int, expected: list[tuple[str, str]]
) -> None:
    assert asyncio.run(reached(status)) == expected


def test_a_link_that_cannot_be_tried_is_a_warning() -> None:
    async def work() -> list[tuple[str, str]]:
        async with visitor() as http:
            findings = await check_reach(http, ["http://127.0.0.1:9/", "http://10.0.0.1/"])
        return [(one.level, one.rule) for one in findings]

    assert asyncio.run(work()) == [("warning", "link-unreached")] * 2


def test_every_link_is_asked_once_but_for_those_of_each_reader() -> None:
    assert links_in(SOUND.html * 2) == (STORY,)
    assert links_in("") == ()


def test_online_tells_of_dead_links_through_the_command_line(page: Path) -> None:
    async def work() -> str:
        async def answer(request: web.Request) -> web.Response:
            return web.Response(status=404 if request.path == "/gone" else 200)

        async with serving(answer) as site:
            return await asyncio.to_thread(check_links_to, site)

    def check_links_to(site: str) -> str:
        gone = SOUND.html.replace(STORY, f"{site}/gone")
        page.write_text(gone.replace("https://placeholder.invalid", site), encoding="utf-8")
        return digest(page.parent, "check-email", "page.html", "--online", code=1)

    config = write_publication(page.parent)
    with (config / "digest.toml").open("a", encoding="utf-8") as file:
        file.write('\n[http]\nallow = ["127.0.0.0/8"]\n')
    told = asyncio.run(work())
    assert "error: a link leads nowhere: 404" in told
    assert "/unsubscribe" not in told
