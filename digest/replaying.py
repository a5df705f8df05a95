"""Replay: build a stored issue again from its own inputs, and compare every byte that is sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest import __version__, archive
from digest.building import express, express_publicly
from digest.deciding import decide
from digest.errors import DigestError
from digest.inputs import Inputs
from digest.rendering import words_beside

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """Which files of a stored issue came out the same, which did not, and the likely cause."""

    same: tuple[str, ...]
    different: tuple[str, ...]
    hint: str = ""


def replay(folder: Path, themes: tuple[Path, ...]) -> Replay:
    """Build a stored issue again from its own inputs and compare, writing nothing.

    A file that is missing is different. Raises DigestError when the inputs cannot be read.
    """
    inputs = read_inputs(folder)
    planned = decide(inputs, words_beside(themes, inputs.publication.language))
    issue, email, message = express(inputs, planned, themes)
    again = {
        "issue.json": archive.dump(issue),
        "email.html": email.html.encode(),
        "email.txt": email.text.encode(),
        "message.eml": message,
        "archive.html": express_publicly(inputs, issue, themes).encode(),
    }
    same = tuple(name for name, data in again.items() if _holds(folder / name, data))
    return Replay(
        same=same,
        different=tuple(name for name in again if name not in same),
        hint=f"It was built by version {inputs.version}; this is {__version__}. A template that "
        "changed since is the usual cause",
    )


def read_inputs(folder: Path) -> Inputs:
    """Read what a stored issue was decided from. Raises DigestError when it cannot be read."""
    try:
        return archive.load(Inputs, archive.read_inputs(folder))
    except ValueError as error:
        raise DigestError(
            "it cannot be read: it is damaged, or of another version of this program",
            where=str(folder / "inputs.json.gz"),
            hint="Replay it with the version that its manifest.json names",
        ) from error


def _holds(path: Path, data: bytes) -> bool:
    try:
        return path.read_bytes() == data
    except OSError:
        return False
