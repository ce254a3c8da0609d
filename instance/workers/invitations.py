"""Invite who is on the roster, some at a time."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from instance import events
from instance.services import invitations
from instance.services.roster.pace import Pace

_EVERY = timedelta(seconds=30)  # where an event was missed


async def run(stopping: asyncio.Event) -> None:
    """What is left from before comes first."""
    with events.current().subscribe(kinds={invitations.EVENT}) as news:
        while not stopping.is_set() and not events.current().closed:
            pace = Pace()
            while await invitations.go_on(datetime.now(UTC)):
                await pace.rest()
            await _wait(news)


async def _wait(news: events.Subscription) -> None:
    with suppress(TimeoutError, StopAsyncIteration):
        async with asyncio.timeout(_EVERY.total_seconds()):
            await anext(news)
