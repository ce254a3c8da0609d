"""Close polls whose time is over, and tell others the counts of ours."""

import asyncio
from datetime import timedelta

from instance import events
from instance.services import poll_results

_EVERY = timedelta(seconds=10)


async def run(stopping: asyncio.Event) -> None:
    while not stopping.is_set() and not events.current().closed:
        await step()
        try:
            await asyncio.wait_for(stopping.wait(), _EVERY.total_seconds())
        except TimeoutError:
            continue


async def step() -> None:
    await poll_results.close_ended()
    await poll_results.tell()
