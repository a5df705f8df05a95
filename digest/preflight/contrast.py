"""Contrast of text with what is behind it, in light clients and in dark ones (WCAG 2.2, 1.4.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.preflight.cascade import looks
from digest.preflight.colours import as_hex, contrast, over
from digest.preflight.finding import error, warning
from digest.preflight.matching import has_dark
from digest.preflight.page import line_of, markup_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lxml.html import HtmlElement

    from digest.preflight.cascade import Look
    from digest.preflight.finding import Finding
    from digest.preflight.page import Page

TEXT = 4.5
LARGE_TEXT = 3.0
LARGE_PX = 24.0
LARGE_BOLD_PX = 18.66  # 14 pt

_UNSEEN = frozenset({"html", "head", "title", "style", "script", "template", "noscript"})


def check_contrast(page: Page) -> Iterator[Finding]:
    """Tell of each pair of colours that is too close once, with the text that it was found on.

    The words of a blocked picture are a warning: they stand in for it. A page without dark rules of
    its own is left to what dark clients make of it.
    """
    light = looks(page, dark=False)
    yield from _check(light, light, "contrast", "")
    if has_dark(page):
        yield from _check(looks(page, dark=True), light, "contrast-dark", " in the dark")


def _check(
    seen: Mapping[HtmlElement, Look], light: Mapping[HtmlElement, Look], rule: str, where: str
) -> Iterator[Finding]:
    told: set[tuple[str, str, bool]] = set()
    for element, look in seen.items():
        text = _own_text(element) if _shows(element, look) else ""
        if not text or look.colour is None or look.surface is None:
            continue
        ratio = contrast(over(look.colour, look.surface), look.surface)
        ink, paper = as_hex(over(look.colour, look.surface)), as_hex(look.surface)
        stands_in, needed = element.tag == "img", _needed(look)
        if ratio < needed and (ink, paper, stands_in) not in told:
            told.add((ink, paper, stands_in))
            what = "a blocked picture's text" if stands_in else "text"
            message = f"{what} of {ink} on {paper} has a contrast of {_cut(ratio)}{where}"
            tell = warning if stands_in else error
            yield tell(
                rule,
                f"{message}; it needs {needed}",
                text,
                line=line_of(element),
                markup=_markup(element, look, light[element], dark=seen is not light),
            )


def _markup(element: HtmlElement, look: Look, in_light: Look, *, dark: bool) -> str:
    """Give the colour that is at fault: in the dark the element, if no rule darkened its text."""
    undarkened = dark and look.colour == in_light.colour
    return markup_of(element) if undarkened else look.colour_said


def _cut(ratio: float) -> str:
    """Write a contrast without rounding it up to what it lacks."""
    return f"{int(ratio * 10) / 10:.1f}"


def _needed(look: Look) -> float:
    large = look.size_px >= (LARGE_BOLD_PX if look.bold else LARGE_PX)
    return LARGE_TEXT if large else TEXT


def _shows(element: HtmlElement, look: Look) -> bool:
    return not look.hidden and look.size_px > 0 and element.tag not in _UNSEEN


def _own_text(element: HtmlElement) -> str:
    """Give what stands in an element itself, not in those within; of a picture, its words."""
    if element.tag == "img":
        return (element.get("alt") or "").strip()
    pieces = [element.text or "", *(one.tail or "" for one in element)]
    return " ".join(" ".join(pieces).split())
