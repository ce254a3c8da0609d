"""End consults whose time is over: nobody answered, nothing was said, no outcome came; and what is
proposed to be published, where time or somebody who left decides it."""

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
    for publication_id in await publishing.undecided():
        try:
            await publishing.look_again(publication_id, now)
        except Exception as error:  # the edge, as above
            log.error("publication %s could not be decided", publication_id, exc_info=error)
