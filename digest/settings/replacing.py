"""Puts a file of the editors in place whole, or leaves the old one as it was."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def replace_file(path: Path, data: bytes) -> None:
    """Put a file in place, with the mode of the old one; a link goes on pointing to it.

    Where there is none yet, it is made, and its folder with it.
    """
    target = path.resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_name(f".{target.name}.new")
    with aside.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    if target.exists():
        aside.chmod(stat.S_IMODE(target.stat().st_mode))
    aside.replace(target)
