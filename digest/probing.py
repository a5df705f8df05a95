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
    from pathlib import Path

    from digest.protocols import Http, Response, Sandbox

FIRST_BYTES = 256 * 1024  # a JPEG's size can stand behind its colour profile and its thumbnail
MIN_PIXELS = 120  # a side of a picture that tells anything
MAX_PIXELS = 20_000
MAX_BYTES = 15 * 1024 * 1024  # more than that is no picture for readers on the road
_GONE = frozenset({404, 410})
_ORIENTATION, _TURNED = 0x0112, frozenset({5, 6, 7, 8})  # EXIF: stands on its side


async def probe(http: Http, sandbox: Sandbox, url: str, now: dt.datetime) -> Probe:
    """Ask for the beginning of a picture and measure it.

    A picture that is gone, is none or is of no use has a `fault`. Raises SourceError where that
    cannot be told: many servers refuse programs what they show to readers.
    """
    response = await http.get(url, {"Accept": "image/*"}, first_bytes=FIRST_BYTES)
    if response.status in _GONE:
        return Probe(url=url, checked_at=now, fault=f"not there ({response.status})")
    if response.status != 200:  # noqa: PLR2004  OK
        raise SourceError(f"the server answered {response.status}", where=url)
    return await _measured(sandbox, url, response.body, _length(response), now)


async def probe_file(sandbox: Sandbox, url: str, path: Path, now: dt.datetime) -> Probe:
    """Measure the local copy of a picture. Raises OSError."""
    head, size = await asyncio.to_thread(_head, path)
    return await _measured(sandbox, url, head, size, now)


def measure(head: bytes) -> tuple[str, int, int] | None:
    """Give type ("jpeg"), width and height in pixels by a picture's first bytes, None if none.

    They are those of the picture as it is shown: one stored on its side is turned.
    """
    from PIL import Image

    try:
        with warnings.catch_warnings(action="ignore"), Image.open(io.BytesIO(head)) as picture:
            width, height = picture.size
            if picture.getexif().get(_ORIENTATION) in _TURNED:
                width, height = height, width
            return (picture.format or "").lower(), width, height
    except Exception:  # noqa: BLE001  Pillow's readers raise whatever a hostile file makes them
        return None


def _head(path: Path) -> tuple[bytes, int]:
    with path.open("rb") as file:
        return file.read(FIRST_BYTES), path.stat().st_size


async def _measured(
    sandbox: Sandbox, url: str, head: bytes, size: int | None, now: dt.datetime
) -> Probe:
    found = await sandbox.run(measure, head)
    if found is None:
        return Probe(url=url, checked_at=now, size_bytes=size, fault="not a picture")
    kind, width, height = found
    return Probe(
        url=url,
        checked_at=now,
        kind=kind,
        width=width,
        height=height,
        size_bytes=size,
        fault=_fault(width, height, size),
    )


def _fault(width: int, height: int, size: int | None) -> str:
    if min(width, height) < MIN_PIXELS:
        return f"too small ({width} × {height} pixels)"
    if max(width, height) > MAX_PIXELS or (size or 0) > MAX_BYTES:
        return f"too large ({width} × {height} pixels)"
    return ""


def _length(response: Response) -> int | None:
    """Give the size of the whole picture, None where the server does not say."""
    if len(response.body) < FIRST_BYTES:
        return len(response.body)
    length = response.headers.get("content-length", "")
    encoded = response.headers.get("content-encoding", "identity") != "identity"
    return int(length) if length.isdecimal() and not encoded else None
