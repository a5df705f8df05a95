from __future__ import annotations

import asyncio
import contextlib
import gzip
import ssl
import sys
import zlib
from itertools import pairwise
from typing import TYPE_CHECKING

import brotli  # type: ignore[import-untyped]  # it has none
import pytest
from aiohttp import web
from faulty_hosts import SELF_SIGNED
from loopback import CONTACT, serving, visitor

from digest import __version__
from digest.errors import SourceError
from digest.http.client import _next_target
from digest.protocols import Http, Response

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
    from pathlib import Path

    from loopback import Handler

    from digest.http import Client

    Conversation = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

MIB = 1024 * 1024


@contextlib.asynccontextmanager
async def talking(
    conversation: Conversation, context: ssl.SSLContext | None = None
) -> AsyncIterator[str]:
    """Speak whatever `conversation` says on a loopback port."""

    held: list[asyncio.Event] = []

    async def hold(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        held.append(over := asyncio.Event())
        with contextlib.suppress(ConnectionError):
            await conversation(reader, writer)
        writer.close()
        over.set()

    server = await asyncio.start_server(hold, "127.0.0.1", 0, ssl=context)
    async with server:
        host, port = server.sockets[0].getsockname()[:2]
        try:
            yield f"{'https' if context else 'http'}://{host}:{port}"
        finally:
            for over in held:
                await over.wait()


def get(handler: Handler, path: str = "/", *, client: Client | None = None) -> Response:
    async def run() -> Response:
        async with serving(handler) as base, client or visitor() as http:
            return await http.get(base + path)

    return asyncio.run(run())


def talk(conversation: Conversation, client: Client | None = None) -> Response:
    async def run() -> Response:
        async with talking(conversation) as base, client or visitor() as http:
            return await http.get(base)

    return asyncio.run(run())


async def echo(request: web.Request) -> web.Response:
    lines = (f"{name.lower()}: {value}" for name, value in request.headers.items())
    return web.Response(text="\n".join(lines), headers={"Set-Cookie": "spy=1; Path=/"})


async def redirecting(request: web.Request) -> web.Response:
    left = int(request.path.strip("/"))
    if left == 0:
        return await echo(request)
    return web.Response(status=302, headers={"Location": f"/{left - 1}", "Set-Cookie": "spy=1"})


def test_it_says_who_asks_and_nothing_of_the_reader() -> None:
    sent = get(redirecting, "/2").body.decode()
    assert f"user-agent: digest-newsletter/{__version__} (+{CONTACT})" in sent
    assert "accept-encoding: gzip, br" in sent
    assert "cookie:" not in sent
    assert "referer:" not in sent


def test_headers_go_out_byte_for_byte() -> None:
    async def run() -> bytes:
        async with serving(echo) as base, visitor() as http:
            return (await http.get(base, {"If-None-Match": 'W/"a-b"'})).body

    assert b'if-none-match: W/"a-b"' in asyncio.run(run())


def test_the_address_goes_out_byte_for_byte() -> None:
    async def path(request: web.Request) -> web.Response:
        return web.Response(text=request.raw_path)

    assert get(path, "/a%2Fb?q=%7e&s=a+b").body == b"/a%2Fb?q=%7e&s=a+b"


@pytest.mark.parametrize(
    ("encoding", "compress"), [("gzip", gzip.compress), ("br", brotli.compress)]
)
def test_a_compressed_body_is_decoded(encoding: str, compress: Callable[[bytes], bytes]) -> None:
    async def compressed(_: web.Request) -> web.Response:
        body = compress("Größe".encode())
        return web.Response(body=body, headers={"Content-Encoding": encoding})

    assert get(compressed).body.decode() == "Größe"


@pytest.mark.parametrize("status", [304, 404, 410, 429, 503])
def test_any_status_is_an_answer(status: int) -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=status, headers={"ETag": '"x"'})

    response = get(answer)
    assert (response.status, response.headers["etag"]) == (status, '"x"')


def test_five_redirects_are_followed_and_the_final_address_told() -> None:
    response = get(redirecting, "/5")
    assert response.status == 200
    assert response.url.endswith("/0")


def test_a_sixth_redirect_is_refused() -> None:
    with pytest.raises(SourceError, match="more than 5 redirects"):
        get(redirecting, "/6")


@pytest.mark.parametrize("target", ["javascript:alert(1)", "file:///etc/passwd", "http://[::1"])
def test_a_redirect_out_of_the_web_is_refused(target: str) -> None:
    async def astray(_: web.Request) -> web.Response:
        return web.Response(status=301, headers={"Location": target})

    with pytest.raises(SourceError, match="no web address"):
        get(astray)


def test_a_redirect_from_https_to_http_is_refused() -> None:
    response = Response(
        url="https://a.example/", status=301, headers={"location": "http://a.example/"}, body=b""
    )
    with pytest.raises(SourceError, match="from https to http"):
        _next_target("https://a.example/", response)


def test_a_body_beyond_the_bound_is_not_read_on() -> None:
    sent = 0

    async def endless(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        stream = web.StreamResponse()
        await stream.prepare(request)
        for _ in range(1_000):
            await stream.write(bytes(100_000))
            sent += 100_000
        return stream

    with pytest.raises(SourceError, match="larger than 1 MiB"):
        get(endless, client=visitor(max_body=1024 * 1024))
    assert sent < 50_000_000


def test_a_compressed_bomb_is_measured_decoded() -> None:
    async def bomb(_: web.Request) -> web.Response:
        body = gzip.compress(bytes(30 * 1024 * 1024))
        return web.Response(body=body, headers={"Content-Encoding": "gzip"})

    with pytest.raises(SourceError, match="larger than 10 MiB"):
        get(bomb)


def test_a_server_that_never_answers_is_left() -> None:
    async def silent(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    with pytest.raises(SourceError, match=r"fell silent for 0\.2 s") as caught:
        talk(silent, visitor(read_s=0.2))
    assert caught.value.where.startswith("http://127.0.0.1")
    assert caught.value.__cause__ is not None


def test_a_server_that_dribbles_is_left() -> None:
    async def dribbling(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while not writer.is_closing():
            writer.write(b".")
            await writer.drain()
            await asyncio.sleep(0.05)

    with pytest.raises(SourceError, match=r"did not answer within 0\.5 s"):
        talk(dribbling, visitor(total_s=0.5))


def test_an_answer_that_breaks_off_is_an_error() -> None:
    async def breaking(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this")
        await writer.drain()

    with pytest.raises(SourceError, match="broke off"):
        talk(breaking)


def test_an_answer_that_is_not_http_is_an_error() -> None:
    async def babbling(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"220 mail.example ESMTP\r\n\r\n")
        await writer.drain()

    with pytest.raises(SourceError, match="proper HTTP"):
        talk(babbling)


def test_a_certificate_signed_by_nobody_is_refused(tmp_path: Path) -> None:
    (tmp_path / "self-signed.pem").write_text(SELF_SIGNED)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "self-signed.pem")

    async def run() -> None:
        async def never(_: asyncio.StreamReader, __: asyncio.StreamWriter) -> None:
            return

        async with talking(never, context) as base, visitor() as http:
            await http.get(base)

    with pytest.raises(SourceError, match=r"certificate of 127\.0\.0\.1 is not valid"):
        asyncio.run(run())


def test_a_closed_port_is_an_error() -> None:
    async def run() -> None:
        async with talking(lambda _, __: asyncio.sleep(0)) as base:
            pass
        async with visitor() as http:
            await http.get(base)

    with pytest.raises(SourceError, match="accepts no connection"):
        asyncio.run(run())


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://a.example/", "a.example", ""])
def test_only_the_web_is_asked(url: str) -> None:
    async def run() -> None:
        async with visitor() as http:
            await http.get(url)

    with pytest.raises(SourceError, match="not a usable http or https address"):
        asyncio.run(run())


def test_a_host_sees_two_connections_at_most_and_waiting_costs_no_time_out() -> None:
    busy = most = 0

    async def slow(_: web.Request) -> web.Response:
        nonlocal busy, most
        busy += 1
        most = max(most, busy)
        await asyncio.sleep(0.2)
        busy -= 1
        return web.Response()

    async def run() -> list[Response]:
        client = visitor(total_s=0.9)
        async with serving(slow) as base, client as http:
            return await asyncio.gather(*(http.get(base) for _ in range(12)))

    assert len(asyncio.run(run())) == 12  # 1.2 s in all
    assert most == 2


def test_it_keeps_the_protocol() -> None:
    async def fetch(http: Http, url: str) -> Response:
        return await http.get(url)

    async def run() -> Response:
        async with serving(echo) as base, visitor() as http:
            return await fetch(http, base)

    assert asyncio.run(run()).headers["content-type"].startswith("text/plain")


# What a fresh process does: it asks for a small page, then for the bomb, and tells how much more
# memory it ever had after the second than after the first.
MEASURE = """
import asyncio, sys
from pathlib import Path
from digest.errors import SourceError
from digest.http import Client

def peak_kib():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))

async def main(base):
    async with Client(contact="desk@courier.example", allow=["127.0.0.1"], spacing_s=0) as http:
        await http.get(base + "/small")
        before = peak_kib()
        try:
            await http.get(base + "/bomb")
        except SourceError as error:
            print((peak_kib() - before) // 1024, error)

asyncio.run(main(sys.argv[1]))
"""


def gzip_of_a_gibibyte() -> Iterator[bytes]:
    """Give 1 GiB of zeros in gzip; each MiB is flushed, so that one can be sent again and again."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    yield packer.compress(bytes(MIB)) + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(bytes(MIB)) + packer.flush(zlib.Z_FULL_FLUSH)
    for _ in range(1023):
        yield block


def brotli_of_a_gibibyte() -> Iterator[bytes]:
    packer = brotli.Compressor(quality=1)
    zeros = bytes(16 * MIB)
    for _ in range(64):
        yield packer.process(zeros)
    yield packer.finish()


@pytest.mark.skipif(sys.platform != "linux", reason="the peak of memory is read from /proc")
@pytest.mark.parametrize(
    ("encoding", "bomb"), [("gzip", gzip_of_a_gibibyte), ("br", brotli_of_a_gibibyte)]
)
def test_a_bomb_of_a_gibibyte_costs_little_memory(
    encoding: str, bomb: Callable[[], Iterator[bytes]]
) -> None:
    body = b"".join(bomb())

    async def serve(request: web.Request) -> web.Response:
        if request.path == "/small":
            return web.Response(text="small")
        return web.Response(body=body, headers={"Content-Encoding": encoding})

    async def run() -> str:
        async with serving(serve) as base:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-c", MEASURE, base, stdout=asyncio.subprocess.PIPE
            )
            return (await process.communicate())[0].decode()

    more_mb, _, error = asyncio.run(run()).partition(" ")
    assert "larger than 10 MiB" in error
    assert int(more_mb) < 32


# ------------------------------------------------------------ manners


def test_requests_to_one_host_begin_a_while_apart() -> None:
    came: list[float] = []

    async def note(_: web.Request) -> web.Response:
        came.append(asyncio.get_running_loop().time())
        return web.Response()

    async def run() -> None:
        async with serving(note) as base, visitor(spacing_s=0.15) as http:
            await asyncio.gather(*(http.get(f"{base}/{number}") for number in range(3)))

    asyncio.run(run())
    assert all(later - earlier > 0.14 for earlier, later in pairwise(came))


def test_beginnings_of_files_are_not_spaced() -> None:
    async def run() -> float:
        async with serving(echo) as base, visitor(spacing_s=5) as http:
            began = asyncio.get_running_loop().time()
            urls = [f"{base}/{number}.jpg" for number in range(4)]
            await asyncio.gather(*(http.get(url, first_bytes=100) for url in urls))
            return asyncio.get_running_loop().time() - began

    assert asyncio.run(run()) < 5


def test_hosts_do_not_wait_for_each_other() -> None:
    async def run() -> float:
        async with contextlib.AsyncExitStack() as stack:
            bases = [
                await stack.enter_async_context(serving(echo, f"127.0.1.{n}")) for n in range(1, 9)
            ]
            http = await stack.enter_async_context(visitor(spacing_s=5))
            began = asyncio.get_running_loop().time()
            await asyncio.gather(*map(http.get, bases))
            return asyncio.get_running_loop().time() - began

    assert asyncio.run(run()) < 5


@pytest.mark.parametrize(
    ("statuses", "moved"),
    [
        ((301,), "/0"),
        ((308, 301), "/0"),
        ((302,), ""),
        ((302, 301), ""),
        ((301, 302), "/1"),
        ((), ""),
    ],
)
def test_it_tells_where_permanent_redirects_alone_led(
    statuses: tuple[int, ...], moved: str
) -> None:
    async def redirect(request: web.Request) -> web.Response:
        left = int(request.path.strip("/"))
        if left == 0:
            return web.Response()
        status = statuses[len(statuses) - left]
        return web.Response(status=status, headers={"Location": f"/{left - 1}"})

    response = get(redirect, f"/{len(statuses)}")
    assert response.url.endswith("/0")
    assert response.moved_to.partition("//")[2].partition("/")[2] == moved.strip("/")


def test_no_more_of_a_body_is_read_than_was_asked_for() -> None:
    sent = 0

    async def endless(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        stream = web.StreamResponse()
        await stream.prepare(request)
        for _ in range(1_000):
            await stream.write(b"x" * 100_000)
            sent += 100_000
        return stream

    async def run() -> Response:
        async with serving(endless) as base, visitor() as http:
            return await http.get(base, first_bytes=1_000)

    assert asyncio.run(run()).body == b"x" * 1_000
    assert sent < 50_000_000
