"""1,000 open streams in one process: memory of each, and delay and CPU of an event that all get.

Half are sockets, half server-sent events, of 25 members who follow one channel. Each thread that is
posted in it goes to all of them. Beside it, in turn, a bare Quart application with as many streams
sends them the same bytes, which it is told and knows nothing of. Delay: from the answer to what was
posted until the last stream has it.
"""

import argparse
import asyncio
import base64
import secrets
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import aiohttp

from instance import migrate
from instance.config import Config
from instance.models import AccessToken, Actor, Application, Level
from instance.services import channels, follows, institutions, members
from instance.services.throttle import hashed
from tests.bench import report, servers, wards
from tests.bench.servers import Server
from tests.ports import free_ports

_MEMBERS, _TOKENS_EACH = 25, 4
_OF_NETWORK = 200  # streams from one address: it may call so often
_END = b"filtered"  # the name of what stands last in a status
_PING, _PONG = b"\x89\x04", b"\x8a\x84\0\0\0\0"  # frames of four bytes
_PATH = "/api/v1/streaming?stream=user"
_WORDS = "An invented question of some sentences, with a second one behind it. " * 20
_LATEST = 60.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--streams", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=7)


async def run(chosen: argparse.Namespace) -> None:
    ports = free_ports(2)
    with tempfile.TemporaryDirectory(prefix="curbside-bench-") as name, ExitStack() as stack:
        folder = Path(name)
        environ = servers.environ(folder / "data", ports[0], [])
        tokens = await _found(environ)
        command = ["-m", "instance", "serve"]
        ours = servers.running(command, ports[0], folder / "server.log", environ)
        server = stack.enter_context(ours)
        null_command = ["-m", "tests.bench.yardstick_apps", "null", str(ports[1]), name]
        yardstick = servers.running(null_command, ports[1], folder / "null.log")
        null = stack.enter_context(yardstick)
        for each in (server, null):
            await each.first_200("/actor")
        await _compare(_Ours(server, tokens), _Null(null), chosen)


class _Streams:
    """Open ones of one server, which came to how much of what was sent last."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._open: list[_Listener] = []

    def request(self, number: int) -> list[str]:
        """The lines by which it is opened."""
        raise NotImplementedError

    async def open(self, count: int) -> float:
        """MiB that so many take."""
        before = self.server.rss()
        for start in range(0, count, 50):
            opening = [self._one(number) for number in range(start, min(start + 50, count))]
            self._open += await asyncio.gather(*opening)
        await asyncio.sleep(0.5)
        return self.server.rss() - before

    async def heard(self) -> None:
        """Until each has what was sent last."""
        async with asyncio.timeout(_LATEST):
            for one in self._open:
                await one.has_it.wait()
        for one in self._open:
            if one.is_lost:
                raise RuntimeError(f"streams ended; the log is {self.server.log}")
            one.has_it.clear()

    def last(self) -> bytes:
        """What a stream without a socket got last."""
        return self._open[1].last

    def close(self) -> None:
        for one in self._open:
            one.transport.abort()
        self._open.clear()

    async def _one(self, number: int) -> "_Listener":
        loop = asyncio.get_running_loop()
        address = f"127.0.0.{2 + number // _OF_NETWORK}", 0
        _, listener = await loop.create_connection(
            _Listener, "127.0.0.1", self.server.port, local_addr=address
        )
        lines = [*self.request(number), f"Host: localhost:{self.server.port}"]
        if number % 2 == 0:
            key = base64.b64encode(secrets.token_bytes(16)).decode()
            upgrade = ("Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13")
            lines += [*upgrade, f"Sec-WebSocket-Key: {key}"]
        listener.transport.write(("\r\n".join(lines) + "\r\n\r\n").encode())
        async with asyncio.timeout(_LATEST):
            await listener.is_open.wait()
        return listener


class _Ours(_Streams):
    def __init__(self, server: Server, tokens: Sequence[str]) -> None:
        super().__init__(server)
        self._tokens = tokens

    def request(self, number: int) -> list[str]:
        token = self._tokens[number % len(self._tokens)]
        return [f"GET {_PATH} HTTP/1.1", f"Authorization: Bearer {token}"]


class _Null(_Streams):
    def request(self, number: int) -> list[str]:
        return ["GET /streams HTTP/1.1"]


class _Listener(asyncio.Protocol):
    """Reads as little of what comes as it takes to know that all of it came."""

    transport: asyncio.Transport

    def __init__(self) -> None:
        self.is_open, self.has_it = asyncio.Event(), asyncio.Event()
        self.last, self.is_lost = b"", False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's is none by its name

    def connection_lost(self, error: Exception | None) -> None:
        self.is_lost = True
        self.has_it.set()

    def data_received(self, data: bytes) -> None:
        if not self.is_open.is_set():
            if not data.startswith((b"HTTP/1.1 101", b"HTTP/1.1 200")):
                raise RuntimeError(f"a stream was refused: {data[:300]!r}")
            self.is_open.set()
            return
        place = data.find(_PING)  # in no text
        if place >= 0:  # not answered, the server would take it as gone
            self.transport.write(_PONG + data[place + 2 : place + 6])
        self.last = (b"" if self.has_it.is_set() else self.last) + data
        if _END in self.last[-200:]:
            self.has_it.set()
            self.last = self.last[-20_000:]


@dataclass
class _Round:
    delay: float
    cpu: float


async def _compare(ours: _Ours, null: _Null, chosen: argparse.Namespace) -> None:
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(_session(ours))
        bare = await stack.enter_async_context(_session(null))
        await _warm_up(ours, null, session, bare)
        alone = [await _posted(ours, session, number) for number in range(3)]
        taken = await ours.open(chosen.streams)
        of_null = await null.open(chosen.streams)
        rounds: list[tuple[_Round, _Round]] = []
        for number in range(chosen.rounds):
            mine = await _posted(ours, session, 100 + number)
            rounds.append((mine, await _said(null, bare, ours.last())))
    _print(chosen.streams, taken, of_null, min(one.cpu for one in alone), rounds)


def _print(
    count: int, taken: float, of_null: float, alone: float, rounds: list[tuple[_Round, _Round]]
) -> None:
    report.line(f"{count} streams, memory of each", f"{taken * 1024 / count:.1f} KiB")
    report.line("the same, of a bare one", f"{of_null * 1024 / count:.1f} KiB")
    delays = [mine.delay * 1000 for mine, _ in rounds]
    report.line("an event, until the last stream has it", report.spread(delays, " ms"))
    delays = [bare.delay * 1000 for _, bare in rounds]
    report.line("the same bytes of a bare one", report.spread(delays, " ms"))
    costs = [(mine.cpu - alone) * 1e6 / count for mine, _ in rounds]
    report.line("CPU of one event for one stream", report.spread(costs, " us"))
    report.ratio("streams", "memory, to bare ones", [taken / of_null], "2x", "1.3x")
    ratios = [mine.delay / bare.delay for mine, bare in rounds]
    report.ratio("streams", "delay, to bare ones", ratios, "3x", "1.5x")
    ratios = [(mine.cpu - alone) / bare.cpu for mine, bare in rounds]
    report.ratio("streams", "CPU, to bare ones", ratios, "3x", "1.5x")


async def _warm_up(
    ours: _Ours, null: _Null, session: aiohttp.ClientSession, bare: aiohttp.ClientSession
) -> None:
    for one in (ours, null):
        await one.open(20)
    for number in range(2):
        await _posted(ours, session, 50 + number)
        await _said(null, bare, ours.last())
    for one in (ours, null):
        one.close()
    await asyncio.sleep(1)


def _session(streams: _Streams) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(f"http://localhost:{streams.server.port}")


async def _posted(ours: _Ours, session: aiohttp.ClientSession, number: int) -> _Round:
    status = f"@wards Question {number}\n\n{_WORDS}"
    cpu = ours.server.cpu()
    headers = {"Authorization": f"Bearer {ours._tokens[0]}"}
    async with session.post("/api/v1/statuses", json={"status": status}, headers=headers) as answer:
        answer.raise_for_status()
    return await _heard(ours, cpu)


async def _said(null: _Null, session: aiohttp.ClientSession, message: bytes) -> _Round:
    cpu = null.server.cpu()
    async with session.post("/say", data=message) as answer:
        answer.raise_for_status()
    return await _heard(null, cpu)


async def _heard(streams: _Streams, cpu: float) -> _Round:
    begun = time.perf_counter()
    await streams.heard()
    delay = time.perf_counter() - begun
    await asyncio.sleep(0.2)  # what the server does after it
    return _Round(delay, streams.server.cpu() - cpu)


async def _found(environ: dict[str, str]) -> list[str]:
    """An institution with its channel and who follows it; the tokens they let listen."""
    config = Config.from_env(environ)
    config.data.mkdir(parents=True)
    await migrate.migrate(config.database_url)
    async with wards.opened(environ):
        await institutions.ensure_institution()
        group = await channels.create_channel("wards", "Wards", "Rounds")
        application = await Application.create(
            client_id="bench", secret_hash="", name="Bench", redirect_uris=[], scopes=["read"]
        )
        found: list[str] = []
        for number in range(_MEMBERS):
            actor = await _join(f"member{number}")
            await follows.follow(actor, group)
            found += [await _let_in(application, actor) for _ in range(_TOKENS_EACH)]
        return found


async def _join(handle: str) -> Actor:
    new = members.NewMember(
        email=f"{handle}@bench.example",
        password="a long enough password",
        handle=handle,
        name=f"Dr {handle.title()}",
        level=Level.VERIFIED,
        specialties=["cardiology"],
        is_public=True,
    )
    await members.add_member(new)
    return await Actor.get(local_handle=handle)


async def _let_in(application: Application, actor: Actor) -> str:
    token = secrets.token_urlsafe(32)
    await AccessToken.create(
        token_hash=hashed(token),
        application=application,
        member_id=actor.member_id,
        actor=actor,
        scopes=["read", "write"],
    )
    return token
