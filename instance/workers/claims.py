"""Claim due rows so that two workers never work on one: the raw SQL of the queues, both dialects.

A claim is a lease: a worker that was killed loses its rows to the next one when it runs out.
"""

from datetime import datetime, timedelta

from tortoise.connection import get_connection

LEASE = timedelta(seconds=30)

# Of one lane to one inbox only the oldest open row may go: order within a host is kept.
_DELIVERIES = """
UPDATE delivery SET claimed_until = {lease} WHERE id IN (
    SELECT d.id FROM delivery d
    WHERE d.due_at <= {now} AND (d.claimed_until IS NULL OR d.claimed_until < {now})
      AND NOT EXISTS (
        SELECT 1 FROM delivery e
        WHERE e.inbox = d.inbox AND e.lane = d.lane AND e.id < d.id AND e.due_at IS NOT NULL
      ){busy}
    ORDER BY d.due_at, d.id LIMIT {limit}
) AND (claimed_until IS NULL OR claimed_until < {now}) RETURNING id
"""
_FETCHES = """
UPDATE fetch SET claimed_until = {lease} WHERE id IN (
    SELECT f.id FROM fetch f
    WHERE f.due_at <= {now} AND (f.claimed_until IS NULL OR f.claimed_until < {now}){busy}
    ORDER BY f.due_at, f.id LIMIT {limit}
) AND (claimed_until IS NULL OR claimed_until < {now}) RETURNING id
"""


async def claim_deliveries(now: datetime, limit: int, busy_hosts: list[str]) -> list[int]:
    """Ids of deliveries that are now ours until the lease ends, none to a busy host."""
    return await _claim(_DELIVERIES, "d.host", now, limit, busy_hosts)


async def claim_fetches(now: datetime, limit: int) -> list[int]:
    return await _claim(_FETCHES, "f.host", now, limit, [])


async def _claim(
    statement: str, host_column: str, now: datetime, limit: int, busy_hosts: list[str]
) -> list[int]:
    connection = get_connection("default")
    is_postgres = connection.capabilities.dialect == "postgres"
    values: list[datetime | int | str] = [now + LEASE, now, limit, *busy_hosts]
    marks = [f"${n}" if is_postgres else f"?{n}" for n in range(1, len(values) + 1)]
    busy = f" AND {host_column} NOT IN ({', '.join(marks[3:])})" if busy_hosts else ""
    sql = statement.format(lease=marks[0], now=marks[1], limit=marks[2], busy=busy)
    _, rows = await connection.execute_query(sql, values)
    return [int(row["id"]) for row in rows]
