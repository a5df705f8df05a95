"""Where the files that travel with the program are: its templates and its sample publication."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from digest.errors import DigestError

PACKAGE = Path(__file__).parent


def bundled(name: Literal["templates", "config"], package: Path = PACKAGE) -> Path:
    """Give the bundled folder: inside the package when installed, beside it in a checkout.

    `package` is the folder of the package itself. Raises DigestError where there is neither.
    """
    for folder in (package / "bundled" / name, package.parent / name):
        if folder.is_dir():
            return folder
    raise DigestError(
        f"the folder {name} that belongs to the program is missing",
        where=str(package),
        hint="Install the program again",
    )
