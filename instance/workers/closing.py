"""See to the end of this server, where its owners decided on one."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from instance import events
from instance.services import closing

_EVERY = timedelta(minutes=1)


async def run(stopping: asyncio.Event) -> None:
    """What is left from before comes first."""
    with events.current().subscribe(kinds={closing.EVENT}) as news:
        while not stopping.is_set() and not events.current().closed:
            news.skip()
            await closing.work(datetime.now(UTC))
            with suppress(TimeoutError, StopAsyncIteration):
                async with asyncio.timeout(_EVERY.total_seconds()):
                    await anext(news)
