"""Fetch what handlers asked for: gaps of consults, and public objects by their id."""

import asyncio
import logging
import secrets
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from federation.delivery import next_attempt
from federation.errors import FederationError, FetchFailed, KeyUnavailable
from instance import events
from instance.errors import CurbsideError
from instance.events import Subscription
from instance.inbox import fetches, history, objects
from instance.models import Fetch
from instance.workers import claims

log = logging.getLogger(__name__)

_AT_ONCE = 4
_random = secrets.SystemRandom()
_IDLE = timedelta(seconds=30)
_TAKERS = {"history": history.catch_up, "object": objects.fetch}


async def run(stopping: asyncio.Event) -> None:
    bus = events.current()
    with bus.subscribe() as subscription:
        while not stopping.is_set() and not bus.closed:
            ids = await claims.claim_fetches(datetime.now(UTC), _AT_ONCE)
            if ids:
                await _fetch_all(await Fetch.filter(id__in=ids))
            else:
                await _asked_for(subscription, await _until_next())


async def _asked_for(subscription: Subscription, longest: timedelta) -> None:
    """Wait for the next request: of all that happens in an institution, few things are one."""
    with suppress(TimeoutError):
        async with asyncio.timeout(longest.total_seconds()):
            async for event in subscription:
                if event.kind == "fetch":
                    return


async def _fetch_all(rows: list[Fetch]) -> None:
    """All at once; their claims are renewed as long as one takes."""
    tasks = {asyncio.create_task(fetch(row)): row.id for row in rows}
    left: set[asyncio.Task[None]] = set(tasks)
    try:
        while left:
            _, left = await asyncio.wait(left, timeout=claims.RENEW_EVERY.total_seconds())
            await claims.renew("fetch", [tasks[task] for task in left], datetime.now(UTC))
        await asyncio.gather(*tasks)
    finally:
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        await claims.give_back("fetch", [tasks[task] for task in left])


async def fetch(row: Fetch) -> None:
    """One try for a claimed row. What cannot succeed is dropped; the rest waits for longer."""
    try:
        await _TAKERS[row.kind](row.uri)
    except Exception as error:  # the edge: one row must not stop the others
        _tell(row, error)
        if _may_help_later(error):
            await _later(row)
            return
    if row.attempts:
        await fetches.wake_all(row.host)
    # Asked for again while we fetched: the row stays, due as it was asked.
    done = await Fetch.filter(id=row.id, due_at=row.due_at).delete()
    if not done:
        await Fetch.filter(id=row.id).update(claimed_until=None)


def _tell(row: Fetch, error: Exception) -> None:
    if isinstance(error, FederationError | CurbsideError):
        log.info("fetch of %s %s failed: %s %s", row.kind, row.uri, type(error).__name__, error)
    else:
        log.error("fetch of %s %s failed", row.kind, row.uri, exc_info=error)


def _may_help_later(error: Exception) -> bool:
    """Refusals by our own rules are final; what the network or a race did is not."""
    if isinstance(error, FetchFailed):
        return not error.permanent
    if isinstance(error, KeyUnavailable | fetches.NotYet):
        return True
    return not isinstance(error, FederationError | CurbsideError)


async def _later(row: Fetch) -> None:
    attempts = row.attempts + 1
    due_at = next_attempt(
        attempts, None, datetime.now(UTC), _random.random, queued_at=row.created_at
    )
    if due_at is None:
        await Fetch.filter(id=row.id).delete()
        return
    await Fetch.filter(id=row.id).update(attempts=attempts, due_at=due_at, claimed_until=None)


async def _until_next() -> timedelta:
    due_at = await claims.next_due("fetch")
    if due_at is None:
        return _IDLE
    return max(timedelta(milliseconds=20), min(_IDLE, due_at - datetime.now(UTC)))
