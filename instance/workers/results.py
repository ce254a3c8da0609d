"""Write down what became of deliveries: the rows, how their hosts do, what authors are told.

Everything of one batch goes into one transaction: a commit costs more than a delivery does.
Source: federation.md 12.
"""

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tortoise.expressions import Q
from tortoise.transactions import in_transaction

from federation import delivery as sending
from instance import metrics, raw_sql
from instance.models import Actor, Delivery, Follow, Peer
from instance.outbox import local
from instance.services import audit, dead_letters, delivery_figures, treaty_answers

NOT_FOUND_MAX = 3  # a missing inbox is dropped the third time
PAUSED_AFTER = timedelta(days=7)

# Of a Peer we write these alone: its level may have been changed meanwhile (T56).
_HEALTH = (
    *("delivered_at", "failing_since", "retry_after_at", "last_error", "probe_at"),
    *("paused_at", "paused_by", "form", "form_at"),
)
_NOTED_EVERY = timedelta(minutes=1)  # when a host that is well was last reached
_GATHERED = 0.01  # seconds: to write one answer costs as much as to write a dozen together
_NEVER_REACHED = ("unsafe_address", "no_key")  # given up before the host was asked
_random = secrets.SystemRandom()

_DELIVERED = """
UPDATE delivery SET delivered_at = ?1, due_at = NULL, claimed_until = NULL, last_error = NULL
WHERE id IN ({ids})
"""
_WELL = """
SELECT host, form FROM peer
WHERE delivered_at >= ?1 AND failing_since IS NULL AND probe_at IS NULL AND host IN ({hosts})
"""
_REACHED = "UPDATE peer SET delivered_at = ?1, form = ?2, form_at = ?1 WHERE id IN ({ids})"

# As metrics call them; what may not be sent any more is a text.
_OUTCOMES: dict[type, str] = {
    sending.Delivered: "delivered",
    sending.Retry: "retry",
    sending.GaveUp: "gave_up",
}

Result = tuple[Delivery, sending.Outcome | str]
"""A delivery, with `activity__actor`, and its answer; or why it may not be sent any more."""


async def record(results: Sequence[Result]) -> None:
    """All of them or, where that fails, none."""
    now = datetime.now(UTC)
    async with in_transaction():
        taken = [row for row, outcome in results if isinstance(outcome, sending.Delivered)]
        if taken:
            sql = _DELIVERED.format(ids=raw_sql.marks(len(taken), first=2))
            await raw_sql.run(sql, [now, *(row.id for row in taken)])
        news = await _news(results, now)
        peers = await _peers({row.host for row, _ in news}) if news else {}
        for row, outcome in await _but_well(news, peers, now):
            await _record_one(row, outcome, peers[row.host], now)
        await _count(results, now).write()
        await treaty_answers.note_arrived([row.activity for row in taken])
        await dead_letters.drop_bodies([row.activity for row, _ in results])
    metrics.current().tried([_OUTCOMES.get(type(outcome), "dropped") for _, outcome in results])


class Ledger:
    """Records what several tasks report within a moment together: the first one writes for all."""

    def __init__(self) -> None:
        self._waiting: list[_Entry] = []
        self._writing = asyncio.Lock()

    async def record(self, result: Result) -> None:
        entry = _Entry(result)
        self._waiting.append(entry)
        async with self._writing:
            if entry in self._waiting:
                await asyncio.sleep(_GATHERED)
                await self._write(list(self._waiting))
        if entry.error is not None:
            raise entry.error

    async def _write(self, batch: "list[_Entry]") -> None:
        try:
            await record([entry.result for entry in batch])
        except Exception:  # whatever it was: one that cannot be written must fail alone
            for entry in batch:
                try:
                    await record([entry.result])
                except Exception as error:
                    entry.error = error
        self._waiting = [entry for entry in self._waiting if entry not in batch]


@dataclass(eq=False)
class _Entry:
    result: Result
    error: Exception | None = None


async def _record_one(
    row: Delivery, outcome: sending.Outcome | str, peer: Peer, now: datetime
) -> None:
    if isinstance(outcome, sending.Delivered):
        await _note_reached(peer, now, outcome)
    elif isinstance(outcome, sending.Retry):
        await _record_retry(row, outcome, peer, now)
    elif isinstance(outcome, sending.GaveUp):
        if outcome.reason not in _NEVER_REACHED:
            await _note_reached(peer, now)
        error = _error(outcome.reason, outcome.status)
        await dead_letters.give_up(row, error, "delivery.gave_up", now)
        if outcome.gone:
            await _drop_followers(row.inbox)
    else:
        await dead_letters.give_up(row, outcome, "delivery.cancelled", now)


def _count(results: Sequence[Result], now: datetime) -> delivery_figures.Count:
    count = delivery_figures.Count(now)
    for row, outcome in results:
        if isinstance(outcome, sending.Delivered):
            count.arrived(row.host, row.created_at)
        elif isinstance(outcome, sending.Retry):
            count.failed(row.host)
        elif isinstance(outcome, sending.GaveUp):
            count.gave_up(row.host)
    return count


def _reached(results: Sequence[Result]) -> set[str]:
    """Hosts that took all they were sent: their answers may be noted in any order."""
    refused = {row.host for row, outcome in results if not isinstance(outcome, sending.Delivered)}
    return {row.host for row, _ in results} - refused


async def _news(results: Sequence[Result], now: datetime) -> list[Result]:
    """All but those that say what was noted of their host a moment ago: that it is well."""
    hosts = list(_reached(results))
    if not hosts:
        return list(results)
    sql = _WELL.format(hosts=raw_sql.marks(len(hosts), first=2))
    rows = await raw_sql.run(sql, [now - _NOTED_EVERY, *hosts])
    noted = {row["host"]: row["form"] for row in rows}
    return [
        (row, outcome)
        for row, outcome in results
        if not isinstance(outcome, sending.Delivered) or noted.get(row.host) != outcome.form
    ]


async def _but_well(
    results: Sequence[Result], peers: Mapping[str, Peer], now: datetime
) -> list[Result]:
    """All but those of hosts that were well before and are, which are noted together."""
    well = {host for host in _reached(results) if not _fails(peers[host])}
    ids: dict[str, set[int]] = {}
    for row, outcome in results:
        if row.host in well and isinstance(outcome, sending.Delivered):
            ids.setdefault(outcome.form, set()).add(peers[row.host].id)
    for form, found in ids.items():
        sql = _REACHED.format(ids=raw_sql.marks(len(found), first=3))
        await raw_sql.run(sql, [now, form, *found])
    return [(row, outcome) for row, outcome in results if row.host not in well]


async def _peers(hosts: set[str]) -> dict[str, Peer]:
    """Always in one order, locked: two workers may report on the same hosts at once."""
    known = set(await Peer.filter(host__in=list(hosts)).values_list("host", flat=True))
    for host in sorted(hosts - known):
        await Peer.get_or_create(host=host)
    rows = Peer.filter(host__in=list(hosts)).order_by("host").select_for_update()
    return {peer.host: peer for peer in await rows}


async def _note_reached(peer: Peer, now: datetime, taken: sending.Delivered | None = None) -> None:
    """The host answers, so the rest that waits for it is freed."""
    failed = _fails(peer)
    is_old = peer.delivered_at is None or peer.delivered_at < now - _NOTED_EVERY
    if not failed and (taken is None or (not is_old and peer.form == taken.form)):
        return
    if taken is not None:
        peer.delivered_at = now
        peer.form, peer.form_at = taken.form, now
    peer.failing_since = peer.probe_at = None
    if peer.paused_by == "":
        peer.paused_at = None
    await peer.save(update_fields=_HEALTH)
    if failed:
        freed = Delivery.filter(host=peer.host, due_at__gt=now, not_found=0, created_at__lte=now)
        await freed.update(due_at=now)


async def _record_retry(row: Delivery, outcome: sending.Retry, peer: Peer, now: datetime) -> None:
    fails = peer.failing_since is not None
    if sending.is_of_host(outcome, row.attempts, fails):
        due_at: datetime | None = await _note_failure(peer, outcome, now)
        if due_at is not None and due_at > row.created_at + sending.GIVE_UP_AFTER:
            due_at = None
    else:
        await _note_reached(peer, now)
        due_at = sending.next_attempt(
            row.attempts + 1, outcome.retry_after, now, _random.random, queued_at=row.created_at
        )
    not_found = row.not_found + (outcome.reason == "not_found")
    error = _error(outcome.reason, outcome.status)
    if due_at is None or not_found >= NOT_FOUND_MAX:
        await dead_letters.give_up(row, error, "delivery.gave_up", now)
        return
    await Delivery.filter(id=row.id).update(
        attempts=row.attempts + 1,
        not_found=not_found,
        due_at=due_at,
        claimed_until=None,
        last_error=error,
    )


async def _note_failure(peer: Peer, outcome: sending.Retry, now: datetime) -> datetime:
    """The host is left alone but for one probe; returns when that is."""
    peer.failing_since = peer.failing_since or now
    peer.last_error = _error(outcome.reason, outcome.status)
    peer.probe_at = sending.next_probe(peer.failing_since, outcome.retry_after, now, _random.random)
    if outcome.retry_after is not None:
        asked = min(max(outcome.retry_after, sending.MIN_RETRY_AFTER), sending.MAX_RETRY_AFTER)
        peer.retry_after_at = max(now + asked, peer.retry_after_at or now)
    if peer.paused_at is None and now - peer.failing_since >= PAUSED_AFTER:
        peer.paused_at, peer.paused_by = now, ""
        ours = await local.institution()
        await audit.record(
            "peer.paused", actor_uri=ours.uri, host=peer.host, subject=peer.actor_uri or ""
        )
    await peer.save(update_fields=_HEALTH)
    return max(peer.probe_at, peer.retry_after_at or now)


async def _drop_followers(inbox: str) -> None:
    """Everybody behind an inbox that is gone, shared or their own."""
    gone = await Actor.filter(Q(inbox=inbox) | Q(shared_inbox=inbox), is_local=False).values_list(
        "id", flat=True
    )
    await Follow.filter(follower_id__in=list(gone)).delete()


def _fails(peer: Peer) -> bool:
    return peer.failing_since is not None or peer.probe_at is not None


def _error(reason: str, status: int | None = None) -> str:
    """A word, and what the host answered: pages say it in a sentence."""
    return f"{reason} {status}" if status else reason
