"""Fetch what handlers asked for: gaps of consults, and public objects by their id."""

import asyncio
import logging
import secrets
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from tortoise.transactions import in_transaction

from federation.delivery import next_attempt
from federation.errors import FederationError
from federation.fields import id_of
from instance import events
from instance.errors import CurbsideError
from instance.inbox import (
    announce,
    backfill,
    changes,
    fetches,
    history,
    move,
    objects,
    receive,
    synchronisation,
)
from instance.models import Actor, Fetch
from instance.outbox import partner_lists, remote
from instance.outbox.key_failures import AskedRecently
from instance.services import received_pictures, received_portraits
from instance.services.consults import images
from instance.workers import claims

log = logging.getLogger(__name__)

# A post nobody waits for takes neither the last places of all, nor the second of its host.
AT_ONCE, AT_ONCE_POSTS = 8, 6
PER_HOST, PER_HOST_POSTS = 2, 1
_random = secrets.SystemRandom()
_IDLE = timedelta(seconds=30)
_BREATH = timedelta(milliseconds=20)


async def run(stopping: asyncio.Event) -> None:
    """Until `stopping` is set or the bus ends; then what is in flight is given back."""
    worker = FetchWorker()
    async with asyncio.TaskGroup() as group:
        beside = [group.create_task(work()) for work in (worker.listen, worker.renew_claims)]
        try:
            while not stopping.is_set() and not events.current().closed:
                await worker.step()
        finally:
            for task in beside:
                task.cancel()
            await worker.give_back()


class FetchWorker:
    """A rolling set of fetches: the end of one makes room for the next, slow ones wait alone."""

    def __init__(self) -> None:
        self._in_flight: dict[asyncio.Task[None], Fetch] = {}
        self._wake = asyncio.Event()

    async def step(self) -> None:
        """Start what is due and has room; when there is nothing, sleep until there may be."""
        self._wake.clear()
        if not await self._start(for_consults=True) and not await self._start(for_consults=False):
            with suppress(TimeoutError):
                longest = (await self._until_next()).total_seconds()
                await asyncio.wait_for(self._wake.wait(), longest)

    async def listen(self) -> None:
        """Of all that happens in an institution, few things ask for a fetch."""
        with events.current().subscribe(kinds={"fetch"}) as subscription:
            async for _ in subscription:
                self._wake.set()
        self._wake.set()

    async def renew_claims(self) -> None:
        while True:
            await asyncio.sleep(claims.RENEW_EVERY.total_seconds())
            await claims.renew("fetch", self._ids(), datetime.now(UTC))

    async def give_back(self) -> None:
        left = self._ids()
        tasks = list(self._in_flight)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await claims.give_back("fetch", left)

    async def _start(self, *, for_consults: bool) -> int:
        """Claim as many as have room even if they are all for one host, and begin."""
        per_host = PER_HOST if for_consults else PER_HOST_POSTS
        open_to = [per_host - n for n in self._flying().values() if n < per_host]
        limit = min(self._room(for_consults), *open_to, per_host)
        if limit <= 0:
            return 0
        now, busy = datetime.now(UTC), self._busy(per_host)
        ids = await claims.claim_fetches(now, limit, busy, for_consults=for_consults)
        for row in await Fetch.filter(id__in=ids):
            task = asyncio.create_task(fetch(row))
            self._in_flight[task] = row
            task.add_done_callback(self._finished)
        return len(ids)

    def _room(self, for_consults: bool) -> int:
        return (AT_ONCE if for_consults else AT_ONCE_POSTS) - len(self._in_flight)

    def _flying(self) -> Counter[str]:
        return Counter(row.host for row in self._in_flight.values())

    def _busy(self, per_host: int) -> list[str]:
        return [host for host, count in self._flying().items() if count >= per_host]

    def _ids(self) -> list[int]:
        return [row.id for row in self._in_flight.values()]

    async def _until_next(self) -> timedelta:
        """How long to sleep: no event announces a retry, or a claim that runs out."""
        if self._room(for_consults=True) <= 0:
            return _IDLE  # until one has ended
        is_full = self._room(for_consults=False) <= 0
        busy = self._busy(PER_HOST if is_full else PER_HOST_POSTS)
        due_at = await claims.next_fetch(busy, for_consults=is_full)
        if due_at is None:
            return _IDLE
        return max(_BREATH, min(_IDLE, due_at - datetime.now(UTC)))

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._in_flight.pop(task, None)
        self._wake.set()
        if not task.cancelled() and (error := task.exception()):
            log.error("a fetch could not be recorded", exc_info=error)


async def fetch(row: Fetch) -> None:
    """One try for a claimed row. What cannot succeed is dropped; the rest waits for longer."""
    try:
        await _take(row)
    except Exception as error:  # the edge: one row must not stop the others
        _tell(row, error)
        if objects.may_help_later(error):
            await _later(row, error)
            return
    if row.attempts:
        await fetches.wake_all(row.host)
    # Asked for again while we fetched: the row stays, due as it was asked.
    done = await Fetch.filter(id=row.id, due_at=row.due_at).delete()
    if not done:
        await Fetch.filter(id=row.id).update(claimed_until=None)


async def _take(row: Fetch) -> None:
    await _TAKERS[row.kind](row)


async def _take_history(row: Fetch) -> None:
    await history.catch_up(row.uri)


async def _take_actor(row: Fetch) -> None:
    await objects.fetch_actor(row.uri)


async def _take_status(row: Fetch) -> None:
    await partner_lists.fetch(row.uri, datetime.now(UTC))


async def _take_object(row: Fetch) -> None:
    await objects.fetch(row.uri, row.channel)
    await backfill.begin(row.uri)


async def _take_thread(row: Fetch) -> None:
    await backfill.fill(row.uri)


async def _take_reply(row: Fetch) -> None:
    """A post that our channel would take, after what it answers."""
    await objects.fetch_parents(row.activity["object"], row.channel)
    await _take_late(row)


async def _take_late(row: Fetch) -> None:
    async with in_transaction():
        await changes.take_late(row.activity, await Actor.get(uri=row.channel))


async def _take_activity(row: Fetch) -> None:
    try:
        verified = await announce.passed_on(row.activity, row.channel)
    except FederationError as error:
        if row.activity.get("type") == "Delete" and not objects.may_help_later(error):
            # Few servers serve a Delete; all can say whether the post is there (5.3).
            await fetches.request("deletion", id_of(row.activity.get("object")))
            return
        raise
    if verified is not None:
        async with in_transaction():
            await remote.directory().store(verified.signer)
            await receive.receive_passed_on(verified)


async def _take_deletion(row: Fetch) -> None:
    await objects.confirm_deletion(row.uri, row.created_at)


async def _take_move(row: Fetch) -> None:
    await move.follow_along(row.channel, row.uri)


async def _take_media(row: Fetch) -> None:
    try:
        await images.bring(row.uri, row.channel)
    except FederationError as error:
        if not objects.may_help_later(error):
            await images.miss(row.uri, row.channel)
        raise


async def _take_picture(row: Fetch) -> None:
    try:
        await received_pictures.bring(row.uri, row.channel)
    except FederationError as error:
        if not objects.may_help_later(error):
            await received_pictures.miss(row.uri, row.channel)
        raise


async def _take_portrait(row: Fetch) -> None:
    await received_portraits.bring(row.uri, row.channel)


async def _take_followers(row: Fetch) -> None:
    await synchronisation.put_right(row.uri, row.channel)


_TAKERS: dict[str, Callable[[Fetch], Awaitable[None]]] = {
    "history": _take_history,
    "actor": _take_actor,
    "status": _take_status,
    "object": _take_object,
    "reply": _take_reply,
    "activity": _take_activity,
    "move": _take_move,
    "thread": _take_thread,
    "followers": _take_followers,
    "deletion": _take_deletion,
    "media": _take_media,
    received_pictures.KIND: _take_picture,
    received_portraits.KIND: _take_portrait,
}


def _tell(row: Fetch, error: Exception) -> None:
    if isinstance(error, FederationError | CurbsideError):
        log.info("fetch of %s %s failed: %s %s", row.kind, row.uri, type(error).__name__, error)
    else:
        log.error("fetch of %s %s failed", row.kind, row.uri, exc_info=error)


async def _later(row: Fetch, error: Exception) -> None:
    attempts, now = row.attempts + 1, datetime.now(UTC)
    due_at = next_attempt(attempts, None, now, _random.random, queued_at=row.created_at)
    if due_at is None:
        await _give_up(row)
        return
    if isinstance(error, AskedRecently):  # no try of its own: it is the next to be asked for
        attempts, due_at = max(1, row.attempts), min(due_at, error.until)
    await Fetch.filter(id=row.id).update(attempts=attempts, due_at=due_at, claimed_until=None)


async def _give_up(row: Fetch) -> None:
    """A reply was accepted: it is taken without what it answers, unless it may not be any more."""
    if row.kind == "reply":
        try:
            await _take_late(row)
        except (FederationError, CurbsideError) as error:
            _tell(row, error)
    if row.kind == "media":
        await images.miss(row.uri, row.channel)
    if row.kind == received_pictures.KIND:
        await received_pictures.miss(row.uri, row.channel)
    await Fetch.filter(id=row.id).delete()
