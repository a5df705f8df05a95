"""What pictures really are, asked of a real server."""

from __future__ import annotations

import asyncio
import datetime as dt
import io
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from loopback import Inline, serving, visitor
from PIL import Image

from digest.errors import SourceError
from digest.probing import FIRST_BYTES, measure, probe, probe_file

if TYPE_CHECKING:
    from pathlib import Path

    from digest.model import Probe

NOW = dt.datetime(2026, 11, 23, 5, 30, tzinfo=dt.UTC)


def picture(kind: str = "JPEG", size: tuple[int, int] = (640, 360), **options: Any) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, "#7a1f1f").save(file, kind, **options)
    return file.getvalue()


def probed(body: bytes, status: int = 200, **headers: str) -> Probe:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=body, status=status, headers=headers)

    async def run() -> Probe:
        async with serving(answer) as base, visitor() as http:
            return await probe(http, Inline(), f"{base}/a.jpg", NOW)

    return asyncio.run(run())


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP"])
def test_type_pixels_and_bytes_are_what_the_file_says(kind: str) -> None:
    body = picture(kind)
    found = probed(body)
    assert (found.kind, found.width, found.height) == (kind.lower(), 640, 360)
    assert (found.size_bytes, found.fault, found.checked_at) == (len(body), "", NOW)


def test_a_picture_stored_on_its_side_is_measured_as_it_is_shown() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    found = probed(picture(exif=exif))
    assert (found.width, found.height) == (360, 640)


def test_of_a_large_picture_only_the_beginning_is_fetched() -> None:
    body = picture() + bytes(3 * FIRST_BYTES)
    found = probed(body)
    assert (found.width, found.size_bytes) == (640, len(body))


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (b"", "not a picture"),
        (b"<html>not here</html>", "not a picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a picture"),
        (picture()[:20], "not a picture"),
        (picture("GIF", (1, 1)), "too small (1 × 1 pixels)"),
        (picture("PNG", (600, 60)), "too small (600 × 60 pixels)"),
        (picture("PNG", (20_001, 200)), "too large (20001 × 200 pixels)"),
    ],
)
def test_what_cannot_be_shown_has_a_fault(body: bytes, fault: str) -> None:
    assert probed(body).fault == fault


@pytest.mark.parametrize("status", [404, 410])
def test_a_picture_that_is_gone_has_a_fault(status: int) -> None:
    assert probed(b"", status).fault == f"not there ({status})"


@pytest.mark.parametrize("status", [401, 403, 429, 500, 503])
def test_a_server_that_refuses_programs_proves_nothing(status: int) -> None:
    with pytest.raises(SourceError, match=str(status)):
        probed(b"", status)


def test_a_local_copy_is_measured_without_the_web(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(picture("PNG"))
    url = "https://courier.example/a.png"
    found = asyncio.run(probe_file(Inline(), url, tmp_path / "a.png", NOW))
    assert (found.url, found.kind, found.width, found.height) == (url, "png", 640, 360)


@given(
    st.binary(max_size=300), st.sampled_from(["JPEG", "PNG", "GIF", "WEBP"]), st.integers(0, 200)
)
def test_no_file_is_so_broken_that_measuring_it_fails(noise: bytes, kind: str, at: int) -> None:
    whole = picture(kind, (130, 130))
    measure(noise)
    measure(whole[:at] + noise + whole[at + len(noise) :])
