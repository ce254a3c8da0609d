"""Whose posts are shown: nobody's whose host is blocked now, or in allowlist mode not listed.

What is stored stays. Each actor carries a mark, so that pages need not ask for every post; it is
set anew in the transaction of whatever changes a level, and at the start, where the mode may be
another than before.
"""

import asyncio
from collections.abc import Collection, Sequence

from federation.authentication import Level
from federation.fields import id_of
from federation.origin import host_of
from instance import config, raw_sql
from instance.models import Actor, Announced
from instance.outbox import trust

# Each name by one step in the index: there are far more actors than hosts.
_HOSTS = """
WITH RECURSIVE hosts(host) AS (
    SELECT min(host) FROM actor
    UNION ALL
    SELECT (SELECT min(host) FROM actor WHERE host > hosts.host) FROM hosts WHERE host IS NOT NULL
)
SELECT host FROM hosts WHERE host IS NOT NULL
"""
_AT_ONCE = 500
_NAME = "sight"


async def settle() -> None:
    """Before a level changes: whoever is being stored is stored first, or reads the new one."""
    await raw_sql.lock(_NAME)


async def keep_levels() -> None:
    """Until the transaction ends no level sinks: what is asked of one now still holds (T56)."""
    await raw_sql.lock(_NAME, shared=True)


async def is_hidden(host: str) -> bool:
    """For who is stored now: as the level of the host is, until the transaction ends."""
    await keep_levels()
    return await trust.level(host) is Level.BLOCKED


async def refresh(names: Collection[str] | None = None) -> None:
    """Mark actors as the level of their host is now, in the caller's transaction: those of hosts
    that one of `names` covers, or all."""
    await settle()
    wanted = None if names is None else frozenset(names)
    found = [row["host"] for row in await raw_sql.run(_HOSTS, [])]
    hosts = [h for h in found if wanted is None or not wanted.isdisjoint(trust.names_of(h))]
    for start in range(0, len(hosts), _AT_ONCE):
        levels = await trust.levels(hosts[start : start + _AT_ONCE])
        for is_blocked in (True, False):
            part = [h for h, level in levels.items() if (level is Level.BLOCKED) is is_blocked]
            wrong = Actor.filter(is_local=False, host__in=part, is_blocked=not is_blocked)
            await wrong.update(is_blocked=is_blocked)
        await asyncio.sleep(0)


async def announced(rows: Sequence[Announced]) -> list[Announced]:
    """Without what came of a host that is blocked now."""
    hosts = {row.id: _came_from(row) for row in rows}
    levels = await trust.levels({host for host in hosts.values() if host})
    return [row for row in rows if levels.get(hosts[row.id]) is not Level.BLOCKED]


def _came_from(row: Announced) -> str:
    """The host of whoever did what was announced; of a plain one, of the post; "" for none."""
    done = row.document["object"]
    uri = id_of(done.get("actor")) if isinstance(done, dict) else done
    return host_of(uri, config.current().development) if uri else ""
