"""What is deleted leaves the files of the database, every few seconds (T63)."""

import asyncio

from instance import events
from instance.services.retention import scrubbing


async def run(stopping: asyncio.Event) -> None:
    scrubber = scrubbing.Scrubber()
    while not stopping.is_set() and not events.current().closed:
        await scrubber.scrub()
        try:
            await asyncio.wait_for(stopping.wait(), scrubbing.EVERY_SECONDS)
        except TimeoutError:
            continue
