"""See to who left a consult, as soon as it is decided: tell the others, delete what is theirs."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from instance import events
from instance.events import Subscription
from instance.services.consults import leaving

_LONGEST = timedelta(minutes=5)


async def run(stopping: asyncio.Event) -> None:
    """What is left from before comes first."""
    with events.current().subscribe(kinds={leaving.EVENT}) as news:
        while not stopping.is_set() and not events.current().closed:
            news.skip()
            await see_to(datetime.now(UTC))
            await _wait(news)


async def see_to(now: datetime) -> None:
    await leaving.tell(now)
    await leaving.purge(now)


async def _wait(news: Subscription) -> None:
    with suppress(TimeoutError, StopAsyncIteration):
        async with asyncio.timeout(_LONGEST.total_seconds()):
            await anext(news)
