"""The database of the first version, with a row in every table, is brought to this one."""

from importlib import import_module
from pathlib import Path
from shutil import copyfile

import pytest
from tortoise.exceptions import BaseORMException

from instance import migrations
from instance.batches import LEAST
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
    rows += [_member(tables["member"], level) for level in range(1, 5)]
    async with opened(url) as database:
        await database.client.execute_script(";".join([WITHOUT_REFERENCES[kind], *rows]))
    return list(tables)


def _member(columns: dict[str, str], level: int) -> str:
    """One more, of this level; the first has id 1 and level 0."""
    values = columns | {"id": str(level + 1), "level": str(level)}
    values |= {name: f"'x{level}'" for name, value in columns.items() if value == "'x'"}
    return f"INSERT INTO member ({', '.join(values)}) VALUES ({', '.join(values.values())})"


async def test_an_upgrade_from_the_first_version_loses_and_changes_no_row(
    empty_url: str, first_version: str
) -> None:
    assert await migrate(empty_url, migrations=first_version) == [FIRST]
    tables = await fill(empty_url)
    assert len(tables) > 15
    await run(empty_url, "UPDATE member SET level = 0 WHERE id = 1")
    [recorded] = await run(empty_url, "SELECT id, host FROM audit_entry")

    assert FIRST not in await migrate(empty_url)

    assert await pending(empty_url) == []
    for table in tables:
        rows = 5 if table == "member" else 1
        assert len(await run(empty_url, f'SELECT * FROM "{table}"')) == rows, table
    await levels_are_kept(empty_url)
    await the_record_is_append_only(empty_url, recorded)
    await standing_is_issued_anew(empty_url)
    await what_was_announced_finds_its_post(empty_url)


async def levels_are_kept(url: str) -> None:
    """Of who was here before, each with the way it was reached."""
    found = await run(url, "SELECT level FROM member ORDER BY id")
    assert [row[0] for row in found] == [0, 1, 2, 3, 4]
    columns = "member_id, method, level, ended_at, valid_until"
    found = await run(url, f"SELECT {columns} FROM verification ORDER BY member_id")
    assert [tuple(row) for row in found] == [
        (2, "attest", 1, None, None),
        (3, "registry", 2, None, None),
        (4, "roster", 3, None, None),
        (5, "sso", 4, None, None),
    ]


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


async def the_record_is_append_only(url: str, recorded: object) -> None:
    for change in CHANGES[url.partition(":")[0]]:
        with pytest.raises(BaseORMException, match="append-only"):
            await run(url, change)
    assert await run(url, "SELECT id, host FROM audit_entry") == [recorded]


async def standing_is_issued_anew(url: str) -> None:
    """Migrations do not sign: a worker does, of whatever is due, with numbers in lists (0020)."""
    [[due_at, valid_from]] = await run(url, "SELECT due_at, valid_from FROM standing")
    assert due_at == valid_from


FORMS: dict[str, object] = {
    "plain": "x",
    "Create": {"type": "Create", "object": {"id": "x"}},
    "Update": {"type": "Update", "object": [{"id": "x"}]},
    "by its id": {"type": "Create", "object": "x"},
    "Like": {"type": "Like", "object": "x"},
    "another": {"type": "Create", "object": {"id": "y"}},
    "nothing": None,
}


async def what_was_announced_finds_its_post(url: str) -> None:
    step = import_module("instance.migrations.0007_posts_announced")
    async with opened(url, models=MODELS) as database:
        for number, (name, form) in enumerate(FORMS.items()):
            await Announced.create(
                uri=name,
                group_id=1,
                object_uri="x" if name == "plain" else f"a{number}",
                is_plain=name == "plain",
                document={"object": form},
            )
        await step.find_posts.batch(database.client, LEAST)
        found = {row.uri for row in await Announced.filter(post_id=1)}
    assert found == {"plain", "Create", "Update", "by its id"}
