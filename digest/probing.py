"""What a picture's address really holds: its type, its pixels, its bytes."""

from __future__ import annotations

import asyncio
import io
import warnings
from typing import TYPE_CHECKING

from digest.errors import SourceError
from digest.model import Probe

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping
    from pathlib import Path

    from digest.protocols import Http, Response, Sandbox

MIB = 1024 * 1024
FIRST_BYTES = 256 * 1024  # a JPEG's size can stand behind its colour profile and its thumbnail
MIN_PIXELS = 120  # a side of a picture that tells anything
MAX_PIXELS = 20_000
MAX_BYTES = 15 * MIB  # more than that is no picture for readers on the road
_ACCEPT = {"Accept": "image/*"}
_GONE = frozenset({404, 410})
_MAX_LENGTH = 2**31 - 1  # bytes; a larger number in a header is as good as this one
_MAX_DIGITS = 20  # of such a number: those of 64 bits
_HAS_EXIF = frozenset({"JPEG", "MPO", "TIFF"})  # a camera's; of others browsers heed none
_ORIENTATION, _TURNED = 0x0112, frozenset({5, 6, 7, 8})  # EXIF: stands on its side
_SIGNATURES: Mapping[str, tuple[int, tuple[bytes, ...]]] = {  # where what stands
    "jpeg": (0, (b"\xff\xd8\xff",)),
    "png": (0, (b"\x89PNG\r\n\x1a\n",)),
    "gif": (0, (b"GIF87a", b"GIF89a")),
    "webp": (8, (b"WEBPVP8",)),
    "avif": (4, (b"ftypavif", b"ftypavis", b"ftypmif1")),
}


async def probe(http: Http, sandbox: Sandbox, url: str, now: dt.datetime) -> Probe:
    """Ask for the beginning of a picture and measure it; for the whole, where that is needed.

    A picture that is gone, is none or is of no use has a `fault`. One that cannot be measured has
    no width, no height and no fault. Raises SourceError where nothing can be told: many servers
    refuse programs what they show to readers.
    """
    response = await http.get(url, _ACCEPT, first_bytes=FIRST_BYTES)
    if response.status in _GONE:
        return Probe(url=url, checked_at=now, fault=f"not there ({response.status})")
    _check(response, url)
    head, size = response.body, _length(response)
    found = await sandbox.run(measure, head)
    # WebP and AVIF can be read whole only; so can a PNG with a huge colour profile.
    if found is None and kind_of(head) and len(head) == FIRST_BYTES and (size or 0) <= MAX_BYTES:
        whole = await http.get(url, _ACCEPT)
        _check(whole, url)
        head, size = whole.body, len(whole.body)
        found = await sandbox.run(measure, head)
    return _judged(url, head, found, size, now)


async def probe_file(sandbox: Sandbox, url: str, path: Path, now: dt.datetime) -> Probe:
    """Measure the local copy of a picture. Raises OSError."""
    data, size = await asyncio.to_thread(_read, path)
    return _judged(url, data, await sandbox.run(measure, data), size, now)


def measure(data: bytes) -> tuple[str, int, int] | None:
    """Give type ("jpeg"), width and height in pixels by a picture's bytes, None if they tell none.

    For most types the first ones do. The size is that of the picture as it is shown: one stored on
    its side is turned. No pixel is decoded.
    """
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None  # guards the decoding, and would hide how large a picture is
    try:
        with warnings.catch_warnings(action="ignore"), Image.open(io.BytesIO(data)) as picture:
            width, height = picture.size
            if picture.format in _HAS_EXIF and picture.getexif().get(_ORIENTATION) in _TURNED:
                width, height = height, width
            return (picture.format or "").lower(), width, height
    except Exception:  # noqa: BLE001  Pillow's readers raise whatever a hostile file makes them
        return None


def kind_of(head: bytes) -> str:
    """Give the type that a file's signature claims ("jpeg"), "" if it is none of the Web's."""
    return next(
        (kind for kind, (at, signatures) in _SIGNATURES.items() if head.startswith(signatures, at)),
        "",
    )


def _check(response: Response, url: str) -> None:
    if response.status != 200:  # noqa: PLR2004  OK
        raise SourceError(f"the server answered {response.status}", where=url)


def _read(path: Path) -> tuple[bytes, int]:
    with path.open("rb") as file:
        return file.read(MAX_BYTES), path.stat().st_size


def _judged(
    url: str,
    data: bytes,
    found: tuple[str, int, int] | None,
    size: int | None,
    now: dt.datetime,
) -> Probe:
    kind, width, height = found or (kind_of(data), None, None)
    return Probe(
        url=url,
        checked_at=now,
        kind=kind,
        width=width,
        height=height,
        size_bytes=size,
        fault=_fault(kind, width, height, size),
    )


def _fault(kind: str, width: int | None, height: int | None, size: int | None) -> str:
    if not kind:
        return "not a picture"
    if (size or 0) > MAX_BYTES:
        return f"too large (more than {MAX_BYTES // MIB} MiB)"
    if width is None or height is None:
        return ""
    if min(width, height) < MIN_PIXELS:
        return f"too small ({width} × {height} pixels)"
    if max(width, height) > MAX_PIXELS:
        return f"too large ({width} × {height} pixels)"
    return ""


def _length(response: Response) -> int | None:
    """Give the size of the whole picture, None where the server does not say."""
    if len(response.body) < FIRST_BYTES:
        return len(response.body)
    length = response.headers.get("content-length", "")
    encoded = response.headers.get("content-encoding", "identity") != "identity"
    if encoded or not length.isdecimal() or len(length) > _MAX_DIGITS:
        return None
    return min(int(length), _MAX_LENGTH)
