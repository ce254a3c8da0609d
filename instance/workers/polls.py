"""Close polls whose time is over, and tell others the counts of ours."""

import asyncio
import logging
from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta

from instance import events
from instance.models import Poll
from instance.services import poll_results

log = logging.getLogger(__name__)

_EVERY = timedelta(seconds=10)


async def run(stopping: asyncio.Event) -> None:
    while not stopping.is_set() and not events.current().closed:
        await step(datetime.now(UTC))
        try:
            await asyncio.wait_for(stopping.wait(), _EVERY.total_seconds())
        except TimeoutError:
            continue


async def step(now: datetime) -> None:
    for poll in await poll_results.ended(now):
        await _alone(poll, poll_results.close(poll))
    for poll in await poll_results.untold(now):
        await _alone(poll, poll_results.tell(poll, now))


async def _alone(poll: Poll, work: Awaitable[None]) -> None:
    try:
        await work
    except Exception as error:  # the edge: one poll must not stop the others
        log.error("poll %s could not be worked on", poll.id, exc_info=error)
