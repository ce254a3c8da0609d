"""Ask who is due to be asked about a consult, remind its asker, mail what was not read.

What is due stands in the tables: a worker that starts goes on where the last one was.
"""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from instance import events
from instance.events import Subscription
from instance.services import digests, weekly
from instance.services.consults import news, routing

_LONGEST = timedelta(seconds=30)


async def run(stopping: asyncio.Event) -> None:
    with events.current().subscribe(kinds={"consult"}) as news_of:
        while not stopping.is_set() and not events.current().closed:
            news_of.skip()
            await _wait(news_of, await see_to(datetime.now(UTC)))


async def see_to(now: datetime) -> datetime | None:
    """Returns when the next wave or mail is due."""
    next_wave = await routing.see_to(now)
    await news.remind(now)
    await digests.queue_due(now)
    await weekly.queue_due(now)
    due = (next_wave, await digests.next_due(), await weekly.next_due())
    return min((at for at in due if at), default=None)


async def _wait(changes: Subscription, due_at: datetime | None) -> None:
    """Until a consult changes, or something is due; no longer than `_LONGEST`."""
    left = due_at - datetime.now(UTC) if due_at is not None else _LONGEST
    longest = min(_LONGEST, max(timedelta(seconds=1), left))
    with suppress(TimeoutError, StopAsyncIteration):
        async with asyncio.timeout(longest.total_seconds()):
            await anext(changes)
