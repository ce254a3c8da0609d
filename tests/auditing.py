"""The audit record in tests: write, seal, and do what only the owner of the database can."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from tortoise.connection import get_connection

from instance import raw_sql
from instance.models import AuditAnchor, AuditEntry
from instance.services import audit, audit_checks, seals
from instance.services.audit_checks import Result
from tests.houses import House

TABLES = ("audit_entry", "audit_seal", "audit_anchor")
LOGGER = "instance.services.seals"
_CHECK = "SELECT pg_get_constraintdef(oid) AS said FROM pg_constraint WHERE conname = ?1"
_TRIGGERS = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'audit_%'"


async def write(house: House, *hosts: str) -> list[int]:
    """One entry about each host; returns their ids."""

    async def work() -> list[int]:
        for host in hosts:
            await audit.record("peer.paused", actor_uri="https://x/u/1", host=host, subject=host)
            await asyncio.sleep(0.002)  # ids are of a millisecond
        return [entry.id for entry in await AuditEntry.all().order_by("id")][-len(hosts) :]

    return await house.at(work)


async def sealed(house: House, *hosts: str) -> list[int]:
    ids = await write(house, *hosts)
    await house.at(seals.seal, datetime.now(UTC))
    return ids


async def anchored(house: House, days: int = 1) -> AuditAnchor | None:
    return await house.at(seals.anchor, datetime.now(UTC) + timedelta(days=days) + seals.LATE)


async def problems(house: House, **how: Any) -> list[str]:
    result: Result = await house.at(audit_checks.verify, **how)
    return result.problems


async def unguarded(house: House, sql: str, *values: Any) -> None:
    """What somebody does who owns the database, and leaves the guards as they were."""

    async def work() -> None:
        client, again = get_connection("default"), []
        if client.capabilities.dialect == "postgres":
            for table in TABLES:
                name, check, alter = (
                    f"{table}_append_only",
                    f"{table}_from_1",
                    f"ALTER TABLE {table}",
                )
                [found] = await raw_sql.run(_CHECK, [check])
                await client.execute_query(f"{alter} DISABLE TRIGGER {name}")
                await client.execute_query(f"{alter} DROP CONSTRAINT {check}")
                again.append(f"{alter} ENABLE ALWAYS TRIGGER {name}")
                again.append(f"{alter} ADD CONSTRAINT {check} {found['said']}")
        else:
            for found in await raw_sql.run(_TRIGGERS, []):
                await client.execute_query(f"DROP TRIGGER {found['name']}")
                again.append(found["sql"])
        await raw_sql.run(sql, values)
        for statement in again:
            await client.execute_query(statement)

    await house.at(work)
