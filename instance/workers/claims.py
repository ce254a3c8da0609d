"""Claim due rows so that two workers never work on one: the raw SQL of the queues, both dialects.

A claim is a short lease that its worker renews while it works on the row. A worker that was killed
loses its rows to the next one when the lease runs out; one that stops gives them back.

Deliveries are looked for host by host, so that one that is slow, fails or is far behind costs the
others nothing. Source: federation.md 12.
"""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from tortoise.connection import get_connection
from tortoise.transactions import in_transaction

from instance.models import Delivery, Fetch, Mail, PushMessage

LEASE = timedelta(seconds=10)
RENEW_EVERY = timedelta(seconds=3)
PER_HOST_MAX = 4  # deliveries at once, of all workers together

Messages = Literal["mail", "push_message"]
Queue = Literal["delivery", "fetch"] | Messages
_MODELS: dict[Queue, type[Delivery] | type[Fetch] | type[Mail] | type[PushMessage]] = {
    "delivery": Delivery,
    "fetch": Fetch,
    "mail": Mail,
    "push_message": PushMessage,
}
_ONE_CLAIMS = 0x43424344  # PostgreSQL: or two workers might each send a failing host its one probe

# The hosts that anything waits for, one look into the index each, and how many more deliveries
# each may get: a failing host one, its probe; one that an administrator paused none.
_ROOMS = f"""
WITH RECURSIVE waiting(host) AS (
    SELECT (SELECT f.host FROM delivery f WHERE f.due_at IS NOT NULL ORDER BY f.host LIMIT 1)
    UNION ALL
    SELECT (
        SELECT n.host FROM delivery n WHERE n.due_at IS NOT NULL AND n.host > w.host
        ORDER BY n.host LIMIT 1
    ) FROM waiting w WHERE w.host IS NOT NULL
), rooms AS (
    SELECT w.host, p.probe_at, p.retry_after_at, (
        CASE WHEN p.failing_since IS NULL AND p.paused_at IS NULL THEN {PER_HOST_MAX} ELSE 1 END
    ) - (
        SELECT count(*) FROM delivery c WHERE c.host = w.host AND c.claimed_until >= {{now}}
    ) AS room
    FROM waiting w LEFT JOIN peer p ON p.host = w.host
    WHERE w.host IS NOT NULL AND (p.paused_at IS NULL OR p.paused_by = ''){{busy}}
)"""  # noqa: S608 (our own constant)


def _first(due: str, count: int) -> str:
    """Rows of the host `r.host` that can go. Of one lane to one inbox that is the oldest open one
    alone. What failed comes after what was not tried: a bad row is not a host's only probe."""
    return f"""
    SELECT x.id, x.due_at FROM delivery x
    WHERE x.host = r.host AND {due} AND (x.claimed_until IS NULL OR x.claimed_until < {{now}})
        AND NOT EXISTS (
            SELECT 1 FROM delivery e WHERE e.inbox = x.inbox AND e.lane = x.lane
                AND e.id < x.id AND e.due_at IS NOT NULL
        )
    ORDER BY x.due_at, x.id LIMIT {count}"""  # noqa: S608


_OF_HOST = _first("x.due_at <= {now}", PER_HOST_MAX)
# SQLite has no LATERAL; PostgreSQL would read the whole table for a list that differs by row.
_JOINS = {
    "sqlite": f"JOIN delivery d ON d.id IN (SELECT id FROM ({_OF_HOST}))",  # noqa: S608
    "postgres": f"CROSS JOIN LATERAL ({_OF_HOST}) AS d",
}
_CLAIMS: dict[str, str] = {
    dialect: f"""{_ROOMS}
UPDATE delivery SET claimed_until = {{lease}} WHERE id IN (
    SELECT id FROM (
        SELECT d.id, d.due_at, r.room,
            row_number() OVER (PARTITION BY r.host ORDER BY d.due_at, d.id) AS place
        FROM rooms r {join}
        WHERE r.room > 0 AND (r.probe_at IS NULL OR r.probe_at <= {{now}})
            AND (r.retry_after_at IS NULL OR r.retry_after_at <= {{now}})
    ) AS found WHERE place <= room ORDER BY due_at, id LIMIT {{limit}}
) AND (claimed_until IS NULL OR claimed_until < {{now}}) RETURNING id"""  # noqa: S608
    for dialect, join in _JOINS.items()
}
_NEXT = f"""{_ROOMS}
SELECT min(at) AS at FROM (
    SELECT {{latest}}(due, coalesce(probe_at, due), coalesce(retry_after_at, due)) AS at FROM (
        SELECT r.probe_at, r.retry_after_at, (
            SELECT due_at FROM ({_first("x.due_at IS NOT NULL", 1)}) AS one
        ) AS due FROM rooms r WHERE r.room > 0
    ) AS hosts
    UNION ALL
    SELECT min(w.claimed_until) FROM delivery w WHERE w.claimed_until >= {{now}}{{busy}}
) AS times"""  # noqa: S608

_CLAIM = """
UPDATE "{queue}" SET claimed_until = {lease} WHERE id IN (
    SELECT w.id FROM "{queue}" w
    WHERE w.due_at <= {now} AND (w.claimed_until IS NULL OR w.claimed_until < {now}){kinds}{busy}
    ORDER BY w.due_at, w.id LIMIT {limit}
) AND (claimed_until IS NULL OR claimed_until < {now}) RETURNING id"""
_NEXT_OF = """
SELECT min(CASE WHEN w.claimed_until > w.due_at THEN w.claimed_until ELSE w.due_at END) AS at
FROM "{queue}" w WHERE w.due_at IS NOT NULL{kinds}{busy}"""


async def claim_deliveries(now: datetime, limit: int, busy_hosts: Collection[str]) -> list[int]:
    """Ids of deliveries that are now ours until the lease ends, none to a busy host."""
    values = {"now": now, "lease": now + LEASE, "limit": limit}
    if not _is_postgres():
        return _ids(await _query(_CLAIMS["sqlite"], values, busy_hosts))
    async with in_transaction() as connection:
        await connection.execute_query("SELECT pg_advisory_xact_lock($1)", [_ONE_CLAIMS])
        return _ids(await _query(_CLAIMS["postgres"], values, busy_hosts))


async def next_delivery(now: datetime, busy_hosts: Collection[str] = ()) -> datetime | None:
    """When the next delivery can be claimed, as things stand; None when nothing waits.

    What stands behind another row of its lane, behind its host's probe, or is claimed, is not
    asked for before it can go.
    """
    latest = "greatest" if _is_postgres() else "max"
    return _time(await _query(_NEXT, {"now": now}, busy_hosts, latest=latest))


async def claim_fetches(
    now: datetime, limit: int, busy_hosts: Collection[str] = (), *, for_consults: bool = False
) -> list[int]:
    """Ids of fetches, likewise. `for_consults`: what those wait for, and no public posts."""
    values = {"now": now, "lease": now + LEASE, "limit": limit}
    kinds = _kinds(for_consults)
    return _ids(await _query(_CLAIM, values, busy_hosts, queue="fetch", kinds=kinds))


async def next_fetch(
    busy_hosts: Collection[str] = (), *, for_consults: bool = False
) -> datetime | None:
    """When the next fetch can be claimed, as things stand; None when nothing waits."""
    kinds = _kinds(for_consults)
    return _time(await _query(_NEXT_OF, {}, busy_hosts, queue="fetch", kinds=kinds))


async def claim_messages(queue: Messages, now: datetime, limit: int) -> list[int]:
    """Ids of mails or push messages, likewise."""
    values = {"now": now, "lease": now + LEASE, "limit": limit}
    return _ids(await _query(_CLAIM, values, (), queue=queue, kinds=""))


async def next_message(queue: Messages) -> datetime | None:
    """When the next of these can be claimed, as things stand; None when nothing waits."""
    return _time(await _query(_NEXT_OF, {}, (), queue=queue, kinds=""))


@asynccontextmanager
async def renewing(queue: Queue, ids: Collection[int]) -> AsyncIterator[None]:
    """Keep rows, whichever are left in `ids`, while they are worked on: others may be slower than
    a lease is long."""

    async def again() -> None:
        while True:
            await asyncio.sleep(RENEW_EVERY.total_seconds())
            await renew(queue, list(ids), datetime.now(UTC))

    task = asyncio.create_task(again())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def renew(queue: Queue, ids: Collection[int], now: datetime) -> None:
    """Keep rows that are still worked on; call it every `RENEW_EVERY`."""
    if ids:
        rows = _MODELS[queue].filter(id__in=list(ids), claimed_until__not_isnull=True)
        await rows.update(claimed_until=now + LEASE)


async def give_back(queue: Queue, ids: Collection[int]) -> None:
    """Rows we will not finish: the next worker need not wait for the lease."""
    if ids:
        await _MODELS[queue].filter(id__in=list(ids)).update(claimed_until=None)


async def _query(
    template: str, values: Mapping[str, Any], busy_hosts: Collection[str], **parts: str
) -> list[dict[str, Any]]:
    """Run a template of this module, with the marks of the dialect for its values."""
    mark = "$" if _is_postgres() else "?"
    hosts = ", ".join(
        f"{mark}{n}" for n in range(len(values) + 1, len(values) + 1 + len(busy_hosts))
    )
    busy = f" AND w.host NOT IN ({hosts})" if hosts else ""
    marks = {name: f"{mark}{n}" for n, name in enumerate(values, 1)}
    sql = template.format(busy=busy, **marks, **parts)
    # Not execute_query: on PostgreSQL that gives the number of rows and drops the rows.
    return await get_connection("default").execute_query_dict(sql, [*values.values(), *busy_hosts])


def _is_postgres() -> bool:
    return str(get_connection("default").capabilities.dialect) == "postgres"


def _kinds(for_consults: bool) -> str:
    return " AND w.kind IN ('history', 'actor', 'status')" if for_consults else ""


def _ids(rows: list[dict[str, Any]]) -> list[int]:
    return [int(row["id"]) for row in rows]


def _time(rows: list[dict[str, Any]]) -> datetime | None:
    at = rows[0]["at"]
    return datetime.fromisoformat(at).astimezone(UTC) if isinstance(at, str) else at
