"""Public keys we keep, by their id: one statement, because every signed request asks for one."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from federation import keys
from federation.errors import KeyUnavailable, Malformed
from federation.origin import host_of
from instance import config, raw_sql

FRESH = timedelta(hours=24)
_NEVER, _EVER = (moment.replace(tzinfo=UTC) for moment in (datetime.min, datetime.max))
# Times are compared here: what is asked is the same each time, and a time is long to write.
_FIND = """
SELECT k.algorithm, k.public, a.uri AS owner, a.host, a.is_local, a.fetched_at,
    a.proven_at IS NOT NULL AS is_proven, a.kind = 'person' AS needs_standing,
    (SELECT max(s.valid_until) FROM standing s WHERE s.actor_id = a.id) AS standing_until,
    EXISTS (
        SELECT 1 FROM peer p
        WHERE p.host = a.host AND (p.pinned_at IS NOT NULL OR p.level = 'trusted')
    ) AS is_a_peers
FROM actor_key k JOIN actor a ON a.id = k.actor_id
WHERE k.uri = ?1
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
    rows = await raw_sql.look_up_tuples(_FIND, [key_id])
    if not rows:
        return None
    try:
        fetched_at, standing_until, with_standing, without = _read(key_id, *rows[0])
    except Malformed:
        *_, is_local, fetched, _, _, _, _ = rows[0]
        if not is_local and _time(fetched) <= now - fresh:
            return None  # it is fetched again, and may be one that can be read
        raise
    if fetched_at <= now - fresh:
        return None
    return with_standing if standing_until > now else without


@lru_cache(maxsize=2_000)  # by all that the row says: it cannot be out of date
def _read(
    key_id: str,
    algorithm: str,
    public: str,
    owner: str,
    host: str,
    is_local: bool,
    fetched_at: str | datetime | None,
    is_proven: bool,
    needs_standing: bool,
    standing_until: str | datetime | None,
    is_a_peers: bool,
) -> tuple[datetime, datetime, Stored, Stored]:
    """When its owner was fetched, until when that one has standing, and the key with it and
    without."""
    read = keys.public_from_pem if algorithm == "rsa" else keys.public_from_multikey
    found = Stored(
        keys.PublicKey(key_id, owner, read(public)),
        host,
        is_proven=bool(is_local or is_proven),
        has_standing=True,
        is_a_peers=bool(is_a_peers),
    )
    return (
        _EVER if is_local else _time(fetched_at),
        _EVER if is_local or not needs_standing else _time(standing_until),
        found,
        found._replace(has_standing=False),
    )


def _time(stored: str | datetime | None) -> datetime:
    return _NEVER if stored is None else raw_sql.time(stored)


class KnownKeys:
    """`Keys` for what a request may not wait for: nothing is fetched."""

    async def find(self, key_id: str, *, refresh: bool = False) -> keys.PublicKey:
        stored = await find(key_id, datetime.now(UTC), FRESH)
        if stored is None or refresh:
            raise KeyUnavailable(
                f"{host_of(key_id, config.current().development)} was not asked for this key yet"
            )
        return stored.key
