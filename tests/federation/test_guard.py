"""Which addresses a request may go to, whatever a name server says."""

import asyncio
import socket
from ipaddress import ip_address, ip_network
from typing import Any

import pytest

from federation.addresses import may_connect
from federation.errors import UnsafeAddress
from federation.guard import Guard, RefusedAddress
from federation.origin import PRODUCTION, Development

PUBLIC_ADDRESSES = [
    "8.8.8.8",
    "93.184.216.34",
    "2606:4700::1111",
    "2a00:1450::1",
    "64:ff9b::808:808",
]


OTHER_ADDRESSES = """
    0.0.0.0 0.1.2.3 10.1.2.3 100.64.0.1 127.0.0.1 127.255.0.1 169.254.169.254 172.16.0.1 192.0.0.9
    192.0.0.10 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1
    239.1.1.1 240.0.0.1 255.255.255.255
    :: ::1 ::8.8.8.8 ::127.0.0.1 ::ffff:8.8.8.8 ::ffff:10.0.0.1 64:ff9b::7f00:1 64:ff9b::a00:1
    64:ff9b::6440:1 64:ff9b:1::808:808 100::1 2001::1 2001:0:808:808::1 2001:2::1 2001:10::1
    2001:db8::1 2002:7f00:1::1 2002:808:808::1 3fff::1 3fff:fff::1 4000::1 5f00::1 fc00::1
    fd00:ec2::254 fe80::1 fec0::1 ff02::1 ff0e::1
""".split()


@pytest.mark.parametrize("address", PUBLIC_ADDRESSES)
def test_a_public_address_is_allowed(address: str) -> None:
    assert may_connect(ip_address(address))


@pytest.mark.parametrize("address", OTHER_ADDRESSES)
def test_every_other_address_is_refused(address: str) -> None:
    """T35."""
    assert not may_connect(ip_address(address))


def test_a_listed_private_network_is_allowed_and_no_other() -> None:
    listed = [ip_network("10.20.0.0/16"), ip_network("fd12::/16"), ip_network("100.64.0.0/10")]

    for address in ("10.20.3.4", "fd12::5", "100.100.1.1"):
        assert may_connect(ip_address(address), listed)
    for address in ("10.21.0.1", "192.168.0.1", "fd13::1", "64:ff9b::a14:304"):
        assert not may_connect(ip_address(address), listed)


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "0.0.0.0", "169.254.169.254", "224.0.0.1", "255.255.255.255"]
)
def test_no_setting_opens_loopback_or_metadata(address: str) -> None:
    assert not may_connect(ip_address(address), [ip_network("0.0.0.0/0")])
    assert not Guard(PRODUCTION, (ip_network("0.0.0.0/0"),)).allows(ip_address(address), False)


@pytest.mark.parametrize(
    "address", ["::1", "::", "fe80::1", "ff02::1", "::ffff:10.0.0.1", "fd00:ec2::254"]
)
def test_no_setting_opens_them_over_ipv6_either(address: str) -> None:
    assert not may_connect(ip_address(address), [ip_network("::/0")])


def name_server(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """Every name has these addresses."""

    async def getaddrinfo(host: str, port: int, **_: Any) -> list[Any]:
        return [
            (socket.AF_INET6 if ":" in address else socket.AF_INET, 1, 6, "", (address, port))
            for address in addresses
        ]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", getaddrinfo)


@pytest.mark.parametrize("bad", OTHER_ADDRESSES)
async def test_one_bad_address_refuses_the_whole_name(
    monkeypatch: pytest.MonkeyPatch, bad: str
) -> None:
    """T36."""
    name_server(monkeypatch, "8.8.8.8", bad)

    with pytest.raises(UnsafeAddress):
        await Guard(PRODUCTION).resolve("cardio.example", 443)


async def test_a_name_with_good_addresses_keeps_them_all(monkeypatch: pytest.MonkeyPatch) -> None:
    name_server(monkeypatch, "8.8.8.8", "2606:4700::1111")

    found = await Guard(PRODUCTION).resolve("cardio.example", 443)

    assert [entry[4][0] for entry in found] == ["8.8.8.8", "2606:4700::1111"]


async def test_a_name_may_be_loopback_only_as_a_listed_pair(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    name_server(monkeypatch, "127.0.0.1", "::1")
    guard = Guard(Development(frozenset({"localhost:8001"})))

    assert await guard.resolve("localhost", 8001)
    for host, port in (("localhost", 8002), ("localhost", 443), ("evil.example", 8001)):
        with pytest.raises(UnsafeAddress):
            await guard.resolve(host, port)


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.0.0.1", "::1", "::ffff:8.8.8.8", "fe80::1%1", "x"]
)
def test_an_address_is_looked_at_again_when_its_socket_is_made(address: str) -> None:
    """T36: what was vetted is what is connected to."""
    with pytest.raises(RefusedAddress):
        Guard(PRODUCTION).new_socket((socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)))
