"""A sender of too much reads why before the connection ends, whatever it sends meanwhile; and takes
no more of the server than that (T30)."""

import asyncio
import http.client
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from typing import Any

import aiohttp
import pytest

from instance.cli.connections import Connection
from instance.config import Config
from instance.web import inbox_asgi, requests
from tests.live import doors
from tests.live.doors import Door
from tests.live.pairs import eventually

pytestmark = pytest.mark.xdist_group("rude senders")

PART = b"x" * 65_536
LARGE = 4 * requests.BODY_MAX  # more than two kernels keep for a reader


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    return doors.institution(tmp_path_factory.mktemp("data"))


@pytest.fixture
async def door(config: Config) -> AsyncIterator[Door]:
    async with doors.opened(config) as opened:
        yield opened


def parts() -> Iterator[bytes]:
    for _ in range(LARGE // len(PART)):
        yield PART


async def parts_in_time() -> AsyncIterator[bytes]:
    for part in parts():
        yield part
        await asyncio.sleep(0)


HEADERS = {"Content-Type": "application/activity+json"}
LENGTH = {"Content-Length": str(LARGE)}


@pytest.mark.parametrize("length", [LENGTH, {}], ids=["declared", "chunked"])
async def test_who_sends_all_before_it_reads_is_told_that_it_is_too_much(
    door: Door, length: dict[str, str]
) -> None:
    """As `http.client` does."""

    def send() -> tuple[int, bytes]:
        opened = http.client.HTTPConnection("localhost", door.port, timeout=doors.BOUND)
        with closing(opened):
            opened.request("POST", "/inbox", parts(), HEADERS | length, encode_chunked=not length)
            with opened.getresponse() as answer:
                return answer.status, answer.read()

    for _ in range(5):
        status, body = await asyncio.to_thread(send)
        assert status == 413 and body
    await has_forgotten(door)


@pytest.mark.parametrize("length", [LENGTH, {}], ids=["declared", "chunked"])
async def test_who_reads_while_it_sends_is_told_that_it_is_too_much(
    door: Door, length: dict[str, str]
) -> None:
    url = f"http://localhost:{door.port}/inbox"
    async with aiohttp.ClientSession() as session:
        for _ in range(5):
            post = session.post(url, data=parts_in_time(), headers=HEADERS | length)
            async with post as answer:
                assert answer.status == 413 and await answer.read()
    await has_forgotten(door)


async def test_who_does_not_stop_is_cut_off_after_so_many_bytes(
    door: Door, monkeypatch: Any
) -> None:
    assert inbox_asgi.LISTENS_BYTES == 8 * 1024 * 1024
    monkeypatch.setattr(inbox_asgi, "LISTENS_SECONDS", doors.BOUND)
    sender = await door.sender(f"Content-Length: {10**9}")
    poured = len(PART) * await sender.pours(PART, 1_000)
    assert inbox_asgi.LISTENS_BYTES <= poured < 2 * inbox_asgi.LISTENS_BYTES
    await has_forgotten(door)


async def test_who_drips_is_cut_off_after_so_long(door: Door, monkeypatch: Any) -> None:
    assert inbox_asgi.LISTENS_SECONDS == 3
    monkeypatch.setattr(inbox_asgi, "LISTENS_SECONDS", 0.3)
    sender = await door.sender(f"Content-Length: {LARGE}")
    dripping = asyncio.create_task(sender.drip())
    assert await sender.status() == 413
    async with asyncio.timeout(2):
        await dripping
    await has_forgotten(door)


async def test_of_a_connection_that_ended_no_timer_remains(door: Door) -> None:
    silent, begun = await door.silent(), await door.begins()
    answered = await door.sender(line="GET /health")
    refused = await door.sender(f"Content-Length: {LARGE}")
    assert [await answered.status(), await refused.status()] == [200, 413]
    for sender in (silent, begun, answered, refused):
        assert timers()
        sender.writer.transport.abort()
    await has_forgotten(door)


async def has_forgotten(door: Door) -> None:
    async def is_empty() -> bool:
        return not door.server.server_state.connections

    await eventually(is_empty, "every connection has ended")
    assert not timers()


def timers() -> list[Any]:
    """That wait in this loop for something a connection would do."""
    loop: Any = asyncio.get_running_loop()
    waiting = [one for one in loop._scheduled if not one.cancelled()]
    return [one for one in waiting if isinstance(getattr(one._callback, "__self__", 0), Connection)]
