"""A document that a source reads: from the web or a file, only when it changed, in the sandbox."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol
from urllib.parse import unquote, urlsplit

from digest import __version__
from digest.errors import SourceError
from digest.protocols import Pulled
from digest.sources.asking import ask, next_due, unreadable

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping
    from pathlib import Path

    from digest.protocols import Http, Sandbox

MAX_BYTES = 10 * 1024 * 1024  # of a file; the web's bound is the client's


class Reader(Protocol):
    """A function of a module that makes articles of a document's bytes.

    `headers` and `url` are those of the answer, {} and "" for a file. What the document wants to be
    remembered goes into `memory`. Raises SourceError naming the reason.
    """

    def __call__(
        self, body: bytes, headers: Mapping[str, str], *, url: str, source: str, now: dt.datetime
    ) -> Pulled:
        """Read a document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document at `url`: http(s), or "file:" with a path that may be relative to `root`.

    `source` is the source's id, `accept` the media types to ask for. `options` are what the reader
    was told: with others, and in another version of the program, a document is read anew.
    """

    source: str
    url: str
    root: Path
    accept: str
    sandbox: Sandbox
    options: str = ""

    async def pull(
        self, http: Http, memory: Mapping[str, str], now: dt.datetime, read: Reader
    ) -> Pulled:
        """Give what `read` makes of the document. Raises SourceError with the source's id."""
        try:
            if self.url.startswith("file:"):
                return await self._from_file(memory, now, read)
            return await self._from_web(http, memory, now, read)
        except SourceError as error:
            error.where = self.source
            raise

    @property
    def _reader(self) -> str:
        return f"{__version__} {self.options}".strip()

    async def _from_web(
        self, http: Http, memory: Mapping[str, str], now: dt.datetime, read: Reader
    ) -> Pulled:
        answer = await ask(http, self.url, memory, now, accept=self.accept, reader=self._reader)
        response = answer.response
        if response is None:
            return Pulled(
                unchanged=True, memory=answer.memory, due=answer.due, warnings=answer.warnings
            )
        try:
            pulled = await self._read(read, response.body, response.headers, response.url, now)
        except SourceError as error:
            raise unreadable(error, answer, now) from error
        remembered = {**answer.memory, **pulled.memory}
        return replace(
            pulled,
            memory=remembered,
            due=next_due(response.headers, remembered, now),
            warnings=(*answer.warnings, *pulled.warnings),
        )

    async def _from_file(self, memory: Mapping[str, str], now: dt.datetime, read: Reader) -> Pulled:
        body = await asyncio.to_thread(_file_bytes, self.root / _path(self.url))
        known = {"sha256": hashlib.sha256(body).hexdigest(), "reader": self._reader}
        if memory == known:
            return Pulled(unchanged=True, memory=memory)
        pulled = await self._read(read, body, {}, "", now)
        return replace(pulled, memory=known)

    async def _read(
        self, read: Reader, body: bytes, headers: Mapping[str, str], url: str, now: dt.datetime
    ) -> Pulled:
        return await self.sandbox.run(read, body, headers, url=url, source=self.source, now=now)


def _path(url: str) -> str:
    """Give the path of "file:feeds/a.xml", "file:/feeds/a.xml" or "file:///feeds/a.xml"."""
    return unquote(urlsplit(url).path)


def _file_bytes(path: Path) -> bytes:
    """Read a file within the bound. Raises SourceError where it is absent, unreadable or larger."""
    try:
        with path.open("rb") as file:
            body = file.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise SourceError("there is no such file", hint=f"It was looked for at {path}.") from error
    except OSError as error:
        raise SourceError(f"the file cannot be read: {error.strerror}") from error
    if len(body) > MAX_BYTES:
        raise SourceError("larger than 10 MiB")
    return body
