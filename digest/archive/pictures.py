"""Local copies of an issue's pictures, under names that an outsider cannot choose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.picture import FOLDER, picture_path, picture_stem

if TYPE_CHECKING:
    from pathlib import Path

# What browsers show and never run: no SVG, which may hold a script.
PICTURE_SUFFIXES = frozenset({".avif", ".gif", ".jpeg", ".jpg", ".png", ".webp"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A picture's bytes and its name in the issue's folder, such as `images/river-2f….jpg`.

    One for `readers` is what they see, on our server or in the public archive; the others are for
    the staff's preview alone.
    """

    name: str
    data: bytes
    readers: bool = False


def picture_name(url: str) -> str:
    """Name the copy of a picture as it came: the same for the same URL, different for another.

    A suffix that is no picture's becomes `.bin`, which no browser opens as a page.
    """
    suffix = picture_path(url).suffix
    return f"{FOLDER}/{picture_stem(url)}{suffix if suffix in PICTURE_SUFFIXES else '.bin'}"


def find_copy(folder: Path, url: str) -> str | None:
    """Find a copy of a picture in an issue's folder, as it came or made ready; None without one."""
    found = sorted(path.name for path in (folder / FOLDER).glob(f"{picture_stem(url)}*"))
    return f"{FOLDER}/{found[0]}" if found else None
