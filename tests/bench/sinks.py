"""Servers that take every delivery: `python -m tests.bench.sinks PORT...`; and what they took.

One process listens on all the ports and answers 202 at once. What came is kept as it came over the
wire, so that checking signatures costs the measurement nothing. A connection to the first port
that sends `GET /taken` gets all of it, pickled, and the list starts anew.
"""

import asyncio
import pickle
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import orjson
import uvloop

from federation import cavage
from federation.keys import PublicKey
from federation.messages import Request
from tests.bench import servers

_ACCEPTED = b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"


@dataclass(frozen=True)
class Taken:
    """One request to `localhost:<port>`; `at` is `time.monotonic()`, which processes share."""

    port: int
    at: float
    head: bytes
    body: bytes

    @property
    def id(self) -> str:
        return str(orjson.loads(self.body)["id"])

    def check(self, key: PublicKey) -> None:
        """Raises SignatureRefused unless `key` signed it for this host."""
        first, *lines = self.head.decode("latin-1").rstrip("\r\n").split("\r\n")
        method, target, _ = first.split(" ")
        fields = (line.partition(":") for line in lines)
        headers = tuple((name.lower(), value.strip()) for name, _, value in fields)
        request = Request(method, target, headers, self.body)
        claim = cavage.parse(request)
        cavage.check_digest(claim, request)
        cavage.verify(claim, request, key, authority=f"localhost:{self.port}")


@contextmanager
def running(ports: Sequence[int]) -> Iterator[servers.Server]:
    with tempfile.TemporaryDirectory(prefix="curbside-bench-") as folder:
        command = ["-m", "tests.bench.sinks", *map(str, ports)]
        with servers.running(command, ports[0], Path(folder) / "sinks.log") as server:
            yield server


async def taken(server: servers.Server) -> list[Taken]:
    """All since the last call."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(b"GET /taken HTTP/1.1\r\n\r\n")
    try:
        return [Taken(*values) for values in pickle.loads(await reader.read())]
    finally:
        writer.close()


async def all_taken(server: servers.Server, count: int, within: float) -> list[Taken]:
    """Wait for so many. Raises RuntimeError when there are fewer after `within` seconds."""
    found: list[Taken] = []
    deadline = time.monotonic() + within
    while len(found) < count:
        if time.monotonic() > deadline:
            raise RuntimeError(f"{len(found)} of {count} deliveries arrived")
        await asyncio.sleep(0.1)
        found += await taken(server)
    return found


def require_once(found: Sequence[Taken], hosts: int, key: PublicKey) -> None:
    """Every signature is valid, every activity came to each host once. Raises otherwise."""
    for one in found:
        one.check(key)
    if max(Counter((one.port, one.id) for one in found).values()) > 1:
        raise RuntimeError("a delivery was doubled")
    if set(Counter(one.id for one in found).values()) != {hosts}:
        raise RuntimeError("an activity did not reach every host")


class _Sink:
    def __init__(self) -> None:
        self.taken: list[tuple[int, float, bytes, bytes]] = []

    async def serve(
        self, port: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                if head.startswith(b"GET"):
                    self._hand_over(head, writer)
                    break
                body = await reader.readexactly(_content_length(head))
                self.taken.append((port, time.monotonic(), head, body))
                writer.write(_ACCEPTED)
        except (asyncio.IncompleteReadError, OSError):
            pass
        finally:
            writer.close()

    def _hand_over(self, head: bytes, writer: asyncio.StreamWriter) -> None:
        if head.startswith(b"GET /taken "):
            found, self.taken = self.taken, []
            writer.write(pickle.dumps(found))
        else:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")


def _content_length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0


async def _listen(ports: Sequence[int]) -> None:
    sink = _Sink()
    for port in ports:

        async def serve(
            reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int = port
        ) -> None:
            await sink.serve(port, reader, writer)

        await asyncio.start_server(serve, "127.0.0.1", port)
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(_listen([int(port) for port in sys.argv[1:]]))
