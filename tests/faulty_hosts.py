"""Loopback hosts of which some are healthy and the others fail in every way that is known.

Each host has an address of its own (127.x.y.z). A healthy one serves a small invented feed. A
faulty one does what its `Fault` says, which also says in what words a reader must tell of it.
"""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import itertools
import random
import socket
import ssl
import struct
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Self, TypeAlias

from fiction import CUTOFF

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

Conversation: TypeAlias = "Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]"
ITEMS = 5  # of each healthy feed
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n"

# Signed by nobody, for 127.0.0.1: it protects nothing.
SELF_SIGNED = """\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgckgJvLKqZI3lOR3F
ea9d/IUDCZEu0RhdHT54Bwgg8lKhRANCAAS6t+872mB1MJtYrh0R0V9TEWnyg9pi
S7pKUQ9H8TWZShhiiGGgx/I5XyiGteIOCoOQvnOP0KZP7V0fcDGM01ns
-----END PRIVATE KEY-----
-----BEGIN CERTIFICATE-----
MIIBfzCCASWgAwIBAgIURptuwywJ4lkFB+13d2u6ojkitXIwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJMTI3LjAuMC4xMCAXDTI2MTEyMjE0MDA1MVoYDzIxMjYxMDI5
MTQwMDUxWjAUMRIwEAYDVQQDDAkxMjcuMC4wLjEwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAS6t+872mB1MJtYrh0R0V9TEWnyg9piS7pKUQ9H8TWZShhiiGGgx/I5
XyiGteIOCoOQvnOP0KZP7V0fcDGM01nso1MwUTAdBgNVHQ4EFgQUzrMh7oP7K4zP
BcXXUDt9y1beAy0wHwYDVR0jBBgwFoAUzrMh7oP7K4zPBcXXUDt9y1beAy0wDwYD
VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiAn3VyDNi77ZjnvYn1SjUnC
NkjSRgMXxAg6KkuExB+5swIhANPquDb7nh7gA27bcD8lY1KsByfyCADPreIYaOtR
WNte
-----END CERTIFICATE-----
"""


# ---------------------------------------------------------------- what a host says


def feed(n: int) -> bytes:
    """Give the feed of healthy host `n`: its articles are all of its own."""
    items = "".join(
        f"<item><title>Ferry {n}-{i} returns to the river</title>"
        f"<link>https://harbour{n}.example/ferry-{i}</link><guid>harbour{n}-{i}</guid>"
        f"<pubDate>{CUTOFF:%a, %d %b %Y %H:%M:%S} GMT</pubDate></item>"
        for i in range(ITEMS)
    )
    return f'<rss version="2.0"><channel><title>Harbour {n}</title>{items}</channel></rss>'.encode()


FEED = feed(0)


def says(*pieces: bytes, every_s: float = 0, forever: bool = False) -> Conversation:
    """After the request send the pieces, one each `every_s`, the last one `forever`."""

    async def conversation(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        rest = itertools.repeat(pieces[-1]) if forever else ()
        for piece in itertools.chain(pieces, rest):
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(every_s)

    return conversation


def healthy(n: int, delay_s: float = 0) -> Conversation:
    """Serve the feed of host `n`, `delay_s` after it was asked for, or 304 to who has it."""
    body = feed(n)
    tag = f'"harbour-{n}"'.encode()
    unchanged = b"HTTP/1.1 304 Not Modified\r\nETag: " + tag + b"\r\n\r\n"
    length = f"\r\nContent-Length: {len(body)}\r\n\r\n".encode()

    async def conversation(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.readuntil(b"\r\n\r\n")
        await asyncio.sleep(delay_s)
        writer.write(unchanged if tag in request else OK + b"ETag: " + tag + length + body)
        await writer.drain()

    return conversation


async def silent(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    """Accept, listen, and never say a word."""
    while await reader.read(1024):
        pass


def blurts(words: bytes) -> Conversation:
    """Answer as soon as anything was said, be it a request or a TLS greeting."""

    async def conversation(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(words)
        await writer.drain()

    return conversation


def resets(after: bytes = b"") -> Conversation:
    """Say a little, then reset the connection (RST, not FIN)."""

    async def conversation(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(after)
        await writer.drain()
        at_once = struct.pack("ii", 1, 0)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
        writer.transport.abort()

    return conversation


def of_length(length: str, body: bytes = FEED) -> bytes:
    return OK + f"Content-Length: {length}\r\n\r\n".encode() + body


def _redirect(target: str) -> bytes:
    return f"HTTP/1.1 302 Found\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n".encode()


# ---------------------------------------------------------------- faults


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A way to fail: what the host does, and a pattern for the words that tell of it.

    `waits` says that only the reader's patience ends it. `scheme` is how the host is asked;
    `secure` whether it does speak TLS, with a certificate signed by nobody. A host that is `full`
    never lets anybody in.
    """

    name: str
    told: str
    does: Conversation = silent
    waits: bool = False
    scheme: str = "http"
    secure: bool = False
    full: bool = False


_NOISE = random.Random(7).randbytes(4096)
_BROKE = "broke off"
_HTTP = "proper HTTP"
_PATIENCE = "did not answer within|fell silent"
_NO_FEED = "not a feed"

FAULTS = (
    Fault(name="lets nobody in", told="no connection", full=True, waits=True),
    Fault(name="says nothing", told=_PATIENCE, waits=True),
    Fault(name="stops half way", told=_PATIENCE, waits=True, does=says(
        of_length("100000"), b"", every_s=3600)),
    Fault(name="a byte a second", told=_PATIENCE, waits=True, does=says(
        of_length("100000", b""), b"<", every_s=1, forever=True)),
    Fault(name="headers a byte a second", told=_PATIENCE, waits=True, does=says(
        OK + b"X-Slow: ", b"x", every_s=1, forever=True)),
    Fault(name="resets at once", told=_BROKE, does=resets()),
    Fault(name="resets half way", told=_BROKE, does=resets(of_length("5000"))),
    Fault(name="hangs up", told=_BROKE, does=says(b"")),
    Fault(name="noise", told=_HTTP, does=says(_NOISE)),
    Fault(name="another protocol", told=_HTTP, does=says(b"220 mail.example ESMTP\r\n\r\n")),
    Fault(name="half a body", told=_BROKE, does=says(of_length(str(2 * len(FEED))))),
    Fault(name="half a chunk", told=_BROKE, does=says(
        OK + b"Transfer-Encoding: chunked\r\n\r\nfff\r\n" + FEED[:200])),
    Fault(name="length too short", told=f"{_HTTP}|{_NO_FEED}", does=says(of_length("19"))),
    Fault(name="length of nonsense", told=_HTTP, does=says(of_length("-7"))),
    Fault(name="two lengths", told=_HTTP, does=says(
        OK + b"Content-Length: 19\r\n" + of_length("20").partition(b"rss+xml\r\n")[2])),
    Fault(name="no gzip", told=_BROKE, does=says(
        OK + b"Content-Encoding: gzip\r\nContent-Length: 4096\r\n\r\n" + _NOISE)),
    Fault(name="endless headers", told=_HTTP, does=says(
        OK, b"X-More: of it\r\n" * 99, forever=True)),
    Fault(name="one endless header", told=_HTTP, does=says(OK + b"X: ", b"x" * 999, forever=True)),
    Fault(name="endless body", told="larger than", does=says(
        OK + b"\r\n", bytes(65536), forever=True)),
    Fault(name="endless bomb", told="larger than", does=says(
        OK + b"Content-Encoding: gzip\r\n\r\n", gzip.compress(bytes(30 * 1024 * 1024)))),
    Fault(name="redirects in a circle", told="more than 5 redirects", does=says(_redirect("/"))),
    Fault(name="redirects into the disk", told="no web address", does=says(
        _redirect("file:///etc/passwd"))),
    Fault(name="no TLS", told="no secure connection", scheme="https", does=blurts(
        b"HTTP/1.1 400 Bad Request\r\n\r\n")),
    Fault(name="its own certificate", told="certificate", scheme="https", secure=True),
    Fault(name="noise for a feed", told=_NO_FEED, does=says(of_length("4096", _NOISE))),
    Fault(name="a page for a feed", told=_NO_FEED, does=says(of_length(
        "32", b"<html><body>Log in</body></html>"))),
    Fault(name="an empty body", told="empty", does=says(of_length("0", b""))),
    Fault(name="a fault of its own", told="500", does=says(
        b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n")),
)  # fmt: skip


# ---------------------------------------------------------------- hosts


@dataclass(kw_only=True)
class Hosts:
    """Healthy hosts and faulty ones among them, while its `async with` block lasts.

    `healthy` gives the number of each healthy host by its feed's URL, `faulty` the fault of each
    other. Each healthy host takes `stagger_s` longer to answer than the one before it.
    """

    count: int
    faults: Sequence[Fault] = ()
    stagger_s: float = 0
    healthy: dict[str, int] = field(default_factory=dict)
    faulty: dict[str, Fault] = field(default_factory=dict)
    _open: contextlib.AsyncExitStack = field(default_factory=contextlib.AsyncExitStack)
    _busy: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def urls(self) -> list[str]:
        """All URLs, healthy and faulty ones mixed, the same way each time."""
        urls = [*self.healthy, *self.faulty]
        random.Random(len(urls)).shuffle(urls)
        return urls

    async def __aenter__(self) -> Self:
        addresses = (f"127.77.{n // 250}.{n % 250 + 1}" for n in itertools.count())
        for n, address in zip(range(self.count), addresses, strict=False):
            port = await self._listen(address, healthy(n, n * self.stagger_s))
            self.healthy[f"http://{address}:{port}/feed.xml"] = n
        for fault, address in zip(self.faults, addresses, strict=False):
            port = await self._fail(address, fault)
            self.faulty[f"{fault.scheme}://{address}:{port}/feed.xml"] = fault
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._busy:
            task.cancel()
        await asyncio.gather(*self._busy, return_exceptions=True)
        await self._open.aclose()

    async def _fail(self, address: str, fault: Fault) -> int:
        """Let a host fail; give its port."""
        if fault.full:
            return self._fill(address)
        context = _self_signed() if fault.secure else None
        return await self._listen(address, fault.does, context)

    async def _listen(
        self, address: str, does: Conversation, context: ssl.SSLContext | None = None
    ) -> int:
        async def hold(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task
            self._busy.add(task)
            with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
                await does(reader, writer)
            writer.close()
            self._busy.discard(task)

        server = await asyncio.start_server(hold, address, 0, ssl=context)
        self._open.callback(server.close)
        port: int = server.sockets[0].getsockname()[1]
        return port

    def _fill(self, address: str) -> int:
        """Listen, and fill the queue of those who wait: the kernel then drops who else comes."""
        listener = self._open.enter_context(socket.socket())
        listener.bind((address, 0))
        listener.listen(0)
        for _ in range(3):
            waiting = self._open.enter_context(socket.socket())
            waiting.settimeout(0)
            waiting.connect_ex(listener.getsockname())
        port: int = listener.getsockname()[1]
        return port


def _self_signed() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "self-signed.pem"
        path.write_text(SELF_SIGNED)
        context.load_cert_chain(path)
    return context
