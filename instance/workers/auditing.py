"""Seal what was audited, sign each day's last seal; verify the chain when asked and at night."""

import asyncio
import logging
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from instance import events
from instance.events import Subscription
from instance.services import audit, audit_checks, seals

log = logging.getLogger(__name__)

_LONGEST = timedelta(seconds=20)  # less than what the verifier calls unsealed
_EVERYTHING_EVERY = timedelta(hours=1)


async def run_seals(stopping: asyncio.Event) -> None:
    """What is left from before comes first."""
    everything_at = datetime.now(UTC)
    with events.current().subscribe() as news:
        while not stopping.is_set() and not events.current().closed:
            now = datetime.now(UTC)
            is_time = now >= everything_at
            await seals.seal(now, everything=is_time)
            if is_time:
                everything_at = now + _EVERYTHING_EVERY
            if await seals.anchor(now) is not None:
                await audit_checks.ask()
            await _wait(news, audit.EVENT)


async def run_checks(stopping: asyncio.Event) -> None:
    """Apart from sealing, which does not wait for the end of a long record."""
    with events.current().subscribe() as news:
        while not stopping.is_set() and not events.current().closed:
            result = await audit_checks.work_off(datetime.now(UTC))
            if result is not None and not result.holds:
                log.error("the audit record is not as it was sealed: %s", len(result.problems))
            await _wait(news, audit_checks.EVENT)


async def _wait(news: Subscription, kind: str) -> None:
    """Until an event of this kind; no longer than `_LONGEST`."""
    with suppress(TimeoutError, StopAsyncIteration):
        async with asyncio.timeout(_LONGEST.total_seconds()):
            while (await anext(news)).kind != kind:
                continue
