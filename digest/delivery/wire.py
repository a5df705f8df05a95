"""A connection to a mail server: bytes out, counted; replies in, bounded in size and time."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import socket
    import ssl

MAX_LINE = 4096  # bytes; RFC 5321 §4.5.3.1.5 allows 512, and some servers explain at length
MAX_LINES = 100
MAX_TEXT = 500  # characters of a reply that are worth telling
LONG = 10  # times the usual patience: for a message to be written, and for its receipt
CHUNK = 65_536

_REPLY = re.compile(rb"([2-5]\d\d)(?:([ -])(.*))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server answers (RFC 5321 §4.2): its code, and its lines without it."""

    code: int
    lines: tuple[str, ...]

    def __str__(self) -> str:
        text = " ".join(self.lines)
        shown = "".join(one if one.isprintable() else "�" for one in text[:MAX_TEXT])
        return f"{self.code} {shown}".rstrip()


class Wire:
    """An open connection. Whatever ends it is an OSError: TimeoutError, ConnectionError, SSLError.

    `pipelines` says that the server takes several commands at once. `written` counts the bytes of
    the last `put` that left.
    """

    def __init__(self, connection: socket.socket, timeout_s: float) -> None:
        self._socket = connection
        self._timeout_s = timeout_s
        self._read = b""
        self.pipelines = False
        self.written = 0

    @property
    def own_address(self) -> str:
        """The address of this end."""
        return str(self._socket.getsockname()[0])

    def encrypt(self, context: ssl.SSLContext, host: str) -> None:
        """Go on in TLS, with a server that proves to be `host`.

        Raises ConnectionError where it said something ahead, which somebody else may have.
        """
        if self._read:
            raise ConnectionError("the server went on talking before the encryption began")
        self._socket = context.wrap_socket(self._socket, server_hostname=host)

    def put(self, data: bytes) -> None:
        """Write everything."""
        self.written = 0
        view = memoryview(data)
        deadline = time.monotonic() + self._timeout_s * LONG
        while self.written < len(data):
            self._wait_until(min(deadline, time.monotonic() + self._timeout_s))
            self.written += self._socket.send(view[self.written :])

    def reply(self, *, long: bool = False) -> Reply:
        """Read a reply; a `long` one is waited for as RFC 5321 §4.5.3.2.6 asks, ten times."""
        deadline = time.monotonic() + self._timeout_s * (LONG if long else 1)
        lines: list[str] = []
        while len(lines) < MAX_LINES:
            found = _REPLY.fullmatch(self._line(deadline))
            if not found:
                raise ConnectionError("the server's answer is no SMTP")
            lines.append((found[3] or b"").decode("utf-8", "replace"))
            if found[2] != b"-":
                return Reply(int(found[1]), tuple(lines))
        raise ConnectionError("the server's answer does not end")

    def ask(self, command: bytes) -> Reply:
        """Write a command, and read its reply."""
        self.put(command + b"\r\n")
        return self.reply()

    def close(self) -> None:
        """Let go, without a word."""
        self._socket.close()

    def _line(self, deadline: float) -> bytes:
        while b"\n" not in self._read:
            if len(self._read) > MAX_LINE:
                raise ConnectionError("a line of the server's answer does not end")
            self._wait_until(deadline)
            more = self._socket.recv(CHUNK)
            if not more:
                raise ConnectionError("the server closed the connection")
            self._read += more
        line, _, self._read = self._read.partition(b"\n")
        return line.removesuffix(b"\r")

    def _wait_until(self, deadline: float) -> None:
        """Let the next call to the socket take until then. Raises TimeoutError where it is past."""
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        self._socket.settimeout(left)
