"""What somebody puts into the audit record, or takes from its proofs, is found (T73)."""

from datetime import UTC, datetime, timedelta

import pytest
from tortoise.connection import get_connection
from tortoise.exceptions import BaseORMException
from tortoise.transactions import in_transaction

from instance import raw_sql
from instance.models import AuditAnchor, AuditSeal
from instance.services import seals
from tests.auditing import anchored, problems, sealed, unguarded, write
from tests.houses import House

NOW = datetime.now(UTC)
ENTRY = (
    "INSERT INTO audit_entry (id, at, action, actor_uri, host, subject, detail)"
    " VALUES (?1, ?2, 'peer.resumed', 'x', 'x', 'x', '{}')"
)
SEAL = (
    "INSERT INTO audit_seal (id, number, entry_hash, hash, sealed_at, covers_until)"
    " VALUES (?1, ?2, 'x', 'x', ?3, ?4)"
)


@pytest.fixture
async def days(mercy: House, monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """Three days, each with an entry, sealed then and signed the day after; and today."""
    found = [NOW - timedelta(days=back) for back in (4, 3, 2)]
    for at in found:
        await write(mercy, "a.example")
        monkeypatch.setattr(seals, "clock", lambda at=at: at)
        await mercy.at(seals.seal, datetime.now(UTC))
        await mercy.at(seals.anchor, at + timedelta(days=1) + seals.LATE)
    monkeypatch.undo()
    await sealed(mercy, "today.example")
    return found


@pytest.mark.parametrize("low", [0, -1, -(2**63)])
async def test_nothing_is_put_in_before_the_record_begins(mercy: House, low: int) -> None:
    await sealed(mercy, "a.example")

    async def refused(sql: str, *values: object) -> None:
        with pytest.raises(BaseORMException):
            async with in_transaction():
                await raw_sql.run(sql, values)

    await mercy.at(refused, ENTRY, low, NOW)
    await mercy.at(refused, SEAL, 7, low, NOW, None)
    await mercy.at(refused, SEAL, low, 7, NOW, None)
    assert await problems(mercy) == []
    await unguarded(mercy, ENTRY, low, NOW)
    await unguarded(mercy, SEAL, low, low, NOW, None)
    assert await problems(mercy) == [
        f"{what} {low} was put in where the record does not reach." for what in ("Seal", "Entry")
    ]


async def test_a_seal_that_is_put_in_makes_no_room_for_entries_of_long_ago(mercy: House) -> None:
    await sealed(mercy, "a.example")
    long_ago = NOW - timedelta(days=9)
    await unguarded(mercy, SEAL, 8, 2, long_ago, long_ago)
    await unguarded(mercy, ENTRY, 7, long_ago)
    found = await problems(mercy)
    assert any("Entry 7 says " in problem and "put in after" in problem for problem in found)
    assert any("Seal 2 says " in problem and "cannot be" in problem for problem in found)


@pytest.mark.parametrize(
    ("sealed_at", "covers"),
    [(NOW + timedelta(hours=1), None), (NOW, NOW + timedelta(hours=1))],
)
async def test_a_seal_of_a_time_to_come_is_found(
    mercy: House, sealed_at: datetime, covers: datetime | None
) -> None:
    await write(mercy, "a.example")
    await unguarded(mercy, SEAL, 8, 1, sealed_at, covers)
    assert any("Seal 1 says " in p and "cannot be" in p for p in await problems(mercy))


async def test_what_a_seal_covers_goes_forward_alone(mercy: House) -> None:
    await sealed(mercy, "a.example")
    await write(mercy, "b.example")
    await mercy.at(seals.seal, NOW - timedelta(days=1), everything=True)
    rows = await mercy.at(lambda: AuditSeal.all().order_by("number"))
    assert [row.covers_until is None for row in rows] == [False, True]


async def test_every_day_but_the_newest_is_signed(mercy: House, days: list[datetime]) -> None:
    assert await mercy.at(lambda: AuditAnchor.all().count()) == 3
    assert await problems(mercy) == []
    for number, at in enumerate(days, start=1):
        await unguarded(mercy, "DELETE FROM audit_anchor WHERE number = ?1", number)
        said = f"{at.date()} is not signed at its last seal {number}."
        assert (await problems(mercy))[-1] == said


async def test_a_day_whose_signature_is_gone_is_not_signed_again(
    mercy: House, days: list[datetime]
) -> None:
    await unguarded(mercy, "DELETE FROM audit_anchor")
    assert await anchored(mercy) is not None
    assert len(await problems(mercy)) == 3


async def test_a_day_is_signed_once_however_late_its_last_seal_came(mercy: House) -> None:
    await sealed(mercy, "a.example")
    assert await anchored(mercy) is not None
    await sealed(mercy, "b.example")
    assert await anchored(mercy) is None


async def test_a_seal_has_the_time_when_it_was_given(
    mercy: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not that of a sealer that waited for another one over midnight."""
    monkeypatch.setattr(seals, "clock", lambda: NOW + timedelta(minutes=1))
    await write(mercy, "a.example")
    await mercy.at(seals.seal, NOW, everything=True)
    row = await mercy.at(AuditSeal.get, number=1)
    assert row.sealed_at == NOW + timedelta(minutes=1) and row.covers_until == NOW


async def test_a_guard_of_the_database_that_is_gone_is_told(mercy: House) -> None:
    await sealed(mercy, "a.example")
    assert await problems(mercy) == []

    async def work() -> str:
        if get_connection("default").capabilities.dialect == "postgres":
            await raw_sql.run("ALTER TABLE audit_seal DISABLE TRIGGER audit_seal_append_only", [])
            return "audit_seal_append_only"
        await raw_sql.run("DROP TRIGGER audit_seal_no_delete", [])
        return "audit_seal_no_delete"

    name = await mercy.at(work)
    said = f"The database does not guard the record: {name} is missing."
    assert await problems(mercy) == [said]


async def test_what_nobody_can_read_stops_no_check(mercy: House) -> None:
    """SQLite stores anything in any column; PostgreSQL keeps to the types."""

    async def is_sqlite() -> bool:
        return bool(get_connection("default").capabilities.dialect == "sqlite")

    ids = await sealed(mercy, "a.example", "b.example", "c.example")
    if not await mercy.at(is_sqlite):
        return
    await unguarded(mercy, "UPDATE audit_entry SET detail = 'x{' WHERE id = ?1", ids[0])
    await unguarded(mercy, "UPDATE audit_entry SET at = 'x' WHERE id = ?1", ids[1])
    found = await problems(mercy)
    assert any(f"Entry {ids[0]} of " in problem and "was changed" in problem for problem in found)
    assert f"Seal 2 or entry {ids[1]} cannot be read." in found
