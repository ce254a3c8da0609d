"""End consults whose time is over: nobody answered, nothing was said, no outcome came."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta

from instance import events
from instance.services.consults import history, publishing

log = logging.getLogger(__name__)

_EVERY = timedelta(minutes=1)
_MOST = 100


async def run(stopping: asyncio.Event) -> None:
    while not stopping.is_set() and not events.current().closed:
        await step(datetime.now(UTC))
        try:
            await asyncio.wait_for(stopping.wait(), _EVERY.total_seconds())
        except TimeoutError:
            continue


async def step(now: datetime) -> None:
    """Any number of processes may do this at once: each consult is ended by one of them."""
    for consult_id in await history.lapsing(now, _MOST):
        try:
            await history.lapse(consult_id, now)
        except Exception as error:  # the edge: one consult must not stop the others
            log.error("consult %s could not be ended", consult_id, exc_info=error)
    await publishing.sweep(now)
