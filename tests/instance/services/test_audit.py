"""The audit record can be added to and read; and whoever changes it all the same is found (T73)."""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tortoise.connection import get_connection
from tortoise.exceptions import BaseORMException
from tortoise.transactions import in_transaction

from instance import raw_sql
from instance.models import AuditAnchor, AuditCheck, AuditEntry, AuditSeal
from instance.outbox import local
from instance.services import audit, audit_checks, audit_exports, rotation, seals
from instance.services.audit_checks import Result
from instance.workers import auditing
from tests.houses import House

NOW = datetime.now(UTC)
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


async def numbers(house: House) -> list[tuple[int, int]]:
    rows = await house.at(lambda: AuditSeal.all().order_by("number"))
    return [(row.number, row.id) for row in rows]


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


async def test_a_changed_entry_is_found(mercy: House) -> None:
    ids = await sealed(mercy, "a.example", "b.example", "c.example")
    await unguarded(mercy, "UPDATE audit_entry SET host = 'z.example' WHERE id = ?1", ids[1])
    [problem] = await problems(mercy)
    assert f"Entry {ids[1]} of " in problem and "was changed" in problem


@pytest.mark.parametrize("column", ["action", "actor_uri", "subject", "detail", "at"])
async def test_every_column_is_sealed(mercy: House, column: str) -> None:
    ids = await sealed(mercy, "a.example")
    value = {"detail": "'{\"count\": 7}'", "at": "'2026-01-01 00:00:00+00:00'"}.get(column, "'x'")
    await unguarded(mercy, f"UPDATE audit_entry SET {column} = {value} WHERE id = ?1", ids[0])
    assert any("was changed" in problem for problem in await problems(mercy))


async def test_a_removed_entry_is_found(mercy: House) -> None:
    ids = await sealed(mercy, "a.example", "b.example", "c.example")
    await unguarded(mercy, "DELETE FROM audit_entry WHERE id = ?1", ids[1])
    [problem] = await problems(mercy)
    assert problem == f"Entry {ids[1]} was removed: its seal 2 is still there."


async def test_an_entry_removed_with_its_seal_is_found(mercy: House) -> None:
    ids = await sealed(mercy, "a.example", "b.example", "c.example", "d.example")
    await unguarded(mercy, "DELETE FROM audit_entry WHERE id = ?1", ids[1])
    await unguarded(mercy, "DELETE FROM audit_seal WHERE id = ?1", ids[1])
    assert await problems(mercy) == ["Seal 2 was removed, and the entries with them or not."]
    for number in (3, 4):  # and the ones behind it moved up
        await unguarded(
            mercy, "UPDATE audit_seal SET number = ?1 WHERE number = ?2", number - 1, number
        )
    assert "does not follow" in (await problems(mercy))[0]


async def test_an_inserted_entry_is_found_sealed_or_not(mercy: House) -> None:
    await sealed(mercy, "a.example", "b.example")
    long_ago = datetime.now(UTC) - timedelta(hours=2)
    made = AuditEntry(id=7, action="peer.resumed", actor_uri="x", host="x", subject="x")
    await mercy.at(lambda: made.save(force_create=True))
    await unguarded(mercy, "UPDATE audit_entry SET at = ?1 WHERE id = 7", long_ago)
    [problem] = await problems(mercy)
    assert f"Entry {made.id} says " in problem and "was put in after" in problem
    await mercy.at(seals.seal, datetime.now(UTC), everything=True)
    [problem] = await problems(mercy)
    assert f"Entry {made.id} says " in problem and "was put in after" in problem


async def test_a_reordered_chain_is_found(mercy: House) -> None:
    await sealed(mercy, "a.example", "b.example", "c.example")
    for old, new in ((2, 9), (3, 2), (9, 3)):
        await unguarded(mercy, "UPDATE audit_seal SET number = ?1 WHERE number = ?2", new, old)
    assert [p.partition(",")[0] for p in await problems(mercy)] == ["Seal 2", "Seal 3"]


async def test_an_entry_without_a_seal_for_more_than_a_minute_is_told(mercy: House) -> None:
    await sealed(mercy, "a.example")
    [left] = await write(mercy, "b.example")
    assert await problems(mercy) == []
    two_minutes = datetime.now(UTC) - timedelta(minutes=2)
    await unguarded(mercy, "UPDATE audit_entry SET at = ?1 WHERE id = ?2", two_minutes, left)
    [problem] = await problems(mercy)
    assert f"Entry {left} of " in problem and "has no seal: sealing stands still." in problem


async def anchored(house: House, days: int = 1) -> AuditAnchor | None:
    return await house.at(seals.anchor, datetime.now(UTC) + timedelta(days=days) + seals.LATE)


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
    assert result.holds and (result.days, result.former) == (1, 0)


async def test_a_record_that_was_written_anew_is_not_the_one_that_was_signed(
    mercy: House, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, LOGGER):
        ids = await sealed(mercy, "a.example", "b.example")
    assert await anchored(mercy) is not None
    await unguarded(mercy, "DELETE FROM audit_seal")
    await unguarded(mercy, "DELETE FROM audit_entry WHERE id = ?1", ids[0])
    await mercy.at(seals.seal, datetime.now(UTC), everything=True)
    assert "were 2 seals, now 1 are left" in (await problems(mercy))[0]
    await unguarded(mercy, "DELETE FROM audit_anchor")
    assert await problems(mercy) == []  # the newest day, whole in itself: only the log knows
    found = await problems(mercy, log_lines=caplog.messages)
    assert found == ["Seal 2 was removed: the log has it."]


async def test_the_log_knows_another_hash_of_a_record_that_was_written_anew(
    mercy: House, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, LOGGER):
        ids = await sealed(mercy, "a.example")
    assert await problems(mercy, log_lines=caplog.messages) == []
    await unguarded(mercy, "DELETE FROM audit_seal")
    await unguarded(mercy, "UPDATE audit_entry SET host = 'z.example' WHERE id = ?1", ids[0])
    await mercy.at(seals.seal, datetime.now(UTC), everything=True)
    assert await problems(mercy) == []
    [problem] = await problems(mercy, log_lines=caplog.messages)
    assert "the record was rewritten" in problem


@pytest.mark.parametrize("column", ["number", "hash", "day", "key"])
async def test_a_changed_anchor_is_found(mercy: House, column: str) -> None:
    await sealed(mercy, "a.example", "b.example")
    assert await anchored(mercy) is not None
    value = {"number": "1", "day": "'2026-01-01'"}.get(column, "'x'")
    await unguarded(mercy, f"UPDATE audit_anchor SET {column} = {value}")
    assert any("does not fit" in problem for problem in await problems(mercy))


async def test_a_day_signed_with_a_key_of_before_is_counted(mercy: House) -> None:
    await sealed(mercy, "a.example")
    await anchored(mercy)

    async def replace_keys() -> None:
        await rotation.rotate(await local.institution(), emergency=True)

    await mercy.at(replace_keys)
    result = await mercy.at(audit_checks.verify)
    assert result.holds and (result.days, result.former) == (1, 1)


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


async def test_a_check_that_was_asked_for_is_done_once(mercy: House) -> None:
    await sealed(mercy, "a.example", "b.example")
    asked = await mercy.at(audit_checks.ask)
    assert (await mercy.at(audit_checks.ask)).id == asked.id
    now = datetime.now(UTC)
    both = await asyncio.gather(*(mercy.at(audit_checks.work_off, now) for _ in range(2)))
    assert len([result for result in both if result is not None]) == 1
    done = await mercy.at(AuditCheck.get, id=asked.id)
    assert done.finished_at is not None and (done.done, done.problems) == (2, [])
    assert await mercy.at(audit_checks.work_off, now) is None


async def test_a_check_that_stands_still_is_begun_anew(mercy: House) -> None:
    asked = await mercy.at(audit_checks.ask)
    await mercy.at(lambda: AuditCheck.filter(id=asked.id).update(moved_at=NOW))
    assert await mercy.at(audit_checks.work_off, NOW + timedelta(seconds=50)) is None
    assert await mercy.at(audit_checks.work_off, NOW + timedelta(seconds=70)) is not None


def test_what_the_log_says_of_seals_is_what_the_verifier_looks_for() -> None:
    hashed = "ab" * 32
    for line in (f"INFO x audit sealed 12 {hashed}", f"INFO x audit anchor 2026-11-26 12 {hashed}"):
        assert re.search(audit_checks._LOGGED, line)
