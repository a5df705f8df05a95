"""The pictures of a public issue, beside its page: those that readers are shown, and no other.

A name holds a hash of what is in the file, so that a file that is there is right.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING

from digest.archive.atomic import place
from digest.archive.folder import read_manifest
from digest.errors import DigestError
from digest.picture import FOLDER, MARK_LENGTH

if TYPE_CHECKING:
    from pathlib import Path

PUBLIC_PICTURE = re.compile(rf"[a-z0-9-]{{1,99}}-[0-9a-f]{{{MARK_LENGTH}}}\.(?:jpg|png)")


def copy_pictures(source: Path, target: Path) -> frozenset[str]:
    """Put the pictures of an issue's folder beside its public page, and give their names.

    There are none where the folder cannot be read. Raises OSError.
    """
    names: tuple[str, ...] = ()
    with suppress(DigestError):
        names = read_manifest(source).pictures
    for name in names:
        if not (target / name).is_file():
            place(target / name, (source / name).read_bytes())
    return frozenset(names)


def remove_pictures(target: Path, keep: frozenset[str] = frozenset()) -> None:
    """Remove what was put there, but for those to `keep`; what else lies there is let be."""
    folder = target / FOLDER
    for path in sorted(folder.glob("*")):
        if PUBLIC_PICTURE.fullmatch(path.name) and f"{FOLDER}/{path.name}" not in keep:
            path.unlink()
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
