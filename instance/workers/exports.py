"""Make the files that members asked for, one member after the other."""

import asyncio
import logging
from contextlib import suppress
from datetime import timedelta

from instance import events
from instance.services.portability import exports

log = logging.getLogger(__name__)

_EVERY = timedelta(seconds=30)  # where an event was missed, or a worker was killed


async def run(stopping: asyncio.Event) -> None:
    """What is left from before comes first."""
    with events.current().subscribe() as news:
        while not stopping.is_set() and not events.current().closed:
            news.skip()
            await step()
            await _wait(news)


async def step() -> None:
    for export_id in await exports.waiting():
        try:
            await exports.make(export_id)
        except Exception as error:  # the edge: one member's files must not stop the others
            log.error("export %s could not be made", export_id, exc_info=error)


async def _wait(news: events.Subscription) -> None:
    with suppress(TimeoutError, StopAsyncIteration):
        async with asyncio.timeout(_EVERY.total_seconds()):
            while (await anext(news)).kind != exports.EVENT:
                continue
