"""A mail server of others' make, aiosmtpd, that keeps what it is handed."""

from __future__ import annotations

import contextlib
import socket
from typing import TYPE_CHECKING, Any

from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiosmtpd.smtp import SMTP, Envelope, Session


class Box(Sink):
    """A handler that keeps what it is handed."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[bytes] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  aiosmtpd's
        assert isinstance(envelope.content, bytes)
        self.messages.append(envelope.content)
        return "250 OK"


@contextlib.contextmanager
def mail_server(**options: Any) -> Iterator[tuple[Box, int]]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    box = Box()
    controller = Controller(box, hostname="localhost", port=port, **options)
    controller.start()
    try:
        yield box, port
    finally:
        controller.stop()
