import asyncio
import sqlite3
import stat
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import pytest
from tortoise.connection import ConnectionHandler
from tortoise.migrations.autodetector import MigrationAutodetector
from tortoise.migrations.migration import Migration
from tortoise.migrations.schema_generator.state import State
from tortoise.migrations.schema_generator.state_apps import StateApps

from instance.database import MODELS, Database, tortoise_config
from instance.migrate import migrate, pending
from instance.migrated import MigrationRefused
from instance.migration_state import Schema
from tests.instance.schema_shape import opened, run, schema, shape
from tests.instance.ward_migrations import ADD_BED, ADD_WARD, MAKE_BED, MAKE_WARD, WIDEN_NAME, Write
from tests.instance.ward_models import Ward


async def test_migrations_are_applied_once_and_in_order(
    empty_url: str, write_migrations: Write
) -> None:
    module = write_migrations(MAKE_WARD, MAKE_BED)

    assert await pending(empty_url, migrations=module) == ["0001_step", "0002_step"]
    assert await migrate(empty_url, migrations=module) == ["0001_step", "0002_step"]
    assert await pending(empty_url, migrations=module) == []
    assert await migrate(empty_url, migrations=module) == []


async def test_a_start_loads_no_migration_of_a_database_that_has_them_all(
    empty_sqlite_url: str, write_migrations: Write
) -> None:
    module = write_migrations(MAKE_WARD, MAKE_BED)
    await migrate(empty_sqlite_url, migrations=module)
    for name in [name for name in sys.modules if name.startswith(f"{module}.")]:
        del sys.modules[name]

    assert await pending(empty_sqlite_url, migrations=module) == []
    assert [name for name in sys.modules if name.startswith(f"{module}.")] == []


SCRIPT = """
async def script(apps, editor):
    await editor.client.execute_script("DELETE FROM ward; CREATE TABLE half (id int);")
"""


@pytest.mark.parametrize(
    "failing", ['ops.RunSQL("SELECT nonsense"),', WIDEN_NAME.replace("W", "X")]
)
async def test_a_failing_migration_leaves_the_database_as_it_was(
    failing: str, empty_url: str, write_migrations: Write
) -> None:
    await migrate(empty_url, migrations=write_migrations(MAKE_WARD))
    await run(empty_url, ADD_WARD)
    before = await shape(empty_url)

    module = write_migrations(
        f"{MAKE_BED} {WIDEN_NAME} ops.RunPython(script), {failing}", before=SCRIPT
    )
    with pytest.raises(Exception) as failure:
        await migrate(empty_url, migrations=module)

    assert failure.value.__notes__ == ["in migration 0002_step"]
    assert await shape(empty_url) == before
    assert await run(empty_url, "SELECT id FROM ward") == [(7,)]
    assert await pending(empty_url, migrations=module) == ["0002_step"]


async def test_rows_that_would_refer_to_nothing_stop_a_migration(
    empty_sqlite_url: str, write_migrations: Write
) -> None:
    await migrate(empty_sqlite_url, migrations=write_migrations(MAKE_WARD, MAKE_BED))
    await run(empty_sqlite_url, ADD_WARD, ADD_BED)

    with pytest.raises(MigrationRefused, match="2 rows would refer to nothing: bed -> ward"):
        await migrate(
            empty_sqlite_url, migrations=write_migrations('ops.RunSQL("DELETE FROM ward"),')
        )

    assert await run(empty_sqlite_url, "SELECT id FROM ward") == [(7,)]


async def test_a_python_whose_sqlite_cannot_search_is_told_so_before_anything_changes(
    empty_sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("instance.migrated._FULL_TEXT", "no_such_module")
    with pytest.raises(MigrationRefused, match="built without it: use another Python"):
        await migrate(empty_sqlite_url)
    assert schema(empty_sqlite_url) == {}


async def test_a_trigger_may_be_made_by_a_migration(
    empty_sqlite_url: str, write_migrations: Write
) -> None:
    trigger = "CREATE TRIGGER t AFTER INSERT ON ward BEGIN DELETE FROM ward; SELECT 1; END"
    await migrate(
        empty_sqlite_url, migrations=write_migrations(MAKE_WARD, f'ops.RunSQL("{trigger}"),')
    )

    await run(empty_sqlite_url, ADD_WARD)

    assert await run(empty_sqlite_url, "SELECT id FROM ward") == []


async def test_two_migrations_at_once_apply_each_step_once(
    empty_url: str, write_migrations: Write
) -> None:
    module = write_migrations(MAKE_WARD, MAKE_BED, WIDEN_NAME)

    # Processes: within one, migrations are objects that all would change.
    work = partial(_migrate, empty_url, module)
    with ProcessPoolExecutor(3, mp_context=get_context("spawn")) as processes:
        loop = asyncio.get_running_loop()
        applied = await asyncio.gather(*(loop.run_in_executor(processes, work) for _ in range(3)))

    assert sorted(name for names in applied for name in names) == [
        "0001_step",
        "0002_step",
        "0003_step",
    ]
    marks = await run(empty_url, "SELECT name FROM tortoise_migrations ORDER BY name")
    assert marks == [("0001_step",), ("0002_step",), ("0003_step",)]


def _migrate(url: str, module: str) -> list[str]:
    return asyncio.run(migrate(url, migrations=module))


async def test_an_sqlite_file_is_copied_before_it_changes(
    empty_sqlite_url: str, write_migrations: Write, tmp_path: Path
) -> None:
    await migrate(empty_sqlite_url, migrations=write_migrations(MAKE_WARD))
    assert _copies(tmp_path) == []  # there was nothing to copy
    await run(empty_sqlite_url, ADD_WARD)

    await migrate(empty_sqlite_url, migrations=write_migrations(WIDEN_NAME))
    await migrate(empty_sqlite_url, migrations=write_migrations())
    await migrate(empty_sqlite_url, migrations=write_migrations(MAKE_BED), backup=False)

    [copy] = _copies(tmp_path)
    assert copy.name.startswith("empty.sqlite3-before-0002_step-")
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert "VARCHAR(20)" in schema(f"sqlite://{copy}")["ward"]
    assert await run(f"sqlite://{copy}", "SELECT id FROM ward") == [(7,)]


async def test_a_database_of_a_newer_version_is_refused(
    empty_url: str, write_migrations: Write
) -> None:
    await migrate(empty_url, migrations=write_migrations(MAKE_WARD, MAKE_BED))
    older = write_migrations(MAKE_WARD, to="two")

    with pytest.raises(MigrationRefused, match="newer than this program: it has 0002_step"):
        await pending(empty_url, migrations=older)
    with pytest.raises(MigrationRefused, match="newer"):
        await migrate(empty_url, migrations=older)


async def test_a_database_that_cannot_be_read_is_not_taken_for_an_empty_one(
    postgres_url: str, write_migrations: Write, tmp_path: Path
) -> None:
    module = write_migrations(MAKE_WARD)
    (tmp_path / "letter").write_text("Dear colleague, " * 100)

    with pytest.raises(sqlite3.DatabaseError, match="not a database"):
        await pending(f"sqlite://{tmp_path}/letter", migrations=module)
    with pytest.raises(OSError, match="FileNotFoundError"):
        await pending(f"postgres://postgres@/x?host={tmp_path}", migrations=module)


ADMIT = """
async def admit(apps, editor):
    await apps.get_model("curbside.Ward").create(name="made by a migration")
"""


async def test_rows_written_by_a_migration_do_not_spoil_the_models_of_this_version(
    empty_url: str, write_migrations: Write
) -> None:
    ward = (
        'ops.CreateModel("Ward", [("id", fields.IntField(primary_key=True))], {"table": "ward"}),'
    )
    name = 'ops.AddField("Ward", "name", fields.CharField(max_length=40, null=True)),'
    more = 'ops.AddField("Ward", "more", fields.CharField(max_length=40, null=True)),'
    steps = f"{ward} {name} ops.RunPython(admit), {more} ops.RunPython(admit),"
    drop = 'ops.RemoveField("Ward", "more"),'
    await migrate(empty_url, migrations=write_migrations(steps, drop, before=ADMIT))

    async with opened(empty_url):
        await Ward.create(name="made by the program")
        names = [ward.name for ward in await Ward.all().order_by("id")]

    assert names == ["made by a migration"] * 2 + ["made by the program"]


async def test_a_migrated_database_is_the_one_the_models_describe(
    two_empty_urls: tuple[str, str],
) -> None:
    migrated, generated = two_empty_urls
    await migrate(migrated)

    async with opened(generated, models=MODELS) as database:
        await database._context.generate_schemas()

    assert await shape(migrated)
    assert await shape(migrated) == await shape(generated)


class Detector(MigrationAutodetector):
    """Draws the models of earlier migrations as `migrate` does: all of them anew at each step would
    take most of a minute."""

    async def _project_state(self) -> State:
        state = Schema({}, StateApps(connections=ConnectionHandler()))
        for key in self._full_plan():
            migration = self.loader.graph.nodes[key]
            assert isinstance(migration, Migration)
            await migration.apply(state, dry_run=True)
        return state


async def test_no_model_was_changed_without_a_migration(sqlite_database: Database) -> None:
    apps = sqlite_database._context.apps
    assert apps is not None
    changes = await Detector(apps, tortoise_config("sqlite://:memory:")["apps"]).changes()

    assert [operation.describe() for change in changes for operation in change.operations] == []


def _copies(folder: Path) -> list[Path]:
    return list(folder.glob("*-before-*"))
