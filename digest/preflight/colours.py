"""Colours as CSS writes them, one over another, and the contrast of two (WCAG 2.2, 1.4.3)."""

from __future__ import annotations

from functools import lru_cache
from typing import TypeAlias

import tinycss2
from tinycss2 import color3

Colour: TypeAlias = tuple[float, float, float, float]  # red, green, blue, opacity, each 0 to 1

BLACK: Colour = (0.0, 0.0, 0.0, 1.0)
WHITE: Colour = (1.0, 1.0, 1.0, 1.0)
NOTHING: Colour = (0.0, 0.0, 0.0, 0.0)
LINK: Colour = (0.0, 0.0, 238 / 255, 1.0)  # what browsers give a link that nobody coloured
DARKEST = 0.04045  # below, light grows in proportion


@lru_cache(maxsize=1024)
def read_colour(text: str) -> Colour | None:
    """Read a colour; None for what is none, or of a kind that few clients know."""
    found = color3.parse_color(text.strip())
    if found is None or isinstance(found, str):  # currentColor
        return None
    red, green, blue, opacity = (min(1.0, max(0.0, part)) for part in found)
    return red, green, blue, opacity


@lru_cache(maxsize=1024)
def read_surface(text: str) -> Colour | None:
    """Read the colour in a `background`, nothing at all without one; None for a picture."""
    tokens = tinycss2.parse_component_value_list(text)
    if any(token.type in {"url", "function"} and not _is_colour(token) for token in tokens):
        return None
    return next((found for one in tokens if (found := read_colour(one.serialize()))), NOTHING)


def _is_colour(token: tinycss2.ast.Node) -> bool:
    return read_colour(token.serialize()) is not None


def over(top: Colour, below: Colour) -> Colour:
    """Lay a colour over an opaque one."""
    opacity = top[3]
    red, green, blue = (
        part * opacity + under * (1 - opacity)
        for part, under in zip(top[:3], below[:3], strict=True)
    )
    return red, green, blue, 1.0


def contrast(one: Colour, other: Colour) -> float:
    """Give the contrast of two opaque colours, from 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def as_hex(colour: Colour) -> str:
    """Write an opaque colour: #1a1a17."""
    return "#" + "".join(f"{round(part * 255):02x}" for part in colour[:3])


def _luminance(colour: Colour) -> float:
    # sRGB's own curve (WCAG 2.2, relative luminance).
    red, green, blue = (
        part / 12.92 if part <= DARKEST else ((part + 0.055) / 1.055) ** 2.4 for part in colour[:3]
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
