"""The database of the first version, with a row in every table, is brought to this one."""

from importlib import import_module
from pathlib import Path
from shutil import copyfile
from types import SimpleNamespace

import pytest
from tortoise.exceptions import BaseORMException

from instance import migrations
from instance.database import MODELS
from instance.migrate import migrate, pending
from instance.models import Announced
from tests.instance.schema_shape import MARKS, opened, run

FIRST = "0001_first"
# A value of each kind of column, by what its type is called; every id is 1, and so all refer to it.
VALUES = {
    "bool": "true",
    "int": "1",
    "char": "'x'",
    "text": "'x'",
    "json": "'{}'",
    "time": "'2026-01-01 00:00:00+00:00'",
    "blob": "x'00'",
    "bytea": "'x'",
}
COLUMNS = {
    "sqlite": """
        SELECT m.name, c.name, c.type FROM sqlite_master m, pragma_table_info(m.name) c
        WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'
    """,
    "postgres": """
        SELECT table_name, column_name, data_type FROM information_schema.columns
        WHERE table_schema = 'public'
    """,
}
WITHOUT_REFERENCES = {
    "sqlite": "PRAGMA foreign_keys = OFF",
    "postgres": "SET session_replication_role = replica",
}


@pytest.fixture
def first_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A module with the migration that every database began with."""
    module = tmp_path / "first_version"
    module.mkdir()
    (module / "__init__.py").touch()
    copyfile(Path(str(migrations.__file__)).with_name(f"{FIRST}.py"), module / f"{FIRST}.py")
    monkeypatch.syspath_prepend(str(tmp_path))
    return module.name


async def fill(url: str) -> list[str]:
    """Put a row into every table; returns the names of the tables."""
    kind = url.partition(":")[0]
    tables: dict[str, dict[str, str]] = {}
    for table, column, type_name in await run(url, COLUMNS[kind]):
        value = next(value for part, value in VALUES.items() if part in type_name.lower())
        tables.setdefault(table, {})[column] = value
    del tables[MARKS]
    rows = [
        f'INSERT INTO "{table}" ({", ".join(columns)}) VALUES ({", ".join(columns.values())})'
        for table, columns in tables.items()
    ]
    async with opened(url) as database:
        await database.client.execute_script(";".join([WITHOUT_REFERENCES[kind], *rows]))
    return list(tables)


async def test_an_upgrade_from_the_first_version_loses_no_row(
    empty_url: str, first_version: str
) -> None:
    assert await migrate(empty_url, migrations=first_version) == [FIRST]
    tables = await fill(empty_url)
    assert len(tables) > 15

    assert FIRST not in await migrate(empty_url)

    assert await pending(empty_url) == []
    for table in tables:
        assert len(await run(empty_url, f'SELECT * FROM "{table}"')) == 1, table


@pytest.mark.parametrize(
    ("level", "kept"),
    [(0, []), (1, ["attest"]), (2, ["registry"]), (3, ["roster"]), (4, ["sso"])],
)
async def test_who_was_here_before_keeps_their_level(
    empty_url: str, first_version: str, level: int, kept: list[str]
) -> None:
    await migrate(empty_url, migrations=first_version)
    await fill(empty_url)
    await run(empty_url, f"UPDATE member SET level = {level}")
    await migrate(empty_url)
    assert [row[0] for row in await run(empty_url, "SELECT level FROM member")] == [level]
    found = await run(empty_url, "SELECT method, level, ended_at, valid_until FROM verification")
    assert [tuple(row) for row in found] == [(method, level, None, None) for method in kept]


CHANGES = {
    "sqlite": (
        *("UPDATE audit_entry SET host = 'y'", "DELETE FROM audit_entry"),
        "INSERT OR REPLACE INTO audit_entry SELECT * FROM audit_entry",
    ),
    "postgres": (
        *("UPDATE audit_entry SET host = 'y'", "DELETE FROM audit_entry"),
        "TRUNCATE audit_entry",
    ),
}


async def test_what_was_recorded_before_an_upgrade_is_append_only_after_it(
    empty_url: str, first_version: str
) -> None:
    await migrate(empty_url, migrations=first_version)
    await fill(empty_url)
    [before] = await run(empty_url, "SELECT id, host FROM audit_entry")
    await migrate(empty_url)
    for change in CHANGES[empty_url.partition(":")[0]]:
        with pytest.raises(BaseORMException, match="append-only"):
            await run(empty_url, change)
    assert await run(empty_url, "SELECT id, host FROM audit_entry") == [before]


FORMS: dict[str, object] = {
    "plain": "x",
    "Create": {"type": "Create", "object": {"id": "x"}},
    "Update": {"type": "Update", "object": [{"id": "x"}]},
    "by its id": {"type": "Create", "object": "x"},
    "Like": {"type": "Like", "object": "x"},
    "another": {"type": "Create", "object": {"id": "y"}},
    "nothing": None,
}


async def test_what_a_channel_announced_before_finds_its_post(
    empty_url: str, first_version: str
) -> None:
    await migrate(empty_url, migrations=first_version)
    await fill(empty_url)
    await migrate(empty_url)
    step = import_module("instance.migrations.0007_posts_announced")
    async with opened(empty_url, models=MODELS) as database:
        for number, (name, form) in enumerate(FORMS.items()):
            await Announced.create(
                uri=name,
                group_id=1,
                object_uri="x" if name == "plain" else f"a{number}",
                is_plain=name == "plain",
                document={"object": form},
            )
        await step.find_posts(None, SimpleNamespace(client=database.client))
        found = {row.uri for row in await Announced.filter(post_id=1)}
    assert found == {"plain", "Create", "Update", "by its id"}


async def test_statements_of_standing_of_before_are_issued_anew_with_numbers_in_lists(
    empty_url: str, first_version: str
) -> None:
    """Migrations do not sign: a worker does, of whatever is due (0020)."""
    await migrate(empty_url, migrations=first_version)
    await fill(empty_url)
    await migrate(empty_url)
    [[due_at, valid_from]] = await run(empty_url, "SELECT due_at, valid_from FROM standing")
    assert due_at == valid_from
