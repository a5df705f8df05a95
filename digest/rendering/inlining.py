"""Styles are inlined once an issue, by premailer, around each of its known traps."""

from __future__ import annotations

import logging
import re
import threading

from premailer import Premailer

from digest.errors import TemplateError

# premailer drops a doctype that is not written exactly so, and browsers then lay out by the rules
# of 1998; it raises on empty input and on an XML prolog.
_DOCTYPE = "<!DOCTYPE html>"
_ANY_DOCTYPE = re.compile(r"\s*<!doctype html\s*>", re.IGNORECASE)

# Conditional comments are Outlook's markup and stay, the other comments are the designer's.
_COMMENT = re.compile(
    r"(<!--\[if.*?(?:<!-->|<!\[endif\]-->)|<!--<!\[endif\]-->)|<!--.*?-->", re.DOTALL
)

# cssutils keeps global state, and unlocked threads change whitespace: output that is not stable.
_LOCK = threading.Lock()


def inline_styles(html: str) -> str:
    """Write the rules of the page's style blocks into style attributes.

    A block marked `data-premailer="ignore"` stays in the head as it is. Comments go, but for
    conditional ones. Raises TemplateError for a page that does not begin with an HTML doctype.
    """
    doctype = _ANY_DOCTYPE.match(html)
    if not doctype:
        raise TemplateError(
            "the page does not begin with <!DOCTYPE html>",
            where="email.html.j2",
            hint="Make it the first line, with nothing before it",
        )
    page = _DOCTYPE + _COMMENT.sub(lambda match: match[1] or "", html[doctype.end() :])
    with _LOCK:
        return str(_premailer(page).transform(pretty_print=False)).rstrip() + "\n"


def _premailer(page: str) -> Premailer:
    return Premailer(
        page,  # no base_url: it would be put before placeholders
        strip_important=False,  # the responsive rules need theirs
        disable_validation=True,  # mso- properties are no CSS
        cssutils_logging_level=logging.CRITICAL,
        allow_network=False,
        keep_style_tags=False,
        remove_classes=False,  # the head's rules find their elements by them
        align_floating_images=False,
        # CSS `width: 100%` must not replace an image's honest width; the others land on elements
        # that may not carry them.
        disable_basic_attributes=["align", "width", "height", "valign", "bgcolor"],
    )
