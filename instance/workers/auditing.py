"""Seal what was audited, sign each day's last seal; verify the chain when asked and at night."""

import asyncio
import logging
from contextlib import suppress
from datetime import UTC, datetime, time, timedelta

from instance import events
from instance.events import Subscription
from instance.services import audit, audit_checks, seals

log = logging.getLogger(__name__)

_LONGEST = timedelta(seconds=20)  # less than what the verifier calls unsealed
_AGAIN = timedelta(minutes=10)  # what is done once a day, where it failed


async def run_seals(stopping: asyncio.Event) -> None:
    """What is left from before comes first.

    A failure ends in the log, not this worker: begun anew, it would go through everything again.
    """
    due = datetime.now(UTC)
    with events.current().subscribe(kinds={audit.EVENT}) as news:
        while not stopping.is_set() and not events.current().closed:
            now = datetime.now(UTC)
            is_due = now >= due
            due = now + _AGAIN if is_due else due
            news.skip()
            try:
                await seals.seal(now, everything=is_due)
                if is_due:
                    await _once_a_day(now)
                    due = _next_day(now)
            except Exception as error:
                log.error("sealing failed; trying again", exc_info=error)
            await _wait(news)


async def _once_a_day(now: datetime) -> None:
    """The check is asked for whatever the signing does: it says so when a day is not signed."""
    try:
        await seals.anchor(now)
    finally:
        await audit_checks.ask()


def _next_day(now: datetime) -> datetime:
    """When the day of `now` may be signed."""
    day = seals.day_of(now - seals.LATE) + timedelta(days=1)
    return datetime.combine(day, time(), UTC) + seals.LATE


async def run_checks(stopping: asyncio.Event) -> None:
    """Apart from sealing, which does not wait for the end of a long record."""
    with events.current().subscribe(kinds={audit_checks.EVENT}) as news:
        while not stopping.is_set() and not events.current().closed:
            result = await audit_checks.work_off(datetime.now(UTC))
            if result is not None and not result.holds:
                log.error("the audit record is not as it was sealed: %s", len(result.problems))
            await _wait(news)


async def _wait(news: Subscription) -> None:
    """Until there is one; no longer than `_LONGEST`."""
    with suppress(TimeoutError, StopAsyncIteration):
        async with asyncio.timeout(_LONGEST.total_seconds()):
            await anext(news)
