"""The words that an address adds to a headline: /2014/03/barge-strikes-bridge.html.

An outlet often names a page by its first or its shorter headline, and never cuts a word off.
"""

from __future__ import annotations

import re
from urllib.parse import unquote_plus, urlsplit

LEAST_WORDS = 2  # a part of fewer words ("news", "index") names no page
MOST_CHARS = 200  # of a part; nobody words a headline longer…
MOST_BYTES = 9 * MOST_CHARS  # …and an escaped letter has up to three bytes of three characters

_BETWEEN = re.compile(r"[-_ ,.]+")
_ENDING = re.compile(r"\.\w{2,5}$")
# Numbers of pages and their hexadecimal kin: N02140329357, 3402266, 5f0c9e1a77.
_IDENTIFIER = re.compile(r"[^\W\d_]?\d{4,}|[^\W\d_]+\d{3,}\w*|(?=\w*\d)[0-9a-f]{7,}", re.IGNORECASE)


def slug_words(url: str) -> str:
    """Give the words of the part of a path that has most, the last of several; "" if it has few."""
    try:
        path = urlsplit(url).path
    except ValueError:  # a malformed address, as feeds have them
        return ""
    most: list[str] = []
    for part in path.split("/"):
        words = _words(part)
        if len(words) >= len(most):
            most = words
    return " ".join(most) if len(most) >= LEAST_WORDS else ""


def _words(part: str) -> list[str]:
    written = unquote_plus(part[:MOST_BYTES])
    found = _BETWEEN.split(_ENDING.sub("", written[:MOST_CHARS]))
    if len(written) > MOST_CHARS or len(part) > MOST_BYTES:
        found = found[:-1]  # which was cut
    return [word for word in found if word and not _IDENTIFIER.fullmatch(word)]
