"""The feed plug: RSS, Atom and RDF from the web or from a file, asked for only when it changed."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from digest.errors import SourceError
from digest.protocols import Pulled, Response
from digest.sources.parsing import parse_feed

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping
    from pathlib import Path

    from digest.model import Source
    from digest.protocols import Http

MAX_BYTES = 10 * 1024 * 1024  # of a file; the web's bound is the client's
ACCEPT = "application/rss+xml, application/atom+xml, application/xml;q=0.9, */*;q=0.5"

# Answer header → request header; the values go back byte for byte (RFC 9110 §8.8).
_VALIDATORS = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}
_HASH = "sha256"
OK, NOT_MODIFIED = 200, 304
_LOOK = "Look for the feed's new address on its site."
_STATUSES = {
    401: ("the server wants a password (401)", ""),
    403: ("the server refuses access (403)", ""),
    404: ("not found (404)", _LOOK),
    410: ("gone for good (410)", _LOOK),
    429: ("the server asks to be asked less often (429)", ""),
}


class Feed:
    """A feed at `url`: http(s), or "file:" with a path that may be relative to `root`.

    Its memory holds the answer's validators and the hash of its body. A body that did not change
    is not parsed again.
    """

    def __init__(self, source: Source, *, url: str, root: Path) -> None:
        self._source = source
        self._url = url
        self._root = root

    async def pull(self, http: Http, memory: Mapping[str, str], now: dt.datetime) -> Pulled:
        """Give the feed's articles. Raises SourceError, with the source's id, naming the reason."""
        try:
            response = await self._fetch(http, memory)
            if response.status == NOT_MODIFIED and _conditions(memory):
                return Pulled(unchanged=True, memory=memory)
            _require_success(response.status)
            return await self._read(response, memory, now)
        except SourceError as error:
            error.where = self._source.id
            raise

    async def _fetch(self, http: Http, memory: Mapping[str, str]) -> Response:
        if not self._url.startswith("file:"):
            return await http.get(self._url, {"Accept": ACCEPT, **_conditions(memory)})
        body = await asyncio.to_thread(_file_bytes, self._root / _path(self._url))
        return Response(url="", status=OK, headers={}, body=body)

    async def _read(
        self, response: Response, memory: Mapping[str, str], now: dt.datetime
    ) -> Pulled:
        """Parse the document, in a thread, unless it is the same as last time."""
        validators = {name: response.headers.get(name, "") for name in _VALIDATORS}
        digest = hashlib.sha256(response.body).hexdigest()
        remembered = {name: value for name, value in validators.items() if value} | {_HASH: digest}
        if memory.get(_HASH) == digest:
            return Pulled(unchanged=True, memory=remembered)
        pulled = await asyncio.to_thread(
            parse_feed,
            response.body,
            response.headers,
            url=response.url,
            source=self._source.id,
            now=now,
        )
        return replace(pulled, memory=remembered)


def _conditions(memory: Mapping[str, str]) -> dict[str, str]:
    """Give the request headers that ask whether anything changed."""
    return {header: memory[name] for name, header in _VALIDATORS.items() if memory.get(name)}


def _require_success(status: int) -> None:
    """Raise SourceError, in an editor's words, for any answer but a success."""
    if OK <= status < 300:  # noqa: PLR2004  RFC 9110 §15: 2xx
        return
    if status >= 500:  # noqa: PLR2004  5xx
        raise SourceError(f"the server has a fault of its own ({status})")
    what, hint = _STATUSES.get(status, (f"the server answered {status}", ""))
    raise SourceError(what, hint=hint)


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
