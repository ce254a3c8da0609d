"""How far a host is trusted, read from the database each time it matters (F-CON-2, T56, T84).

What comes in asks `level` or, as `federation.authentication.Trust`, DatabaseTrust. What goes out
asks the same, but for the first look at a host that an administrator wants to list: Introductions.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import chain
from typing import Any

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from federation.authentication import Level
from federation.relationships import SCOPES, Terms, is_border
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

HELD_FOR = timedelta(hours=72)  # what is for a partner whose keys changed (11.1.7)
HIGHEST = 4  # standing that any agreement counts
_AT_ONCE = 100  # names of a host
_NEEDS_NO_BORDER = frozenset({"consult", "images", "onward"})
# Asked for every request of a peer. Of most hosts there is no row that says anything.
_SAID = """
WITH named (host) AS ({values})
SELECT p.host, p.level, p.pinned_at IS NOT NULL OR p.allowed_at IS NOT NULL AS listed
FROM named n CROSS JOIN peer p
WHERE p.host = n.host
    AND (p.level <> 'public' OR p.pinned_at IS NOT NULL OR p.allowed_at IS NOT NULL)
"""
# Asked for every fetched key as well.
_HOLDING = """
FROM relationship r JOIN peer p ON p.id = r.peer_id
WHERE p.level = 'trusted' AND r.state = 'active'
    AND p.awaited_since IS NULL AND r.starts_at <= {now} AND r.ends_at > {now}
"""
_ACTIVE = f"SELECT count(*) AS ways {_HOLDING.format(now='?2')} AND p.host = ?1"

Said = Mapping[str, Any]  # by name, what its row says: `level`, `listed`


async def level(host: str) -> Level:
    """BLOCKED for a blocked host and its subdomains, and in allowlist mode for a host that is not
    listed itself; TRUSTED only with both ways ACTIVE. A block wins over everything."""
    said: dict[str, Any] = {}
    for asked in _questions(host):
        for row in await raw_sql.look_up(*asked):
            said[row["host"]] = row
    return await _level(host, said)


async def levels(hosts: Collection[str]) -> dict[str, Level]:
    """The level of each, read together."""
    said = await said_of(hosts)
    return {host: await _level(host, said) for host in hosts}


async def is_blocked(host: str) -> bool:
    """Whether an administrator blocked it, or a domain above it: that it is on no list is no
    block."""
    return has_block(host, await said_of([host]))


async def said_of(hosts: Iterable[str]) -> Said:
    """What stands in the database of these hosts and of every name that covers them."""
    return await _said(tuple(dict.fromkeys(chain.from_iterable(map(names_of, hosts)))))


def question(host: str) -> raw_sql.Question:
    """What is asked first for the level of a host."""
    return _questions(host)[0]


@lru_cache(maxsize=1_024)
def _questions(host: str) -> tuple[raw_sql.Question, ...]:
    """One, but for a host of more names than are asked about at once."""
    names = names_of(host)
    parts = (names[start : start + _AT_ONCE] for start in range(0, len(names), _AT_ONCE))
    return tuple(raw_sql.all_of(_SAID, part) for part in parts)


async def _said(names: tuple[str, ...]) -> Said:
    return {row["host"]: row for row in await raw_sql.look_up_all(_SAID, names)}


async def _level(host: str, said: Said) -> Level:
    settings = config.current()
    if host == settings.host:
        return Level.TRUSTED
    if has_block(host, said):
        return Level.BLOCKED
    own = said.get(host)
    if own is not None and own["level"] == PeerLevel.TRUSTED and await is_trusted(host):
        return Level.TRUSTED
    is_listed = own is not None and own["listed"]
    return Level.BLOCKED if settings.is_allowlist and not is_listed else Level.PUBLIC


def has_block(host: str, said: Said) -> bool:
    """`said`: of this host, among others."""
    if not said:
        return False
    rows = [said[name] for name in names_of(host) if name in said]
    return any(row["level"] == PeerLevel.BLOCKED for row in rows)


async def is_trusted(host: str) -> bool:
    if host == config.current().host:
        return True
    [found] = await raw_sql.look_up(_ACTIVE, [host, datetime.now(UTC)])
    return bool(found["ways"] == len(Direction))


def partners(now: str) -> str:
    """A SELECT of the hosts of which `is_trusted` holds at the time that stands at this mark."""
    holding = _HOLDING.format(now=now)
    return f"SELECT p.host {holding} GROUP BY p.host HAVING count(*) = {len(Direction)}"


async def trusted_peers() -> list[Peer]:
    """Every institution that trusts us and that we trust, now."""
    wanted = "level = ?1 ORDER BY name, host"
    candidates = await raw_sql.where(Peer, wanted, [PeerLevel.TRUSTED.value])
    return [peer for peer in candidates if await level(peer.host) is Level.TRUSTED]


async def scopes(host: str) -> set[str]:
    """What both agreements with a trusted host allow (federation.md 11.1.5), at this moment."""
    return set(shared(await _active(host)))


def shared(rows: Iterable[Relationship]) -> tuple[str, ...]:
    """The scopes of both directions: without one of them none, and no consults across a border
    that either hospital, or all of ours, closed."""
    found = {row.direction: row for row in rows}
    if len(found) < len(Direction):
        return ()
    agreed = [one for one in SCOPES if all(one in row.scopes for row in found.values())]
    if is_cut_by_border(found.values()):
        agreed = [one for one in agreed if one not in _NEEDS_NO_BORDER]
    return tuple(agreed)


def is_cut_by_border(rows: Iterable[Relationship]) -> bool:
    """Whether another law holds there, and consults may not go from one to the other."""
    terms = {row.direction: Terms.from_wire(row.terms) for row in rows}
    settings = config.current()
    ours = settings.jurisdiction or terms[Direction.OURS].jurisdiction
    is_open = all(one.across_border for one in terms.values()) and not settings.is_within_border
    return not is_open and is_border(ours, terms[Direction.THEIRS].jurisdiction)


async def shares_consults(host: str) -> bool:
    """Whether consults may pass between us and a host, now: trusted both ways, and agreed."""
    return host == config.current().host or "consult" in await scopes(host)


async def agreed_on_consults(host: str) -> bool:
    """As `shares_consults`, also while trust rests because we came from a backup."""
    return "consult" in shared(await _agreed(host))


async def shares_images(host: str) -> bool:
    """Whether images of consults may pass between us and a host, now."""
    return host == config.current().host or {"consult", "images"} <= await scopes(host)


async def held_until(host: str) -> datetime | None:
    """Until when consults for a partner are kept, whose keys changed by nobody's word (11.1.7), or
    who has not confirmed yet, since we were restored, that we work together.

    None for everybody with whom nothing rests, and once it rested for 72 hours.
    """
    return (await held([host])).get(host)


async def held(hosts: Collection[str]) -> dict[str, datetime]:
    """`held_until` of those hosts that have one, read together."""
    now = datetime.now(UTC)
    changed = Q(peer__keys_changed_at__gt=now - HELD_FOR, state=TrustState.SUSPENDED)
    awaited = Q(peer__awaited_since__gt=now - HELD_FOR, state=TrustState.ACTIVE)
    named = Relationship.filter(peer__host__in=list(hosts), ends_at__gt=now)
    ways: dict[Peer, list[Relationship]] = {}
    for row in await named.filter(changed | awaited).select_related("peer"):
        ways.setdefault(row.peer, []).append(row)
    since = {peer: peer.keys_changed_at or peer.awaited_since for peer in ways}
    return {
        peer.host: at + HELD_FOR
        for peer, at in since.items()
        if "consult" in shared(ways[peer]) and at is not None
    }


async def ceiling(host: str) -> int:
    """The highest standing level we count from this host: the stricter term holds, and without
    both ways none does (F-STD-1)."""
    return (await ceilings([host]))[host]


async def ceilings(hosts: Collection[str]) -> dict[str, int]:
    """`ceiling` of each, read together. At home the roster alone decides."""
    ways: dict[str, list[int]] = {}
    others = [host for host in hosts if host != config.current().host]
    for row in await _active(*others).select_related("peer") if others else ():
        ways.setdefault(row.peer.host, []).append(int(row.terms.get("maxLevel", HIGHEST)))
    found = {host: min(most) for host, most in ways.items() if len(most) == len(Direction)}
    return {host: found.get(host, 0) for host in hosts} | {config.current().host: HIGHEST}


async def is_institution(actor_uri: str, host: str) -> bool:
    """Whether this actor speaks for its whole server (T17): the pinned one; without a pin, an
    Application of that host whose document we have."""
    pinned = await Peer.get_or_none(host=host, pinned_at__not_isnull=True)
    if pinned is not None:
        return pinned.actor_uri == actor_uri
    return await Actor.filter(uri=actor_uri, host=host, kind=ActorKind.INSTITUTION).exists()


class OwnersTrust:
    """For where a partner serves its files, a host that nobody lists: it is as its owner, unless
    it is blocked itself."""

    def __init__(self, owner: str) -> None:
        self._owner = owner

    async def level(self, host: str) -> Level:
        return Level.BLOCKED if await is_blocked(host) else await level(self._owner)


class DatabaseTrust:
    """`federation.authentication.Trust` on our tables."""

    async def level(self, host: str) -> Level:
        return await level(host)


class Awaited:
    """Only partners in whom trust rests because we came from a backup: as they were by that."""

    async def level(self, host: str) -> Level:
        if await is_blocked(host):
            return Level.BLOCKED
        rows = await _agreed(host).filter(peer__awaited_since__not_isnull=True)
        return Level.TRUSTED if len(rows) == len(Direction) else Level.PUBLIC


class Introductions:
    """Whom an administrator may have looked up: whoever nobody blocked, listed or not yet (11)."""

    async def level(self, host: str) -> Level:
        return Level.BLOCKED if await is_blocked(host) else Level.PUBLIC


def _active(*hosts: str) -> QuerySet[Relationship]:
    return _agreed(*hosts).filter(peer__awaited_since=None)


def _agreed(*hosts: str) -> QuerySet[Relationship]:
    """Whether or not trust rests since we came from a backup."""
    now = datetime.now(UTC)
    return Relationship.filter(
        peer__host__in=list(hosts),
        peer__level=PeerLevel.TRUSTED,
        state=TrustState.ACTIVE,
        starts_at__lte=now,
        ends_at__gt=now,
    )


@lru_cache(maxsize=1_024)
def names_of(host: str) -> tuple[str, ...]:
    """The names by which a block reaches a host: its own, and every domain above it; each with its
    port and without."""
    name, port = _split(host)
    labels = [] if name.startswith("[") else name.split(".")
    names = [name, *(".".join(labels[at:]) for at in range(1, len(labels)))]
    return (*(f"{one}:{port}" for one in names if port), *names)


def _split(host: str) -> tuple[str, str]:
    if host.startswith("["):
        name, bracket, port = host.partition("]")
        return name + bracket, port.removeprefix(":")
    name, _, port = host.partition(":")
    return name, port
