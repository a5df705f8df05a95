"""A mail server on loopback that does as it is told, wrong things included, and tells what it took.

It is the tests' own, in a thread for each connection, and shares nothing with what it is there to
test. `delay_s` holds every answer back as a long way would: what is asked at once is answered at
once, that much later. A `naive` server takes recipients for a sender that it refused. A command or
content for which nobody is to be had is asked for all the same, as RFC 2920 §3.1 allows.
"""

from __future__ import annotations

import contextlib
import queue
import socket
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator

CLOSE = b""  # in place of an answer: the connection is closed
STALL = None  # in place of an answer: none ever comes
LOSE = b"taken and gone"  # in place of a receipt: the message is taken, and the connection closed

Answer = bytes | None
Rule = "Callable[[Line], Answer | bool]"


@dataclass(frozen=True, slots=True)
class Line:
    """What is answered: `verb` of a command, "" for the greeting, "." for content that is read.

    At "content" it has yet to be read, and CLOSE is the only answer.

    `nth` counts these on this connection from 1, `connection` the connections.
    """

    verb: str
    text: str
    nth: int
    connection: int


@dataclass(frozen=True, slots=True)
class Taken:
    """A message that the server answered for: its envelope, and its content, dots unstuffed."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes


@dataclass
class FaultyRelay:
    """The server: `rule` gives the answer to a line, True for the ordinary one."""

    rule: Callable[[Line], Answer | bool] = lambda _: True
    extensions: tuple[str, ...] = ("PIPELINING", "8BITMIME")
    delay_s: float = 0
    naive: bool = False
    tls: ssl.SSLContext | None = None
    taken: list[Taken] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    connections: int = 0
    most_at_once: int = 0
    port: int = 0
    released: threading.Event = field(default_factory=threading.Event)

    def talk(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            talk = _Talk(self, connection, self.connections)
            try:
                talk.run()
            finally:
                talk.file.close()
                talk.socket.close()


class _Talk:
    """One connection."""

    def __init__(self, relay: FaultyRelay, connection: socket.socket, number: int) -> None:
        self.relay, self.socket, self.number = relay, connection, number
        self.file = connection.makefile("rb")
        self.counts: dict[str, int] = {}
        self.sender, self.recipients = "", list[str]()
        self.outgoing: queue.Queue[tuple[float, bytes]] = queue.Queue()
        if relay.delay_s:
            threading.Thread(target=self._trickle, daemon=True).start()

    def run(self) -> None:
        if not self._answer("", "", b"220 relay.example ESMTP\r\n"):
            return
        while raw := self.file.readline():
            text = raw.decode("latin-1").rstrip("\r\n")
            verb = text.split(":")[0].split(" ")[0].upper()
            self.relay.lines.append(text)
            if not getattr(self, f"_{verb.lower()}", self._other)(text) or verb == "QUIT":
                break
        time.sleep(self.relay.delay_s)

    def _ehlo(self, text: str) -> bool:
        names = ("relay.example", *self.relay.extensions)
        body = "".join(f"250-{name}\r\n" for name in names[:-1]) + f"250 {names[-1]}\r\n"
        return self._answer("EHLO", text, body.encode())

    def _starttls(self, text: str) -> bool:
        if not self._answer("STARTTLS", text, b"220 go on\r\n"):
            return False
        if not self.relay.tls:
            self.socket.recv(1)
            self._write(b"this is no TLS\r\n" * 100)
            return False
        self.socket = self.relay.tls.wrap_socket(self.socket, server_side=True)
        self.file = self.socket.makefile("rb")
        return True

    def _rset(self, text: str) -> bool:
        self.sender, self.recipients = "", []
        return self._answer("RSET", text, b"250 ok\r\n")

    def _mail(self, text: str) -> bool:
        self.sender, self.recipients = "", []

        def note() -> None:
            self.sender, self.recipients = text[10:].strip("<>"), []

        return self._answer("MAIL", text, b"250 ok\r\n", note)

    def _rcpt(self, text: str) -> bool:
        def note() -> None:
            self.recipients.append(text[8:].strip("<>"))

        ordinary = b"250 ok\r\n" if self.sender or self.relay.naive else b"503 who are you?\r\n"
        return self._answer("RCPT", text, ordinary, note if ordinary[:1] == b"2" else None)

    def _data(self, text: str) -> bool:
        if not self.sender and not self.relay.naive:
            return self._answer("DATA", text, b"503 who are you?\r\n")
        asked: list[int] = []
        if not self._answer("DATA", text, b"354 go on\r\n", lambda: asked.append(1)):
            return False
        return self._content() if asked else True

    def _content(self) -> bool:
        if self.relay.rule(Line("content", "", self.counts["DATA"], self.number)) == CLOSE:
            return False
        lines = []
        while (line := self.file.readline()) != b".\r\n":
            if not line:
                return False
            lines.append(line[1:] if line.startswith(b".") else line)
        message = Taken(self.sender, tuple(self.recipients), b"".join(lines))
        self.sender = ""
        if not message.recipients:
            return self._answer(".", "", b"554 no valid recipients\r\n")
        return self._answer(".", "", b"250 taken\r\n", lambda: self.relay.taken.append(message))

    def _other(self, text: str) -> bool:
        verb = text.split(" ", maxsplit=1)[0].upper()
        return self._answer(verb, text, b"221 bye\r\n" if verb == "QUIT" else b"250 ok\r\n")

    def _answer(
        self, verb: str, text: str, ordinary: bytes, note: Callable[[], None] | None = None
    ) -> bool:
        """Answer by the rule; the ordinary answer is noted first. False where that is the end."""
        self.counts[verb] = self.counts.get(verb, 0) + 1
        ruled = self.relay.rule(Line(verb, text, self.counts[verb], self.number))
        if ruled is STALL:
            self.relay.released.wait(30)
            return False
        if ruled == LOSE and note:
            note()
        if ruled in {CLOSE, LOSE}:
            return False
        data = ordinary if ruled is True else ruled
        assert isinstance(data, bytes)
        if note and data[:1] == ordinary[:1]:
            note()
        self._write(data)
        return not data.startswith(b"421")

    def _write(self, data: bytes) -> None:
        if self.relay.delay_s:
            self.outgoing.put((time.monotonic() + self.relay.delay_s, data))
        else:
            self.socket.sendall(data)

    def _trickle(self) -> None:
        while True:
            due, data = self.outgoing.get()
            time.sleep(max(due - time.monotonic(), 0))
            with contextlib.suppress(OSError):
                self.socket.sendall(data)


@contextlib.contextmanager
def relaying(relay: FaultyRelay) -> Iterator[FaultyRelay]:
    """Run a server until the block ends."""
    listener = socket.create_server(("127.0.0.1", 0))
    relay.port = listener.getsockname()[1]
    threads: list[threading.Thread] = []

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                relay.connections += 1
                threads.append(threading.Thread(target=relay.talk, args=(connection,), daemon=True))
                threads[-1].start()
                alive = sum(thread.is_alive() for thread in threads)
                relay.most_at_once = max(relay.most_at_once, alive)

    acceptor = threading.Thread(target=accept, daemon=True)
    acceptor.start()
    try:
        yield relay
    finally:
        relay.released.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        acceptor.join(5)
        for thread in threads:
            thread.join(5)
