"""Work out what lists of hosts would do, and look at those of others that we follow, daily."""

import asyncio
import logging
from contextlib import suppress
from datetime import timedelta

from instance import events
from instance.services import host_previews, subscriptions

log = logging.getLogger(__name__)

_EVERY = timedelta(seconds=30)  # where an event was missed


async def run(stopping: asyncio.Event) -> None:
    with events.current().subscribe(kinds={"host_import"}) as subscription:
        await step()
        await follow()
        while not stopping.is_set() and not events.current().closed:
            await _news(subscription)
            await step()
            await follow()


async def step() -> None:
    for import_id in await host_previews.waiting():
        try:
            await host_previews.work_out(import_id)
        except Exception as error:  # the edge: one list must not stop the others
            log.error("list of hosts %s could not be worked on", import_id, exc_info=error)


async def follow() -> None:
    for subscription_id in await subscriptions.due():
        try:
            await subscriptions.fetch(subscription_id)
        except Exception as error:  # the edge: one list must not stop the others
            log.error("subscription %s could not be followed", subscription_id, exc_info=error)
            await subscriptions.put_off(subscription_id)


async def _news(subscription: events.Subscription) -> None:
    """Until somebody brings a list, or for a while."""
    with suppress(TimeoutError, StopAsyncIteration):
        async with asyncio.timeout(_EVERY.total_seconds()):
            await anext(subscription)
