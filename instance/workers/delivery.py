"""Deliver what the outbox holds: claim, check, sign now, send, record (federation.md 12)."""

import asyncio
import logging
import secrets
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial

import orjson
from tortoise.expressions import Q
from tortoise.transactions import in_transaction

from federation import delivery as sending
from federation.authentication import Level
from federation.messages import Form
from instance import events
from instance.models import Actor, Contribution, Delivery, Follow, OutboxActivity, Peer
from instance.outbox import audience, forms, local, remote, synchronisation, trust
from instance.outbox.enqueue import wake_host
from instance.services import audit
from instance.workers import claims

log = logging.getLogger(__name__)

IN_FLIGHT_MAX = 32
PER_HOST_MAX = 4
NOT_FOUND_MAX = 3  # a missing inbox is dropped the third time
_IDLE = timedelta(seconds=30)
_BREATH = timedelta(milliseconds=20)
_ERROR_MAX = 200
# Of a Peer we write these alone: its level may have been changed meanwhile (T56).
_HEALTH = (
    *("delivered_at", "failing_since", "retry_after_at", "last_error"),
    *("form", "form_at"),
)
_random = secrets.SystemRandom()


class DeliveryWorker:
    """Runs until `stop()`. Several may run at once: on PostgreSQL, in as many processes."""

    def __init__(self) -> None:
        self._in_flight: dict[asyncio.Task[None], Delivery] = {}
        self._wake = asyncio.Event()
        self._stopping = False

    async def run(self) -> None:
        await wake_hosts()
        async with asyncio.TaskGroup() as group:
            beside = [group.create_task(work()) for work in (self._listen, self._renew_claims)]
            while not self._stopping:
                self._wake.clear()
                if not await self._start_due():
                    await self._pause(await self._until_next())
            for task in beside:
                task.cancel()

    async def stop(self, grace: timedelta = timedelta(seconds=5)) -> None:
        """End after what is in flight, or after `grace`: what is left over is given back."""
        self._stopping = True
        self._wake.set()
        if self._in_flight:
            await asyncio.wait(self._in_flight, timeout=grace.total_seconds())
        left = dict(self._in_flight)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        await claims.give_back("delivery", [row.id for row in left.values()])

    async def _listen(self) -> None:
        with events.current().subscribe() as subscription:
            async for event in subscription:
                if event.kind == "delivery":
                    self._wake.set()
        self._stopping = True
        self._wake.set()

    async def _pause(self, longest: timedelta) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), longest.total_seconds())

    async def _renew_claims(self) -> None:
        while True:
            await asyncio.sleep(claims.RENEW_EVERY.total_seconds())
            ids = [row.id for row in self._in_flight.values()]
            await claims.renew("delivery", ids, datetime.now(UTC))

    async def _start_due(self) -> int:
        free = IN_FLIGHT_MAX - len(self._in_flight)
        if free <= 0:
            return 0
        flying = Counter(row.host for row in self._in_flight.values())
        open_to = [PER_HOST_MAX - n for n in flying.values() if n < PER_HOST_MAX]
        limit = min(free, *open_to, PER_HOST_MAX)  # all of them may be for one host
        ids = await claims.claim_deliveries(datetime.now(UTC), limit, self._busy())
        if self._stopping:
            await claims.give_back("delivery", ids)
            return 0
        for row in await Delivery.filter(id__in=ids).select_related("activity__actor"):
            task = asyncio.create_task(deliver(row))
            self._in_flight[task] = row
            task.add_done_callback(self._finished)
        return len(ids)

    def _busy(self) -> list[str]:
        flying = Counter(row.host for row in self._in_flight.values())
        return [host for host, count in flying.items() if count >= PER_HOST_MAX]

    async def _until_next(self) -> timedelta:
        """How long to sleep: no event announces a retry, or a claim that runs out."""
        if self._wake.is_set() or len(self._in_flight) >= IN_FLIGHT_MAX:
            return _IDLE  # does not sleep, or until one has ended
        due_at = await claims.next_due("delivery", self._busy())
        if due_at is None:
            return _IDLE
        return max(_BREATH, min(_IDLE, due_at - datetime.now(UTC)))

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._in_flight.pop(task, None)
        self._wake.set()
        if not task.cancelled() and (error := task.exception()):
            log.error("a delivery could not be recorded", exc_info=error)


async def deliver(row: Delivery) -> None:
    """One attempt for a claimed row, and its result in the database."""
    refusal = await _why_not(row)
    if refusal is not None:
        await _give_up(row, refusal, audited=True)
        return
    outcome = await _attempt(row)
    now = datetime.now(UTC)
    if isinstance(outcome, sending.Delivered):
        await _record_success(row, outcome, now)
    elif isinstance(outcome, sending.Retry):
        await _record_retry(row, outcome, now)
    else:
        await _give_up(row, outcome.reason, gone=outcome.gone)


async def wake_hosts() -> None:
    """A worker's start makes one waiting delivery to each host due at once (section 12)."""
    for host in set(await Delivery.filter(due_at__not_isnull=True).values_list("host", flat=True)):
        await wake_host(str(host))


async def _why_not(row: Delivery) -> str | None:
    """Trust, blocks and the audience are read again before each attempt (F-CON-2, T55, T56)."""
    if await trust.level(row.host) is Level.BLOCKED:
        return "blocked here"
    consult_id = row.activity.consult_id
    if consult_id is not None and not await audience.may_send(consult_id, row.host):
        return "F-CON-1: no longer takes part"
    if row.activity.body is None:
        return "recalled"
    return None


async def _attempt(row: Delivery) -> sending.Outcome:
    key = partial(local.signing_key, row.activity)
    is_consult = row.activity.consult_id is not None
    form: Form = "trusted" if is_consult else await forms.form_for(row.host)
    attempt = sending.Attempt(
        inbox=row.inbox,
        body=row.activity.body,
        rsa=None if form == "trusted" else await key("rsa", attempts=row.attempts),
        ed25519=await key("ed25519", attempts=row.attempts),
        form=form,
        may_knock_twice=form != "trusted",
        first_contact=await forms.is_first_contact(row.host),
        headers=await synchronisation.headers_for(row.activity, row.host),
    )
    return await sending.attempt(remote.directory().client, attempt, datetime.now(UTC))


async def _record_success(row: Delivery, outcome: sending.Delivered, now: datetime) -> None:
    async with in_transaction():
        await Delivery.filter(id=row.id).update(
            delivered_at=now, due_at=None, claimed_until=None, last_error=None
        )
        peer, _ = await Peer.get_or_create(host=row.host)
        was_failing = peer.failing_since is not None
        peer.delivered_at, peer.failing_since, peer.retry_after_at = now, None, None
        peer.form, peer.form_at = outcome.form, now
        await peer.save(update_fields=_HEALTH)
        await _drop_body(row.activity)
        if was_failing:
            await Delivery.filter(host=row.host, due_at__gt=now).update(due_at=now)
        await events.publish("delivered", row.activity.consult_id or row.activity_id)


async def _record_retry(row: Delivery, outcome: sending.Retry, now: datetime) -> None:
    attempts = row.attempts + 1
    due_at = sending.next_attempt(
        attempts, outcome.retry_after, now, _random.random, queued_at=row.created_at
    )
    not_found = row.not_found + (outcome.reason == "not_found")
    if due_at is None or not_found >= NOT_FOUND_MAX:
        await _give_up(row, outcome.reason)
        return
    async with in_transaction():
        await Delivery.filter(id=row.id).update(
            attempts=attempts,
            not_found=not_found,
            due_at=due_at,
            claimed_until=None,
            last_error=outcome.reason[:_ERROR_MAX],
        )
        peer, _ = await Peer.get_or_create(host=row.host)
        peer.failing_since = peer.failing_since or now
        peer.last_error = outcome.reason[:_ERROR_MAX]
        peer.retry_after_at = now + outcome.retry_after if outcome.retry_after else None
        await peer.save(update_fields=_HEALTH)


async def _give_up(
    row: Delivery, reason: str, *, gone: bool = False, audited: bool = False
) -> None:
    now = datetime.now(UTC)
    async with in_transaction():
        await Delivery.filter(id=row.id).update(
            gave_up_at=now, due_at=None, claimed_until=None, last_error=reason[:_ERROR_MAX]
        )
        if gone:
            await _drop_followers(row.inbox)
        await _mark_refused(row.activity, now)
        await _drop_body(row.activity)
        await audit.record(
            "delivery.cancelled" if audited else "delivery.gave_up",
            actor_uri=row.activity.actor.uri,
            host=row.host,
            subject=row.activity.uri,
        )
        await events.publish("delivered", row.activity.consult_id or row.activity_id)


async def _mark_refused(activity: OutboxActivity, now: datetime) -> None:
    """Our member's contribution was not taken by the consult's owner: say so on the page."""
    if activity.consult_id is not None and activity.type == "Create" and activity.body:
        note = orjson.loads(activity.body)["object"]
        await Contribution.filter(uri=note["id"], seq=None).update(refused_at=now)


async def _drop_followers(inbox: str) -> None:
    """Everybody behind an inbox that is gone, shared or their own."""
    gone = await Actor.filter(Q(inbox=inbox) | Q(shared_inbox=inbox), is_local=False).values_list(
        "id", flat=True
    )
    await Follow.filter(follower_id__in=list(gone)).delete()


async def _drop_body(activity: OutboxActivity) -> None:
    """A consult's words leave the queue with the last delivery (T62).

    Locked: of two last deliveries that end at once, one has to see that it is the last.
    """
    if activity.consult_id is None:
        return
    await OutboxActivity.filter(id=activity.id).select_for_update().first()
    if not await Delivery.filter(activity_id=activity.id, due_at__not_isnull=True).exists():
        await OutboxActivity.filter(id=activity.id).update(body=None)
