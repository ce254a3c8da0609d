"""What the tests of events do over and over: open a bus, publish, read what a page gets."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Any

from tortoise.transactions import in_transaction

from instance.events import Bus, Event, Subscription, publish

SHORT, SECOND, LONG = timedelta(milliseconds=50), timedelta(seconds=1), timedelta(seconds=5)

Elsewhere = Callable[[Coroutine[Any, Any, Any]], Awaitable[Any]]  # the fixture elsewhere


@asynccontextmanager
async def open_bus() -> AsyncIterator[Bus]:
    bus = Bus()
    await bus.open()
    bus.activate()
    try:
        yield bus
    finally:
        await bus.close()


async def next_event(page: Subscription) -> Event:
    async with asyncio.timeout(5):
        return await anext(page)


async def taken(page: Subscription, within: timedelta = timedelta(seconds=0.5)) -> list[Event]:
    """Everything that comes until nothing more comes within that time."""
    events = []
    with suppress(TimeoutError, StopAsyncIteration):
        while True:
            async with asyncio.timeout(within.total_seconds()):
                events.append(await anext(page))
    return events


async def publish_each(*object_ids: int) -> None:
    for object_id in object_ids:
        await publish("consult", object_id)


async def publish_and_wait(object_id: int, committed: asyncio.Event) -> None:
    async with in_transaction():
        await publish("consult", object_id)
        await committed.wait()
