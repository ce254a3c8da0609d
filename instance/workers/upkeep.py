"""What only time brings about: what has had its time is forgotten, counts are written down."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta

from federation.delivery import GIVE_UP_AFTER
from instance import events, metrics
from instance.inbox import receive
from instance.services import (
    dead_letters,
    picture_copies,
    pins,
    quotas,
    refusals,
    renewals,
    telling,
    treaty_answers,
    unmasking,
)
from instance.services.registry import following, importing
from instance.services.retention import purging

log = logging.getLogger(__name__)

_EVERY = timedelta(hours=1)
_WATCHED_EVERY = timedelta(minutes=5)
_ALERTED_EVERY = timedelta(minutes=1)
_COUNTED_EVERY = timedelta(seconds=10)


async def run(stopping: asyncio.Event) -> None:
    while not stopping.is_set() and not events.current().closed:
        await purge(datetime.now(UTC))
        try:
            await asyncio.wait_for(stopping.wait(), _EVERY.total_seconds())
        except TimeoutError:
            continue


async def watch(stopping: asyncio.Event) -> None:
    """Look every few minutes whether each partner's server still has the keys we compared."""
    while not stopping.is_set() and not events.current().closed:
        await pins.look_at_all()
        try:
            await asyncio.wait_for(stopping.wait(), _WATCHED_EVERY.total_seconds())
        except TimeoutError:
            continue


async def alert(stopping: asyncio.Event) -> None:
    """Tell administrators what went wrong. Not at once: what was silent is looked at first."""
    while not stopping.is_set() and not events.current().closed:
        try:
            await asyncio.wait_for(stopping.wait(), _ALERTED_EVERY.total_seconds())
        except TimeoutError:
            await telling.check(datetime.now(UTC))


async def count(stopping: asyncio.Event) -> None:
    """Write down every few seconds what was refused, and once more at the end."""
    try:
        while not stopping.is_set():
            await write_counts()
            try:
                await asyncio.wait_for(stopping.wait(), _COUNTED_EVERY.total_seconds())
            except TimeoutError:
                continue
    finally:
        await write_counts()


async def write_counts() -> None:
    now = datetime.now(UTC)
    await quotas.write(now)
    await picture_copies.write(now)
    taken = receive.counters.copy()
    receive.counters.clear()
    try:
        await refusals.add(taken, now)
    except BaseException:
        receive.counters.update(taken)  # with the next ones
        raise
    metrics.current().not_used(taken)


async def purge(now: datetime) -> None:
    """What had its time, and what happens at a time."""
    await unmasking.tell_due(now)
    await treaty_answers.expire(now)
    await renewals.remind(now)
    await following.finish()
    await importing.forget_replaced()
    while await dead_letters.expire(now, GIVE_UP_AFTER):
        continue
    await purging.run(now)
    await picture_copies.make_room(now)
    await quotas.count_anew(now)
