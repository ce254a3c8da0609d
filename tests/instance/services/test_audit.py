"""The audit record can be added to and read, and every entry gets its seal (T73)."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tortoise.connection import get_connection
from tortoise.exceptions import BaseORMException
from tortoise.transactions import in_transaction

from instance import raw_sql
from instance.models import AuditEntry, AuditSeal
from instance.services import audit, audit_checks, audit_exports, seals
from instance.workers import auditing
from tests.auditing import LOGGER, TABLES, anchored, problems, sealed, write
from tests.houses import House

NOW = datetime.now(UTC)


async def numbers(house: House) -> list[tuple[int, int]]:
    rows = await house.at(lambda: AuditSeal.all().order_by("number"))
    return [(row.number, row.id) for row in rows]


STATEMENTS = (
    "UPDATE {table} SET id = id + 1",
    "UPDATE {table} SET id = id WHERE id = 0",
    "DELETE FROM {table}",
    "TRUNCATE {table}",
    "INSERT OR REPLACE INTO {table} SELECT * FROM {table}",
)
ONLY = {"TRUNCATE": "postgres", "INSERT OR": "sqlite"}


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("statement", STATEMENTS, ids=lambda sql: sql.partition(" {")[0])
async def test_nothing_in_the_record_can_be_changed_or_removed(
    mercy: House, table: str, statement: str
) -> None:
    await sealed(mercy, "a.example", "b.example")
    assert await anchored(mercy) is not None

    async def work() -> None:
        dialect = get_connection("default").capabilities.dialect
        wanted = [only for start, only in ONLY.items() if statement.startswith(start)]
        if wanted and dialect != wanted[0]:
            return
        if "WHERE id = 0" in statement and dialect == "sqlite":
            return  # there a trigger is asked for each row, and there is none
        before = await raw_sql.run(f"SELECT * FROM {table} ORDER BY id", [])
        with pytest.raises(BaseORMException, match="append-only"):
            async with in_transaction():
                await raw_sql.run(statement.format(table=table), [])
        assert await raw_sql.run(f"SELECT * FROM {table} ORDER BY id", []) == before != []

    await mercy.at(work)


async def test_a_session_without_triggers_cannot_change_it_either(mercy: House) -> None:
    """PostgreSQL's own switch; SQLite has none."""
    await sealed(mercy, "a.example")

    async def work() -> None:
        if get_connection("default").capabilities.dialect != "postgres":
            return
        with pytest.raises(BaseORMException, match="append-only"):
            async with in_transaction():
                await raw_sql.run("SET LOCAL session_replication_role = replica", [])
                await raw_sql.run("DELETE FROM audit_entry", [])

    await mercy.at(work)


async def test_every_entry_gets_one_number_without_gaps(mercy: House) -> None:
    first = await sealed(mercy, "a.example", "b.example")
    second = await sealed(mercy, "c.example")
    assert await numbers(mercy) == list(enumerate([*first, *second], start=1))
    assert await mercy.at(seals.seal, datetime.now(UTC), everything=True) == 0
    result = await mercy.at(audit_checks.verify)
    assert result.holds and result.sealed == 3 and result.since is not None


async def test_what_was_written_while_no_sealer_ran_is_sealed_later(mercy: House) -> None:
    await sealed(mercy, "a.example")
    left = await write(mercy, *(f"h{number}.example" for number in range(230)))
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    assert await mercy.at(seals.seal, tomorrow) == 0  # it looks back for minutes
    assert await mercy.at(seals.seal, tomorrow, everything=True) == 230
    assert [entry for _, entry in await numbers(mercy)][1:] == left
    assert await problems(mercy) == []


async def test_two_sealers_leave_no_gap_and_no_double(mercy: House) -> None:
    ids = await write(mercy, *(f"h{number}.example" for number in range(150)))

    async def race() -> list[int]:
        now = datetime.now(UTC)
        return await asyncio.gather(*(mercy.at(seals.seal, now) for _ in range(4)))

    assert sum(await race()) == 150
    assert await numbers(mercy) == list(enumerate(ids, start=1))
    assert await problems(mercy) == []


async def test_what_is_undone_leaves_no_hole(mercy: House) -> None:
    async def undone() -> None:
        with pytest.raises(ZeroDivisionError):
            async with in_transaction():
                await audit.record("peer.paused", actor_uri="x", host="x", subject="x")
                raise ZeroDivisionError

    await mercy.at(undone)
    ids = await sealed(mercy, "a.example")
    assert await numbers(mercy) == [(1, ids[0])]


async def test_a_worker_seals_what_is_left_and_what_comes(mercy: House) -> None:
    await write(mercy, "left.example")

    async def work() -> None:
        stopping = asyncio.Event()
        task = asyncio.create_task(auditing.run_seals(stopping))
        try:
            await _until(lambda: AuditSeal.all().count(), 1)
            await audit.record("peer.paused", actor_uri="x", host="new.example", subject="x")
            await _until(lambda: AuditSeal.all().count(), 2)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    await mercy.at(work)


async def _until(asked: Callable[[], Awaitable[object]], wanted: object) -> None:
    async with asyncio.timeout(15):  # less than the worker waits without being woken
        while await asked() != wanted:  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def test_the_last_seal_of_a_day_that_is_over_is_signed_once(
    mercy: House, caplog: pytest.LogCaptureFixture
) -> None:
    await sealed(mercy, "a.example", "b.example")
    assert await anchored(mercy, days=0) is None
    with caplog.at_level(logging.INFO, LOGGER):
        made = await anchored(mercy)
    assert made is not None and made.number == 2
    assert f"audit anchor {made.day} 2 {made.hash}" in caplog.messages
    assert await anchored(mercy) is None and await anchored(mercy, days=5) is None
    result = await mercy.at(audit_checks.verify)
    assert result.holds and (result.days, result.unknown_keys) == (1, [])


async def test_a_line_break_makes_no_line_of_the_record_or_the_log(
    mercy: House, caplog: pytest.LogCaptureFixture
) -> None:
    forged = "x.example\n2026-01-01 INFO audit trust.active by y\u2028\x00"
    with caplog.at_level(logging.INFO, "instance.services.audit"):
        await mercy.at(
            audit.record,
            "peer.paused",
            actor_uri=forged,
            host=forged,
            subject=forged * 30,
            reason=forged,
        )
    [entry] = await mercy.at(lambda: AuditEntry.all())
    for stored in (entry.actor_uri, entry.host, entry.subject, entry.detail["reason"]):
        assert stored.isprintable() and "\\n2026" in stored
    assert len(entry.subject) == 512 and all(message.isprintable() for message in caplog.messages)


async def test_an_action_without_words_is_not_recorded(mercy: House) -> None:
    with pytest.raises(ValueError, match="no words"):
        await mercy.at(audit.record, "trust.whatever", actor_uri="x", host="x", subject="x")


async def test_an_export_holds_everything_and_the_seals(mercy: House) -> None:
    ids = await sealed(mercy, "a.example", "b.example")
    await anchored(mercy)
    [bare] = await write(mercy, "c.example")

    async def work() -> list[dict[str, Any]]:
        return [row async for row in audit_exports.rows()]

    rows = await mercy.at(work)
    assert [row["entry"]["id"] for row in rows[:3]] == [str(i) for i in (*ids, bare)]
    assert [row["seal"] and row["seal"]["number"] for row in rows[:3]] == [1, 2, None]
    before = seals.FIRST
    for row in rows[:2]:  # as somebody else checks it
        seal = row["seal"]
        assert seals._digest(row["entry"]) == seal["entry_hash"]
        chain = [
            before,
            seal["number"],
            seal["entry_hash"],
            seal["sealed_at"],
            seal["covers_until"],
        ]
        before = seals._digest(chain)
        assert before == seal["hash"]
    assert rows[3]["anchor"]["hash"] == before
