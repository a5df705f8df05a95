"""The one HTTP client of the house: plain GETs within bounds that a hostile server cannot widen.

No cookies, no Referer, no proxy from the environment; at most 100 connections, 2 to a host. Every
failure becomes a SourceError in an editor's words.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from typing import TYPE_CHECKING, Self
from urllib.parse import urljoin, urlsplit

import aiohttp
from yarl import URL

from digest import __version__
from digest.errors import SourceError
from digest.protocols import Response
from digest.urls import is_web

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from types import TracebackType

MAX_BODY = 10 * 1024 * 1024  # bytes, decoded
MAX_REDIRECTS = 5
MAX_CONNECTIONS = 100
MAX_CONNECTIONS_A_HOST = 2
REDIRECTS = frozenset({301, 302, 303, 307, 308})
CHUNK = 64 * 1024  # bytes


class Client:
    """An `Http` over aiohttp, open for as long as its `async with` block.

    `contact` is an address or a page that tells site owners whom to ask. `connect_s` bounds the
    opening of one connection, `read_s` one silence of the server, `total_s` a whole `get` with its
    redirects; waiting for a free connection counts in none of them. All are seconds. `max_body`
    is in bytes.
    """

    def __init__(
        self,
        *,
        contact: str,
        connect_s: float = 5,
        read_s: float = 10,
        total_s: float = 20,
        max_body: int = MAX_BODY,
    ) -> None:
        self._user_agent = f"digest-newsletter/{__version__} (+{contact})"
        self._connect_s = connect_s
        self._read_s = read_s
        self._total_s = total_s
        self._max_body = max_body
        self._everywhere = asyncio.Semaphore(MAX_CONNECTIONS)
        self._hosts: defaultdict[str, asyncio.Semaphore] = defaultdict(
            lambda: asyncio.Semaphore(MAX_CONNECTIONS_A_HOST)
        )
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=MAX_CONNECTIONS, limit_per_host=MAX_CONNECTIONS_A_HOST
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": self._user_agent, "Accept-Encoding": "gzip, br"},
            timeout=aiohttp.ClientTimeout(
                total=None, sock_connect=self._connect_s, sock_read=self._read_s
            ),
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._session:
            await self._session.close()
            self._session = None

    async def get(self, url: str, headers: Mapping[str, str] | None = None) -> Response:
        """Fetch `url`, following at most 5 redirects, none of them from https to http.

        A status of 400 and above is an answer. Raises SourceError, naming `url`, when there is no
        answer, or one that is too large or leads astray.
        """
        clock = asyncio.get_running_loop().time
        left = self._total_s
        target = url
        for _ in range(MAX_REDIRECTS + 1):
            if not is_web(target):
                raise SourceError("not a usable http or https address", where=target)
            async with self._turn(target):
                began = clock()
                response = await self._answer(url, target, headers or {}, left)
                left -= clock() - began
            if response.status not in REDIRECTS or "location" not in response.headers:
                return response
            target = _next_target(url, response)
        raise SourceError(f"more than {MAX_REDIRECTS} redirects", where=url)

    @contextlib.asynccontextmanager
    async def _turn(self, url: str) -> AsyncIterator[None]:
        """Wait until this host, and then the house, has a connection to spare."""
        async with self._hosts[urlsplit(url).netloc], self._everywhere:
            yield

    async def _answer(
        self, url: str, target: str, headers: Mapping[str, str], left_s: float
    ) -> Response:
        """Make one request; failures are told of `url`, which was asked for at first."""
        try:
            async with asyncio.timeout(left_s):
                return await self._request(target, headers)
        except _TooLarge as error:
            limit = f"{self._max_body / 1024 / 1024:g} MiB"
            raise SourceError(f"larger than {limit}", where=url) from error
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise SourceError(self._reason(error, target), where=url) from error

    async def _request(self, target: str, headers: Mapping[str, str]) -> Response:
        assert self._session, "a Client works within its `async with` block only"
        # An address in ASCII is sent byte for byte: some servers sign theirs.
        exact = URL(target, encoded=target.isascii())
        async with self._session.get(exact, headers=headers, allow_redirects=False) as answer:
            return Response(
                url=target,
                status=answer.status,
                headers={name.lower(): value for name, value in answer.headers.items()},
                body=b"" if answer.status in REDIRECTS else await self._body(answer),
            )

    async def _body(self, answer: aiohttp.ClientResponse) -> bytes:
        """Read the decoded body, and stop as soon as it is too large."""
        body = bytearray()
        async for chunk in answer.content.iter_chunked(CHUNK):
            body += chunk
            if len(body) > self._max_body:
                raise _TooLarge
        return bytes(body)

    def _reason(self, error: Exception, target: str) -> str:
        """Say in an editor's words why there is no answer."""
        words = next((words for kind, words in _REASONS if isinstance(error, kind)), _OTHERWISE)
        return words.format(
            host=urlsplit(target).hostname,
            read=self._read_s,
            connect=self._connect_s,
            total=self._total_s,
        )


# The first kind that fits speaks: the most special ones stand first.
_REASONS: tuple[tuple[type[Exception], str], ...] = (
    (aiohttp.ConnectionTimeoutError, "no connection to {host} within {connect:g} s"),
    (aiohttp.SocketTimeoutError, "the server fell silent for {read:g} s"),
    (TimeoutError, "the server did not answer within {total:g} s"),
    (aiohttp.ClientConnectorCertificateError, "the certificate of {host} is not valid"),
    (aiohttp.ClientSSLError, "no secure connection to {host} is possible"),
    (aiohttp.ClientConnectorDNSError, "there is no host named {host}"),
    (aiohttp.ClientConnectorError, "{host} accepts no connection"),
    (aiohttp.ClientResponseError, "the server does not speak proper HTTP"),
    (aiohttp.ServerDisconnectedError, "the connection broke off before the end"),
    (aiohttp.ClientPayloadError, "the connection broke off before the end"),
    (OSError, "the connection broke off before the end"),
)
_OTHERWISE = "the request cannot be made"


class _TooLarge(Exception):  # noqa: N818  a signal within this module
    """The body has more bytes than allowed."""


def _next_target(url: str, response: Response) -> str:
    """Resolve a redirect. Raises SourceError where it would give up https or leave the web."""
    try:
        target = urljoin(response.url, response.headers["location"].strip())
    except ValueError:
        target = ""
    if not is_web(target):
        raise SourceError("redirected to something that is no web address", where=url)
    if response.url.startswith("https:") and target.startswith("http:"):
        raise SourceError("redirected from https to http, which is not safe", where=url)
    return target
