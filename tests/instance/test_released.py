"""The database of every released version comes to this one without a row lost or changed."""

import asyncio
import re
from pathlib import Path
from typing import Any

import orjson
import pytest

from instance.migrate import migrate, pending
from instance.sealed import Box
from tests.instance import filled, released
from tests.instance.schema_shape import run, shape

# What a migration changes on purpose, by the version it comes from: table and column.
INTENDED: dict[str, set[tuple[str, str]]] = {version: set() for version in released.VERSIONS}
KINDS = ("sqlite", "postgres")
CREATED = re.compile(r'^CREATE TABLE (?:public\.)?"?(\w+)"? ?\(', re.MULTILINE)
INSERTED = re.compile(r'^INSERT INTO (?:public\.)?"?(\w+)"? ?(?:VALUES|\()', re.MULTILINE)
_KEPT = re.compile(r"_words(_\w+)?$|^(tortoise_migrations|sqlite_sequence)$")
COLUMNS = {
    "sqlite": "SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c"
    " WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'",
    "postgres": "SELECT table_name, column_name FROM information_schema.columns"
    " WHERE table_schema = 'public'",
}
Content = dict[str, dict[str, list[Any]]]  # table -> column -> its values, row by row


async def content(url: str) -> Content:
    found: Content = {}
    for table, column in sorted(await run(url, COLUMNS[url.partition(":")[0]])):
        if not _KEPT.search(table):
            found.setdefault(table, {})[column] = []
    for table, columns in found.items():
        names = ", ".join(f'"{name}"' for name in columns)
        rows = sorted(await run(url, f'SELECT {names} FROM "{table}"'), key=repr)
        for name, place in zip(columns, range(len(columns)), strict=True):
            columns[name] = [row[place] for row in rows]
    return found


async def restored(version: str, url: str) -> Content:
    if url.startswith("sqlite"):
        file = Path(url.removeprefix("sqlite://"))
        await asyncio.to_thread(released.restore_sqlite, version, file)
    else:
        await released.restore_postgres(version, url)
    return await content(url)


@pytest.mark.parametrize("version", released.VERSIONS)
async def test_no_row_of_a_released_version_is_lost_or_changed(
    version: str, empty_url: str, request: pytest.FixtureRequest
) -> None:
    before = await restored(version, empty_url)

    await migrate(empty_url)

    assert await pending(empty_url) == []
    after = await content(empty_url)
    for table, columns in before.items():
        names = [name for name in columns if (table, name) not in INTENDED[version]]
        assert rows_of(after[table], names) == rows_of(columns, names), table
    for sealed in after["actor_key"]["private"]:
        assert orjson.loads(Box(filled.KEY).open(sealed))["of"] == ["actor_key", None, True]
    now = request.getfixturevalue(f"{empty_url.partition(':')[0]}_url")
    assert await shape(empty_url) == await shape(now)


def rows_of(columns: dict[str, list[Any]], names: list[str]) -> list[Any]:
    return sorted(zip(*(columns[name] for name in names), strict=True), key=repr)


def test_every_table_of_a_released_version_has_rows() -> None:
    for version in released.VERSIONS:
        for kind in KINDS:
            text = released.read(version, kind)
            empty = set(CREATED.findall(text)) - set(INSERTED.findall(text))
            assert {name for name in empty if not _KEPT.search(name)} == set(), (version, kind)


def test_this_version_has_its_databases() -> None:
    """One that is about to be released, too: `python -m tests.instance.released VERSION`."""
    project = (Path(__file__).parent.parent.parent / "pyproject.toml").read_text()
    found = re.search(r'^version = "(.+)"$', project, re.MULTILINE)
    assert found and found[1] in released.VERSIONS
