"""Postfix's `smtp-sink`: a mail server that takes everything, as somebody else wrote it."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAM = shutil.which("smtp-sink") or shutil.which("smtp-sink", path="/usr/sbin")

HEAD = re.compile(rb"X-Mail-Args: (.*)\nX-Rcpt-Args: (.*)\nReceived:.*\n\t.*\n\t.*\n")

needs_sink = pytest.mark.skipif(
    PROGRAM is None, reason="smtp-sink of Postfix is not installed: run .ci/oracles"
)


@contextmanager
def sink(*options: str, folder: Path | None = None) -> Iterator[int]:
    """Run a sink and give its port. With `folder` each message becomes a file in it."""
    assert PROGRAM
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    dump = ["-d", "%M."] if folder else []
    who = ["-u", "root"] if os.geteuid() == 0 else []
    process = subprocess.Popen(
        [PROGRAM, *who, *options, *dump, f"127.0.0.1:{port}", "100"], cwd=folder or Path("/")
    )
    try:
        _await(port)
        yield port
    finally:
        process.terminate()
        process.wait(10)


def taken(folder: Path) -> dict[str, tuple[str, bytes]]:
    """Read what a sink wrote, by recipient: its sender, and its message with CRLF again."""
    found = {}
    for file in folder.iterdir():
        data = file.read_bytes()
        head = HEAD.search(data)
        assert head
        message = data[head.end() :].removesuffix(b"\n").replace(b"\n", b"\r\n")
        found[head[2].decode().strip("<>")] = head[1].decode().strip("<>"), message
    return found


def _await(port: int) -> None:
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError("smtp-sink does not listen")
