"""Local copies of an issue's pictures, under names that an outsider cannot choose."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

# What browsers show and never run: no SVG, which may hold a script.
PICTURE_SUFFIXES = frozenset({".avif", ".gif", ".jpeg", ".jpg", ".png", ".webp"})
STEM_LENGTH = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A picture's bytes and its name in the issue's folder, such as `images/river-2f….jpg`."""

    name: str
    data: bytes


def local_copies(pictures: Mapping[str, Path]) -> dict[str, Copy]:
    """Read the pictures by URL, in order of URL; one that cannot be read is left out.

    A preview without a picture says so; a morning without an issue would be worse.
    """
    copies = {}
    for url, path in sorted(pictures.items()):
        try:
            copies[url] = Copy(name=picture_name(url), data=path.read_bytes())
        except OSError:
            continue
    return copies


def picture_name(url: str) -> str:
    """Name the local copy of a picture: the same for the same URL, different for another.

    It keeps a readable stem, in lower case for file systems that ignore case; a suffix that is no
    picture's becomes `.bin`, which no browser opens as a page.
    """
    path = PurePosixPath(unquote(_path(url)).lower())
    stem = re.sub(r"[^a-z0-9]+", "-", path.stem)[:STEM_LENGTH].strip("-") or "picture"
    suffix = path.suffix if path.suffix in PICTURE_SUFFIXES else ".bin"
    mark = hashlib.sha256(url.encode()).hexdigest()[:12]
    return f"images/{stem}-{mark}{suffix}"


def _path(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError:  # such as an unclosed IPv6 bracket
        return ""
