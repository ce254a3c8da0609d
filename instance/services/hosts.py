"""Which hosts we deal with: blocked ones, and those that an administrator allowed.

`shut` and `list_these` are what a page, a command and a list of hosts do alike: in the transaction
of whoever decides, who also writes it down.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from tortoise.transactions import in_transaction

from federation.origin import is_registry
from instance import config, raw_sql
from instance.errors import TrustRefused
from instance.ids import new_id
from instance.list_words import REASONS
from instance.models import (
    ItemState,
    Member,
    Participant,
    Peer,
    PeerLevel,
    SubscriptionItem,
    TrustState,
)
from instance.outbox import sight, trust
from instance.services import audit, cutting, duties, members
from instance.services.duties import Duty

COMMENT_MOST = 500  # as in the table
_AT_ONCE = 500
_COLUMNS = 6
_UPSERT = """
INSERT INTO peer (id, host, level, allowed_at, comment, created_at, name)
VALUES {rows} ON CONFLICT (host) DO UPDATE SET comment = excluded.comment, {change}
"""
# Read again by the statement itself: somebody else may have decided meanwhile.
_BLOCKS = "level = excluded.level"
_BLOCKS_NO_PARTNER = f"{_BLOCKS} WHERE peer.level <> 'trusted'"
_LISTS = "allowed_at = excluded.allowed_at WHERE peer.level = 'public'"
_BEGUN = """
SELECT host FROM peer WHERE id IN (SELECT peer_id FROM relationship UNION SELECT peer_id FROM offer)
UNION SELECT host FROM participant
UNION SELECT d.host FROM delivery d JOIN outbox_activity a ON a.id = d.activity_id
WHERE d.due_at IS NOT NULL AND a.consult_id IS NOT NULL
"""
_OURS = "That would block our own server."


async def block(by: Member, host: str, comment: str = "") -> None:
    """Cut a host off, with its subdomains: no request of it is answered, nothing is sent, no
    consult includes it. Raises TrustRefused for our own."""
    duties.require(by, Duty.HOSPITALS)
    if covers_us(host):
        raise TrustRefused(_OURS)
    _require_one(host)
    async with in_transaction():
        await shut({host: comment[:COMMENT_MOST]}, datetime.now(UTC))
        await decided_here([host])
        await _record("trust.blocked", by, host)


async def unblock(by: Member, host: str) -> None:
    """What was cut is not put together again. Who was allowed before is so again."""
    duties.require(by, Duty.HOSPITALS)
    async with in_transaction():
        peer = await Peer.filter(host=host, level=PeerLevel.BLOCKED).select_for_update().first()
        if peer is None:
            raise TrustRefused("This server is not blocked itself.")
        peer.level, peer.comment = PeerLevel.PUBLIC, ""
        await peer.save(update_fields=["level", "comment"])
        await decided_here([host])
        await sight.refresh([host])
        await _record("trust.unblocked", by, host)


async def allow(by: Member, host: str, comment: str = "") -> None:
    """Put a host on the list of those we deal with, without a key check: public channels only."""
    duties.require(by, Duty.HOSPITALS)
    _require_one(host)
    async with in_transaction():
        if await trust.is_blocked(host):
            raise TrustRefused("It is blocked, or a domain above it. Remove the block first.")
        await list_these({host: comment[:COMMENT_MOST]}, datetime.now(UTC))
        await _record("trust.allowed", by, host)


async def disallow(by: Member, host: str) -> None:
    """Take it off that list again. Raises TrustRefused where its keys were compared."""
    duties.require(by, Duty.HOSPITALS)
    async with in_transaction():
        listed = Peer.filter(host=host, allowed_at__not_isnull=True)
        peer = await listed.exclude(level=PeerLevel.BLOCKED).select_for_update().first()
        if peer is None:
            raise TrustRefused("This server is not on the list.")
        if peer.pinned_at is not None:
            raise TrustRefused("Its keys were compared, which lists it too. Block it instead.")
        peer.allowed_at, peer.comment = None, ""
        await peer.save(update_fields=["allowed_at", "comment"])
        await sight.refresh([host])
        await _record("trust.disallowed", by, host)


async def note_mode() -> None:
    """At the start: the operator may have chosen another mode since."""
    async with in_transaction():
        await sight.refresh()


def covers_us(host: str) -> bool:
    return host in trust.names_of(config.current().host)


def _require_one(host: str) -> None:
    if is_registry(host):
        raise TrustRefused(REASONS["too_wide"])


async def shut(comments: Mapping[str, str], now: datetime, *, by_list: bool = False) -> None:
    """Block these hosts, and end at once all that stood with what they cover. By host, why.

    `by_list`: who is a partner by now stays one.
    """
    await sight.settle()
    await _write(comments, PeerLevel.BLOCKED, None, _BLOCKS_NO_PARTNER if by_list else _BLOCKS)
    partners = {peer.host for peer in await Peer.filter(level=PeerLevel.TRUSTED)}
    for host in await _to_cut(comments.keys() - (partners if by_list else set())):
        await Peer.get_or_create(host=host)
        peer = await cutting.locked(host)
        await cutting.cut_off(peer, TrustState.REVOKED, now)
        await Participant.filter(host=host).delete()  # also in what third hospitals own
    await sight.refresh(comments.keys())


async def list_these(comments: Mapping[str, str], now: datetime) -> None:
    """Allow these hosts, of which none is blocked. By host, why."""
    await _write(comments, PeerLevel.PUBLIC, now, _LISTS)
    await sight.refresh(comments.keys())


async def _write(
    comments: Mapping[str, str], level: PeerLevel, allowed_at: datetime | None, change: str
) -> None:
    """By statements of our own: to build 10,000 rows as objects keeps everybody waiting."""
    now, hosts = datetime.now(UTC), list(comments)
    for start in range(0, len(hosts), _AT_ONCE):
        part = hosts[start : start + _AT_ONCE]
        values: list[Any] = []
        for host in part:
            values += (new_id(), host, level.value, allowed_at, comments[host], now)
        rows = ", ".join(
            f"({raw_sql.marks(_COLUMNS, 1 + at * _COLUMNS)}, '')" for at in range(len(part))
        )
        await raw_sql.run(_UPSERT.format(rows=rows, change=change), values)
        await asyncio.sleep(0)


async def _to_cut(names: Collection[str]) -> list[str]:
    """Of the hosts that these names cover, those with which anything was begun."""
    begun = {row["host"] for row in await raw_sql.run(_BEGUN, [])} - {config.current().host}
    wanted = frozenset(names)
    return sorted(host for host in begun if not wanted.isdisjoint(trust.names_of(host)))


async def decided_here(names: Sequence[str]) -> None:
    """What an administrator decided, no list that we follow takes back."""
    for start in range(0, len(names), _AT_ONCE):
        part = names[start : start + _AT_ONCE]
        items = SubscriptionItem.filter(host__in=part, state=ItemState.APPLIED)
        await items.update(state=ItemState.SAME)


async def _record(action: str, by: Member, host: str) -> None:
    actor = await members.speaking_as(by)
    await audit.record(action, actor_uri=actor.uri, host=host, subject=host)
