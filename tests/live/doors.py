"""A server that runs in the loop of a test, as `curbside serve` runs it, and connections to it that
say what they like. So its patience can be made less, and one looks at what it holds.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from shutil import copyfile

import uvicorn

from instance.app import create_app
from instance.cli.serving import server_settings
from instance.config import Config
from tests.databases import migrated_sqlite
from tests.ports import free_ports

BOUND = 30.0  # seconds for a test; nothing is measured by it


def institution(data: Path) -> Config:
    """Of one whose tables are there: they take seconds to make."""
    [port] = free_ports(1)
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


@asynccontextmanager
async def opened(config: Config) -> AsyncIterator["Door"]:
    server = uvicorn.Server(server_settings(create_app(config), config))
    serving = asyncio.create_task(server.serve())
    while not server.started:
        assert not serving.done()
        await asyncio.sleep(0.01)
    door = Door(config.listen_port, server)
    yield door
    await door.close()
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

    def __init__(self, port: int, server: uvicorn.Server) -> None:
        self.port, self.server = port, server
        self._senders: list[Sender] = []

    async def sender(self, *headers: str, line: str = "POST /inbox") -> Sender:
        sender = await self.silent()
        lines = (f"{line} HTTP/1.1", f"Host: localhost:{self.port}", *headers)
        sender.writer.write("\r\n".join([*lines, "", ""]).encode())
        return sender

    async def silent(self) -> Sender:
        sender = Sender(*await asyncio.open_connection("127.0.0.1", self.port))
        self._senders.append(sender)
        return sender

    async def begins(self, line: str = "GET /health") -> Sender:
        """A request without an end of its headers."""
        sender = await self.silent()
        sender.writer.write(f"{line} HTTP/1.1\r\nHost: localhost:{self.port}\r\n".encode())
        return sender

    async def health(self, more: str = "") -> int:
        return await (await self.sender(line=f"GET /health{more}")).status()

    async def close(self) -> None:
        for sender in self._senders:
            sender.writer.close()
        ends = [sender.writer.wait_closed() for sender in self._senders]
        await asyncio.gather(*ends, return_exceptions=True)
