"""What the tests of events do over and over: open a bus, publish, read what a page gets."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Any

from tortoise.transactions import in_transaction

from instance.events import Bus, Event, Subscription, publish

SHORT, LONG = timedelta(milliseconds=50), timedelta(seconds=10)

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
    async with asyncio.timeout(LONG.total_seconds()):
        return await anext(page)


async def taken(page: Subscription, expected: int = 0) -> list[Event]:
    """At least so many events, unless the page ends; and what else comes soon after them."""
    events: list[Event] = []
    with suppress(TimeoutError, StopAsyncIteration):
        while True:
            wait = LONG if len(events) < expected else SHORT
            async with asyncio.timeout(wait.total_seconds()):
                events.append(await anext(page))
    return events


async def publish_each(*object_ids: int) -> None:
    for object_id in object_ids:
        await publish("consult", object_id)


async def publish_and_wait(object_id: int, committed: asyncio.Event) -> None:
    async with in_transaction():
        await publish("consult", object_id)
        await committed.wait()
