"""Serves real news feeds, each on a loopback address of its own, quicker than anybody can read.

    python benchmarks/feed_farm.py              how quick: what our client alone gets out of it
    python benchmarks/feed_farm.py --serve N    serve N feeds

Wants DIGEST_DATA. The news documents of `feeds/` are served in turn, each with a comment behind it,
so that no two hosts have the same body. Answers are made beforehand: an ETag that lasts, gzip if
asked, 304 if nothing changed. Prints its port as soon as it listens; feed `n` is at `url(n, port)`.
Ends when its standard input does, so that it never outlives what started it.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import csv
import hashlib
import itertools
import os
import resource
import subprocess
import sys
import time
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from digest.http import Client

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

FEEDS = 500
GZIP = 16 + zlib.MAX_WBITS  # zlib.compressobj's way to ask for gzip's header and trailer
MAX_HEAD = 64 * 1024  # bytes of a request
BACKLOG = 16  # connections a host; 10,000 hosts share the kernel's patience


def address(n: int) -> str:
    """Give the address of host `n`: 127.1.0.1, 127.1.0.2 … 127.1.0.250, 127.1.1.1 …"""
    rest, last = divmod(n, 250)
    second, third = divmod(rest, 250)
    return f"127.{second + 1}.{third}.{last + 1}"


def url(n: int, port: int) -> str:
    return f"http://{address(n)}:{port}/feed.xml"


@contextlib.contextmanager
def running_farm(feeds: int) -> Iterator[int]:
    """Serve that many feeds from a process of their own; give the port."""
    with subprocess.Popen(
        [sys.executable, __file__, "--serve", str(feeds)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as farm:
        assert farm.stdin
        assert farm.stdout
        try:
            yield int(farm.stdout.readline())
        finally:
            farm.stdin.close()


# ---------------------------------------------------------------- bodies


def news_documents(data: Path) -> list[bytes]:
    """Read the news feeds of the corpus, in the order of its index."""
    with (data / "feeds" / "index.tsv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file, delimiter="\t") if row["news"] == "news"]
    return [(data / "feeds" / row["file"]).read_bytes() for row in rows if row["kind"] != "json"]


class Document:
    """A document and its gzip, both open at the end, so that thousands of hosts share them."""

    def __init__(self, body: bytes) -> None:
        self.body = body
        self._packer = zlib.compressobj(wbits=GZIP)
        self.packed = self._packer.compress(body) + self._packer.flush(zlib.Z_SYNC_FLUSH)

    def packed_end(self, end: bytes) -> bytes:
        packer = self._packer.copy()
        return packer.compress(end) + packer.flush()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """The three answers of one host, each as the pieces that are written."""

    etag: bytes
    plain: Sequence[bytes]
    packed: Sequence[bytes]
    unchanged: bytes


def make_answers(document: Document, n: int) -> Answers:
    """Make the answers of host `n`, whose body ends in a comment of its own."""
    end = f"\n<!-- host {n} -->\n".encode()
    etag = f'"{hashlib.sha256(document.body + end).hexdigest()[:32]}"'.encode()
    packed_end = document.packed_end(end)

    def ok(body: bytes, end: bytes, *more: bytes) -> tuple[bytes, bytes, bytes]:
        length = f"Content-Length: {len(body) + len(end)}".encode()
        return head(b"200 OK", etag, b"Content-Type: application/xml", length, *more), body, end

    return Answers(
        etag=etag,
        plain=ok(document.body, end),
        packed=ok(document.packed, packed_end, b"Content-Encoding: gzip"),
        unchanged=head(b"304 Not Modified", etag),
    )


def head(status: bytes, etag: bytes, *lines: bytes) -> bytes:
    first = (b"HTTP/1.1 " + status, b"ETag: " + etag, b"Vary: Accept-Encoding")
    return b"\r\n".join((*first, *lines, b"", b""))


# ---------------------------------------------------------------- serving


class Host(asyncio.Protocol):
    """One connection: answers each request by what its host has ready."""

    def __init__(self, farm: Mapping[str, Answers]) -> None:
        self._farm = farm
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._answers = self._farm[transport.get_extra_info("sockname")[0]]

    def data_received(self, data: bytes) -> None:
        self._received += data
        while b"\r\n\r\n" in self._received:
            request, _, self._received = self._received.partition(b"\r\n\r\n")
            self._answer(request)
        if len(self._received) > MAX_HEAD:
            self._transport.abort()

    def _answer(self, request: bytes) -> None:
        answers = self._answers
        if answers.etag in request:
            self._transport.write(answers.unchanged)
        elif b"gzip" in request:
            self._transport.writelines(answers.packed)
        else:
            self._transport.writelines(answers.plain)


async def serve(farm: Mapping[str, Answers]) -> None:
    """Listen on each host's own address, on one port, until standard input ends.

    A socket for each address, since one on 0.0.0.0 would listen beyond the loopback.
    """
    loop = asyncio.get_running_loop()
    hosts = list(farm)
    first = await loop.create_server(lambda: Host(farm), hosts[0], 0, backlog=BACKLOG)
    port = first.sockets[0].getsockname()[1]
    if hosts[1:]:
        await loop.create_server(lambda: Host(farm), hosts[1:], port, backlog=BACKLOG)
    print(port, flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


def serve_feeds(feeds: int) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    documents = map(Document, news_documents(Path(os.environ["DIGEST_DATA"])))
    turns = itertools.islice(itertools.cycle(documents), feeds)
    asyncio.run(serve({address(n): make_answers(one, n) for n, one in enumerate(turns)}))


# ---------------------------------------------------------------- how quick


async def report_speed(feeds: int, port: int) -> None:
    """Fetch every feed twice with the program's client, which is the slower of the two."""
    urls = [url(n, port) for n in range(feeds)]
    tags: list[str] = [""] * feeds
    async with Client(contact="desk@courier.example", allow=("127.0.0.0/8",), spacing_s=0) as http:
        for what in ("whole", "unchanged"):
            begun = time.perf_counter()
            asked = (
                http.get(url, {"If-None-Match": tag} if tag else {})
                for url, tag in zip(urls, tags, strict=True)
            )
            answers = await asyncio.gather(*asked)
            rate = feeds / (time.perf_counter() - begun)
            size_mb = sum(len(answer.body) for answer in answers) / 1e6
            print(f"{feeds} feeds, {what:<10}{size_mb:>7.1f} MB{rate:>8.0f} feeds/s")
            tags = [answer.headers["etag"] for answer in answers]


def main() -> None:
    parser = argparse.ArgumentParser(description="Serve real news feeds on loopback.")
    parser.add_argument("--serve", type=int, metavar="N", help="serve N feeds; print the port")
    serving = parser.parse_args().serve
    if serving:
        serve_feeds(serving)
    elif "DIGEST_DATA" not in os.environ:
        print("skipped: DIGEST_DATA does not name the folder that holds feeds/index.tsv")
    else:
        with running_farm(FEEDS) as port:
            asyncio.run(report_speed(FEEDS, port))


if __name__ == "__main__":
    main()
