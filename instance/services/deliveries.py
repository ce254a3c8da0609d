"""Where what we send has got to, for its author by post and for administrators by host; and what
an administrator can do about it. No content.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from tortoise.expressions import Q
from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from instance import raw_sql
from instance.errors import NotFound
from instance.models import Delivery, Member, Peer, PeerLevel, Post
from instance.outbox.enqueue import wake_host
from instance.services import audit, dead_letters, duties, members
from instance.services.duties import Duty

DROPPED = "dropped"
LATE_AFTER = timedelta(minutes=15)
_HOST_MAX = 255  # as in the tables

State = Literal["arrived", "waiting", "gave_up"]


@dataclass(frozen=True)
class Arrival:
    """One server that a post goes to. `at`: since when it is in this state.

    `error` is as in `Delivery.last_error`: a word, and the status that was answered.
    """

    host: str
    state: State
    at: datetime
    error: str = ""


@dataclass(frozen=True)
class HostState:
    """How delivery to one host goes. `next_try_at`: where something waits, and is not held back."""

    host: str
    name: str
    is_partner: bool
    waiting: int
    waiting_since: datetime | None
    gave_up: int
    kept: int  # of what was given up: it can be sent again
    delivered_at: datetime | None
    failing_since: datetime | None
    next_try_at: datetime | None
    last_error: str
    paused_at: datetime | None
    paused_by: str


@dataclass(frozen=True)
class Backlog:
    """So many deliveries of one kind to one host. `kept`: of how many the words are still here.
    `error`: why they were given up."""

    host: str
    kind: str  # consult, post, follow, other
    gave_up: bool
    count: int
    kept: int
    since: datetime
    error: str


_BACKLOG = """
SELECT d.host AS host, {gave_up} AS gave_up, count(*) AS number, count(a.body) AS kept,
    min({since}) AS since,
    CASE WHEN a.consult_id IS NOT NULL THEN 'consult' WHEN a.post_id IS NOT NULL THEN 'post'
        WHEN a.type IN ('Follow', 'Accept', 'Reject', 'Undo') THEN 'follow'
        ELSE 'other' END AS kind, {error} AS error
FROM delivery d JOIN outbox_activity a ON a.id = d.activity_id
WHERE {which} AND (?1 = '' OR d.host = ?1) GROUP BY d.host, kind, error
"""
_WAITING = _BACKLOG.format(
    gave_up="0", since="d.created_at", which="d.due_at IS NOT NULL", error="''"
)
_GAVE_UP = _BACKLOG.format(
    gave_up="1", since="d.gave_up_at", which="d.gave_up_at IS NOT NULL", error="d.last_error"
)


async def of_post(post: Post) -> tuple[Arrival, ...]:
    """Where a post of ours is on its way to, one entry a server, in the order of hosts."""
    return (await of_posts([post]))[post.id]


async def of_posts(posts: Sequence[Post]) -> dict[int, tuple[Arrival, ...]]:
    """`of_post` of several, by their ids."""
    ids = [post.id for post in posts]
    rows = Delivery.filter(activity__post_id__in=ids, activity__type__in=("Create", "Announce"))
    first: dict[int, dict[str, Delivery]] = {post_id: {} for post_id in ids}
    for row in await rows.order_by("id").select_related("activity") if ids else ():
        # What follows tells of changes, or is the same again.
        first[row.activity.post_id or 0].setdefault(row.host, row)
    return {
        post_id: tuple(_arrival(found[host]) for host in sorted(found))
        for post_id, found in first.items()
    }


async def of_activity(uri: str) -> Arrival | None:
    """Where what went to one server has got to. None where nothing waits and nothing was given up:
    what arrived is forgotten first."""
    row = await Delivery.filter(activity__uri=uri).order_by("-id").first()
    return _arrival(row) if row is not None else None


async def backlog(host: str = "") -> list[Backlog]:
    """What waits and what was given up, by host and kind; of one host, or of all."""
    rows = []
    for sql in (_WAITING, _GAVE_UP):
        rows += await raw_sql.run(sql, [host])
    found = [
        Backlog(
            host=row["host"],
            kind=row["kind"],
            gave_up=bool(row["gave_up"]),
            count=row["number"],
            kept=row["kept"],
            since=_time(row["since"]),
            error=row["error"] or "",
        )
        for row in rows
    ]
    return sorted(found, key=lambda row: (row.host, row.gave_up, row.kind, row.error))


async def hosts() -> list[HostState]:
    """Every host we deal with: those that fail first, then partners, then by name."""
    waiting: dict[str, list[Backlog]] = {}
    for row in await backlog():
        waiting.setdefault(row.host, []).append(row)
    peers = {peer.host: peer for peer in await Peer.exclude(level=PeerLevel.BLOCKED)}
    names = peers.keys() | waiting.keys()
    found = [
        _host_state(host, peers.get(host) or Peer(host=host), waiting.get(host, []))
        for host in names
    ]
    return sorted(
        found, key=lambda one: (one.failing_since is None, not one.is_partner, one.name, one.host)
    )


async def late(now: datetime) -> QuerySet[Delivery]:
    """Due for a while, to servers that answer: nobody is at work here."""
    resting = Peer.filter(Q(failing_since__not_isnull=True) | Q(paused_at__not_isnull=True))
    hosts_ = list(await resting.values_list("host", flat=True))
    due = Delivery.filter(due_at__lt=now - LATE_AFTER, claimed_until=None)
    return due.exclude(host__in=hosts_)


async def of_host(host: str) -> HostState:
    """How it goes with one host, also with one that nothing was ever sent to."""
    peer = await Peer.get_or_none(host=host)
    return _host_state(host, peer or Peer(host=host), await backlog(host))


async def pause(by: Member, host: str) -> None:
    """Send this host nothing until somebody resumes it; what is for it waits."""
    duties.require(by, Duty.HOSPITALS)
    async with in_transaction():
        peer = await _peer(host)
        actor = await members.speaking_as(by)
        peer.paused_at, peer.paused_by = datetime.now(UTC), actor.uri
        await peer.save(update_fields=["paused_at", "paused_by"])
        await _audit("peer.paused", by, host)


async def resume(by: Member, host: str) -> None:
    """Try it again now, and go on where it answers."""
    duties.require(by, Duty.HOSPITALS)
    async with in_transaction():
        peer = await _peer(host)
        peer.paused_at, peer.paused_by = None, ""
        await peer.save(update_fields=["paused_at", "paused_by"])
        await _audit("peer.resumed", by, host)
        await wake_host(host)


async def try_now(by: Member, host: str) -> None:
    """One delivery at once; not before the time that the host asked for."""
    duties.require(by, Duty.HOSPITALS)
    async with in_transaction():
        await _peer(host)
        await _audit("delivery.tried_now", by, host)
        await wake_host(host)


async def retry_given_up(by: Member, host: str) -> int:
    """Put back what was given up, as if it had been written now; returns how much.

    Not what has no words left: a consult's were dropped, its hospitals ask for what they miss.
    """
    duties.require(by, Duty.HOSPITALS)
    now = datetime.now(UTC)
    async with in_transaction():
        await _peer(host)
        rows = Delivery.filter(host=host, gave_up_at__not_isnull=True)
        ids = await rows.filter(activity__body__not_isnull=True).values_list("id", flat=True)
        fresh = {"gave_up_at": None, "last_error": None, "attempts": 0, "not_found": 0}
        again = Delivery.filter(id__in=list(ids))
        await again.update(due_at=now, created_at=now, **fresh)
        await _audit("delivery.retried", by, host, count=len(ids))
        await wake_host(host)
    return len(ids)


async def drop(by: Member, host: str) -> int:
    """Give up everything that waits for a host; returns how much that was."""
    duties.require(by, Duty.HOSPITALS)
    now = datetime.now(UTC)
    async with in_transaction():
        await _peer(host)
        rows = await Delivery.filter(host=host, due_at__not_isnull=True).select_related("activity")
        for row in rows:
            await dead_letters.end(row, DROPPED, now)
        await dead_letters.drop_bodies([row.activity for row in rows])
        await _audit("delivery.dropped", by, host, count=len(rows))
    return len(rows)


def _arrival(row: Delivery) -> Arrival:
    error = row.last_error or ""
    if row.delivered_at is not None:
        return Arrival(row.host, "arrived", row.delivered_at)
    if row.gave_up_at is not None:
        return Arrival(row.host, "gave_up", row.gave_up_at, error)
    return Arrival(row.host, "waiting", row.created_at, error)


def _host_state(host: str, peer: Peer, rows: list[Backlog]) -> HostState:
    waiting = [row for row in rows if not row.gave_up]
    tries = bool(waiting and peer.failing_since and not peer.paused_by)
    times = [at for at in (peer.retry_after_at, peer.probe_at) if at and tries]
    return HostState(
        host=host,
        name=peer.name or host,
        is_partner=peer.level is PeerLevel.TRUSTED,
        waiting=sum(row.count for row in waiting),
        waiting_since=min((row.since for row in waiting), default=None),
        gave_up=sum(row.count for row in rows if row.gave_up),
        kept=sum(row.kept for row in rows if row.gave_up),
        delivered_at=peer.delivered_at,
        failing_since=peer.failing_since,
        next_try_at=max(times, default=None),
        last_error=peer.last_error or "",
        paused_at=peer.paused_at,
        paused_by=peer.paused_by,
    )


async def _peer(host: str) -> Peer:
    """The row of a host that we have dealt with. Raises NotFound for any other."""
    if len(host) > _HOST_MAX:
        raise NotFound
    peer = await Peer.get_or_none(host=host)
    if peer is None and not await Delivery.filter(host=host).exists():
        raise NotFound
    return peer or (await Peer.get_or_create(host=host))[0]


async def _audit(action: str, by: Member, host: str, **detail: int) -> None:
    actor = await members.speaking_as(by)
    await audit.record(action, actor_uri=actor.uri, host=host, subject=host, **detail)


def _time(at: datetime | str) -> datetime:
    return datetime.fromisoformat(at).astimezone(UTC) if isinstance(at, str) else at
