"""Whoever changes the audit record all the same is found (T73)."""

import asyncio
import logging
import re
from datetime import UTC, datetime, timedelta

import pytest

from instance.models import AuditCheck, AuditEntry
from instance.outbox import local
from instance.services import audit_checks, rotation, seals
from tests.auditing import LOGGER, anchored, problems, sealed, unguarded, write
from tests.houses import House

NOW = datetime.now(UTC)


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


async def test_a_record_that_was_written_anew_is_not_the_one_that_was_signed(
    mercy: House, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, LOGGER):
        ids = await sealed(mercy, "a.example", "b.example")
    lines = list(caplog.messages)  # whatever is logged later
    assert await anchored(mercy) is not None
    await unguarded(mercy, "DELETE FROM audit_seal")
    await unguarded(mercy, "DELETE FROM audit_entry WHERE id = ?1", ids[0])
    await mercy.at(seals.seal, datetime.now(UTC), everything=True)
    assert "were 2 seals, now 1 are left" in (await problems(mercy))[0]
    await unguarded(mercy, "DELETE FROM audit_anchor")
    assert await problems(mercy) == []  # the newest day, whole in itself: only the log knows
    found = await problems(mercy, log_lines=lines)
    assert found == ["Seal 2 was removed: the log has it."]


async def test_the_log_knows_another_hash_of_a_record_that_was_written_anew(
    mercy: House, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, LOGGER):
        ids = await sealed(mercy, "a.example")
    lines = list(caplog.messages)  # whatever is logged later
    assert await problems(mercy, log_lines=lines) == []
    await unguarded(mercy, "DELETE FROM audit_seal")
    await unguarded(mercy, "UPDATE audit_entry SET host = 'z.example' WHERE id = ?1", ids[0])
    await mercy.at(seals.seal, datetime.now(UTC), everything=True)
    assert await problems(mercy) == []
    [problem] = await problems(mercy, log_lines=lines)
    assert "the record was rewritten" in problem


@pytest.mark.parametrize("column", ["number", "hash", "day", "key"])
async def test_a_changed_anchor_is_found(mercy: House, column: str) -> None:
    await sealed(mercy, "a.example", "b.example")
    assert await anchored(mercy) is not None
    value = {"number": "1", "day": "'2026-01-01'"}.get(column, "'x'")
    await unguarded(mercy, f"UPDATE audit_anchor SET {column} = {value}")
    assert any("does not fit" in problem for problem in await problems(mercy))


async def test_a_day_signed_with_a_key_that_is_not_on_file_is_named(mercy: House) -> None:
    await sealed(mercy, "a.example")
    signed = await anchored(mercy)
    assert signed is not None and await mercy.at(audit_checks.unknown_keys) == []

    async def replace_keys() -> None:
        await rotation.rotate(await local.institution(), emergency=True)

    await mercy.at(replace_keys)
    result = await mercy.at(audit_checks.verify)
    day = signed.day
    assert result.holds and result.days == 1
    assert result.unknown_keys == [audit_checks.UnknownKey(signed.key, day, day, 1)]


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
