"""Whose posts are shown: nobody's whose host is blocked now, or in allowlist mode not listed.

What is stored stays. Each actor carries a mark, so that pages need not ask for every post; it is
set anew in the transaction of whatever changes a level, and at the start, where the mode may be
another than before.
"""

from collections.abc import Sequence

from federation.authentication import Level
from federation.fields import id_of
from federation.origin import host_of
from instance import config, raw_sql
from instance.models import Actor, Announced
from instance.outbox import trust

_HOSTS = "SELECT DISTINCT host, is_blocked FROM actor WHERE NOT is_local"
_AT_ONCE = 500


async def refresh() -> None:
    """Mark all actors as the level of their host is now, in the caller's transaction."""
    rows = await raw_sql.run(_HOSTS, [])
    levels = await trust.levels({row["host"] for row in rows})
    for is_blocked in (True, False):
        wrong = [
            row["host"]
            for row in rows
            if bool(row["is_blocked"]) is not is_blocked
            and (levels[row["host"]] is Level.BLOCKED) is is_blocked
        ]
        for start in range(0, len(wrong), _AT_ONCE):
            part = wrong[start : start + _AT_ONCE]
            await Actor.filter(is_local=False, host__in=part).update(is_blocked=is_blocked)


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
