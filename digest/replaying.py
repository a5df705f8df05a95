"""Replay: build a stored issue again from its own inputs, and compare every byte that is sent."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from digest import __version__, archive
from digest.deciding import decide
from digest.errors import DigestError
from digest.expressing import express
from digest.inputs import Inputs
from digest.rendering import words_beside

if TYPE_CHECKING:
    from pathlib import Path

    from digest.picture import Picture


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
    made = express(inputs, planned, themes, lambda picture: _data_of(folder, picture))
    again = {
        "issue.json": archive.dump(made.issue),
        "email.html": made.email.html.encode(),
        "email.txt": made.email.text.encode(),
        "message.eml": made.message,
        "archive.html": made.page.encode(),
    }
    pictures = {picture.name: picture.sha256 for picture in made.copies.values()}
    expected = {name: sha256(data).hexdigest() for name, data in again.items()} | pictures
    same = tuple(name for name, mark in expected.items() if _mark(folder / name) == mark)
    return Replay(
        same=same,
        different=tuple(name for name in expected if name not in same),
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


def _data_of(folder: Path, picture: Picture) -> bytes:
    """Read a picture that the issue brought along; one that is gone is told of as different."""
    try:
        return (folder / picture.name).read_bytes()
    except OSError:
        return b""


def _mark(path: Path) -> str:
    """Give a file's sha256, "" where it cannot be read."""
    try:
        return sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""
