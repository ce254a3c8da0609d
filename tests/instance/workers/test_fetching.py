"""Fetches go on beside each other: a slow server holds up itself alone."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from federation.origin import host_of
from instance import events
from instance.inbox import fetches, history, objects
from instance.models import Fetch
from instance.outbox.key_failures import AskedRecently
from instance.workers import fetching
from tests.houses import House

pytestmark = pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)


class Fetches:
    """Instead of documents: what the worker fetched. Of hosts named `slow` it waits for `go_on`."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.done: list[str] = []
        self.running: list[str] = []
        self.most: dict[str, int] = {}
        self.go_on = asyncio.Event()

    async def take(self, uri: str, channel: str = "") -> int:
        host = host_of(uri)
        self.running.append(host)
        self.most[host] = max(self.most.get(host, 0), self.running.count(host))
        try:
            if host.startswith("slow"):
                await self.go_on.wait()
        finally:
            self.running.remove(host)
        self.done.append(uri)
        return 0

    async def ask(self, kind: fetches.Kind, *uris: str) -> None:
        for uri in uris:
            await self.house.at(fetches.request, kind, uri)

    async def until(self, holds: Callable[[], bool]) -> None:
        for _ in range(1_000):
            if holds():
                return
            await asyncio.sleep(0.01)
        raise TimeoutError

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        stopping = asyncio.Event()
        task = asyncio.create_task(self.house.at(fetching.run, stopping))
        try:
            yield
        finally:
            stopping.set()
            await self.house.at(_wake)
            self.go_on.set()
            await asyncio.wait_for(task, 10)


async def _wake() -> None:
    await events.publish("fetch", 0)


@pytest.fixture
def work(mercy: House, monkeypatch: pytest.MonkeyPatch) -> Fetches:
    found = Fetches(mercy)
    take: Callable[..., Awaitable[int]] = found.take
    monkeypatch.setattr(objects, "fetch", take)
    monkeypatch.setattr(history, "catch_up", take)
    return found


async def test_a_slow_server_holds_up_nobody_else(work: Fetches) -> None:
    await work.ask("object", "https://slow.example/1", "https://quick.example/1")
    async with work.working():
        await work.until(lambda: work.done == ["https://quick.example/1"])
        await work.ask("object", "https://quick.example/2", "https://other.example/3")
        await work.until(lambda: len(work.done) == 3)
        assert work.running == ["slow.example"]
        work.go_on.set()
        await work.until(lambda: len(work.done) == 4)


async def test_what_a_consult_lacks_does_not_wait_for_public_posts(work: Fetches) -> None:
    await work.ask("object", *[f"https://slow{n}.example/1" for n in range(20)])
    async with work.working():
        await work.until(lambda: len(work.running) == fetching.AT_ONCE_POSTS)
        await work.ask("history", "https://stlukes.example/k/1", "https://slow0.example/k/2")
        await work.until(lambda: work.done == ["https://stlukes.example/k/1"])
        await work.until(lambda: work.running.count("slow0.example") == 2)
        assert len(work.running) <= fetching.AT_ONCE


async def test_of_what_is_due_consults_come_first(work: Fetches) -> None:
    await work.ask("object", *[f"https://quick.example/{n}" for n in range(5)])
    await work.ask("history", "https://quick.example/k/1")
    async with work.working():
        await work.until(lambda: len(work.done) == 6)
    assert work.done[0] == "https://quick.example/k/1"


async def test_one_server_is_asked_two_things_at_a_time_at_most(work: Fetches) -> None:
    await work.ask("history", *[f"https://slow.example/k/{n}" for n in range(5)])
    await work.ask("object", *[f"https://slow.example/{n}" for n in range(5)])
    async with work.working():
        await work.until(lambda: len(work.running) == 2)
        await asyncio.sleep(0.2)
        work.go_on.set()
        await work.until(lambda: len(work.done) == 10)
    assert work.most == {"slow.example": 2}


async def test_what_a_stopped_worker_did_not_finish_is_free_at_once(
    mercy: House, work: Fetches
) -> None:
    await work.ask("object", "https://slow.example/1")
    task = asyncio.create_task(mercy.at(fetching.run, asyncio.Event()))
    await work.until(lambda: work.running == ["slow.example"])
    [row] = await mercy.at(Fetch.all)
    assert row.claimed_until and row.claimed_until > datetime.now(UTC) + timedelta(seconds=5)
    task.cancel()
    await asyncio.wait([task])
    [row] = await mercy.at(Fetch.all)
    assert row.claimed_until is None
    assert work.running == []


async def test_what_could_not_be_asked_for_waits_no_longer_than_that(
    mercy: House, work: Fetches, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A partner that was starting again does not keep what its members wrote for a minute."""
    until = datetime.now(UTC) + timedelta(seconds=10)

    async def refuse(uri: str, channel: str = "") -> int:
        raise AskedRecently(host_of(uri), until)

    monkeypatch.setattr(objects, "fetch", refuse)
    await work.ask("object", "https://stlukes.example/1")
    for _ in range(3):
        [row] = await mercy.at(Fetch.all)
        await mercy.at(fetching.fetch, row)
        [row] = await mercy.at(Fetch.all)
        assert (row.due_at, row.attempts) == (until, 1)
