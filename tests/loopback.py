"""The edges that tests share: a server and a client on loopback, a sandbox without processes."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from aiohttp import web

from digest.http import Client

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

P = ParamSpec("P")
T = TypeVar("T")

LOOPBACK = ("127.0.0.0/8", "::1")
CONTACT = "desk@courier.example"


def visitor(**options: Any) -> Client:
    """Give a client for servers on loopback, which need no rest between two requests."""
    return Client(**{"contact": CONTACT, "allow": LOOPBACK, "spacing_s": 0, **options})


@contextlib.asynccontextmanager
async def serving(handler: Handler, address: str = "127.0.0.1") -> AsyncIterator[str]:
    """Answer every request on a loopback port by `handler`; gives the server's address."""
    app = web.Application()
    app.router.add_get("/{path:.*}", handler)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, address, 0)
    await site.start()
    try:
        host, port = runner.addresses[0][:2]
        yield f"http://{host}:{port}"
    finally:
        await runner.cleanup()


class Inline:
    """A `Sandbox` that calls at once, here."""

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return function(*args, **kwargs)
