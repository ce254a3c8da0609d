"""Servers of others on loopback that fail in every way a server can, then recover.

They run in a thread of the test and keep what they accepted, in order. A busy one is closed for a
while from its first request on, says for how long, and counts the requests that come all the same.
"""

import asyncio
import math
import threading
import time
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

import orjson

T = TypeVar("T")

Sickness = Literal["none", "silent", "failing", "busy", "dropping", "down"]
BAD_TIMES = 3  # as often each fails before it is well
CLOSED_FOR = 10  # seconds, of a busy one


@dataclass
class Host:
    """`accepted`: ids of activities in the order in which they were first answered 202;
    `accepted_at`: the time of each."""

    port: int
    sickness: Sickness = "none"
    accepted: list[str] = field(default_factory=list)
    accepted_at: list[float] = field(default_factory=list)
    repeated: int = 0
    turned_away: int = 0
    _bad_left: int = BAD_TIMES
    _closed_until: float | None = None

    @property
    def name(self) -> str:
        return f"localhost:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, kept alive, as real servers do."""
        try:
            while body := await _read_post(reader):
                if not await self._answer(body, writer):
                    break
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass  # cancelled: the end of the test
        finally:
            writer.close()

    async def _answer(self, body: bytes, writer: asyncio.StreamWriter) -> bool:
        if self.sickness == "busy" and (left := self._closed_for()):
            self.turned_away += 1
            await _send(writer, "429 Too Many Requests", f"Retry-After: {left}\r\n")
            return True
        if self._bad_left and self.sickness in ("silent", "failing", "dropping"):
            self._bad_left -= 1
            return await self._fail(writer)
        identifier = orjson.loads(body)["id"]
        if identifier in self.accepted:
            self.repeated += 1
        else:
            self.accepted.append(identifier)
            self.accepted_at.append(time.time())
        await _send(writer, "202 Accepted")
        return True

    async def _fail(self, writer: asyncio.StreamWriter) -> bool:
        if self.sickness == "silent":
            await asyncio.sleep(3600)
        elif self.sickness == "failing":
            await _send(writer, "500 Internal Server Error")
            return True
        return False

    def _closed_for(self) -> int:
        """Seconds, rounded up; 0 once it is open."""
        now = time.monotonic()
        if self._closed_until is None:
            self._closed_until = now + CLOSED_FOR
        return max(0, math.ceil(self._closed_until - now))


class Hosts:
    """All of them, on one loop in a thread of its own."""

    def __init__(self, hosts: Sequence[Host]) -> None:
        self.all = list(hosts)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._servers: list[asyncio.Server] = []

    @property
    def accepted(self) -> int:
        return sum(len(host.accepted) for host in self.all)

    def open(self, *, down: bool = False) -> None:
        """Those that are not down; or, with `down`, those that were."""
        for host in self.all:
            if (host.sickness == "down") is down:
                listening = asyncio.start_server(host.serve, "127.0.0.1", host.port)
                self._servers.append(self._do(listening))

    def __enter__(self) -> "Hosts":
        self._thread.start()
        self.open()
        return self

    def __exit__(self, *_: object) -> None:
        self._do(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _close(self) -> None:
        for server in self._servers:
            server.close()
        here = asyncio.current_task()
        connections = [task for task in asyncio.all_tasks() if task is not here]
        for task in connections:
            task.cancel()
        await asyncio.gather(*connections, return_exceptions=True)

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)


def of_ports(ports: Sequence[int], sick: Sequence[Sickness]) -> list[Host]:
    """As many as ports; the first ones are sick."""
    every: list[Sickness] = [*sick, *["none" for _ in ports[len(sick) :]]]  # type: ignore[list-item]
    return [Host(port, sickness) for port, sickness in zip(ports, every, strict=True)]


async def _read_post(reader: asyncio.StreamReader) -> bytes:
    """The body of the next request; empty at the end of the connection."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError:
        return b""
    lines = [line.partition(":") for line in head.split("\r\n")[1:]]
    fields = {name.lower(): value.strip() for name, _, value in lines}
    return await reader.readexactly(int(fields.get("content-length", "0")))


async def _send(writer: asyncio.StreamWriter, status: str, more: str = "") -> None:
    writer.write(f"HTTP/1.1 {status}\r\n{more}Content-Length: 0\r\n\r\n".encode())
    await writer.drain()
