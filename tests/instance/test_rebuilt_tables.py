"""SQLite changes a column by rebuilding its table: no row, index or trigger may be lost by it."""

import pytest
from tortoise.exceptions import IntegrityError

from instance.migrate import migrate
from tests.instance.schema_shape import run, schema, shape
from tests.instance.ward_migrations import (
    ADD_BED,
    ADD_WARD,
    CHANGES,
    MAKE_BED,
    MAKE_WARD,
    WIDEN_NAME,
    Write,
)


async def test_widening_a_parents_column_loses_no_row(
    empty_url: str, write_migrations: Write
) -> None:
    await migrate(empty_url, migrations=write_migrations(MAKE_WARD, MAKE_BED))
    await run(empty_url, ADD_WARD, ADD_BED)

    await migrate(empty_url, migrations=write_migrations(WIDEN_NAME))

    assert await run(empty_url, "SELECT ward_id, spare_id FROM bed") == [(7, 7)]
    await run(empty_url, f"UPDATE ward SET name = '{'n' * 80}'")
    await run(empty_url, "DELETE FROM ward")  # the rows still belong together
    assert await run(empty_url, "SELECT id FROM bed") == []


async def test_widening_a_parents_column_loses_no_index_trigger_or_unique_pair(
    empty_sqlite_url: str, write_migrations: Write
) -> None:
    await migrate(empty_sqlite_url, migrations=write_migrations(MAKE_WARD, MAKE_BED))
    await run(
        empty_sqlite_url,
        "CREATE INDEX by_hand ON ward (floor) WHERE floor > 3",
        "CREATE TRIGGER of_ward AFTER DELETE ON ward BEGIN DELETE FROM bed; SELECT 1; END",
        "CREATE TRIGGER of_bed AFTER DELETE ON bed BEGIN DELETE FROM ward; END",
    )
    before = schema(empty_sqlite_url)

    await migrate(empty_sqlite_url, migrations=write_migrations(WIDEN_NAME))

    after = schema(empty_sqlite_url)
    assert "VARCHAR(20)" in before.pop("ward") and "VARCHAR(80)" in after.pop("ward")
    assert after == before
    await run(empty_sqlite_url, ADD_WARD)
    with pytest.raises(IntegrityError):
        await run(empty_sqlite_url, ADD_WARD.replace("7, 'a'", "8, 'b'"))


@pytest.mark.parametrize("change", CHANGES)
async def test_a_changed_table_is_the_one_a_new_database_gets(
    change: str, two_empty_urls: tuple[str, str], write_migrations: Write
) -> None:
    operation, old, new = CHANGES[change]
    made_anew = [text.replace(old, new) for text in (MAKE_WARD, MAKE_BED)]
    assert made_anew != [MAKE_WARD, MAKE_BED]
    changed, anew = two_empty_urls
    await migrate(changed, migrations=write_migrations(MAKE_WARD, MAKE_BED))
    await run(changed, ADD_WARD, ADD_BED)

    await migrate(changed, migrations=write_migrations(operation))
    await migrate(anew, migrations=write_migrations(*made_anew, to="two"))

    assert await shape(changed) == await shape(anew)
    assert await run(changed, "SELECT id FROM ward", "SELECT id FROM bed") == [(1,)]


async def test_what_was_made_unique_later_can_be_undone_after_a_rebuild(
    two_empty_urls: tuple[str, str], write_migrations: Write
) -> None:
    pair = 'ops.AddConstraint("Ward", UniqueConstraint(("floor", "name"))),'
    field = 'ops.AddField("Ward", "places", fields.IntField(null=True, unique=True)),'
    undone = 'ops.RemoveConstraint("Ward", fields=["floor", "name"]),'
    undone += 'ops.AlterField("Ward", "places", fields.IntField(null=True)),'
    same = 'ops.AddField("Ward", "places", fields.IntField(null=True)),'
    changed, anew = two_empty_urls

    await migrate(changed, migrations=write_migrations(MAKE_WARD, pair, field, WIDEN_NAME, undone))
    await migrate(anew, migrations=write_migrations(MAKE_WARD, WIDEN_NAME, same, to="two"))

    assert await shape(changed) == await shape(anew)


async def test_a_column_no_longer_optional_takes_its_default_where_it_was_empty(
    empty_sqlite_url: str, write_migrations: Write
) -> None:
    await migrate(empty_sqlite_url, migrations=write_migrations(MAKE_WARD))
    await run(empty_sqlite_url, ADD_WARD)

    filled = 'ops.AlterField("Ward", "code", fields.CharField(max_length=20, default="it\'s")),'
    await migrate(empty_sqlite_url, migrations=write_migrations(filled))

    assert await run(empty_sqlite_url, "SELECT code FROM ward") == [("it's",)]


async def test_a_check_comes_and_goes(empty_sqlite_url: str, write_migrations: Write) -> None:
    await migrate(empty_sqlite_url, migrations=write_migrations(MAKE_WARD))
    add = 'ops.AddConstraint("Ward", CheckConstraint(check="floor < 1", name="cellar")),'
    await migrate(empty_sqlite_url, migrations=write_migrations(add))
    with pytest.raises(IntegrityError, match="cellar"):
        await run(empty_sqlite_url, ADD_WARD)

    await migrate(
        empty_sqlite_url, migrations=write_migrations('ops.RemoveConstraint("Ward", "cellar"),')
    )

    await run(empty_sqlite_url, ADD_WARD)


async def test_a_rebuilt_table_gives_no_id_a_second_time(
    empty_sqlite_url: str, write_migrations: Write
) -> None:
    await migrate(empty_sqlite_url, migrations=write_migrations(MAKE_WARD))
    await run(empty_sqlite_url, ADD_WARD, "DELETE FROM ward")

    await migrate(empty_sqlite_url, migrations=write_migrations(WIDEN_NAME))

    await run(empty_sqlite_url, ADD_WARD.replace("7, ", "").replace("id, ", ""))
    assert await run(empty_sqlite_url, "SELECT id FROM ward") == [(8,)]
