"""No address that is not public is ever connected to, however it is written or reached."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sys
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from hypothesis import given
from hypothesis import strategies as st
from loopback import visitor

from digest.errors import SourceError
from digest.http.guard import Guard

if TYPE_CHECKING:
    import ipaddress
    from collections.abc import AsyncIterator, Iterator, Sequence

# As hosts of addresses: numbers and spellings of loopback, and everything else that is not public.
LITERALS = """
    127.0.0.1 127.0.0.53 127.255.255.254 127.1 2130706433 0x7f000001 0x7f.0.0.1 0x7f.1
    0177.0.0.1 017700000001 00000177.1 127.0.0.1. ①②⑦.0.0.1 127。0。0。1 0 0.0.0.0 10.0.0.1
    100.64.0.1 169.254.169.254 0xa9fea9fe 172.16.0.1 172.31.255.255 192.0.0.8 192.0.2.1
    192.88.99.1 192.168.1.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.250
    240.0.0.1 255.255.255.255 [::1] [::] [0:0:0:0:0:0:0:1] [::ffff:127.0.0.1] [::ffff:7f00:1]
    [::ffff:10.0.0.1] [::127.0.0.1] [64:ff9b::127.0.0.1] [64:ff9b::7f00:1] [64:ff9b::a00:1]
    [64:ff9b:1::1] [2002:7f00:1::] [2002:a00:1::1] [2001:0:4136:e378:8000:63bf:3fff:fdd2]
    [2001:db8::1] [fc00::1] [fd12:3456:789a::1] [fe80::1] [fec0::1] [ff02::1] [100::1]
    [3fff::1] [5f00::1]
""".split()  # noqa: SIM905  addresses in rows read better than a list
# What a name may turn out to be.
RESOLVED = """
    127.0.0.1 10.1.2.3 172.20.0.5 192.168.0.10 169.254.169.254 0.0.0.0 100.100.100.200
    224.0.0.251 ::1 ::ffff:127.0.0.1 64:ff9b::a9fe:a9fe fe80::1 fd00:ec2::254 ff02::1
    2002:7f00:1::
""".split()  # noqa: SIM905  addresses in rows read better than a list


class Names(AbstractResolver):
    """A name server whose answers for each name come in order, the last again and again."""

    def __init__(self, **answers: Sequence[Sequence[str]]) -> None:
        self.answers = {f"{name}.example": list(these) for name, these in answers.items()}

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        if host not in self.answers:  # a number in one of the spellings that the system reads
            found = socket.getaddrinfo(host, port, flags=socket.AI_NUMERICHOST)
            self.answers[host] = [[str(found[0][4][0])]]
        answers = self.answers[host]
        addresses = answers.pop(0) if len(answers) > 1 else answers[0]
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in addresses
        ]

    async def close(self) -> None:
        pass


class Watch:
    """Sees every attempt of this process to connect a socket, and lets only those of tests pass."""

    def __init__(self) -> None:
        self.on = False
        self.attempts: list[str] = []
        self.harmless = {"127.0.0.2"}
        sys.addaudithook(self)

    def __call__(self, event: str, args: tuple[Any, ...]) -> None:
        if self.on and event == "socket.connect":
            address = str(args[1][0])
            self.attempts.append(address)
            if address not in self.harmless:
                raise PermissionError(f"a test would have connected to {address}")


WATCH = Watch()  # an audit hook stays for good


@pytest.fixture
def attempts() -> Iterator[list[str]]:
    """Give the addresses to which connections were tried; nothing but 127.0.0.2 gets through."""
    WATCH.attempts.clear()
    WATCH.on = True
    yield WATCH.attempts
    WATCH.on = False


@contextlib.asynccontextmanager
async def serving(location: str = "") -> AsyncIterator[int]:
    """Answer on 127.0.0.2, with a redirect if `location` is given; gives the port."""

    async def answer(_: web.Request) -> web.Response:
        headers = {"Location": location} if location else {}
        return web.Response(status=301 if location else 200, headers=headers)

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.2", 0).start()
    try:
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


def ask(url: str, **options: Any) -> None:
    async def run() -> None:
        async with visitor(**{"allow": (), **options}) as http:
            await http.get(url)

    asyncio.run(run())


@pytest.mark.parametrize("host", LITERALS)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_spelling_of_an_address_that_is_not_public_is_not_connected_to(
    scheme: str, host: str, attempts: list[str]
) -> None:
    with pytest.raises(SourceError):
        ask(f"{scheme}://{host}:8080/feed.xml")
    assert attempts == []


@pytest.mark.parametrize("address", RESOLVED)
def test_a_name_that_leads_to_such_an_address_is_not_connected_to(
    address: str, attempts: list[str]
) -> None:
    with pytest.raises(SourceError, match=r"feeds\.example is not on the public Internet"):
        ask("http://feeds.example/", resolver=Names(feeds=[[address]]))
    assert attempts == []


def test_localhost_is_not_connected_to(attempts: list[str]) -> None:
    with pytest.raises(SourceError, match="localhost is not on the public Internet"):
        ask("http://localhost/feed.xml")
    assert attempts == []


@pytest.mark.parametrize("host", [*LITERALS, "hidden.example"])
def test_a_redirect_to_such_an_address_is_not_followed(host: str, attempts: list[str]) -> None:
    async def run() -> None:
        names = Names(open=[["127.0.0.2"]], hidden=[["127.0.0.1"]])
        async with (
            serving(f"http://{host}:8080/admin") as port,
            visitor(allow=["127.0.0.2"], resolver=names) as http,
        ):
            await http.get(f"http://open.example:{port}/")

    with pytest.raises(SourceError):
        asyncio.run(run())
    assert attempts == ["127.0.0.2"]


def test_a_name_that_changes_its_mind_is_refused_when_it_does(attempts: list[str]) -> None:
    names = Names(flip=[["127.0.0.2"], ["127.0.0.1"]])

    async def run() -> None:
        async with serving() as port:
            url = f"http://flip.example:{port}/"
            for _ in range(2):
                async with visitor(allow=["127.0.0.2"], resolver=names) as http:
                    await http.get(url)

    with pytest.raises(SourceError, match="not on the public Internet"):
        asyncio.run(run())
    assert attempts == ["127.0.0.2"]


def test_of_a_name_s_addresses_only_those_that_may_be_are_connected_to(
    attempts: list[str],
) -> None:
    names = Names(both=[["10.0.0.1", "127.0.0.2", "::1"]])

    async def run() -> None:
        async with (
            serving() as port,
            visitor(allow=["127.0.0.2"], resolver=names) as http,
        ):
            assert (await http.get(f"http://both.example:{port}/")).status == 200

    asyncio.run(run())
    assert attempts == ["127.0.0.2"]


@pytest.mark.parametrize("allow", ["127.0.0.2", "127.0.0.0/30", "cms.example", "CMS.example"])
def test_an_editor_may_allow_an_address_a_network_or_a_name(
    allow: str, attempts: list[str]
) -> None:
    async def run() -> None:
        names = Names(cms=[["127.0.0.2"]])
        async with serving() as port, visitor(allow=[allow], resolver=names) as http:
            assert (await http.get(f"http://cms.example:{port}/")).status == 200

    asyncio.run(run())
    assert attempts == ["127.0.0.2"]


def test_a_name_that_is_allowed_opens_the_way_to_itself_only(attempts: list[str]) -> None:
    async def run() -> None:
        names = Names(cms=[["127.0.0.2"]], other=[["127.0.0.2"]])
        async with serving() as port, visitor(allow=["cms.example"], resolver=names) as http:
            await http.get(f"http://cms.example:{port}/")
            await http.get(f"http://other.example:{port}/")

    with pytest.raises(SourceError, match=r"other\.example is not on the public Internet"):
        asyncio.run(run())
    assert attempts == ["127.0.0.2"]


@pytest.mark.parametrize(
    "address",
    ["1.1.1.1", "8.8.8.8", "93.184.215.14", "100.63.255.255", "172.32.0.1", "2606:4700::1111",
     "2a00:1450::1", "64:ff9b::808:808", "::ffff:8.8.8.8"],
)  # fmt: skip
def test_public_addresses_may_be_connected_to(address: str) -> None:
    assert Guard().permits(address)


@given(st.ip_addresses())
def test_whatever_python_knows_to_be_private_is_refused(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    if address.is_private or address.is_multicast or address.is_loopback or address.is_link_local:
        mapped = getattr(address, "ipv4_mapped", None)
        assert not Guard().permits(str(address)) or (mapped and mapped.is_global)
