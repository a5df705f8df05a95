"""Delivery into a folder: each message a file that any mail program opens.

    out/<edition>/<date>/outbox/<address>.eml

Nothing irrevocable happens, so this is the delivery to start with and to rehearse on.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from digest.errors import DeliveryError
from digest.outgoing import Outcome
from digest.protocols import Limits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from digest.outgoing import Delivery

MAX_STEM = 200  # bytes; file systems allow 255 for a name with its ending

_PLAIN = frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789@.+-_")


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """The folder `out` as a deliverer."""

    irrevocable = False
    connections = 1
    limits = Limits(max_batch=500)

    out: Path

    @contextmanager
    def open(self) -> Iterator[Outbox]:
        """Open a session. Raises DeliveryError when the folder is not there and cannot be made."""
        try:
            self.out.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DeliveryError(
                f"the folder cannot be made: {error.strerror}",
                where=str(self.out),
                hint="Make it, or name another one under [paths]",
            ) from error
        yield Outbox(self.out)


@dataclass(frozen=True, slots=True)
class Outbox:
    """An open session that writes into `out`."""

    out: Path

    def send(
        self, batch: Sequence[Delivery], begin: Callable[[Delivery], None]
    ) -> Iterator[Outcome]:
        """Write each message whole or not at all, and give its outcome: "sent" or "failed".

        "sent" means on the disk, in place of what an earlier delivery to that address left. A disk
        that is full or refuses is an outcome like others, and the next delivery is tried.
        """
        for delivery in batch:
            begin(delivery)
            path = self._path(delivery)
            try:
                _write_whole(path, delivery.message)
            except OSError as error:
                detail = f"{path.name} cannot be written: {error.strerror}"
                yield Outcome(delivery=delivery, state="failed", detail=detail)
            else:
                yield Outcome(delivery=delivery, state="sent", detail=str(path))

    def _path(self, delivery: Delivery) -> Path:
        issue = self.out / delivery.edition / delivery.date.isoformat()
        return issue / "outbox" / f"{safe_name(delivery.subscriber.address)}.eml"


def safe_name(address: str) -> str:
    """Give a file name for an address: another for every other address, on any file system.

    Ordinary addresses stay readable. All other bytes become "%" and their code, capitals too,
    because some file systems hold A and a for one; so does a leading dot, which hides a file. A
    name that grows too long ends in a hash of the address instead, behind a "~".
    """
    name = "".join(chr(byte) if byte in _PLAIN else f"%{byte:02x}" for byte in address.encode())
    if name.startswith("."):
        name = f"%2e{name[1:]}"
    if len(name) <= MAX_STEM:
        return name
    return f"{name[:100]}~{sha256(address.encode()).hexdigest()}"


def _write_whole(path: Path, data: bytes) -> None:
    """Put a file in place, even if the power fails in the middle."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.new")
    try:
        with aside.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    except OSError:
        aside.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Write a folder's list of names through to the disk: a rename alone may be forgotten."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
