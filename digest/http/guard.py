"""Keeps connections to the public Internet, whatever a feed, a redirect or a name server says.

The check is made where the socket is made, on the very address that is connected to. A check of the
URL is fooled by the many spellings of an address ("2130706433", "[::ffff:127.0.0.1]"), and a check
of the name by one that resolves to something else a moment later.
"""

from __future__ import annotations

import ipaddress
import socket
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from aiohappyeyeballs import AddrInfoType

    Address: TypeAlias = IPv4Address | IPv6Address
    Network: TypeAlias = IPv4Network | IPv6Network

# What is not globally reachable: https://www.iana.org/assignments/iana-ipv4-special-registry, and
# multicast. Written out, since the answers of `ipaddress` change with Python's versions.
_CLOSED_V4 = tuple(
    map(
        IPv4Network,
        """
        0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24
        192.0.2.0/24 192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24
        198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4
        """.split(),  # noqa: SIM905  networks in rows read better than a list
    )
)
_OPEN_V6 = IPv6Network("2000::/3")  # all that was ever given out for the public Internet
# Within it: protocol assignments with Teredo, documentation, 6to4. Tunnels carry an address of any
# kind inside, and nobody's feed has lived behind one for years.
_CLOSED_V6 = tuple(map(IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")))
# RFC 6052 §2.1: how a network with IPv6 only writes the address of an IPv4 host.
_NAT64 = IPv6Network("64:ff9b::/96")


class NotPublicError(OSError):
    """The address is not one of the public Internet."""

    def __init__(self) -> None:
        # The same words for each address: happy eyeballs then raises one of several as it is.
        super().__init__("not an address of the public Internet")


class Guard:
    """Makes sockets for public addresses only, and for what `allow` names.

    `allow` holds host names, addresses and networks ("cms.local", "10.1.2.3", "10.1.0.0/16"). A
    host allowed by its name may have any address.
    """

    def __init__(self, allow: Iterable[str] = ()) -> None:
        entries = [(entry, as_network(entry)) for entry in allow]
        self._hosts = frozenset(entry.lower() for entry, network in entries if network is None)
        self._networks = tuple(network for _, network in entries if network is not None)

    def exempts(self, host: str) -> bool:
        """Tell whether a host is allowed by its name."""
        return host.lower().rstrip(".") in self._hosts

    def permits(self, address: str) -> bool:
        """Tell whether a numeric address may be connected to."""
        found = _unwrapped(ipaddress.ip_address(address))
        return _contains(self._networks, found) or _is_public(found)

    def socket(self, info: AddrInfoType) -> socket.socket:
        """Make the socket for an address that a name, or a literal, turned out to be.

        Raises NotPublicError.
        """
        family, kind, protocol, _, where = info
        if not self.permits(str(where[0])):
            raise NotPublicError
        return socket.socket(family, kind, protocol)


def as_network(entry: str) -> Network | None:
    """Read an address or a network; None for a host's name."""
    try:
        return ipaddress.ip_network(entry.strip("[]"), strict=False)
    except ValueError:
        return None


def _unwrapped(address: Address) -> Address:
    """Give the IPv4 address that an IPv6 one stands for, if it does."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in _NAT64:
            return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address


def _is_public(address: Address) -> bool:
    if isinstance(address, IPv4Address):
        return not _contains(_CLOSED_V4, address)
    return address in _OPEN_V6 and not _contains(_CLOSED_V6, address)


def _contains(networks: Sequence[Network], address: Address) -> bool:
    return any(address in network for network in networks)
