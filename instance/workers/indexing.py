"""Read into the index what was there before search was: a few rows at a time, with room between."""

import asyncio
import time

from instance import events
from instance.services import indexing

_LEAST_SECONDS = 0.02


async def run(stopping: asyncio.Event) -> None:
    """Until all is read; then it waits for the end."""
    is_more = True
    while is_more and not stopping.is_set() and not events.current().closed:
        begun = time.monotonic()
        is_more = await indexing.read_on()
        # As long as it took: others write, too.
        await asyncio.sleep(max(_LEAST_SECONDS, time.monotonic() - begun))
    await stopping.wait()
