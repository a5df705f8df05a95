"""Pictures made ready for a page: real files, and what hostile ones come to."""

from __future__ import annotations

import asyncio
import io
import zlib
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web
from faulty_hosts import FAULTS, Hosts
from hypothesis import given
from hypothesis import strategies as st
from loopback import Inline, serving, visitor
from PIL import Image, ImageCms, ImageDraw
from test_probing import KINDS, png_head

from digest.errors import SourceError
from digest.picture import Shape
from digest.preparing import (
    MAX_BYTES,
    Prepared,
    crop_box,
    develop,
    fetch_picture,
    prepare,
    read_picture,
)
from digest.sandbox import Sandbox

if TYPE_CHECKING:
    from pathlib import Path

PAPER = "#fcfbf8"
PHOTO = Shape(width=592, height=368, paper=PAPER)
THUMB = Shape(width=216, height=144, paper=PAPER)
LINKED = Shape(width=216, paper=PAPER)
URL = "https://courier.example/a.jpg"
RED, GREEN, BLUE = (200, 30, 30), (30, 160, 60), (30, 60, 200)


def saved(picture: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def striped(size: tuple[int, int] = (1600, 1000), mode: str = "RGB") -> Image.Image:
    """Three stripes side by side: red, green, blue."""
    picture = Image.new("RGB", size)
    pen = ImageDraw.Draw(picture)
    third = size[0] / 3
    for number, colour in enumerate((RED, GREEN, BLUE)):
        pen.rectangle((int(number * third), 0, int((number + 1) * third), size[1]), fill=colour)
    return picture.convert(mode)


def seen(made: Prepared) -> Image.Image:
    """Read what was made, once it is sure to be of its kind, opaque, and without metadata."""
    picture = Image.open(io.BytesIO(made.data))
    picture.load()
    assert (made.kind, picture.mode) in {("jpeg", "RGB"), ("png", "P")}
    assert picture.format == made.kind.upper()
    assert picture.size == (made.width, made.height)
    assert not {"exif", "icc_profile", "comment", "xmp", "photoshop", "transparency"} & set(
        picture.info
    )
    return picture.convert("RGB")


def at(picture: Image.Image, x: float, y: float) -> tuple[int, ...]:
    """Give the colour at a place, as parts of the width and height."""
    colour = picture.getpixel((int(x * (picture.width - 1)), int(y * (picture.height - 1))))
    assert isinstance(colour, tuple)
    return colour


def alike(one: tuple[int, ...], other: tuple[int, ...], by: int = 12) -> bool:
    return all(abs(a - b) <= by for a, b in zip(one, other, strict=True))


# ---------------------------------------------------------------- shapes


@pytest.mark.parametrize(
    ("size", "shape", "expected"),
    [
        ((1600, 1000), PHOTO, (1184, 736)),
        ((4000, 3000), THUMB, (432, 288)),
        ((1600, 1000), LINKED, (432, 270)),
        ((600, 1200), LINKED, (432, 864)),
        ((500, 400), PHOTO, (500, 311)),  # never larger than it was
        ((300, 900), THUMB, (300, 200)),
        ((200, 100), LINKED, (200, 100)),
        ((3000, 200), PHOTO, (322, 200)),
    ],
)
def test_a_picture_has_twice_the_pixels_that_are_shown_and_never_more_than_it_had(
    size: tuple[int, int], shape: Shape, expected: tuple[int, int]
) -> None:
    made = develop(saved(striped(size)), shape)
    assert seen(made).size == expected


@given(
    st.tuples(st.integers(1, 3000), st.integers(1, 3000)),
    st.tuples(st.integers(1, 700), st.integers(1, 700)),
)
def test_what_is_kept_lies_within_the_picture_and_fills_one_of_its_sides(
    size: tuple[int, int], shape: tuple[int, int]
) -> None:
    left, upper, right, lower = crop_box(size, Shape(width=shape[0], height=shape[1], paper=PAPER))
    assert 0 <= left < right <= size[0]
    assert 0 <= upper < lower <= size[1]
    assert (left, right) == (0, size[0]) or (upper, lower) == (0, size[1])
    assert abs((size[0] - right) - left) <= 1


def test_a_wide_picture_is_cropped_around_its_middle() -> None:
    picture = seen(develop(saved(striped((3000, 600))), THUMB))
    assert alike(at(picture, 0, 0.5), GREEN)
    assert alike(at(picture, 1, 0.5), GREEN)


def test_of_a_tall_picture_less_is_cut_off_above_than_below() -> None:
    upper, lower = (crop_box((600, 1000), THUMB)[n] for n in (1, 3))
    assert upper == 240
    assert 1000 - lower == 360


# ---------------------------------------------------------------- what cameras and editors make


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_the_web_is_read(kind: str) -> None:
    picture = seen(develop(saved(striped(), kind), THUMB))
    assert alike(at(picture, 0.01, 0.5), RED, 30)
    assert alike(at(picture, 0.5, 0.5), GREEN, 30)


@pytest.mark.parametrize(("orientation", "left"), [(1, RED), (3, BLUE), (2, BLUE)])
def test_a_picture_stands_as_its_camera_was_held(orientation: int, left: tuple[int, ...]) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "A camera that says whose it is"
    picture = seen(develop(saved(striped(), exif=exif), LINKED))
    assert alike(at(picture, 0.05, 0.5), left)


def test_a_picture_stored_on_its_side_is_turned_before_it_is_cropped() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # its left side is its top
    made = develop(saved(striped((1500, 1000)), exif=exif), LINKED)
    picture = seen(made)
    assert picture.size == (432, 648)
    assert alike(at(picture, 0.5, 0.02), RED)
    assert seen(develop(saved(striped((1500, 1000)), exif=exif), THUMB)).size == (432, 288)


def test_printers_colours_become_those_of_screens() -> None:
    picture = seen(develop(saved(striped(mode="CMYK")), THUMB))
    assert alike(at(picture, 0.02, 0.5), RED, 40)
    assert alike(at(picture, 0.98, 0.5), BLUE, 40)


def test_a_colour_profile_is_applied_and_taken_out() -> None:
    """A profile that swaps green and blue, as none does, so that it is seen."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    green, blue = (profile.index(tag, 128) for tag in (b"gXYZ", b"bXYZ"))
    profile[green : green + 4], profile[blue : blue + 4] = b"bXYZ", b"gXYZ"
    picture = seen(develop(saved(striped(), icc_profile=bytes(profile)), THUMB))
    assert at(picture, 0.5, 0.5)[2] > at(picture, 0.5, 0.5)[1]
    assert at(picture, 0.98, 0.5)[1] > at(picture, 0.98, 0.5)[2]


@pytest.mark.parametrize("profile", [b"nonsense", b"\0" * 4000])
def test_a_broken_colour_profile_is_passed_over(profile: bytes) -> None:
    picture = seen(develop(saved(striped(), icc_profile=profile), THUMB))
    assert alike(at(picture, 0.5, 0.5), GREEN)


def test_what_is_transparent_shows_the_paper() -> None:
    glass = Image.new("RGBA", (800, 600), (0, 0, 0, 0))
    glass.paste((*RED, 255), (0, 0, 400, 600))
    palette = striped((300, 200)).quantize(8)
    palette.info["transparency"] = palette.getpixel((290, 100))
    for picture in (glass, glass.convert("LA"), palette):
        made = seen(develop(saved(picture, "PNG"), LINKED))
        assert alike(at(made, 0.98, 0.5), (0xFC, 0xFB, 0xF8), 3)


def test_greys_of_sixteen_bits_keep_their_tones() -> None:
    grey = Image.new("I;16", (400, 300), 32768)
    made = seen(develop(saved(grey, "PNG"), LINKED))
    assert alike(at(made, 0.5, 0.5), (128, 128, 128), 2)


def test_of_an_animation_the_first_frame_is_shown() -> None:
    frames = [Image.new("RGB", (400, 300), colour) for colour in (RED, BLUE)]
    data = saved(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert alike(at(seen(develop(data, LINKED)), 0.5, 0.5), RED)


def test_a_drawing_stays_sharp_where_that_is_smaller_and_a_photograph_does_not() -> None:
    chart = Image.new("RGB", (1200, 800), "white")
    ImageDraw.Draw(chart).line((0, 800, 400, 300, 800, 500, 1200, 0), fill=RED, width=9)
    assert develop(saved(chart, "PNG"), PHOTO).kind == "png"
    noise = Image.effect_noise((1200, 800), 80)
    assert develop(saved(noise, "PNG"), PHOTO).kind == "jpeg"


def test_a_jpeg_is_progressive_and_the_same_every_time() -> None:
    data = saved(striped())
    made = develop(data, PHOTO)
    assert Image.open(io.BytesIO(made.data)).info["progressive"]
    assert develop(data, PHOTO) == made


# ---------------------------------------------------------------- what strangers make


def bomb() -> bytes:
    """A PNG of a few kilobytes that says it has 400 megapixels, and does."""
    row = b"\0" + bytes(2500)
    packed = zlib.compress(row * 20_000, 9)
    chunk = b"IDAT" + packed
    head = b"IHDR" + (20_000).to_bytes(4) * 2 + b"\x01\0\0\0\0"
    return (
        b"\x89PNG\r\n\x1a\n"
        + (13).to_bytes(4) + head + zlib.crc32(head).to_bytes(4)
        + len(packed).to_bytes(4) + chunk + zlib.crc32(chunk).to_bytes(4)
        + (0).to_bytes(4) + b"IEND" + zlib.crc32(b"IEND").to_bytes(4)
    )  # fmt: skip


NONSENSE = "it cannot be read as a picture"


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", NONSENSE),
        (b"<!DOCTYPE html><title>Log in</title>", NONSENSE),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", NONSENSE),
        (saved(striped())[:5000], NONSENSE),
        (saved(striped(), "PNG")[:200], NONSENSE),
        (saved(striped(), "TIFF"), NONSENSE),  # no picture of the Web's
        (saved(striped(), "BMP"), NONSENSE),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 100 100\n", NONSENSE),
        (bomb(), "it has more than 40 megapixels (20000 × 20000)"),
        (png_head(30_000, 30_000), "it has more than 40 megapixels (30000 × 30000)"),
    ],
)
def test_what_cannot_be_shown_is_refused_with_the_reason(data: bytes, told: str) -> None:
    with pytest.raises(SourceError) as caught:
        develop(data, THUMB)
    assert caught.value.what == told


@given(st.binary(max_size=400), st.sampled_from(KINDS), st.integers(2, 300))
def test_a_damaged_file_is_made_ready_or_refused(junk: bytes, kind: str, at: int) -> None:
    whole = saved(striped((130, 130)), kind)
    damaged = whole[:at] + junk + whole[at + len(junk) :]
    try:
        made = develop(damaged, THUMB)
    except SourceError:
        return
    assert made.width <= 432
    seen(made)


def test_forty_megapixels_are_made_ready_within_the_sandbox_s_bounds() -> None:
    glass = Image.new("RGBA", (8000, 5000), (*BLUE, 128))

    async def run() -> list[tuple[str, int]]:
        with Sandbox(workers=1) as sandbox:
            large = [saved(glass, "PNG", compress_level=1), saved(glass.convert("RGB"))]
            made = [await prepare(sandbox, URL, data, PHOTO) for data in large]
        return [(picture.fault, picture.width) for picture, _ in made]

    assert asyncio.run(run()) == [("", 1184), ("", 1184)]


def test_a_fault_is_told_and_has_no_bytes() -> None:
    picture, data = asyncio.run(prepare(Inline(), URL, b"<html>", THUMB))
    assert (picture.url, picture.shape, picture.fault) == (URL, THUMB.name, NONSENSE)
    assert data == b""


def test_a_picture_is_known_by_its_bytes_and_its_name_says_so() -> None:
    picture, data = asyncio.run(prepare(Inline(), URL, saved(striped()), THUMB))
    assert (picture.kind, picture.size_bytes) == ("jpeg", len(data))
    assert picture.name.startswith("images/a-")
    assert picture.name.endswith(f"-{picture.sha256[:12]}.jpg")


# ---------------------------------------------------------------- servers


def fetched(answer: web.Response) -> bytes:
    async def run() -> bytes:
        async def handler(_: web.Request) -> web.Response:
            return answer

        async with serving(handler) as base, visitor() as http:
            return await fetch_picture(http, f"{base}/a.jpg")

    return asyncio.run(run())


def test_a_picture_is_fetched_whole() -> None:
    body = bytes(3_000_000)
    assert fetched(web.Response(body=body)) == body


@pytest.mark.parametrize("status", [404, 403, 500, 204])
def test_an_answer_without_a_picture_is_told_by_its_status(status: int) -> None:
    with pytest.raises(SourceError, match=str(status)):
        fetched(web.Response(status=status))


def test_a_picture_that_is_too_large_is_given_up() -> None:
    with pytest.raises(SourceError, match="more than 10 MiB"):
        fetched(web.Response(body=bytes(MAX_BYTES + 1)))


@pytest.mark.parametrize("name", ["endless body", "endless bomb", "resets half way", "no gzip"])
def test_a_faulty_host_costs_its_own_picture_only(name: str) -> None:
    (fault,) = (fault for fault in FAULTS if fault.name == name)

    async def run() -> None:
        async with Hosts(count=0, faults=[fault]) as hosts, visitor() as http:
            await fetch_picture(http, next(iter(hosts.faulty)))

    with pytest.raises(SourceError):
        asyncio.run(run())


def test_a_file_is_read_within_the_same_bounds(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(saved(striped()))
    assert asyncio.run(read_picture(tmp_path / "a.jpg")) == saved(striped())
    (tmp_path / "b.jpg").write_bytes(bytes(MAX_BYTES + 1))
    with pytest.raises(SourceError, match="more than 10 MiB"):
        asyncio.run(read_picture(tmp_path / "b.jpg"))
