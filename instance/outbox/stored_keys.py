"""Public keys we keep, by their id: one statement, because every signed request asks for one."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from federation import keys
from federation.errors import KeyUnavailable
from federation.origin import host_of
from instance import config, raw_sql

FRESH = timedelta(hours=24)
_FIND = """
SELECT k.algorithm, k.public, a.uri AS owner, a.host,
    (a.is_local OR a.proven_at IS NOT NULL) AS is_proven,
    (a.is_local OR a.kind <> 'person' OR EXISTS (
        SELECT 1 FROM standing s WHERE s.actor_id = a.id AND s.valid_until > ?3
    )) AS has_standing,
    EXISTS (
        SELECT 1 FROM peer p
        WHERE p.host = a.host AND (p.pinned_at IS NOT NULL OR p.level = 'trusted')
    ) AS is_a_peers
FROM actor_key k JOIN actor a ON a.id = k.actor_id
WHERE k.uri = ?1 AND (a.is_local OR a.fetched_at > ?2)
"""


class Stored(NamedTuple):
    """`host` is its owner's. `is_proven`: our own, or vouched for by its pinned institution.

    `has_standing`: it needs no statement of standing (only people do), or has one that holds.
    `is_a_peers`: it is of a host that is pinned or trusted, whose word on its keys comes first.
    """

    key: keys.PublicKey
    host: str
    is_proven: bool
    has_standing: bool
    is_a_peers: bool


async def find(key_id: str, now: datetime, fresh: timedelta) -> Stored | None:
    """None for a key we do not have, or whose owner was last fetched longer ago than `fresh`."""
    rows = await raw_sql.look_up_tuples(_FIND, [key_id, now - fresh, now])
    if not rows:
        return None
    algorithm, public, owner, host, is_proven, has_standing, is_a_peers = rows[0]
    key = _read(key_id, owner, algorithm, public)
    return Stored(key, host, bool(is_proven), bool(has_standing), bool(is_a_peers))


@lru_cache(maxsize=2_000)  # by all that the row says: it cannot be out of date
def _read(key_id: str, owner: str, algorithm: str, public: str) -> keys.PublicKey:
    read = keys.public_from_pem if algorithm == "rsa" else keys.public_from_multikey
    return keys.PublicKey(key_id, owner, read(public))


class KnownKeys:
    """`Keys` for what a request may not wait for: nothing is fetched."""

    async def find(self, key_id: str, *, refresh: bool = False) -> keys.PublicKey:
        stored = await find(key_id, datetime.now(UTC), FRESH)
        if stored is None or refresh:
            raise KeyUnavailable(
                f"{host_of(key_id, config.current().development)} was not asked for this key yet"
            )
        return stored.key
