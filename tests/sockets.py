"""A pytest plugin: tests open no connection to the network.

Unix sockets are free (PostgreSQL is reached through one). Loopback is for `tests/live` and
`tests/browser`, which talk to real server processes of their own; everything else is refused
everywhere, names included, since looking one up asks a server too. A refused attempt fails its
test even where the code under test swallows the error.

An audit hook sees every socket of the interpreter, whichever way it was made. It does not see
other processes, nor the sockets that uvloop makes for itself.
"""

import socket
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
MAY_USE_LOOPBACK = (HERE / "live", HERE / "browser")
_INET = (socket.AF_INET, socket.AF_INET6)


class SocketUsed(OSError):
    """A test reached for the network. An OSError, so that callers close what they opened."""


@dataclass
class Policy:
    """What the running test may do, and what it tried. Outside a test: nothing."""

    loopback: bool = False
    attempts: list[str] = field(default_factory=list)


policy = Policy()  # one for the process, like the hook


def may_use_loopback(test_file: Path) -> bool:
    return any(folder in test_file.parents for folder in MAY_USE_LOOPBACK)


def is_allowed(family: int, address: Any, *, loopback: bool) -> bool:
    if family == socket.AF_UNIX:
        return True
    return loopback and family in _INET and is_loopback(str(address[0]))


def is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    address = _literal(host)
    mapped = getattr(address, "ipv4_mapped", None)
    return address is not None and (mapped or address).is_loopback


def needs_lookup(host: object) -> bool:
    """Whether somebody else would be asked what this name means."""
    name = host.decode() if isinstance(host, bytes) else host
    if not isinstance(name, str) or not name:
        return False
    return not is_loopback(name) and _literal(name) is None


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host.partition("%")[0])
    except ValueError:
        return None


def _watch(event: str, args: tuple[Any, ...]) -> None:
    if event in {"socket.connect", "socket.sendto", "socket.sendmsg"}:
        used, address = args
        if address is not None and not is_allowed(used.family, address, loopback=policy.loopback):
            _refuse(f"{event} {address!r}")
    elif event in {"socket.getaddrinfo", "socket.gethostbyname"} and needs_lookup(args[0]):
        _refuse(f"{event} {args[0]!r}")


def _refuse(attempt: str) -> None:
    policy.attempts.append(attempt)
    raise SocketUsed(attempt)


@contextmanager
def refused() -> Iterator[None]:
    """For tests of this plugin: the block must be refused, and is not counted."""
    with pytest.raises(SocketUsed):
        yield
    policy.attempts.clear()


def pytest_configure() -> None:
    sys.addaudithook(_watch)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Set-up and tear-down included: what a fixture starts belongs to its test."""
    policy.loopback = may_use_loopback(item.path)
    policy.attempts.clear()
    try:
        return (yield)
    finally:
        policy.loopback = False


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup() -> Generator[None, object, object]:
    return (yield from _fail_for_attempts())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Generator[None, object, object]:
    return (yield from _fail_for_attempts())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown() -> Generator[None, object, object]:
    return (yield from _fail_for_attempts())


def _fail_for_attempts() -> Generator[None, object, object]:
    """Of one phase, so that a test is not failed twice for the same."""
    try:
        result = yield
    finally:
        attempts, policy.attempts = policy.attempts, []
    if attempts:
        pytest.fail(f"the network was used: {', '.join(attempts)}", pytrace=False)
    return result
