"""T29: bodies made to cost much, signed by somebody known: how long, and how much memory more.

A real server; each body is sent three times by itself. The time runs from the last byte of the body
(or from the moment the server stops reading) to the first of the answer. Memory is the peak over
what the process held right before. Beside each: an ordinary activity of the same sender.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import orjson

from federation import cavage
from tests.bench import correspondents, report, servers
from tests.bench.correspondents import Person
from tests.bench.load import raw_post
from tests.bench.servers import Server
from tests.ports import free_ports

LIMIT_MS, LIMIT_MIB = 100, 20
_HUNG_UP = 0  # its answer went down with the rest of the body, which it did not read
_DEEP, _MANY, _HUGE = 100_000, 1_000_000, 50 * 1024 * 1024


def _padded(inner: str) -> Callable[[bytes], bytes]:
    """An activity with one member more, which may take what room a body has."""
    return lambda body: body[:-1] + b',"x":' + inner.encode() + b"}"


BOMBS: dict[str, Callable[[bytes], bytes]] = {
    "an ordinary activity": lambda body: body,
    "arrays 100,000 deep": _padded("[" * _DEEP + "]" * _DEEP),
    "objects 100,000 deep": _padded('{"a":' * _DEEP + "1" + "}" * _DEEP),
    "a million keys": _padded("{" + ",".join(f'"{number}":1' for number in range(_MANY)) + "}"),
    "as many keys as a body holds": _padded(
        "{" + ",".join(f'"{number}":1' for number in range(20_000)) + "}"
    ),
    "a number of 200,000 digits": _padded("9" * 200_000),
    "1e400": _padded("1e400"),
    "two actors": lambda body: body[:-1] + b',"actor":"https://elsewhere.example/u"}',
    "NUL": _padded('"\\u0000"'),
    "a byte order mark": lambda body: b"\xef\xbb\xbf" + body,
    "UTF-16": lambda body: body.decode().encode("utf-16"),
    "50 MiB of blanks": lambda body: body + b" " * _HUGE,
}


@dataclass(frozen=True)
class Cost:
    status: int
    ms: float
    mib: float


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rounds", type=int, default=3)


async def run(chosen: argparse.Namespace) -> None:
    port, peer = free_ports(2)
    [sender] = correspondents.people([peer], 1)
    with tempfile.TemporaryDirectory(prefix="curbside-bench-") as name:
        folder = Path(name)
        environ = servers.environ(folder / "data", port, [peer])
        command = ["-m", "instance", "serve"]
        async with correspondents.served([sender], [peer]):
            with servers.running(command, port, folder / "bombs.log", environ) as server:
                await server.first_200("/actor")
                await _cost(server, sender, BOMBS["an ordinary activity"])  # fetches the key
                for title, bomb in BOMBS.items():
                    _print(title, [await _cost(server, sender, bomb) for _ in range(chosen.rounds)])


def _print(title: str, costs: list[Cost]) -> None:
    statuses = "/".join(map(str, sorted({cost.status for cost in costs})))
    slowest, largest = max(cost.ms for cost in costs), max(cost.mib for cost in costs)
    is_kept = slowest < LIMIT_MS and largest < LIMIT_MIB
    mark = "" if is_kept else f"   over {LIMIT_MS} ms or {LIMIT_MIB} MiB"
    report.line(title, f"{statuses}   {slowest:.1f} ms   {largest:.1f} MiB{mark}")


async def _cost(server: Server, sender: Person, bomb: Callable[[bytes], bytes]) -> Cost:
    body = bomb(orjson.dumps(sender.create()))
    inbox = f"http://localhost:{server.port}/inbox"
    headers = cavage.sign("POST", inbox, body, sender.key, datetime.now(UTC))
    request = raw_post("/inbox", headers, body)
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    before = server.rss()
    server.forget_peak()
    try:
        writer.write(request)
        with suppress(OSError):  # it answered, and hung up on the rest
            await writer.drain()
        sent_at = time.perf_counter()
        line = b""
        with suppress(OSError):
            line = await asyncio.wait_for(reader.readline(), 30)
        taken = time.perf_counter() - sent_at
        status = int(line.split()[1]) if line else _HUNG_UP
        return Cost(status, taken * 1000, server.peak_rss() - before)
    finally:
        writer.close()
