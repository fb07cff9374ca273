"""An address about to be connected to in; whether it may be, out. And a socket factory that asks. Resolves nothing."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Container, Sequence
from typing import Any
from urllib.parse import urlsplit

import psutil

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052: an IPv4 address in its last 32 bits
# RFC 5214 §6.1: an interface id of 0000:5efe or 0200:5efe, then the IPv4 address that the packet is tunnelled to.
_ISATAP = (0x00005EFE, 0x02005EFE)
# Shared and special space that `is_global` of some supported Pythons still calls global; and one address that is public
# by its number alone: 168.63.129.16, where every virtual machine in Azure finds its host's service.
_NEVER_PUBLIC: tuple[Network, ...] = tuple(
    ipaddress.ip_network(n)
    for n in ("100.64.0.0/10", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15", "240.0.0.0/4", "168.63.129.16/32",
              "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16",
              "fc00::/7", "fe80::/10", "fec0::/10")
)  # fmt: skip


class AddressRefused(OSError):
    """The crawler may not talk to this address. An OSError, so that the connector treats it as a failed connection."""

    def __init__(self, address: str, *, own: bool = False) -> None:
        self.address = address
        what = "is this machine's own address" if own else "is not a public address"
        super().__init__(f"{address} {what}; to crawl it, name its network in allow_addresses in sites.toml")


def really(address: Address) -> Address:
    """The IPv4 address inside a mapped, translated or tunnelled IPv6 one; else the address itself."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in _NAT64 or (int(address) >> 32) & 0xFFFFFFFF in _ISATAP:
            return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def is_public(address: Address) -> bool:
    """Whether the address is one of the open internet, and so is the one inside it."""
    inner = really(address)
    if inner != address and inner.version == 4 and not is_public(inner):
        return False
    if address in _NAT64 or (isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None):
        return True  # by the address inside
    if address.is_multicast or address.is_unspecified or address.is_reserved or address.is_loopback:
        return False
    if any(address in network for network in _NEVER_PUBLIC if network.version == address.version):
        return False
    return address.is_global


def is_public_address(url: str) -> bool:
    """Whether a URL's host is somebody else's: not a loopback or private address, not a name below localhost."""
    host = urlsplit(url).hostname or ""
    if host.rpartition(".")[2] == "localhost":
        return False
    try:
        return is_public(ipaddress.ip_address(host))
    except ValueError:
        return True


def own_addresses() -> frozenset[Address]:
    """The addresses of this machine's own interfaces, public ones among them: what listens there is not the web's."""
    found = set()
    for addresses in psutil.net_if_addrs().values():
        for each in addresses:
            if each.family in (socket.AF_INET, socket.AF_INET6):
                found.add(ipaddress.ip_address(each.address.partition("%")[0]))
    return frozenset(found)


def may_connect(address: str, allowed: Sequence[Network], own: Container[Address] = ()) -> bool:
    """Whether `address` (text, as a socket gives it) is public and not our `own`, or in one of the `allowed` networks.

    A public address that carries another (mapped, NAT64, ISATAP) is judged by both.
    """
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    inner = really(parsed)
    if any(candidate in network for candidate in (parsed, inner) for network in allowed):
        return True
    return is_public(parsed) and parsed not in own and inner not in own


def socket_factory(
    allowed: Sequence[Network], own: Container[Address] = ()
) -> Callable[[tuple[Any, ...]], socket.socket]:
    """A factory for aiohttp's connector: every address it is about to connect to passes here, literal IPs included."""

    def make(info: tuple[Any, ...]) -> socket.socket:
        family, kind, protocol, _, address = info
        if family not in (socket.AF_INET, socket.AF_INET6) or not may_connect(str(address[0]), allowed, own):
            raise AddressRefused(str(address[0]), own=may_connect(str(address[0]), allowed))
        return socket.socket(family, kind, protocol)

    return make
