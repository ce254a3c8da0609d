"""Deliver what the outbox holds: claim, check, sign now, send, record (federation.md 12)."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from federation import delivery as sending
from federation.authentication import Level
from federation.keys import Algorithm, PrivateKey
from federation.messages import Form
from instance import events, raw_sql
from instance.models import Actor, Delivery, OutboxActivity, Peer
from instance.outbox import audience, forms, local, remote, synchronisation, trust
from instance.outbox.enqueue import wake_host
from instance.workers import claims, results

log = logging.getLogger(__name__)

IN_FLIGHT_MAX = 128
PER_SECOND_MAX = 20  # to one host, by one worker
_LEFT = "F-CON-1: no longer takes part"
_IDLE = timedelta(seconds=30)
_BREATH = timedelta(milliseconds=20)
_WHILE_SENDING = timedelta(milliseconds=250)
# A claim costs as much as a dozen deliveries: between two there are ten times what one took.
_RESTS, _RESTS_MOST = 10, 0.05  # seconds
_AT_ONCE = 16  # rows: to read so many takes a fraction of a millisecond


class DeliveryWorker:
    """Runs until `stop()`. Several may run at once: on PostgreSQL, in as many processes."""

    def __init__(self) -> None:
        self._in_flight: dict[asyncio.Task[None], Delivery] = {}
        self._recording = 0  # of those in flight: answered, and not written down yet
        self._pace = Pace()
        self._ledger = results.Ledger()
        self._wake = asyncio.Event()
        self._stopping = False
        self._claiming = 0.0  # seconds, of the last claim

    async def run(self) -> None:
        await wake_hosts()
        async with asyncio.TaskGroup() as group:
            beside = [group.create_task(work()) for work in (self._listen, self._renew_claims)]
            while not self._stopping:
                self._wake.clear()
                if not await self._start_due():
                    await self._pause(await self._until_next())
                await asyncio.sleep(min(self._claiming * _RESTS, _RESTS_MOST))
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
        with events.current().subscribe(kinds={"delivery"}) as subscription:
            async for _ in subscription:
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
        free = IN_FLIGHT_MAX - (len(self._in_flight) - self._recording)
        if free <= 0:
            return 0
        began = time.monotonic()
        ids = await claims.claim_deliveries(datetime.now(UTC), free, self._pace.full())
        self._claiming = time.monotonic() - began
        if not ids:
            return 0
        rows = await load(ids)
        for number, row in enumerate(rows):
            if self._stopping:
                await claims.give_back("delivery", [left.id for left in rows[number:]])
                break
            if number % _AT_ONCE == 0:
                seen = await look(rows[number : number + _AT_ONCE])
            self._start(row, seen)
            await asyncio.sleep(0)  # to start them all at once would keep everybody else waiting
        return len(ids)

    def _start(self, row: Delivery, seen: "Seen") -> None:
        self._pace.note(row.host)
        task = asyncio.create_task(self._deliver(row, seen))
        self._in_flight[task] = row
        task.add_done_callback(self._finished)

    async def _deliver(self, row: Delivery, seen: "Seen") -> None:
        result = await answer(row, seen)
        self._recording += 1
        self._wake.set()
        try:
            if result is not None:
                await self._ledger.record((row, result))
            else:
                await claims.give_back("delivery", [row.id])
        finally:
            self._recording -= 1

    async def _until_next(self) -> timedelta:
        """How long to sleep: no event announces a retry, or a claim that runs out."""
        if self._in_flight:
            return _WHILE_SENDING
        now = datetime.now(UTC)
        due_at = await claims.next_delivery(now, self._pace.full())
        waits = [self._pace.frees_in(), _IDLE, due_at - now if due_at else _IDLE]
        return max(_BREATH, min(wait for wait in waits if wait is not None))

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._in_flight.pop(task, None)
        self._wake.set()
        if not task.cancelled() and (error := task.exception()):
            log.error("a delivery could not be recorded", exc_info=error)


class Pace:
    """How often each host was sent something within the last second."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._sent: dict[str, deque[float]] = {}

    def note(self, host: str) -> None:
        self._sent.setdefault(host, deque()).append(self._clock())

    def full(self) -> list[str]:
        """Hosts that a claim, which may take as many as `PER_HOST_MAX`, would give too much."""
        self._forget()
        most = PER_SECOND_MAX - claims.PER_HOST_MAX
        return [host for host, times in self._sent.items() if len(times) > most]

    def frees_in(self) -> timedelta | None:
        """When the first of those that are full has room again."""
        oldest = [self._sent[host][0] for host in self.full()]
        return timedelta(seconds=min(oldest) + 1 - self._clock()) if oldest else None

    def _forget(self) -> None:
        before = self._clock() - 1
        for host, times in list(self._sent.items()):
            while times and times[0] <= before:
                times.popleft()
            if not times:
                del self._sent[host]


@dataclass(frozen=True)
class Seen:
    """What is read again before each attempt, of all that start together: the level and row of
    each host (none where it has no row), the headers of each delivery by its id."""

    levels: Mapping[str, Level]
    peers: Mapping[str, Peer]
    headers: Mapping[int, Mapping[str, str]]
    keys: dict[tuple[int, Algorithm, int], PrivateKey] = field(default_factory=dict)

    async def key(self, row: Delivery, algorithm: Algorithm) -> PrivateKey:
        """What `local.signing_key` gives, asked once for all copies of an activity."""
        asked = (row.activity_id, algorithm, row.attempts)
        if asked not in self.keys:
            self.keys[asked] = await local.signing_key(
                row.activity, algorithm, attempts=row.attempts
            )
        return self.keys[asked]


async def load(ids: Sequence[int]) -> list[Delivery]:
    """Claimed rows with `activity__actor`; what goes to many inboxes is read and opened once."""
    rows: list[Delivery] = []
    for start in range(0, len(ids), _AT_ONCE):
        rows += await raw_sql.some(Delivery, "id", ids[start : start + _AT_ONCE])
        await asyncio.sleep(0)
    found = await raw_sql.some(OutboxActivity, "id", list({row.activity_id for row in rows}))
    senders = await raw_sql.some(Actor, "id", list({activity.actor_id for activity in found}))
    actors = {actor.id: actor for actor in senders}
    for activity in found:
        activity.actor = actors[activity.actor_id]
    activities = {activity.id: activity for activity in found}
    for row in rows:
        row.activity = activities[row.activity_id]
    return sorted(rows, key=lambda row: row.id)


async def look(rows: Sequence[Delivery]) -> Seen:
    """What decides whether rows of `load` may go now, and how; they have to start at once."""
    headers = await synchronisation.headers_for(rows)
    hosts = list({row.host for row in rows})
    levels = await trust.levels(hosts)
    peers = await raw_sql.some(Peer, "host", hosts)
    return Seen(levels, {peer.host: peer for peer in peers}, headers)


async def deliver(row: Delivery) -> None:
    """One attempt for a claimed row of `load`, and its result in the database."""
    result = await answer(row, await look([row]))
    if result is not None:
        await results.record([(row, result)])
    else:
        await claims.give_back("delivery", [row.id])


async def answer(row: Delivery, seen: Seen) -> sending.Outcome | str | None:
    """What came of one attempt, or why none may be made; None where its host has to rest now."""
    level, peer = seen.levels[row.host], seen.peers.get(row.host)
    refusal = await _why_not(row, level)
    if refusal == _LEFT and (until := await trust.held_until(row.host)):
        await Delivery.filter(id=row.id).update(due_at=until)
        return None
    if refusal is not None:
        return refusal
    now = datetime.now(UTC)
    if peer is not None and _rests(peer, now):
        return None
    as_partner = row.activity.as_partner or row.activity.consult_id is not None
    form: Form = "trusted" if as_partner else forms.form_of(level, peer)
    attempt = sending.Attempt(
        inbox=row.inbox,
        body=row.activity.body,
        rsa=None if form == "trusted" else await seen.key(row, "rsa"),
        ed25519=await seen.key(row, "ed25519") if form == "trusted" else None,
        form=form,
        may_knock_twice=form != "trusted",
        first_contact=forms.is_first_contact(peer),
        headers=seen.headers.get(row.id, {}),
    )
    return await sending.attempt(remote.directory().client, attempt, now)


async def wake_hosts() -> None:
    """A worker's start makes one waiting delivery to each host due at once (section 12)."""
    now = datetime.now(UTC)
    late = Delivery.filter(due_at__gt=now).distinct().values_list("host", flat=True)
    failing = Peer.filter(probe_at__gt=now).values_list("host", flat=True)
    for host in sorted({*await late, *await failing}):
        await wake_host(str(host))


async def _why_not(row: Delivery, level: Level) -> str | None:
    """Trust, blocks and the audience are read again before each attempt (F-CON-2, T55, T56)."""
    if level is Level.BLOCKED:
        return "blocked here"
    consult_id = row.activity.consult_id
    if consult_id is not None and not await audience.may_send(consult_id, row.host):
        return _LEFT
    if row.activity.body is None:
        return "recalled"
    return None


def _rests(peer: Peer, now: datetime) -> bool:
    """Since the row was claimed its host failed, or was paused."""
    times = (peer.probe_at, peer.retry_after_at)
    is_paused = peer.paused_at is not None and peer.paused_by != ""
    return is_paused or any(at is not None and at > now for at in times)
