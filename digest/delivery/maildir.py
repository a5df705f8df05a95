"""Delivery into a Maildir, where another program takes messages up: a reader, or a mail server.

    <path>/tmp/<name>   while it is written, then    <path>/new/<name>

The envelope is kept in the headers Return-Path and Delivered-To, as local delivery writes them.
"""

from __future__ import annotations

import os
import secrets
import socket
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.delivery.envelopes import wire_address
from digest.errors import DeliveryError
from digest.outgoing import Outcome
from digest.protocols import Limits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from digest.outgoing import Delivery

FOLDERS = ("tmp", "new", "cur")


class Maildir:
    """The Maildir at `path`, relative to the publication's root."""

    irrevocable = True  # whoever reads it may have taken a message away
    connections = 1
    limits = Limits(max_batch=500)

    def __init__(self, *, root: Path, path: str, sender: str) -> None:
        self._path = root / path
        self._sender = sender

    @contextmanager
    def open(self) -> Iterator[Box]:
        """Open a session, and make the Maildir where there is none. Raises DeliveryError."""
        try:
            for name in FOLDERS:
                (self._path / name).mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise DeliveryError(
                f"the Maildir cannot be made: {error.strerror}",
                where=str(self._path),
                hint="Make it, or name another one by path under [delivery]",
            ) from error
        yield Box(path=self._path, sender=self._sender)


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """An open session that writes into the Maildir at `path`."""

    path: Path
    sender: str

    def send(
        self, batch: Sequence[Delivery], begin: Callable[[Delivery], None]
    ) -> Iterator[Outcome]:
        """Write each message whole or not at all, and through to the disk.

        One that the disk does not take is deferred, and the next is tried.
        """
        for delivery in batch:
            try:
                message = self._envelope(delivery) + delivery.message.replace(b"\r\n", b"\n")
            except ValueError as error:
                detail = f"{str(error)[:100]!r} is no address"
                yield Outcome(delivery=delivery, state="failed", detail=detail)
                continue
            begin(delivery)
            try:
                name = self._write(message)
            except OSError as error:
                detail = f"{self.path} takes no message: {error.strerror}"
                yield Outcome(delivery=delivery, state="deferred", detail=detail)
            else:
                yield Outcome(delivery=delivery, state="sent", detail=name)

    def _envelope(self, delivery: Delivery) -> bytes:
        back = wire_address(delivery.return_path or self.sender)
        to = wire_address(delivery.subscriber.address)
        return f"Return-Path: <{back}>\nDelivered-To: {to}\n".encode()

    def _write(self, message: bytes) -> str:
        name = _unique_name()
        aside = self.path / "tmp" / name
        try:
            with aside.open("xb") as file:
                file.write(message)
                file.flush()
                os.fsync(file.fileno())
            aside.rename(self.path / "new" / name)
        except OSError:
            aside.unlink(missing_ok=True)
            raise
        _sync(self.path / "new")
        return name


def _unique_name() -> str:
    """Name a message as no other is: time, chance and host (https://cr.yp.to/proto/maildir.html)."""
    host = socket.gethostname().replace("/", r"\057").replace(":", r"\072")
    return f"{time.time_ns() // 10**9}.R{secrets.token_hex(8)}.{host}"


def _sync(folder: Path) -> None:
    """Write a folder's list of names through to the disk: a rename alone may be forgotten."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
