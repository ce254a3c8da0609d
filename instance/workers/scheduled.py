"""Post what members scheduled when its time has come."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta

from instance import events
from instance.services import scheduled

log = logging.getLogger(__name__)

_EVERY = timedelta(seconds=10)
_AT_A_TIME = 50


async def run(stopping: asyncio.Event) -> None:
    while not stopping.is_set() and not events.current().closed:
        await step(datetime.now(UTC))
        try:
            await asyncio.wait_for(stopping.wait(), _EVERY.total_seconds())
        except TimeoutError:
            continue


async def step(now: datetime) -> None:
    """Any number of processes may do this at once: each post is posted by one of them."""
    for scheduled_id in await scheduled.due(now, _AT_A_TIME):
        try:
            await scheduled.post(scheduled_id, now)
        except Exception as error:  # the edge: one post must not stop the others
            log.error("scheduled post %s could not be posted", scheduled_id, exc_info=error)
