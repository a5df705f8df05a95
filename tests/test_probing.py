"""What pictures really are, asked of a real server."""

from __future__ import annotations

import asyncio
import datetime as dt
import functools
import io
import random
import zlib
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from loopback import Inline, serving, visitor
from PIL import Image, features

from digest.errors import SourceError
from digest.probing import FIRST_BYTES, MAX_BYTES, kind_of, measure, probe, probe_file

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from digest.model import Probe

NOW = dt.datetime(2026, 11, 23, 5, 30, tzinfo=dt.UTC)


KINDS = ["JPEG", "PNG", "GIF", "WEBP", *(["AVIF"] if features.check("avif") else [])]
OPTIONS: dict[str, dict[str, Any]] = {
    "JPEG": {"quality": 95},
    "WEBP": {"quality": 95, "method": 0},
    "AVIF": {"quality": 95, "speed": 10},
}


def picture(kind: str = "JPEG", size: tuple[int, int] = (640, 360), **options: Any) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, "#7a1f1f").save(file, kind, **options)
    return file.getvalue()


@functools.cache
def noise(kind: str) -> bytes:
    """Give a picture of 640 × 640 pixels that is larger than what is read of it at first."""
    pixels = random.Random(1).randbytes(640 * 640 * 3)
    file = io.BytesIO()
    Image.frombytes("RGB", (640, 640), pixels).save(file, kind, **OPTIONS.get(kind, {}))
    assert len(file.getvalue()) > FIRST_BYTES
    return file.getvalue()


def png_head(width: int, height: int) -> bytes:
    """Give a PNG's header alone, which is all that tells its size."""
    chunk = b"IHDR" + width.to_bytes(4) + height.to_bytes(4) + b"\x08\x02\0\0\0"
    return (
        b"\x89PNG\r\n\x1a\n" + (13).to_bytes(4) + chunk + zlib.crc32(chunk).to_bytes(4)
    ) + b"\0\0\0\0IDAT\0\0\0\0"


def probed_in_turn(answers: Sequence[web.Response]) -> Probe:
    """Probe a picture on a server that answers the requests in turn, and takes no more."""
    left = list(answers)

    async def answer(_: web.Request) -> web.Response:
        return left.pop(0)

    async def run() -> Probe:
        async with serving(answer) as base, visitor() as http:
            return await probe(http, Inline(), f"{base}/a.jpg", NOW)

    found = asyncio.run(run())
    assert not left
    return found


def probed(body: bytes, status: int = 200, **headers: str) -> Probe:
    return probed_in_turn([web.Response(body=body, status=status, headers=headers)])


@pytest.mark.parametrize("kind", KINDS)
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


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF"])
def test_a_large_picture_is_measured_by_its_beginning(kind: str) -> None:
    found = probed(noise(kind))
    assert (found.kind, found.width, found.height) == (kind.lower(), 640, 640)
    assert (found.size_bytes, found.fault) == (len(noise(kind)), "")


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind in {"WEBP", "AVIF"}])
def test_a_large_picture_of_a_kind_that_is_read_whole_only_is_fetched_whole(kind: str) -> None:
    found = probed_in_turn([web.Response(body=noise(kind)) for _ in range(2)])
    assert (found.kind, found.width, found.height) == (kind.lower(), 640, 640)
    assert (found.size_bytes, found.fault) == (len(noise(kind)), "")


def test_of_a_large_picture_only_the_beginning_is_sent() -> None:
    sent, whole = 0, 64 * 1024 * 1024

    async def endless(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(picture())
        while sent < whole:
            await response.write(bytes(65536))
            sent += 65536
        return response

    async def run() -> Probe:
        async with serving(endless) as base, visitor() as http:
            return await probe(http, Inline(), f"{base}/a.jpg", NOW)

    found = asyncio.run(run())
    assert (found.width, found.size_bytes) == (640, None)
    assert sent < whole / 4  # what fits into the buffers of the two sockets


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_that_cannot_be_measured_is_given_the_benefit_of_the_doubt(kind: str) -> None:
    found = probed(picture(kind)[:20] if kind != "PNG" else picture(kind)[:12])
    if kind != "GIF":  # whose size stands at the very beginning
        assert (found.width, found.height) == (None, None)
    assert (found.kind, found.fault) == (kind.lower(), "")


def test_a_picture_that_cannot_be_measured_even_whole_has_no_size() -> None:
    broken = noise("WEBP")[:16] + bytes(2 * FIRST_BYTES)
    found = probed_in_turn([web.Response(body=broken) for _ in range(2)])
    assert (found.kind, found.width, found.height) == ("webp", None, None)
    assert (found.size_bytes, found.fault) == (len(broken), "")


def test_a_server_that_refuses_the_whole_proves_nothing() -> None:
    with pytest.raises(SourceError, match="429"):
        probed_in_turn([web.Response(body=noise("WEBP")), web.Response(status=429)])


def test_a_page_as_large_as_a_picture_is_not_fetched_twice() -> None:
    assert probed(b"<html>" + b" " * FIRST_BYTES).fault == "not a picture"


@pytest.mark.parametrize("length", [MAX_BYTES + 1, 2**63, 18446744073709551000])
def test_whatever_length_a_server_claims_is_a_fault_that_can_be_stored(length: int) -> None:
    async def claim(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % length)
        writer.write(noise("WEBP"))
        await reader.read()
        writer.close()

    async def run() -> Probe:
        server = await asyncio.start_server(claim, "127.0.0.1", 0)
        async with server, visitor() as http:
            port = server.sockets[0].getsockname()[1]
            return await probe(http, Inline(), f"http://127.0.0.1:{port}/a.webp", NOW)

    found = asyncio.run(run())
    assert found.fault == "too large (more than 15 MiB)"
    assert found.size_bytes is not None
    assert MAX_BYTES < found.size_bytes < 2**31


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (b"", "not a picture"),
        (b"<html>not here</html>", "not a picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a picture"),
        (picture("GIF", (1, 1)), "too small (1 × 1 pixels)"),
        (picture("PNG", (600, 60)), "too small (600 × 60 pixels)"),
        (picture("PNG", (20_001, 200)), "too large (20001 × 200 pixels)"),
        (png_head(30_000, 30_000), "too large (30000 × 30000 pixels)"),  # a bomb, if decoded
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


def test_a_large_local_copy_is_measured(tmp_path: Path) -> None:
    (tmp_path / "a.webp").write_bytes(noise("WEBP"))
    url = "https://courier.example/a.webp"
    found = asyncio.run(probe_file(Inline(), url, tmp_path / "a.webp", NOW))
    assert (found.width, found.height, found.fault) == (640, 640, "")


@given(st.sampled_from(KINDS), st.floats(0, 1))
def test_a_cut_picture_is_measured_rightly_or_not_at_all(kind: str, part: float) -> None:
    whole = noise(kind)
    assert measure(whole[: int(len(whole) * part)]) in {None, (kind.lower(), 640, 640)}


@given(st.binary(max_size=300), st.sampled_from(KINDS), st.integers(16, 200))
def test_a_broken_picture_is_still_taken_for_one(junk: bytes, kind: str, at: int) -> None:
    whole = picture(kind, (130, 130))
    broken = whole[:at] + junk + whole[at + len(junk) :]
    assert kind_of(broken) == kind.lower()
    found = measure(broken)
    assert found is None or (found[0] == kind.lower() and min(found[1:]) >= 0)


@given(st.binary(max_size=300))
def test_noise_is_no_picture(junk: bytes) -> None:
    assert kind_of(b"<" + junk) == ""
    assert measure(b"<" + junk) is None
