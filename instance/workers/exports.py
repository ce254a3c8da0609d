"""Make the files that members asked for, and take those they brought, one after the other."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta

from instance import events
from instance.services.portability import exports, imports

log = logging.getLogger(__name__)

_EVERY = timedelta(seconds=30)  # where an event was missed, or a worker was killed


async def run(stopping: asyncio.Event) -> None:
    """What is left from before comes first."""
    with events.current().subscribe(kinds={exports.EVENT, imports.EVENT}) as news:
        while not stopping.is_set() and not events.current().closed:
            news.skip()
            await step()
            await _wait(news)


async def step() -> None:
    await _each("export", await exports.waiting(), exports.make)
    await _each("account import", await imports.waiting(), imports.take)


async def _each(name: str, ids: list[int], work: Callable[[int], Awaitable[None]]) -> None:
    for one in ids:
        try:
            await work(one)
        except Exception as error:  # the edge: one member's files must not stop the others
            log.error("%s %s could not be worked on", name, one, exc_info=error)


async def _wait(news: events.Subscription) -> None:
    with suppress(TimeoutError, StopAsyncIteration):
        async with asyncio.timeout(_EVERY.total_seconds()):
            await anext(news)
