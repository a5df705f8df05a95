"""A picture made ready for its place on a page: the place's shape, and what came of it."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

FOLDER = "images"  # of an issue's folder
STEM_LENGTH = 40
MARK_LENGTH = 12  # hexadecimal digits of a hash: enough to tell pictures apart
_SUFFIXES = {"jpeg": ".jpg", "png": ".png"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """The place of a picture on a page.

    It is shown at most `width` CSS pixels wide, and cropped to `width` × `height`, or in its own
    ratio where `height` is None. `paper` (#rrggbb) lies behind what is transparent.
    """

    width: int
    height: int | None = None
    paper: str

    @property
    def name(self) -> str:
        """What the shape is remembered by: "592x368 on #fcfbf8", "216 on #fcfbf8"."""
        size = f"{self.width}x{self.height}" if self.height else f"{self.width}"
        return f"{size} on {self.paper}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """The picture of an address, made ready for a `shape`, which is given by its name.

    `kind` is "jpeg" or "png", `width` and `height` are pixels, twice what is shown at most, and
    `sha256` is that of its bytes. Where it could not be made, `fault` says why, and these are
    empty.
    """

    url: str
    shape: str
    kind: str = ""
    width: int = 0
    height: int = 0
    size_bytes: int = 0
    sha256: str = ""
    fault: str = ""

    @property
    def name(self) -> str:
        """Its file in an issue's folder: other bytes have another name."""
        mark = self.sha256[:MARK_LENGTH]
        return f"{FOLDER}/{picture_stem(self.url)}-{mark}{_SUFFIXES[self.kind]}"


def picture_stem(url: str) -> str:
    """Give what the files of a picture's copies are called after: the same for the same address.

    A readable word, in lower case for file systems that ignore case, and a hash: an outsider
    cannot choose the name.
    """
    stem = re.sub(r"[^a-z0-9]+", "-", picture_path(url).stem)[:STEM_LENGTH].strip("-")
    return f"{stem or 'picture'}-{hashlib.sha256(url.encode()).hexdigest()[:MARK_LENGTH]}"


def picture_path(url: str) -> PurePosixPath:
    """Give the path of an address, in lower case, empty where there is none."""
    try:
        return PurePosixPath(unquote(urlsplit(url).path).lower())
    except ValueError:  # such as an unclosed IPv6 bracket
        return PurePosixPath()
