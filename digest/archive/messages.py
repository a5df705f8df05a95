"""The messages of a saved issue, each read when it is asked for, and only as it was built."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path, PurePosixPath

from digest.archive.folder import MESSAGE, read_manifest, unreadable
from digest.archive.variant import VARIANTS
from digest.errors import DigestError


class Messages(Mapping[str, bytes]):
    """The messages of an issue's folder by the names of its variants, "" for the whole.

    What stands in its manifest when this is made is what counts: a file that is changed afterwards
    raises DigestError as it is read, and so does one that is gone.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._hashes = read_manifest(folder).files
        listed = map(PurePosixPath, self._hashes)
        self._files = {one.stem: str(one) for one in listed if one.match(f"{VARIANTS}/*.eml")} | {
            "": MESSAGE
        }

    def __getitem__(self, name: str) -> bytes:
        path = self._folder / self._files[name]
        try:
            message = path.read_bytes()
        except OSError as error:
            raise unreadable(path, error) from error
        if sha256(message).hexdigest() != self._hashes[self._files[name]]:
            raise DigestError(
                "it is not what was built", where=str(path), hint="Build the issue again"
            )
        return message

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)
