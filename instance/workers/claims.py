"""Claim due rows so that two workers never work on one: the raw SQL of the queues, both dialects.

A claim is a short lease that its worker renews while it works on the row. A worker that was killed
loses its rows to the next one when the lease runs out; one that stops gives them back.
"""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from tortoise.connection import get_connection

from instance.models import Delivery, Fetch

LEASE = timedelta(seconds=10)
RENEW_EVERY = timedelta(seconds=3)

Queue = Literal["delivery", "fetch"]
_MODELS: dict[Queue, type[Delivery] | type[Fetch]] = {"delivery": Delivery, "fetch": Fetch}

# Of one lane to one inbox only the oldest open row may go: order within a host is kept.
_IS_FIRST: dict[Queue, str] = {
    "delivery": """NOT EXISTS (
        SELECT 1 FROM delivery e
        WHERE e.inbox = d.inbox AND e.lane = d.lane AND e.id < d.id AND e.due_at IS NOT NULL
    )""",
    "fetch": "d.due_at IS NOT NULL",
}
_CLAIM = """
UPDATE "{queue}" SET claimed_until = {lease} WHERE id IN (
    SELECT d.id FROM "{queue}" d
    WHERE d.due_at <= {now} AND (d.claimed_until IS NULL OR d.claimed_until < {now})
      AND {is_first}{kinds}{busy}
    ORDER BY d.due_at, d.id LIMIT {limit}
) AND (claimed_until IS NULL OR claimed_until < {now}) RETURNING id
"""
_NEXT = """
SELECT min(CASE WHEN d.claimed_until > d.due_at THEN d.claimed_until ELSE d.due_at END) AS at
FROM "{queue}" d WHERE d.due_at IS NOT NULL AND {is_first}{kinds}{busy}
"""
_FOR_CONSULTS = " AND d.kind IN ('history', 'actor')"


async def claim_deliveries(now: datetime, limit: int, busy_hosts: Collection[str]) -> list[int]:
    """Ids of deliveries that are now ours until the lease ends, none to a busy host."""
    return await _claim("delivery", now, limit, busy_hosts)


async def claim_fetches(
    now: datetime, limit: int, busy_hosts: Collection[str] = (), *, for_consults: bool = False
) -> list[int]:
    """Ids of fetches, likewise. `for_consults`: what those wait for, and no public posts."""
    return await _claim("fetch", now, limit, busy_hosts, for_consults=for_consults)


async def renew(queue: Queue, ids: Collection[int], now: datetime) -> None:
    """Keep rows that are still worked on; call it every `RENEW_EVERY`."""
    if ids:
        rows = _MODELS[queue].filter(id__in=list(ids), claimed_until__not_isnull=True)
        await rows.update(claimed_until=now + LEASE)


async def give_back(queue: Queue, ids: Collection[int]) -> None:
    """Rows we will not finish: the next worker need not wait for the lease."""
    if ids:
        await _MODELS[queue].filter(id__in=list(ids)).update(claimed_until=None)


async def next_due(
    queue: Queue, busy_hosts: Collection[str] = (), *, for_consults: bool = False
) -> datetime | None:
    """When the next row can be claimed, as things stand; None when nothing waits.

    What stands behind another row of its lane, or is claimed, is not asked for before it can go.
    """
    sql, values = _filled(_NEXT, queue, [], busy_hosts, for_consults)
    rows = await get_connection("default").execute_query_dict(sql, values)
    at = rows[0]["at"]
    return datetime.fromisoformat(at).astimezone(UTC) if isinstance(at, str) else at


async def _claim(
    queue: Queue,
    now: datetime,
    limit: int,
    busy_hosts: Collection[str],
    *,
    for_consults: bool = False,
) -> list[int]:
    sql, values = _filled(_CLAIM, queue, [now + LEASE, now, limit], busy_hosts, for_consults)
    # Not execute_query: on PostgreSQL that gives the number of rows and drops the rows.
    rows = await get_connection("default").execute_query_dict(sql, values)
    return [int(row["id"]) for row in rows]


def _filled(
    statement: str,
    queue: Queue,
    values: list[Any],
    busy_hosts: Collection[str],
    for_consults: bool,
) -> tuple[str, list[Any]]:
    """The statement with the marks of the dialect; first lease, now and limit, then the hosts."""
    is_postgres = get_connection("default").capabilities.dialect == "postgres"
    mark = "$" if is_postgres else "?"
    marks = [f"{mark}{n + 1}" for n in range(len(values) + len(busy_hosts))]
    named = dict(zip(("lease", "now", "limit"), marks[: len(values)], strict=False))
    hosts = ", ".join(marks[len(values) :])
    busy = f" AND d.host NOT IN ({hosts})" if hosts else ""
    kinds = _FOR_CONSULTS if for_consults else ""
    sql = statement.format(queue=queue, is_first=_IS_FIRST[queue], kinds=kinds, busy=busy, **named)
    return sql, [*values, *busy_hosts]
