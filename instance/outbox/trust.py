"""How far a host is trusted, read from the database each time it matters (F-CON-2, T56)."""

from collections.abc import Collection
from datetime import UTC, datetime
from functools import lru_cache
from itertools import chain
from typing import Any

from tortoise.queryset import QuerySet

from federation.authentication import Level
from instance import config, raw_sql
from instance.models import (
    Actor,
    ActorKind,
    Direction,
    Peer,
    PeerLevel,
    Relationship,
    TrustState,
)

# Asked for every request of a peer.
_LEVELS = """
WITH named (host) AS ({values})
SELECT p.host, p.level FROM named n CROSS JOIN peer p
WHERE p.host = n.host AND p.level <> 'public'
"""
# Asked for every fetched key as well.
_ACTIVE = """
SELECT count(*) AS ways FROM relationship r JOIN peer p ON p.id = r.peer_id
WHERE p.host = ?1 AND p.level = 'trusted' AND r.state = 'active'
    AND r.starts_at <= ?2 AND r.ends_at > ?2
"""


async def level(host: str) -> Level:
    """BLOCKED for a blocked host and its subdomains, TRUSTED only with both ways ACTIVE."""
    return (await levels([host]))[host]


async def levels(hosts: Collection[str]) -> dict[str, Level]:
    """The level of each, read together."""
    names = {host: _with_parents(host) for host in hosts}
    asked = list(dict.fromkeys(chain.from_iterable(names.values())))
    rows = await raw_sql.look_up_all(_LEVELS, asked)
    said = {row["host"]: row["level"] for row in rows}
    return {host: await _level(host, [said.get(name) for name in names[host]]) for host in hosts}


async def _level(host: str, said: list[Any]) -> Level:
    """`said`: what the rows of the host itself and then of its parents say."""
    if PeerLevel.BLOCKED in said:
        return Level.BLOCKED
    may_be_trusted = host == config.current().host or said[0] == PeerLevel.TRUSTED
    return Level.TRUSTED if may_be_trusted and await is_trusted(host) else Level.PUBLIC


async def is_trusted(host: str) -> bool:
    if host == config.current().host:
        return True
    [found] = await raw_sql.look_up(_ACTIVE, [host, datetime.now(UTC)])
    return bool(found["ways"] == len(Direction))


async def trusted_peers() -> list[Peer]:
    """Every institution that trusts us and that we trust, now."""
    candidates = await Peer.filter(level=PeerLevel.TRUSTED).order_by("name", "host")
    return [peer for peer in candidates if await level(peer.host) is Level.TRUSTED]


async def scopes(host: str) -> set[str]:
    """What both agreements with a trusted host allow: the intersection (federation.md 11.1.5)."""
    rows = [set(row.scopes) for row in await _active(host)]
    return set.intersection(*rows) if len(rows) == len(Direction) else set()


async def shares_consults(host: str) -> bool:
    """Whether consults may pass between us and a host, now: trusted both ways, and agreed."""
    return host == config.current().host or "consult" in await scopes(host)


async def ceiling(host: str) -> int:
    """The highest standing level we count from this host: the stricter term holds."""
    rows = await _active(host)
    return min((int(row.terms.get("maxLevel", 4)) for row in rows), default=0)


async def is_institution(actor_uri: str, host: str) -> bool:
    """Whether this actor speaks for its whole server (T17): the pinned one; without a pin, an
    Application of that host whose document we have."""
    pinned = await Peer.get_or_none(host=host, pinned_at__not_isnull=True)
    if pinned is not None:
        return pinned.actor_uri == actor_uri
    return await Actor.filter(uri=actor_uri, host=host, kind=ActorKind.INSTITUTION).exists()


class DatabaseTrust:
    """`federation.authentication.Trust` on our tables."""

    async def level(self, host: str) -> Level:
        return await level(host)


def _active(host: str) -> QuerySet[Relationship]:
    now = datetime.now(UTC)
    return Relationship.filter(
        peer__host=host,
        peer__level=PeerLevel.TRUSTED,
        state=TrustState.ACTIVE,
        starts_at__lte=now,
        ends_at__gt=now,
    )


@lru_cache(maxsize=1_024)
def _with_parents(host: str) -> tuple[str, ...]:
    """A host with its port and without, and every domain above it: a block covers them all."""
    name = host.partition(":")[0] if not host.startswith("[") else host
    labels = name.split(".")
    return (host, *_suffixes(labels))


def _suffixes(labels: list[str]) -> list[str]:
    return [".".join(labels[i:]) for i in range(len(labels))]
