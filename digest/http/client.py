"""Plain GETs and POSTs within bounds that a hostile server cannot widen.

No cookies, no Referer, no proxy from the environment, nothing behind the firewall. Every failure
becomes a SourceError in an editor's words.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self
from urllib.parse import urljoin, urlsplit

import aiohttp
from yarl import URL

from digest import ROBOT, __version__
from digest.errors import SourceError
from digest.http.guard import Guard, NotPublicError
from digest.http.pacing import SPACING_S, Pacing
from digest.protocols import Response
from digest.urls import is_web

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from types import TracebackType

    from aiohttp.abc import AbstractResolver
    from multidict import CIMultiDictProxy

MAX_BODY = 10 * 1024 * 1024  # bytes, decoded
MAX_REDIRECTS = 5
REDIRECTS = frozenset({301, 302, 303, 307, 308})
PERMANENT = frozenset({301, 308})
CHUNK = 64 * 1024  # bytes
KEEP_ALIVE_S = 3  # long enough for a redirect, short enough for thousands of hosts


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    """One request: a GET, or with a `body` a POST; `first_bytes` of the answer are enough."""

    target: str
    headers: Mapping[str, str]
    body: bytes | None = None
    first_bytes: int | None = None


class Client:
    """A `PostingHttp` over aiohttp, open for as long as its `async with` block.

    `contact` is an address or a page that tells site owners whom to ask. `allow` names hosts,
    addresses and networks that may be asked though they are not public. `connect_s` bounds the
    opening of one connection, `read_s` one silence of the server, `total_s` a whole `get` with its
    redirects, or a `post`; waiting for one's turn counts in none of them. `spacing_s` lies between
    the beginnings of two requests to a host. All are seconds. `max_body` is in bytes. `resolver`
    looks names up (default: aiohttp's).
    """

    def __init__(
        self,
        *,
        contact: str,
        allow: Iterable[str] = (),
        connect_s: float = 5,
        read_s: float = 10,
        total_s: float = 20,
        spacing_s: float = SPACING_S,
        max_body: int = MAX_BODY,
        resolver: AbstractResolver | None = None,
    ) -> None:
        self._user_agent = f"{ROBOT}/{__version__} (+{contact})"
        self._guard = Guard(allow)
        self._connect_s = connect_s
        self._read_s = read_s
        self._total_s = total_s
        self._max_body = max_body
        self._resolver = resolver
        self._pacing = Pacing(spacing_s)
        self._public: aiohttp.ClientSession | None = None
        self._exempt: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._public = self._session(
            aiohttp.TCPConnector(
                limit=0,
                resolver=self._resolver,
                socket_factory=self._guard.socket,
                keepalive_timeout=KEEP_ALIVE_S,
            )
        )
        self._exempt = self._session(
            aiohttp.TCPConnector(limit=0, resolver=self._resolver, keepalive_timeout=KEEP_ALIVE_S)
        )
        return self

    def _session(self, connector: aiohttp.TCPConnector) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": self._user_agent, "Accept-Encoding": "gzip, br"},
            timeout=aiohttp.ClientTimeout(
                total=None, sock_connect=self._connect_s, sock_read=self._read_s
            ),
        )

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for session in filter(None, (self._public, self._exempt)):
            await session.close()
        self._public = self._exempt = None

    async def get(
        self,
        url: str,
        headers: Mapping[str, str] | None = None,
        *,
        first_bytes: int | None = None,
    ) -> Response:
        """Fetch `url`, following at most 5 redirects, none of them from https to http.

        With `first_bytes` the body is read no further than that, and the request is not spaced: it
        is as one of a page's pictures to a browser. A status of 400 and above is an answer. Raises
        SourceError, naming `url`, when there is no answer, or one that is too large or leads
        astray.
        """
        clock = asyncio.get_running_loop().time
        left = self._total_s
        target, moved_to, permanent = url, "", True
        for _ in range(MAX_REDIRECTS + 1):
            request = _Request(target=target, headers=headers or {}, first_bytes=first_bytes)
            async with self._pacing.turn(_host(target), spaced=first_bytes is None):
                began = clock()
                response = await self._answer(url, request, left)
                left -= clock() - began
            if response.status not in REDIRECTS or "location" not in response.headers:
                return replace(response, moved_to=moved_to)
            target = _next_target(url, response)
            permanent = permanent and response.status in PERMANENT
            moved_to = target if permanent else moved_to
        raise SourceError(f"more than {MAX_REDIRECTS} redirects", where=url)

    async def post(
        self, url: str, body: bytes, headers: Mapping[str, str] | None = None
    ) -> Response:
        """Send `body` to `url`, and follow no redirect: what is sent may be secret.

        A status of 300 and above is an answer. Raises SourceError, naming `url`, when there is
        none, or one that is too large.
        """
        async with self._pacing.turn(_host(url)):
            request = _Request(target=url, headers=headers or {}, body=body)
            return await self._answer(url, request, self._total_s)

    async def _answer(self, url: str, request: _Request, left_s: float) -> Response:
        """Make one request; failures are told of `url`, which was asked for at first."""
        try:
            async with asyncio.timeout(left_s):
                return await self._request(request)
        except _TooLarge as error:
            limit = f"{self._max_body / 1024 / 1024:g} MiB"
            raise SourceError(f"larger than {limit}", where=url) from error
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            reason, hint = self._reason(error, request.target)
            raise SourceError(reason, where=url, hint=hint) from error

    async def _request(self, request: _Request) -> Response:
        target = request.target
        exempt = self._guard.exempts(_host(target))
        session = self._exempt if exempt else self._public
        assert session, "a Client works within its `async with` block only"
        # An address in ASCII is sent byte for byte: some servers sign theirs.
        exact = URL(target, encoded=target.isascii())
        method = "GET" if request.body is None else "POST"
        async with session.request(
            method, exact, data=request.body, headers=request.headers, allow_redirects=False
        ) as answer:
            redirect = answer.status in REDIRECTS
            return Response(
                url=target,
                status=answer.status,
                headers=_joined(answer.headers),
                body=b"" if redirect else await self._body(answer, request.first_bytes),
            )

    async def _body(self, answer: aiohttp.ClientResponse, first_bytes: int | None) -> bytes:
        """Read the decoded body, and stop as soon as it is enough, or too large."""
        body = bytearray()
        async for chunk in answer.content.iter_chunked(CHUNK):
            body += chunk
            if first_bytes is not None and len(body) >= first_bytes:
                answer.close()
                return bytes(body[:first_bytes])
            if len(body) > self._max_body:
                raise _TooLarge
        return bytes(body)

    def _reason(self, error: Exception, target: str) -> tuple[str, str]:
        """Say in an editor's words why there is no answer, and what to do where that is known."""
        host = urlsplit(target).hostname
        if isinstance(error.__cause__, NotPublicError):
            return f"{host} is not on the public Internet", _ALLOW
        words = next((words for kind, words in _REASONS if isinstance(error, kind)), _OTHERWISE)
        return words.format(
            host=host, read=self._read_s, connect=self._connect_s, total=self._total_s
        ), ""


def _host(target: str) -> str:
    """Give the host to be asked. Raises SourceError for what is no web address."""
    if not is_web(target):
        raise SourceError("not a usable http or https address", where=target)
    return urlsplit(target).hostname or ""


def _joined(headers: CIMultiDictProxy[str]) -> dict[str, str]:
    """Give headers by lower-case name; one that is repeated is a list (RFC 9110 §5.3)."""
    return {name.lower(): ", ".join(headers.getall(name)) for name in headers}


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
_ALLOW = "If it is one of your own, name it in `[http] allow` of digest.toml"


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
