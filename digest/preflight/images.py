"""Pictures: an address that every client can ask, words for when it does not, and a size."""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.preflight.finding import error, warning
from digest.preflight.links import is_absolute
from digest.preflight.page import line_of, markup_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from lxml.html import HtmlElement

    from digest.preflight.finding import Finding
    from digest.preflight.page import Page

CONTENT_ID = "cid:"  # of a picture that travels in the message (RFC 2392)


def check_images(page: Page, attached: Collection[str] | None) -> Iterator[Finding]:
    """Look at every picture.

    `attached` are the content ids of those that travel with the email, None where nobody knows.
    """
    for image in page.all("img"):
        line, markup = line_of(image), markup_of(image)
        yield from _check_source(image, attached, line, markup)
        source = image.get("src", "").strip()
        if image.get("alt") is None:
            yield warning(
                "image-alt", "a picture has no alt attribute", source, line=line, markup=markup
            )
        elif not image.get("alt", "").strip() and not _is_decoration(image):
            message = "a picture's alt is empty; blocked, it says nothing"
            yield warning("image-alt", message, source, line=line, markup=markup)
        yield from _check_measures(image, line, markup)


def _check_source(
    image: HtmlElement, attached: Collection[str] | None, line: int, markup: str
) -> Iterator[Finding]:
    source = image.get("src", "").strip()
    if not source:
        yield error(
            "image-src", "a picture has no src", image.get("alt", ""), line=line, markup=markup
        )
    elif source.lower().startswith(CONTENT_ID):
        if attached is not None and source[len(CONTENT_ID) :] not in attached:
            message = "a picture's src names an attachment which there is not"
            yield error("image-src", message, source, line=line, markup=markup)
    elif not is_absolute(source):
        message = "a picture's src is no absolute http(s) address"
        yield error("image-src", message, source, line=line, markup=markup)


def _check_measures(image: HtmlElement, line: int, markup: str) -> Iterator[Finding]:
    source = image.get("src", "").strip()
    for name, what_for in (
        ("width", "Outlook shows it in full size"),
        ("height", "the text jumps when it is loaded"),
    ):
        if not image.get(name, "").isdecimal():
            message = f"a picture has no {name}; {what_for}"
            yield warning(f"image-{name}", message, source, line=line, markup=markup)


def _is_decoration(image: HtmlElement) -> bool:
    return image.get("role") in {"presentation", "none"}
