"""Standing between institutions: ours is shown when its moment has come, and the lists of partners
are fetched every few minutes, so that nobody answers here whom they revoked (F-STD-2)."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from instance import events
from instance.models import Peer, PeerLevel
from instance.outbox import partner_lists, trust
from instance.services import standings

_TICK = timedelta(seconds=5)
_BREATH = timedelta(milliseconds=20)
_AT_ONCE = 8  # partners; the lists of one are fetched one after the other


async def show(stopping: asyncio.Event) -> None:
    await standings.blur_old(datetime.now(UTC))
    while not stopping.is_set() and not events.current().closed:
        await standings.publish_due(datetime.now(UTC))
        due_at = await standings.next_due()
        wait = min(_TICK, due_at - datetime.now(UTC)) if due_at else _TICK
        await _sleep(stopping, max(_BREATH, wait))


async def watch(stopping: asyncio.Event) -> None:
    """From the start: what was fetched before we were stopped may be old."""
    await Peer.filter(lists_due_at__not_isnull=True).update(lists_due_at=None)
    while not stopping.is_set() and not events.current().closed:
        await see_to(datetime.now(UTC))
        await _sleep(stopping, _TICK)


async def see_to(now: datetime) -> None:
    """Fetch the lists of every partner whose turn it is."""
    due = [peer for peer in await Peer.filter(level=PeerLevel.TRUSTED) if _is_due(peer, now)]
    places = asyncio.Semaphore(_AT_ONCE)

    async def one(peer: Peer) -> None:
        async with places:
            if await trust.is_trusted(peer.host):
                await _fetch(peer, now)

    await asyncio.gather(*(one(peer) for peer in due))


def _is_due(peer: Peer, now: datetime) -> bool:
    return peer.lists_due_at is None or peer.lists_due_at <= now


async def _fetch(peer: Peer, now: datetime) -> None:
    """One worker of many: who sets the next time first fetches them."""
    mine = Peer.filter(id=peer.id, lists_due_at=peer.lists_due_at)
    if not await mine.update(lists_due_at=now + partner_lists.EVERY):
        return
    if await partner_lists.refresh(peer.host, now):
        await Peer.filter(id=peer.id).update(lists_failing_since=None)
        return
    since = peer.lists_failing_since or now
    due_at = partner_lists.next_try(since, now)
    await Peer.filter(id=peer.id).update(lists_failing_since=since, lists_due_at=due_at)


async def _sleep(stopping: asyncio.Event, wait: timedelta) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stopping.wait(), wait.total_seconds())
