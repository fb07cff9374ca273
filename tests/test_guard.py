"""The crawler connects to public addresses, and to no other unless a person allowed its network."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from crawler.wire.guard import AddressRefused, may_connect, socket_factory

PUBLIC = ["93.184.215.14", "8.8.8.8", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "2001:4860:4860::8888"]
NOT_PUBLIC = [
    "127.0.0.1", "127.8.9.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "192.0.0.8", "192.0.2.1", "198.18.0.1", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.1.1.1",
    "240.0.0.1", "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1",
    "64:ff9b:1::1", "100::1", "2001:db8::1", "2002:7f00:1::", "fc00::1", "fd12::1", "fe80::1", "fe80::1%eth0",
    "fec0::1", "ff02::1", "3fff::1", "not an address", "",
]  # fmt: skip


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_reached(address: str) -> None:
    assert may_connect(address, ())


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_other_addresses_are_refused(address: str) -> None:
    assert not may_connect(address, ())


def test_an_allowed_network_is_reached_and_its_neighbour_is_not() -> None:
    allowed = (ip_network("127.1.0.0/16"), ip_network("fd00::/8"))
    assert may_connect("127.1.2.3", allowed)
    assert may_connect("::ffff:127.1.2.3", allowed)
    assert may_connect("fd00::5", allowed)
    assert not may_connect("127.2.0.1", allowed)
    assert not may_connect("10.0.0.1", allowed)


def test_a_name_with_several_refused_addresses_is_refused_for_its_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """asyncio makes one plain OSError of the two; the request's tap knows better."""
    import socket

    from crawler.wire.download import _guarded
    from crawler.wire.tap import Tap, current

    tap = Tap(limit_bytes=1)
    token = current.set(tap)
    try:
        for family, address in ((socket.AF_INET, "10.0.0.1"), (socket.AF_INET6, "::1")):
            with pytest.raises(AddressRefused):
                _guarded(socket_factory(()), (family, socket.SOCK_STREAM, 6, "", (address, 80)))
        assert (tap.refused, tap.connecting) == (str(AddressRefused("::1")), False)
        _guarded(socket_factory(()), (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("8.8.8.8", 80))).close()
        assert tap.connecting
    finally:
        current.reset(token)


def test_the_socket_factory_opens_no_socket_to_a_refused_address() -> None:
    import socket

    make = socket_factory(())
    with pytest.raises(AddressRefused, match=r"169\.254\.169\.254 is not a public address.*allow_addresses"):
        make((socket.AF_INET, socket.SOCK_STREAM, 6, "", ("169.254.169.254", 80)))
