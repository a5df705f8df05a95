"""How each element's text looks: its colour, what is behind it, its size, whether it is seen.

A small cascade: attributes, then style blocks by their specificity, then the style attribute, then
all that is `!important`; colour, size and weight are inherited. Without a word about it text is
black, what is behind it white, and a link blue.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from digest.preflight.colours import BLACK, LINK, WHITE, Colour, over, read_colour, read_surface
from digest.preflight.matching import sheet_of
from digest.preflight.page import declarations_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lxml.html import HtmlElement

    from digest.preflight.css import Declaration
    from digest.preflight.matching import Said
    from digest.preflight.page import Page

READ = frozenset(
    {
        "background",
        "background-color",
        "background-image",
        "color",
        "display",
        "font",
        "font-size",
        "font-weight",
        "opacity",
        "visibility",
    }
)
SIZE_PX = 16.0
BOLD = 600

_LENGTH = re.compile(r"(?<![\w.])(\d*\.?\d+)(px|pt|em|rem|%)")
_WEIGHT = re.compile(r"(?<![\w.])([1-9]00|1000)(?![\w.%])")
_IN_PX = {"px": 1.0, "pt": 4 / 3, "rem": SIZE_PX}
_NAMED_PX = {"x-small": 10.0, "small": 13.0, "medium": 16.0, "large": 18.0, "x-large": 24.0}
_TIMES = {"h1": 2.0, "h2": 1.5, "h3": 1.17, "h5": 0.83, "h6": 0.67, "small": 0.83}
_BOLD = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "b", "strong", "th"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How an element's own text looks; a `colour` or `surface` of None is beyond our knowing.

    `colour_said` is the text's colour as it was written, "" where nobody wrote one.
    """

    colour: Colour | None = BLACK
    surface: Colour | None = WHITE
    size_px: float = SIZE_PX
    bold: bool = False
    hidden: bool = False
    colour_said: str = ""


def looks(page: Page, *, dark: bool) -> Mapping[HtmlElement, Look]:
    """Give the look of every element, as in a light client, or in one that is dark."""
    sheet = sheet_of(page, READ, dark=dark)
    found: dict[HtmlElement, Look] = {}
    for element in page.elements:
        parent = element.getparent()
        inherited = Look() if parent is None else found.get(parent, Look())
        found[element] = _look(element, inherited, sheet.get(element, ()))
    return found


def _look(element: HtmlElement, inherited: Look, said: Sequence[Said]) -> Look:
    look = _by_default(element, inherited)
    for declaration in _in_order(said, declarations_of(element)):
        look = _with(look, inherited, declaration)
    return look


def _in_order(said: Sequence[Said], own: Sequence[Declaration]) -> list[Declaration]:
    """Give declarations so that the last of each property holds."""
    if not said:
        return sorted((one for one in own if one.name in READ), key=lambda one: one.important)
    weighed = [(*one.weight, one.declaration) for one in said]
    least = (999, 0, 0)  # a style attribute is above every selector
    weighed += [(one.important, least, 0, one) for one in own if one.name in READ]
    return [one for *_, one in sorted(weighed, key=lambda entry: entry[:3])]


def _by_default(element: HtmlElement, inherited: Look) -> Look:
    tag = str(element.tag)
    look = inherited
    if tag in _TIMES or tag in _BOLD:
        size_px = inherited.size_px * _TIMES.get(tag, 1.0)
        look = replace(look, size_px=size_px, bold=look.bold or tag in _BOLD)
    if tag == "a" and element.get("href"):
        look = replace(look, colour=LINK, colour_said="")
    if behind := element.get("bgcolor"):
        look = _on(look, inherited, read_colour(behind))
    ink = element.get("color") if tag == "font" else None
    if ink:
        look = replace(look, colour=read_colour(ink), colour_said=ink)
    return look


def _with(look: Look, inherited: Look, said: Declaration) -> Look:  # noqa: PLR0911  one a property
    value = said.value.lower()
    match said.name:
        case "color":
            return _coloured(look, inherited, value)
        case "background" | "background-color":
            return _on(look, inherited, read_surface(value)) if value != "inherit" else look
        case "background-image" if value != "none":
            return replace(look, surface=None)
        case "font-size":
            size_px = _size_px(value, inherited.size_px)
            return replace(look, size_px=look.size_px if size_px is None else size_px)
        case "font":
            size_px = _size_px(value, inherited.size_px)
            return replace(look, size_px=size_px or look.size_px, bold=_is_bold(value))
        case "font-weight":
            return replace(look, bold=_is_bold(value))
        case "display" | "visibility" if value in {"none", "hidden"}:
            return replace(look, hidden=True)
        case "opacity" if value in {"0", "0.0"}:
            return replace(look, hidden=True)
    return look


def _coloured(look: Look, inherited: Look, value: str) -> Look:
    if value in {"inherit", "currentcolor"}:
        return replace(look, colour=inherited.colour, colour_said=inherited.colour_said)
    return replace(look, colour=read_colour(value), colour_said=value)


def _on(look: Look, inherited: Look, colour: Colour | None) -> Look:
    """Put a surface behind the text; a picture there is beyond our knowing."""
    if colour is None or inherited.surface is None:
        opaque = colour is not None and colour[3] == 1
        return replace(look, surface=colour if opaque else None)
    return replace(look, surface=over(colour, inherited.surface))


def _size_px(value: str, parent_px: float) -> float | None:
    if value in _NAMED_PX:
        return _NAMED_PX[value]
    if value == "0":
        return 0.0
    found = _LENGTH.search(value)
    if not found:
        return None
    number, unit = float(found[1]), found[2]
    if unit in _IN_PX:
        return number * _IN_PX[unit]
    return number * parent_px / (100 if unit == "%" else 1)


def _is_bold(value: str) -> bool:
    weight = _WEIGHT.search(value)
    return "bold" in value or bool(weight and int(weight[1]) >= BOLD)
