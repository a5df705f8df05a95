"""A picture fetched whole, and made ready for its place on a page: cropped, scaled, recompressed.

What strangers made is decoded in the sandbox, within bounds of bytes, pixels, memory and time.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
import warnings
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from digest.errors import SourceError
from digest.picture import Picture

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from PIL.Image import Image
    from PIL.ImageFile import ImageFile

    from digest.picture import Shape
    from digest.protocols import Http, Sandbox

MIB = 1024 * 1024
MAX_BYTES = 10 * MIB
MAX_PIXELS = 40_000_000  # cameras and telephones; more is a mistake, or meant to do harm
DENSITY = 2  # pixels of a copy to a pixel shown, as sharp screens have them
QUALITY = 80  # JPEG's: at twice the size, what it costs is not seen
HEADROOM = 0.4  # of what is cut off a tall picture above it: heads are above the middle
FEW_COLOURS = 1 << 14  # a chart or a drawing, edges smoothed; photographs have more
MAX_FAULT = 200  # characters

_KINDS = ("JPEG", "PNG", "GIF", "WEBP", "AVIF")  # the Web's; no other reader of Pillow's is woken
_DRAWN = frozenset({"PNG", "GIF"})  # what graphics are kept as
_HAS_EXIF = frozenset({"JPEG", "MPO"})  # a camera's; of others browsers heed none
_ORIENTATION, _TURNED = 0x0112, frozenset({5, 6, 7, 8})  # EXIF: stands on its side
_SCALABLE = frozenset({"L", "LA", "RGB", "RGBA", "CMYK"})  # modes that are scaled as they are
_ACCEPT: Mapping[str, str] = {"Accept": "image/*"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A picture's new bytes: `kind` is "jpeg" or "png", the size is in pixels."""

    data: bytes
    kind: str
    width: int
    height: int


async def fetch_picture(http: Http, url: str) -> bytes:
    """Fetch a picture whole. Raises SourceError, also for one of more than 10 MiB."""
    # Unspaced, as a browser asks for the pictures of a page.
    response = await http.get(url, _ACCEPT, first_bytes=MAX_BYTES)
    if response.status != 200:  # noqa: PLR2004  OK
        raise SourceError(f"the server answered {response.status}", where=url)
    return _bounded(response.body, url)


async def read_picture(path: Path) -> bytes:
    """Read a picture from disk. Raises OSError, and SourceError for one of more than 10 MiB."""

    def read() -> bytes:
        with path.open("rb") as file:
            return file.read(MAX_BYTES)

    return _bounded(await asyncio.to_thread(read), str(path))


async def prepare(sandbox: Sandbox, url: str, data: bytes, shape: Shape) -> tuple[Picture, bytes]:
    """Make a picture ready for a shape; where that cannot be, give its fault and no bytes."""
    try:
        made = await sandbox.run(develop, data, shape)
    except SourceError as error:
        return unprepared(url, shape, error.what), b""
    picture = Picture(
        url=url,
        shape=shape.name,
        kind=made.kind,
        width=made.width,
        height=made.height,
        size_bytes=len(made.data),
        sha256=hashlib.sha256(made.data).hexdigest(),
    )
    return picture, made.data


def unprepared(url: str, shape: Shape, why: str) -> Picture:
    """Give a picture that could not be made ready."""
    return Picture(url=url, shape=shape.name, fault=why[:MAX_FAULT])


def develop(data: bytes, shape: Shape) -> Prepared:
    """Decode a picture and make it ready: the first frame, upright, in sRGB, without metadata.

    It is twice as large as it is shown, and never larger than it was. A JPEG, or for drawings that
    are smaller so a PNG of 256 colours, which keeps their edges. Raises SourceError saying what is
    wrong with it.
    """
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None  # the check below says how many there are
    try:
        with (
            warnings.catch_warnings(action="ignore"),
            Image.open(io.BytesIO(data), formats=_KINDS) as picture,
        ):
            _require_few_pixels(picture.size)
            drawn = picture.format in _DRAWN
            return _encoded(_on_paper(_scaled(picture, shape), shape.paper), drawn=drawn)
    except (SourceError, MemoryError):
        raise
    except Exception:  # noqa: BLE001  Pillow's readers raise whatever a hostile file makes them
        raise SourceError("it cannot be read as a picture") from None


def crop_box(size: tuple[int, int], shape: Shape) -> tuple[int, int, int, int]:
    """Give what is kept of a picture of a size, as left, upper, right and lower pixel.

    As much as fits the shape's ratio: from the middle of a wide one, a little above it of a tall.
    """
    width, height = size
    if not shape.height:
        return 0, 0, width, height
    kept = min(width, max(1, round(height * shape.width / shape.height)))
    if kept < width:
        left = (width - kept) // 2
        return left, 0, left + kept, height
    kept = min(height, max(1, round(width * shape.height / shape.width)))
    upper = int((height - kept) * HEADROOM)
    return 0, upper, width, upper + kept


def _bounded(data: bytes, where: str) -> bytes:
    if len(data) >= MAX_BYTES:
        raise SourceError(f"it has more than {MAX_BYTES // MIB} MiB", where=where)
    return data


def _require_few_pixels(size: tuple[int, int]) -> None:
    if size[0] * size[1] > MAX_PIXELS:
        most = MAX_PIXELS // 1_000_000
        raise SourceError(f"it has more than {most} megapixels ({size[0]} × {size[1]})")


def _scaled(picture: ImageFile, shape: Shape) -> Image:
    """Turn, crop and scale what a file holds, in the colours that it has."""
    from PIL import Image

    upright = _upright(picture, shape) if picture.format in _HAS_EXIF else _eight_bits(picture)
    box = crop_box(upright.size, shape)
    width, height = box[2] - box[0], box[3] - box[1]
    scale = min(1.0, DENSITY * shape.width / width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    profile = picture.info.get("icc_profile")
    small = upright.resize(size, Image.Resampling.LANCZOS, box=box, reducing_gap=2.0)
    return _in_srgb(small, profile) if profile else small


def _upright(picture: ImageFile, shape: Shape) -> Image:
    """Decode a JPEG, at a half, a quarter or an eighth where that is enough, and turn it."""
    from PIL import ImageOps

    turned = picture.getexif().get(_ORIENTATION) in _TURNED
    width, height = reversed(picture.size) if turned else picture.size
    scale = DENSITY * max(shape.width / width, (shape.height or 0) / height)
    picture.draft(None, (ceil(picture.width * scale), ceil(picture.height * scale)))
    return ImageOps.exif_transpose(picture)


def _eight_bits(picture: Image) -> Image:
    """Give a picture in a mode that can be scaled, with its transparency."""
    if picture.mode.startswith("I"):  # 16 bits of grey, which Pillow would cut off, not scale
        return picture.convert("I").point(lambda value: value / 256).convert("L")
    if "transparency" in picture.info or picture.mode not in _SCALABLE:
        return picture.convert("RGBA")
    return picture


def _in_srgb(picture: Image, profile: bytes) -> Image:
    """Turn the colours into those of the Web; a profile that cannot be used is passed over."""
    from PIL import ImageCms

    alpha = picture.getchannel("A") if "A" in picture.getbands() else None
    colours = picture.convert(picture.mode.removesuffix("A")) if alpha else picture
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        srgb = ImageCms.createProfile("sRGB")
        turned = ImageCms.profileToProfile(colours, source, srgb, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        return picture
    assert turned, "a new picture is given unless it is changed in place"
    if alpha:
        turned.putalpha(alpha)
    return turned


def _on_paper(picture: Image, paper: str) -> Image:
    """Lay a picture on a colour: what comes of it has no transparency and no metadata."""
    from PIL import Image

    sheet = Image.new("RGB", picture.size, paper)
    has_alpha = "A" in picture.getbands()
    sheet.paste(picture.convert("RGB"), mask=picture.getchannel("A") if has_alpha else None)
    return sheet


def _encoded(picture: Image, *, drawn: bool) -> Prepared:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=QUALITY, progressive=True, optimize=True)
    kind, data = "jpeg", file.getvalue()
    if drawn and picture.getcolors(FEW_COLOURS):
        file = io.BytesIO()
        picture.quantize(256).save(file, "PNG", optimize=True)
        if len(file.getvalue()) < len(data):
            kind, data = "png", file.getvalue()
    return Prepared(data=data, kind=kind, width=picture.width, height=picture.height)
