"""What only a socket can do to an inbox: requests that drip, lie or do not end (T30), name another
server (T10), floods (T75).
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from instance.cli import connections
from instance.config import Config
from instance.web import inbox_asgi, requests
from tests.live import doors
from tests.live.doors import BOUND, Door

pytestmark = pytest.mark.xdist_group("rude senders")

TOO_MUCH = requests.BODY_MAX + 1


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    return doors.institution(tmp_path_factory.mktemp("data"))


@pytest.fixture
async def door(config: Config, monkeypatch: Any) -> AsyncIterator[Door]:
    monkeypatch.setattr(inbox_asgi, "LISTENS_SECONDS", 0.2)
    async with doors.opened(config) as opened:
        yield opened


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
    sender.writer.write(b"GET /health HTTP/1.1\r\nX-More: ")
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
