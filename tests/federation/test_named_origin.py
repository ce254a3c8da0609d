"""What an owner named may stand inside the hospital's own network: that origin and nothing else."""

import asyncio
import socket
from typing import Any

import pytest

from federation.errors import UnsafeAddress
from federation.guard import Guard, RefusedAddress
from federation.origin import PRODUCTION

ISSUER = "https://login.hospital.example:8443"
PORT = 8443
NEVER = ("127.0.0.1", "169.254.169.254", "0.0.0.0", "::1", "fe80::1", "fd00:ec2::254")


@pytest.fixture
def guard() -> Guard:
    return Guard(PRODUCTION, named=ISSUER)


def resolves_to(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    async def getaddrinfo(host: str, port: int, **_: Any) -> list[Any]:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        return [(family, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", getaddrinfo)


def open_socket(guard: Guard, address: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    guard.new_socket((family, socket.SOCK_STREAM, 6, "", (address, port))).close()


@pytest.mark.parametrize("address", ["10.1.2.3", "192.168.1.9", "100.64.3.4", "fd12::5"])
async def test_it_may_have_a_private_address(
    address: str, guard: Guard, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolves_to(monkeypatch, address)

    assert guard.vetted(f"{ISSUER}/token") == f"{ISSUER}/token"
    assert await guard.addresses(f"{ISSUER}/token") == [address]
    open_socket(guard, address, PORT)


async def test_another_name_or_port_at_that_address_may_not(
    guard: Guard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T35: what the provider refers to or redirects to is asked as anybody's."""
    resolves_to(monkeypatch, "10.1.2.3")
    for url in ("https://db.hospital.example/", "https://login.hospital.example/"):
        with pytest.raises(UnsafeAddress):
            await guard.addresses(url)
    for url in ("https://10.1.2.3/", "https://login.hospital.example:9000/"):
        with pytest.raises(UnsafeAddress):
            guard.vetted(url)
    await guard.addresses(f"{ISSUER}/")
    for address, port in (("10.1.2.3", 443), ("10.1.2.4", PORT)):
        with pytest.raises(RefusedAddress):
            open_socket(guard, address, port)


@pytest.mark.parametrize("address", NEVER)
async def test_it_is_never_this_machine_or_metadata(
    address: str, guard: Guard, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolves_to(monkeypatch, address)

    with pytest.raises(UnsafeAddress):
        await guard.addresses(f"{ISSUER}/")
    with pytest.raises(RefusedAddress):
        open_socket(guard, address, PORT)


async def test_an_address_that_changed_after_the_look_is_refused(
    guard: Guard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T36."""
    resolves_to(monkeypatch, "10.1.2.3")
    await guard.addresses(f"{ISSUER}/")

    with pytest.raises(RefusedAddress):
        open_socket(guard, "10.9.9.9", PORT)


def test_it_may_be_an_address_itself() -> None:
    guard = Guard(PRODUCTION, named="https://10.1.2.3")

    assert guard.vetted("https://10.1.2.3/token")
    open_socket(guard, "10.1.2.3", 443)
    with pytest.raises(UnsafeAddress):
        guard.vetted("https://10.1.2.4/token")
    with pytest.raises(UnsafeAddress):
        Guard(PRODUCTION, named="https://127.0.0.1").vetted("https://127.0.0.1/")


async def test_no_other_request_profits_from_what_an_owner_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    resolves_to(monkeypatch, "10.1.2.3")
    ordinary = Guard(PRODUCTION)

    with pytest.raises(UnsafeAddress):
        ordinary.vetted(f"{ISSUER}/")
    with pytest.raises(UnsafeAddress):
        await ordinary.resolve("login.hospital.example", 443)
    with pytest.raises(RefusedAddress):
        open_socket(ordinary, "10.1.2.3", PORT)
