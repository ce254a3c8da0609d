"""Check rosters and import them, and end the standing whose time is over."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from instance import events
from instance.services import renewals
from instance.services.roster import applying, checking, matching
from instance.services.roster.pace import EVENT, Pace

log = logging.getLogger(__name__)

_EVERY = timedelta(seconds=30)  # where an event was missed; and for what only time brings about


async def run(stopping: asyncio.Event) -> None:
    """What is left from before comes first."""
    with events.current().subscribe(kinds={EVENT}) as news:
        while not stopping.is_set() and not events.current().closed:
            await step()
            await renewals.expire(datetime.now(UTC))
            await _wait(news)


async def step() -> None:
    """What was decided before what is to be looked at."""
    await matching.follow_due(Pace())
    await _each(await applying.waiting(), applying.work_on)
    await _each(await checking.waiting(), checking.work_out)


async def _each(ids: list[int], work: Callable[[int], Awaitable[None]]) -> None:
    for import_id in ids:
        try:
            await work(import_id)
        except Exception as error:  # the edge: one roster must not stop the others
            log.error("roster %s could not be worked on", import_id, exc_info=error)


async def _wait(news: events.Subscription) -> None:
    with suppress(TimeoutError, StopAsyncIteration):
        async with asyncio.timeout(_EVERY.total_seconds()):
            await anext(news)
