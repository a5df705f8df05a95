"""Where messages come in from, and where those are kept that a person has to look at."""

from __future__ import annotations

import mailbox
from typing import TYPE_CHECKING, BinaryIO

from digest.errors import DigestError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAX_BYTES = 10 * 1024 * 1024
MAX_KEPT = 1_000  # messages: a flood of them fills no disk

SEEN, FLAGGED = "S", "F"  # what mail programs make of a file's name in a Maildir
_CHUNK = 64 * 1024


def read_stream(stream: BinaryIO) -> bytes:
    """Read a message to its end, so that no mail server is left with a broken pipe.

    What is beyond MAX_BYTES is dropped.
    """
    data = stream.read(MAX_BYTES)
    while stream.read(_CHUNK):
        pass
    return data


def new_messages(maildir: Path) -> Iterator[tuple[Path, bytes]]:
    """Give the new messages of a Maildir, in the order of their names.

    One that another process takes meanwhile is passed over. Raises DigestError for what is none.
    """
    new = maildir / "new"
    if not new.is_dir() or not (maildir / "cur").is_dir():
        hint = "A Maildir is a folder that holds the folders new, cur and tmp"
        raise DigestError("this is no Maildir", where=str(maildir), hint=hint)
    for path in sorted(new.iterdir()):
        if path.name.startswith(".") or not path.is_file():
            continue
        try:
            with path.open("rb") as file:
                data = file.read(MAX_BYTES)
        except FileNotFoundError:
            continue
        yield path, data


def put_away(path: Path, flag: str) -> None:
    """Move a message of a Maildir from `new` to `cur`, unless another process has."""
    try:
        path.rename(path.parent.parent / "cur" / f"{path.name.partition(':')[0]}:2,{flag}")
    except FileNotFoundError:
        return


def keep(folder: Path, data: bytes) -> bool:
    """Keep a message in a Maildir of ours; say whether there was room."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    kept = mailbox.Maildir(folder, factory=None, create=True)
    if len(kept) >= MAX_KEPT:
        return False
    kept.add(data)
    return True
