"""Which pictures of an issue a theme shows, and how large: the theme itself is asked."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import lxml.html

from digest.picture import Shape
from digest.placements import change_placements
from digest.rendering.layers import read_tokens, theme_layers
from digest.rendering.page import render_issue
from digest.rendering.typesetting import BROAD_PX, is_broad

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from digest.model import Image, Issue, Placement

_MARK = "https://placeholder.invalid/pictures/"  # never resolves (RFC 2606 §2)
_COLOUR = re.compile(r"#[0-9a-f]{6}", re.IGNORECASE)
WHITE = "#ffffff"  # the paper of a theme that names none
MAX_WIDTH = 2_000  # pixels: no email is as wide


def frame_pictures(issue: Issue, *, themes: Sequence[Path]) -> Mapping[int, Shape]:
    """Give the shape of each picture that the theme shows, by its placement's number.

    The issue is rendered with numbers in place of the pictures' addresses, so that this holds for
    any theme. Those as wide as the text, and thumbnails, have the height that the theme's tokens
    `photo_height` and `thumb_height` give them, if any. Raises what `render_issue` raises.
    """
    if not any(placement.image for placement in issue.placements):
        return {}
    page = lxml.html.document_fromstring(render_issue(_numbered(issue), themes=themes).html)
    tokens = read_tokens(theme_layers(themes))
    size, paper = tokens.get("size", {}), tokens.get("light", {}).get("paper", "")
    heights = _heights(size)
    widths: dict[int, int] = {}
    for image in page.iter("img"):
        source, width = image.get("src", ""), image.get("width", "")
        if source.startswith(_MARK) and width.isdecimal() and 0 < int(width) <= MAX_WIDTH:
            number = int(source.removeprefix(_MARK))
            widths[number] = max(int(width), widths.get(number, 0))
    colour = paper.lower() if _COLOUR.fullmatch(str(paper)) else WHITE
    return {
        number: Shape(width=width, height=heights.get(width), paper=colour)
        for number, width in widths.items()
    }


def _numbered(issue: Issue) -> Issue:
    def marked(number: int, placement: Placement) -> Placement:
        image = placement.image and replace(_ample(placement.image), url=f"{_MARK}{number}")
        return replace(placement, image=image)

    return change_placements(issue, marked)


def _ample(image: Image) -> Image:
    """Give a picture with pixels enough for its place, which stays the one that it has."""
    if not image.width:
        return image
    tall = (image.height or 0) > image.width
    scale = max(1, (MAX_WIDTH if tall or is_broad(image) else BROAD_PX - 1) / image.width)
    height = image.height and round(image.height * scale)
    return replace(image, width=round(image.width * scale), height=height)


def _heights(size: Mapping[str, Any]) -> dict[int, int]:
    """Give the height of a picture by its width, for those widths that have one."""
    pixels = {name: value for name, value in size.items() if isinstance(value, int)}
    text = pixels.get("sheet", 0) - 2 * pixels.get("side", 0)
    named = {text: pixels.get("photo_height"), pixels.get("thumb", 0): pixels.get("thumb_height")}
    return {width: height for width, height in named.items() if height}
