"""The guard that keeps tests off the network."""

import asyncio
import socket
from contextlib import suppress
from pathlib import Path

import pytest

from tests import sockets

TESTS = Path(__file__).parent


@pytest.mark.parametrize("host", ["192.0.2.1", "127.0.0.1", "localhost"])
def test_an_ordinary_test_may_not_connect_at_all(host: str) -> None:
    with sockets.refused():
        socket.create_connection((host, 9), timeout=1)


def test_a_connection_that_reports_by_number_is_refused_too() -> None:
    with socket.socket() as client, sockets.refused():
        client.connect_ex(("127.0.0.1", 9))


async def test_a_connection_of_the_event_loop_is_refused() -> None:
    with sockets.refused():
        await asyncio.open_connection("127.0.0.1", 9)


def test_a_datagram_is_refused() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out, sockets.refused():
        out.sendto(b"x", ("192.0.2.1", 9))


def test_looking_up_a_name_is_refused() -> None:
    with sockets.refused():
        socket.getaddrinfo("mercy.example", 443)


def test_a_unix_socket_may_be_used(tmp_path: Path) -> None:
    path = str(tmp_path / "s")
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind(path)
        server.listen()
        client.connect(path)


def test_an_attempt_whose_error_is_swallowed_is_remembered() -> None:
    with suppress(sockets.SocketUsed):
        socket.create_connection(("192.0.2.1", 9), timeout=1)

    assert sockets.policy.attempts == ["socket.connect ('192.0.2.1', 9)"]
    sockets.policy.attempts.clear()  # or this test would fail for it


@pytest.mark.parametrize(
    ("family", "address", "allowed"),
    [
        (socket.AF_INET, ("127.0.0.1", 8001), True),
        (socket.AF_INET, ("127.8.8.8", 8001), True),
        (socket.AF_INET6, ("::1", 8001, 0, 0), True),
        (socket.AF_INET6, ("::ffff:127.0.0.1", 8001, 0, 0), True),
        (socket.AF_INET, ("localhost", 8001), True),
        (socket.AF_INET, ("192.0.2.1", 443), False),
        (socket.AF_INET, ("10.0.0.1", 443), False),
        (socket.AF_INET, ("0.0.0.0", 443), False),
        (socket.AF_INET6, ("2001:db8::1", 443, 0, 0), False),
        (socket.AF_INET6, ("::ffff:192.0.2.1", 443, 0, 0), False),
        (socket.AF_INET, ("localhost.example", 443), False),
    ],
)
def test_a_live_test_may_reach_loopback_and_nothing_else(
    family: int, address: tuple[object, ...], allowed: bool
) -> None:
    assert sockets.is_allowed(family, address, loopback=True) is allowed
    assert not sockets.is_allowed(family, address, loopback=False)


@pytest.mark.parametrize(
    ("file", "loopback"),
    [
        ("live/test_kill.py", True),
        ("browser/pages/test_consult.py", True),
        ("federation/test_client.py", False),
        ("federation/live/test_client.py", False),
        ("test_layers.py", False),
    ],
)
def test_only_live_and_browser_tests_may_reach_loopback(file: str, loopback: bool) -> None:
    assert sockets.may_use_loopback(TESTS / file) is loopback
