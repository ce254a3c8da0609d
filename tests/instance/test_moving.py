"""From SQLite to PostgreSQL: every row of every table, and nothing is served from both."""

import asyncio
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner, Result
from tortoise import Model

from instance import models
from instance.cli import main
from instance.migrate import pending
from instance.migrated import MigrationRefused
from instance.moving import MoveRefused, mark, move
from instance.moving.target import Target
from instance.sealed import Box
from tests.instance import filled
from tests.instance.schema_shape import opened, run, shape
from tests.postgres import Postgres, connected

MODELS = [one for one in vars(models).values() if isinstance(one, type) and issubclass(one, Model)]
MEANT = filled.meanings(MODELS)


@pytest.fixture(scope="session")
def filled_file(migrated_file: Path) -> Path:
    """Rows in every table; made once."""
    file = migrated_file.with_name(f"filled-{os.getpid()}.sqlite3")
    shutil.copyfile(migrated_file, file)
    filled.fill_sqlite(str(file), MEANT, rows=5)
    return file


@pytest.fixture
def source(filled_file: Path, tmp_path: Path) -> Path:
    return Path(shutil.copyfile(filled_file, tmp_path / "curbside.sqlite3"))


@pytest.fixture
def other_url(postgres: Postgres) -> Iterator[str]:
    with postgres.empty() as url:
        yield url


async def moved(source: Path, url: str) -> Any:
    return await move.move(source, url, tell=lambda what, rows: None, total=lambda rows: None)


def columns_of(kinds: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in kinds)


def content(file: Path) -> dict[str, list[tuple[object, ...]]]:
    """Of each table, its rows as Python sees them, in order, JSON parsed."""
    found = {}
    with closing(sqlite3.connect(file)) as connection:
        for table, kinds in filled.tables_of(str(file)).items():
            rows = connection.execute(f'SELECT {columns_of(kinds)} FROM "{table}"').fetchall()
            found[table] = sorted(
                (tuple(map(plain, row, kinds.values())) for row in rows), key=repr
            )
    return found


def plain(value: Any, kind: str) -> object:
    """Said without the code that moves: by the type of the column in SQLite."""
    if value is None:
        return None
    if kind == "JSON":
        return orjson.dumps(orjson.loads(value), option=orjson.OPT_SORT_KEYS).decode()
    if kind.startswith("TIMESTAMP"):
        return value if value.endswith("+00:00") else f"{value}+00:00"
    if kind in ("INT", "SMALLINT", "BIGINT", "INTEGER"):
        return int(value)
    return value


async def content_there(url: str, file: Path) -> dict[str, list[tuple[object, ...]]]:
    found = {}
    async with connected(url) as connection:
        for table, kinds in filled.tables_of(str(file)).items():
            rows = await connection.fetch(f'SELECT {columns_of(kinds)} FROM "{table}"')
            found[table] = sorted(
                (
                    tuple(
                        plain(str(value) if kind[:4] in ("TIME", "DATE") and value else value, kind)
                        for value, kind in zip(row, kinds.values(), strict=True)
                    )
                    for row in rows
                ),
                key=repr,
            )
    return found


async def test_every_row_of_every_table_is_there_as_it_was(
    source: Path, other_url: str, postgres_url: str
) -> None:
    before, expected = digest(source), content(source)
    assert len(expected) > 140 and all(len(rows) >= 5 for rows in expected.values())

    assert (await moved(source, other_url)).tables == len(expected)

    assert digest(source) == before
    there = await content_there(other_url, source)
    for table, rows in expected.items():
        assert there[table] == rows, table
    assert await shape(other_url) == await shape(postgres_url)
    await the_database_is_one_to_serve_from(other_url)


def digest(file: Path) -> str:
    return sha256(file.read_bytes()).hexdigest()


async def the_database_is_one_to_serve_from(url: str) -> None:
    assert await pending(url) == []
    [[sealed]] = await run(url, "SELECT private FROM actor_key WHERE id = 1")
    assert orjson.loads(Box(filled.KEY).open(sealed))["of"] == ["actor_key", None, True]
    async with opened(url) as database:
        client = database.client
        next_id = "SELECT nextval(pg_get_serial_sequence('event', 'id')) AS id"
        assert await client.execute_query_dict(next_id) == [{"id": 6}]
        found = "SELECT id FROM post_words WHERE words @@ 'w3 & größe'::tsquery"
        assert await client.execute_query_dict(found) == [{"id": 3}]
    for change in ("DELETE FROM audit_entry", "UPDATE audit_entry SET host = 'y'"):
        with pytest.raises(Exception, match="append-only"):
            await run(url, change)
    with pytest.raises(Exception, match="foreign key"):
        await run(url, "UPDATE follow SET target_id = 99")


DEATHS = (
    *("before begin", "the middle of a batch", "200", "after restore_references", "400"),
    "before finish",
)


async def test_a_move_that_is_killed_goes_on_where_it_was(source: Path, postgres_url: str) -> None:
    other_url = postgres_url
    before, expected = digest(source), content(source)

    for death in DEATHS:
        code = await asyncio.to_thread(killed, source, other_url, death)
        assert code == -signal.SIGKILL, death
        assert mark.read(source), death
        if death != "before begin":
            with pytest.raises(MigrationRefused, match="is not finished"):
                await pending(other_url)
    await moved(source, other_url)

    assert digest(source) == before
    assert await content_there(other_url, source) == expected
    assert await pending(other_url) == []


def killed(source: Path, url: str, death: str) -> int:
    command = [sys.executable, "-m", "tests.instance.moving_process", str(source), url]
    return subprocess.run(command, env=os.environ | {"KILLED_AT": death}).returncode


CHANGED = {
    "UPDATE notification SET kind = 'other' WHERE id = 3": "UPDATE notification SET kind = 'é3'"
    " WHERE id = 3",
    "DELETE FROM report_post WHERE post_id = 2": "INSERT INTO report_post VALUES (2, 2)",
    "INSERT INTO setting (name, value) VALUES ('new', '1')": "DELETE FROM"
    " setting WHERE name = 'new'",
    "UPDATE post_words SET words = ts_delete(words, 'zwei') WHERE id = 5": "UPDATE post_words SET"
    " words = words || 'zwei'::tsvector WHERE id = 5",
}


async def test_what_is_not_as_it_was_is_found_and_the_move_not_called_done(
    source: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Target.restore_references
    for change, undoing in CHANGED.items():

        async def spoilt(target: Target, change: str = change) -> None:
            await real(target)
            await target._connection.execute(change)

        with monkeypatch.context() as patch:
            patch.setattr(Target, "restore_references", spoilt)
            with pytest.raises(MoveRefused, match="Do not serve from there"):
                await moved(source, postgres_url)
        assert not mark.is_finished(source)
        with pytest.raises(MigrationRefused, match="is not finished"):
            await pending(postgres_url)
        await run(postgres_url, undoing)
    assert await moved(source, postgres_url)


def use(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CURBSIDE_DATA", str(source.parent))
    monkeypatch.setenv("CURBSIDE_ORIGIN", "https://mercy.example")
    monkeypatch.setenv("CURBSIDE_NAME", "Mercy")


def command(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def test_a_file_that_somebody_has_open_is_not_moved(
    source: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(source, monkeypatch)
    with closing(sqlite3.connect(source)) as server:
        server.execute("PRAGMA journal_mode=WAL")
        server.execute("SELECT count(*) FROM post").fetchall()
        refused = command("move-database", postgres_url)

    assert refused.exit_code == 1 and "has the SQLite file open. Stop it" in refused.output
    assert mark.read(source) is None


def test_after_the_move_nobody_serves_from_the_file_by_mistake(
    source: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(source, monkeypatch)
    monkeypatch.setenv("CURBSIDE_MOVE_TO", postgres_url)
    done = command("move-database")
    assert done.exit_code == 0, done.output
    assert "Now set CURBSIDE_DATABASE" in done.output

    for name in ("migrate", "worker", "serve"):  # that ends by itself comes first
        refused = command(name)
        assert refused.exit_code == 1
        assert "was moved to PostgreSQL" in refused.output
        assert "delete this file" in refused.output
    again = command("move-database")
    assert again.exit_code == 1 and "moved already" in again.output


def test_a_target_that_is_not_empty_or_not_ours_is_refused(
    source: Path, other_url: str, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(source, monkeypatch)
    asyncio.run(run(other_url, "CREATE TABLE theirs (id INT)"))
    refused = command("move-database", other_url)
    assert refused.exit_code == 1 and "a table theirs" in refused.output

    asyncio.run(run(postgres_url, "INSERT INTO setting (name, value) VALUES ('x', '1')"))
    refused = command("move-database", postgres_url)
    assert refused.exit_code == 1 and "there are rows in setting" in refused.output
    assert mark.read(source) is None
    assert asyncio.run(run(postgres_url, "SELECT name FROM setting")) == [("x",)]


def test_a_file_that_was_served_from_meanwhile_is_not_moved_on(
    source: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(source, monkeypatch)
    assert killed(source, postgres_url, "200") == -signal.SIGKILL
    mark.file_of(source).unlink()

    refused = command("move-database", postgres_url)

    assert refused.exit_code == 1 and "a server may have written to it since" in refused.output


def test_what_cannot_be_moved_is_named_and_never_shown(
    source: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(source, monkeypatch)
    with closing(sqlite3.connect(source)) as connection:
        connection.execute("UPDATE actor SET name = 'canary' || char(0) WHERE id = 4")
        connection.commit()
    refused = command("move-database", postgres_url)
    assert refused.exit_code == 1 and "Table actor, row 4: name is not what" in refused.output
    with closing(sqlite3.connect(source)) as connection:
        connection.execute(f"UPDATE actor SET name = '{'canary' * 999}' WHERE id = 4")
        connection.commit()
    refused = command("move-database", postgres_url)
    assert refused.exit_code == 1 and "PostgreSQL does not take it" in refused.output
    assert "canary" not in refused.output
    with closing(sqlite3.connect(source)) as connection:
        connection.execute("UPDATE actor SET name = 'shorter' WHERE id = 4")
        connection.commit()
    assert command("move-database", postgres_url).exit_code == 0


URLS = (
    *("postgres://u:canary@/x?host=/nowhere", "mysql://u:canary@h/x"),
    *("postgres://u:can/ary@h", "postgres://u:canary@h/x?option=1"),
)


def test_a_password_is_never_printed(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use(source, monkeypatch)
    for url in URLS:
        refused = command("move-database", url)
        assert refused.exit_code == 1
        assert "canary" not in refused.output and "ary@" not in refused.output
        assert "then run this again" in refused.output or "database URL" in refused.output
