"""Ports for servers under test: below those that the kernel gives to whoever connects somewhere, or
a connection could have one before its server does."""

import random
import socket

_RANGE = range(20_000, 32_000)


def free_ports(count: int) -> list[int]:
    """Ports nobody has now, all different."""
    found: list[int] = []
    for port in random.sample(_RANGE, len(_RANGE)):
        if len(found) == count:
            return found
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        found.append(port)
    raise RuntimeError("no port is free")
