"""What only a socket can do to an inbox: requests that drip, lie or do not end (T30), name another
server (T10), floods (T75).

The server runs as `curbside serve` runs it, in the loop of the test: so its patience can be less.
"""

import asyncio
from collections.abc import AsyncIterator
from shutil import copyfile
from typing import Any

import pytest
import uvicorn

from instance.app import create_app
from instance.cli import connections
from instance.cli.serving import server_settings
from instance.config import Config
from instance.web import requests
from tests.databases import migrated_sqlite
from tests.live.servers import free_ports

pytestmark = pytest.mark.xdist_group("rude senders")

BOUND = 30.0  # seconds for a test; nothing is measured by it
TOO_MUCH = requests.BODY_MAX + 1


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    """Of an institution whose tables are there: they take seconds to make."""
    [port], data = free_ports(1), tmp_path_factory.mktemp("data")
    copyfile(migrated_sqlite(), data / "curbside.sqlite3")
    return Config.from_env(
        {
            "CURBSIDE_ORIGIN": f"http://localhost:{port}",
            "CURBSIDE_NAME": "Mercy General",
            "CURBSIDE_DATA": str(data),
            "CURBSIDE_LISTEN": f"127.0.0.1:{port}",
            "CURBSIDE_LOOPBACK_PEERS": f"localhost:{port}",
        }
    )


@pytest.fixture
async def door(config: Config) -> AsyncIterator["Door"]:
    server = uvicorn.Server(server_settings(create_app(config), config))
    serving = asyncio.create_task(server.serve())
    while not server.started:
        assert not serving.done()
        await asyncio.sleep(0.01)
    opened = Door(config.listen_port)
    yield opened
    await opened.close()
    server.should_exit = True
    await serving


class Sender:
    """One connection that says what it likes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def status(self) -> int:
        async with asyncio.timeout(BOUND):
            line = await self.reader.readline()
        return int(line.split()[1]) if line else 0

    async def is_hung_up_on(self) -> bool:
        async with asyncio.timeout(BOUND):
            try:
                await self.reader.read()
            except ConnectionError:
                pass
        return True

    def is_waited_for(self) -> bool:
        return not self.reader.at_eof()

    async def pours(self, part: bytes, most: int) -> int:
        """How many of them were read before the connection ended."""
        for number in range(most):
            try:
                self.writer.write(part)
                await self.writer.drain()
                await asyncio.sleep(0.02)  # what comes at once is one part
            except ConnectionError:
                return number
        return most

    async def drip(self) -> None:
        """A byte at a time, for as long as somebody reads."""
        try:
            while True:
                self.writer.write(b"x")
                await self.writer.drain()
                await asyncio.sleep(0.02)
        except ConnectionError:
            pass


class Door:
    """The server's port, and every connection to it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._senders: list[Sender] = []

    async def sender(self, *headers: str, line: str = "POST /inbox") -> Sender:
        sender = await self.silent()
        lines = (f"{line} HTTP/1.1", f"Host: localhost:{self._port}", *headers)
        sender.writer.write("\r\n".join([*lines, "", ""]).encode())
        return sender

    async def silent(self) -> Sender:
        sender = Sender(*await asyncio.open_connection("127.0.0.1", self._port))
        self._senders.append(sender)
        return sender

    async def begins(self, line: str = "GET /health") -> Sender:
        """A request without an end of its headers."""
        sender = await self.silent()
        sender.writer.write(f"{line} HTTP/1.1\r\nHost: localhost:{self._port}\r\n".encode())
        return sender

    async def health(self, more: str = "") -> int:
        return await (await self.sender(line=f"GET /health{more}")).status()

    async def close(self) -> None:
        for sender in self._senders:
            sender.writer.close()
        ends = [sender.writer.wait_closed() for sender in self._senders]
        await asyncio.gather(*ends, return_exceptions=True)


async def test_a_body_that_drips_is_given_up(door: Door, monkeypatch: Any) -> None:
    assert requests.BODY_SECONDS == 10
    monkeypatch.setattr(requests, "BODY_SECONDS", 0.3)
    sender = await door.sender("Content-Length: 100000")
    dripping = asyncio.create_task(sender.drip())
    assert await sender.status() == 408
    assert await sender.is_hung_up_on()
    await dripping


async def test_a_body_that_is_announced_as_too_large_is_not_waited_for(door: Door) -> None:
    sender = await door.sender(f"Content-Length: {TOO_MUCH}")
    assert await sender.status() == 413
    assert await sender.is_hung_up_on()


async def test_chunks_without_end_are_refused_when_they_are_too_many(door: Door) -> None:
    sender = await door.sender("Transfer-Encoding: chunked")
    chunk = b"x" * 65_536
    for _ in range(TOO_MUCH // len(chunk) + 1):
        sender.writer.write(b"%x\r\n%b\r\n" % (len(chunk), chunk))
    assert await sender.status() == 413
    assert await sender.is_hung_up_on()


async def test_a_body_that_is_longer_than_it_says_is_cut_there(door: Door) -> None:
    """What follows is no request: the server ends the connection, before or after its answer."""
    sender = await door.sender("Content-Type: application/activity+json", "Content-Length: 2")
    sender.writer.write(b"{}" + b"x" * TOO_MUCH)
    assert await sender.status() in (400, 401)
    assert await sender.is_hung_up_on()
    assert await door.health() == 200


@pytest.mark.parametrize("header", [b"X-More: %b\r\n", b"%b"], ids=["many", "one"])
async def test_headers_without_end_are_cut_off(door: Door, header: bytes) -> None:
    sender = await door.begins()
    sender.writer.write(b"X-Long: ")
    assert await sender.pours(header % (b"x" * 65_536), 100) < 20


async def test_headers_that_drip_are_given_up(door: Door, monkeypatch: Any) -> None:
    assert connections.HEAD_SECONDS == 10
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.3)
    sender = await door.begins("POST /inbox")
    dripping = asyncio.create_task(sender.drip())
    assert await sender.status() == 408
    assert await sender.is_hung_up_on()
    await dripping


async def test_the_next_request_of_a_connection_may_take_no_longer(
    door: Door, monkeypatch: Any
) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.3)
    sender = await door.sender(line="GET /health/live")
    assert await sender.status() == 200
    await sender.reader.readuntil(b"\r\n\r\n")
    dripping = asyncio.create_task(sender.drip())
    assert await sender.is_hung_up_on()
    await dripping


async def test_who_says_nothing_is_not_waited_for(door: Door, monkeypatch: Any) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.3)
    sender = await door.silent()
    assert await sender.reader.read() == b""


@pytest.mark.parametrize("target", ["http://other.example/health", "https://other.example/"])
async def test_a_request_that_names_another_server_is_no_request(door: Door, target: str) -> None:
    """Its name would stand beside Host, and signatures cover Host alone (T10)."""
    for line in (f"GET {target}", f"POST {target}"):
        sender = await door.sender("Content-Length: 0", line=line)
        assert await sender.status() == 400
    assert await door.health() == 200


async def test_a_sender_that_hangs_up_in_the_middle_costs_nothing(door: Door) -> None:
    for _ in range(20):
        sender = await door.sender("Content-Length: 1000")
        sender.writer.write(b"{")
        sender.writer.close()
    assert await door.health() == 200


async def test_a_flooded_inbox_leaves_the_server_well(door: Door) -> None:
    """Some hold connections open, others send what is refused; who watches gets its answer."""
    held = [await door.sender("Content-Length: 1000") for _ in range(100)]

    async def flood() -> list[int]:
        kind, size = "Content-Type: application/activity+json", "Content-Length: 2"
        found = []
        for _ in range(20):
            sender = await door.sender(kind, size, "Connection: close")
            sender.writer.write(b"{}")
            found.append(await sender.status())
        return found

    floods = [asyncio.create_task(flood()) for _ in range(10)]
    async with asyncio.timeout(BOUND):
        while not all(one.done() for one in floods):
            for more in ("", "/live", "/ready"):
                assert await door.health(more) == 200
    assert {status for one in floods for status in one.result()} == {401}
    assert all(one.is_waited_for() for one in held)
