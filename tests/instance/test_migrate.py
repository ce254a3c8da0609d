"""Migrations go wrong in many ways on SQLite; none of them may cost a row, an index or a trigger.

`MAKE_WARD` and so on are operations as they stand in a migration file.
"""

import asyncio
import sqlite3
import stat
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import pytest
from tortoise.exceptions import IntegrityError
from tortoise.migrations.autodetector import MigrationAutodetector

from instance.database import APP, Database, tortoise_config
from instance.migrate import MigrationRefused, migrate, pending
from tests.instance.schema_shape import shape
from tests.instance.ward_models import Ward

Write = Callable[..., str]

FILE = """
from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

{before}

class Migration(migrations.Migration):
    dependencies = {dependencies}
    operations = [{operations}]
"""
MAKE_WARD = """
ops.CreateModel(
    name="Ward",
    fields=[
        ("id", fields.IntField(primary_key=True)),
        ("name", fields.CharField(max_length=20, unique=True)),
        ("code", fields.CharField(max_length=20, null=True, db_index=True)),
        ("floor", fields.IntField(default=1)),
        ("wing", fields.CharField(max_length=20, default="west")),
    ],
    options={
        "table": "ward",
        "unique_together": (("floor", "wing"),),
        "indexes": (Index(fields=("wing", "name")),),
    },
),
"""
MAKE_BED = """
ops.CreateModel(
    name="Bed",
    fields=[
        ("id", fields.IntField(primary_key=True)),
        ("ward", fields.ForeignKeyField("curbside.Ward")),
        ("spare", fields.OneToOneField("curbside.Ward", related_name="spare", null=True)),
        ("previous", fields.ForeignKeyField("curbside.Bed", null=True)),
    ],
    options={"table": "bed"},
),
"""
ADD_WARD = "INSERT INTO ward (id, name, floor, wing) VALUES (7, 'a', 1, 'west')"
ADD_BED = "INSERT INTO bed (id, ward_id, spare_id) VALUES (1, 7, 7)"
WIDEN_NAME = 'ops.AlterField("Ward", "name", fields.CharField(max_length=80, unique=True)),'

NAME, CODE, WARD = "max_length=20, unique=True", ", null=True, db_index=True", '("curbside.Ward")'
PAIR = '(("floor", "wing"),)'
CHANGES = {  # operation, and what it makes of the text of MAKE_WARD and MAKE_BED
    "a wider column": (WIDEN_NAME, NAME, "max_length=80, unique=True"),
    "a column no longer unique": (
        'ops.AlterField("Ward", "name", fields.CharField(max_length=20)),',
        NAME,
        "max_length=20",
    ),
    "a column now indexed": (
        'ops.AlterField("Ward", "floor", fields.IntField(default=1, db_index=True)),',
        "IntField(default=1)",
        "IntField(default=1, db_index=True)",
    ),
    "a column no longer indexed": (
        'ops.AlterField("Ward", "code", fields.CharField(max_length=20, null=True)),',
        CODE,
        ", null=True",
    ),
    "a column removed with its index": (
        'ops.RemoveField("Ward", "code"),',
        f'("code", fields.CharField(max_length=20{CODE})),',
        "",
    ),
    "an indexed column more": (
        'ops.AddField("Ward", "places", fields.IntField(null=True, db_index=True)),',
        '("wing", fields',
        '("places", fields.IntField(null=True, db_index=True)), ("wing", fields',
    ),
    "a reference now optional": (
        f'ops.AlterField("Bed", "ward", fields.ForeignKeyField{WARD[:-1]}, null=True)),',
        WARD,
        '("curbside.Ward", null=True)',
    ),
    "a reference removed": (
        'ops.RemoveField("Bed", "ward"),',
        f'("ward", fields.ForeignKeyField{WARD}),',
        "",
    ),
    "a unique pair removed": (
        'ops.RemoveConstraint("Ward", fields=["floor", "wing"]),',
        PAIR,
        "()",
    ),
    "a unique pair more": (
        'ops.AddConstraint("Ward", UniqueConstraint(("floor", "name"))),',
        PAIR,
        '(("floor", "wing"), ("floor", "name"))',
    ),
    "an index removed": (
        'ops.RemoveIndex("Ward", fields=["wing", "name"]),',
        'Index(fields=("wing", "name")),',
        "",
    ),
}


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Add migrations to a module, each a list of operations as text; returns its name."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def write_(*migrations: str, to: str = "one", before: str = "") -> str:
        module = f"{to}_{abs(hash(tmp_path))}"
        folder = tmp_path / module
        folder.mkdir(exist_ok=True)
        (folder / "__init__.py").touch()
        written = sorted(path.stem for path in folder.glob("0*.py"))
        for operations in migrations:
            name = f"000{len(written) + 1}_step"
            dependencies = [(APP, written[-1])] if written else []
            text = FILE.format(dependencies=dependencies, operations=operations, before=before)
            (folder / f"{name}.py").write_text(text)
            written.append(name)
        return module

    return write_


@pytest.fixture(params=["sqlite", "postgres"])
def two_empty_urls(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, str]]:
    if request.param == "sqlite":
        yield f"sqlite://{tmp_path}/one", f"sqlite://{tmp_path}/two"
        return
    create = request.getfixturevalue("postgres").database
    with create("template0") as one, create("template0") as two:
        yield one, two


async def test_migrations_are_applied_once_and_in_order(empty_url: str, write: Write) -> None:
    module = write(MAKE_WARD, MAKE_BED)

    assert await pending(empty_url, migrations=module) == ["0001_step", "0002_step"]
    assert await migrate(empty_url, migrations=module) == ["0001_step", "0002_step"]
    assert await pending(empty_url, migrations=module) == []
    assert await migrate(empty_url, migrations=module) == []


async def test_widening_a_parents_column_loses_no_row(empty_url: str, write: Write) -> None:
    await migrate(empty_url, migrations=write(MAKE_WARD, MAKE_BED))
    await _run(empty_url, ADD_WARD, ADD_BED)

    await migrate(empty_url, migrations=write(WIDEN_NAME))

    assert await _run(empty_url, "SELECT ward_id, spare_id FROM bed") == [(7, 7)]
    await _run(empty_url, f"UPDATE ward SET name = '{'n' * 80}'")
    await _run(empty_url, "DELETE FROM ward")  # the rows still belong together
    assert await _run(empty_url, "SELECT id FROM bed") == []


async def test_widening_a_parents_column_loses_no_index_trigger_or_unique_pair(
    empty_sqlite_url: str, write: Write
) -> None:
    await migrate(empty_sqlite_url, migrations=write(MAKE_WARD, MAKE_BED))
    await _run(
        empty_sqlite_url,
        "CREATE INDEX by_hand ON ward (floor) WHERE floor > 3",
        "CREATE TRIGGER of_ward AFTER DELETE ON ward BEGIN DELETE FROM bed; SELECT 1; END",
        "CREATE TRIGGER of_bed AFTER DELETE ON bed BEGIN DELETE FROM ward; END",
    )
    before = _schema(empty_sqlite_url)

    await migrate(empty_sqlite_url, migrations=write(WIDEN_NAME))

    after = _schema(empty_sqlite_url)
    assert "VARCHAR(20)" in before.pop("ward") and "VARCHAR(80)" in after.pop("ward")
    assert after == before
    await _run(empty_sqlite_url, ADD_WARD)
    with pytest.raises(IntegrityError):
        await _run(empty_sqlite_url, ADD_WARD.replace("7, 'a'", "8, 'b'"))


@pytest.mark.parametrize("change", CHANGES)
async def test_a_changed_table_is_the_one_a_new_database_gets(
    change: str, two_empty_urls: tuple[str, str], write: Write
) -> None:
    operation, old, new = CHANGES[change]
    made_anew = [text.replace(old, new) for text in (MAKE_WARD, MAKE_BED)]
    assert made_anew != [MAKE_WARD, MAKE_BED]
    changed, anew = two_empty_urls
    await migrate(changed, migrations=write(MAKE_WARD, MAKE_BED))
    await _run(changed, ADD_WARD, ADD_BED)

    await migrate(changed, migrations=write(operation))
    await migrate(anew, migrations=write(*made_anew, to="two"))

    assert await _shape(changed) == await _shape(anew)
    assert await _run(changed, "SELECT id FROM ward", "SELECT id FROM bed") == [(1,)]


async def test_what_was_made_unique_later_can_be_undone_after_a_rebuild(
    two_empty_urls: tuple[str, str], write: Write
) -> None:
    pair = 'ops.AddConstraint("Ward", UniqueConstraint(("floor", "name"))),'
    field = 'ops.AddField("Ward", "places", fields.IntField(null=True, unique=True)),'
    undone = 'ops.RemoveConstraint("Ward", fields=["floor", "name"]),'
    undone += 'ops.AlterField("Ward", "places", fields.IntField(null=True)),'
    same = 'ops.AddField("Ward", "places", fields.IntField(null=True)),'
    changed, anew = two_empty_urls

    await migrate(changed, migrations=write(MAKE_WARD, pair, field, WIDEN_NAME, undone))
    await migrate(anew, migrations=write(MAKE_WARD, WIDEN_NAME, same, to="two"))

    assert await _shape(changed) == await _shape(anew)


async def test_a_column_no_longer_optional_takes_its_default_where_it_was_empty(
    empty_sqlite_url: str, write: Write
) -> None:
    await migrate(empty_sqlite_url, migrations=write(MAKE_WARD))
    await _run(empty_sqlite_url, ADD_WARD)

    filled = 'ops.AlterField("Ward", "code", fields.CharField(max_length=20, default="it\'s")),'
    await migrate(empty_sqlite_url, migrations=write(filled))

    assert await _run(empty_sqlite_url, "SELECT code FROM ward") == [("it's",)]


async def test_a_check_comes_and_goes(empty_sqlite_url: str, write: Write) -> None:
    await migrate(empty_sqlite_url, migrations=write(MAKE_WARD))
    add = 'ops.AddConstraint("Ward", CheckConstraint(check="floor < 1", name="cellar")),'
    await migrate(empty_sqlite_url, migrations=write(add))
    with pytest.raises(IntegrityError, match="cellar"):
        await _run(empty_sqlite_url, ADD_WARD)

    await migrate(empty_sqlite_url, migrations=write('ops.RemoveConstraint("Ward", "cellar"),'))

    await _run(empty_sqlite_url, ADD_WARD)


async def test_a_rebuilt_table_gives_no_id_a_second_time(
    empty_sqlite_url: str, write: Write
) -> None:
    await migrate(empty_sqlite_url, migrations=write(MAKE_WARD))
    await _run(empty_sqlite_url, ADD_WARD, "DELETE FROM ward")

    await migrate(empty_sqlite_url, migrations=write(WIDEN_NAME))

    await _run(empty_sqlite_url, ADD_WARD.replace("7, ", "").replace("id, ", ""))
    assert await _run(empty_sqlite_url, "SELECT id FROM ward") == [(8,)]


SCRIPT = """
async def script(apps, editor):
    await editor.client.execute_script("DELETE FROM ward; CREATE TABLE half (id int);")
"""


@pytest.mark.parametrize(
    "failing", ['ops.RunSQL("SELECT nonsense"),', WIDEN_NAME.replace("W", "X")]
)
async def test_a_failing_migration_leaves_the_database_as_it_was(
    failing: str, empty_url: str, write: Write
) -> None:
    await migrate(empty_url, migrations=write(MAKE_WARD))
    await _run(empty_url, ADD_WARD)
    before = await _shape(empty_url)

    module = write(f"{MAKE_BED} {WIDEN_NAME} ops.RunPython(script), {failing}", before=SCRIPT)
    with pytest.raises(Exception) as failure:
        await migrate(empty_url, migrations=module)

    assert failure.value.__notes__ == ["in migration 0002_step"]
    assert await _shape(empty_url) == before
    assert await _run(empty_url, "SELECT id FROM ward") == [(7,)]
    assert await pending(empty_url, migrations=module) == ["0002_step"]


async def test_rows_that_would_refer_to_nothing_stop_a_migration(
    empty_sqlite_url: str, write: Write
) -> None:
    await migrate(empty_sqlite_url, migrations=write(MAKE_WARD, MAKE_BED))
    await _run(empty_sqlite_url, ADD_WARD, ADD_BED)

    with pytest.raises(MigrationRefused, match="2 rows would refer to nothing: bed -> ward"):
        await migrate(empty_sqlite_url, migrations=write('ops.RunSQL("DELETE FROM ward"),'))

    assert await _run(empty_sqlite_url, "SELECT id FROM ward") == [(7,)]


async def test_a_trigger_may_be_made_by_a_migration(empty_sqlite_url: str, write: Write) -> None:
    trigger = "CREATE TRIGGER t AFTER INSERT ON ward BEGIN DELETE FROM ward; SELECT 1; END"
    await migrate(empty_sqlite_url, migrations=write(MAKE_WARD, f'ops.RunSQL("{trigger}"),'))

    await _run(empty_sqlite_url, ADD_WARD)

    assert await _run(empty_sqlite_url, "SELECT id FROM ward") == []


async def test_two_migrations_at_once_apply_each_step_once(empty_url: str, write: Write) -> None:
    module = write(MAKE_WARD, MAKE_BED, WIDEN_NAME)

    applied = await asyncio.gather(*(migrate(empty_url, migrations=module) for _ in range(4)))

    assert sorted(name for names in applied for name in names) == [
        "0001_step",
        "0002_step",
        "0003_step",
    ]
    marks = await _run(empty_url, "SELECT name FROM tortoise_migrations ORDER BY name")
    assert marks == [("0001_step",), ("0002_step",), ("0003_step",)]


async def test_an_sqlite_file_is_copied_before_it_changes(
    empty_sqlite_url: str, write: Write, tmp_path: Path
) -> None:
    await migrate(empty_sqlite_url, migrations=write(MAKE_WARD))
    assert _copies(tmp_path) == []  # there was nothing to copy
    await _run(empty_sqlite_url, ADD_WARD)

    await migrate(empty_sqlite_url, migrations=write(WIDEN_NAME))
    await migrate(empty_sqlite_url, migrations=write())
    await migrate(empty_sqlite_url, migrations=write(MAKE_BED), backup=False)

    [copy] = _copies(tmp_path)
    assert copy.name.startswith("empty.sqlite3-before-0002_step-")
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert "VARCHAR(20)" in _schema(f"sqlite://{copy}")["ward"]
    assert await _run(f"sqlite://{copy}", "SELECT id FROM ward") == [(7,)]


async def test_a_database_of_a_newer_version_is_refused(empty_url: str, write: Write) -> None:
    await migrate(empty_url, migrations=write(MAKE_WARD, MAKE_BED))
    older = write(MAKE_WARD, to="two")

    with pytest.raises(MigrationRefused, match="newer than this program: it has 0002_step"):
        await pending(empty_url, migrations=older)
    with pytest.raises(MigrationRefused, match="newer"):
        await migrate(empty_url, migrations=older)


async def test_a_database_that_cannot_be_read_is_not_taken_for_an_empty_one(
    postgres_url: str, write: Write, tmp_path: Path
) -> None:
    module = write(MAKE_WARD)
    (tmp_path / "letter").write_text("Dear colleague, " * 100)

    with pytest.raises(sqlite3.DatabaseError, match="not a database"):
        await pending(f"sqlite://{tmp_path}/letter", migrations=module)
    with pytest.raises(OSError, match="No such file"):
        await pending(f"postgres://postgres@/x?host={tmp_path}", migrations=module)


ADMIT = """
async def admit(apps, editor):
    await apps.get_model("curbside.Ward").create(name="made by a migration")
"""


async def test_rows_written_by_a_migration_do_not_spoil_the_models_of_this_version(
    empty_url: str, write: Write
) -> None:
    ward = (
        'ops.CreateModel("Ward", [("id", fields.IntField(primary_key=True))], {"table": "ward"}),'
    )
    name = 'ops.AddField("Ward", "name", fields.CharField(max_length=40, null=True)),'
    more = 'ops.AddField("Ward", "more", fields.CharField(max_length=40, null=True)),'
    steps = f"{ward} {name} ops.RunPython(admit), {more} ops.RunPython(admit),"
    drop = 'ops.RemoveField("Ward", "more"),'
    await migrate(empty_url, migrations=write(steps, drop, before=ADMIT))

    async with _opened(empty_url):
        await Ward.create(name="made by the program")
        names = [ward.name for ward in await Ward.all().order_by("id")]

    assert names == ["made by a migration"] * 2 + ["made by the program"]


async def test_a_migrated_database_is_the_one_the_models_describe(
    two_empty_urls: tuple[str, str],
) -> None:
    migrated, generated = two_empty_urls
    await migrate(migrated)

    async with _opened(generated, models=("instance.models",)) as database:
        await database._context.generate_schemas()

    assert await _shape(migrated)
    assert await _shape(migrated) == await _shape(generated)


async def test_no_model_was_changed_without_a_migration(sqlite_database: Database) -> None:
    apps = sqlite_database._context.apps
    assert apps is not None
    changes = await MigrationAutodetector(
        apps, tortoise_config("sqlite://:memory:")["apps"]
    ).changes()

    assert [operation.describe() for change in changes for operation in change.operations] == []


@asynccontextmanager
async def _opened(
    url: str, models: tuple[str, ...] = ("tests.instance.ward_models",)
) -> AsyncIterator[Database]:
    database = Database(url, models=models)
    await database.open()
    try:
        yield database
    finally:
        await database.close()


async def _run(url: str, *queries: str) -> list[tuple[Any, ...]]:
    """The rows of the last query."""
    async with _opened(url) as database:
        for query in queries:
            rows = (await database.client.execute_query(query))[1]
        return [tuple(row) if isinstance(row, sqlite3.Row) else tuple(row.values()) for row in rows]


async def _shape(url: str) -> set[tuple[Any, ...]]:
    async with _opened(url) as database:
        return await shape(database)


def _schema(url: str) -> dict[str, str]:
    with closing(sqlite3.connect(url.removeprefix("sqlite://"))) as connection:
        return dict(connection.execute("SELECT name, sql FROM sqlite_master WHERE sql NOT NULL"))


def _copies(folder: Path) -> list[Path]:
    return list(folder.glob("*-before-*"))
