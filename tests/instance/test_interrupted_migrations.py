"""`kill -9` at any moment, a full disk, a second one at once: no row is lost or changed twice."""

import asyncio
import os
import resource
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest

from instance import migrate as migrations
from instance import sqlite_copies, stepwise
from instance.migrate import migrate, pending, plan
from instance.migrated import MigrationRefused
from tests.instance.schema_shape import run, shape
from tests.instance.ward_migrations import MAKE_BED, MAKE_WARD, WIDEN_NAME, Write
from tests.postgres import connected

WARDS = 50
FILL = """
WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {wards})
INSERT INTO ward (id, name, floor, wing) SELECT n * 3, 'ward ' || n, n, 'west' FROM numbers"""
DYING = """
import os, signal
from instance.batches import InBatches

async def die(apps, editor):
    if os.environ.get("KILLED_AT") == "the middle of a step":
        os.kill(os.getpid(), signal.SIGKILL)

COUNT = "UPDATE ward SET visits = coalesce(visits, 0) + 1 WHERE {some}"
"""
VISITS = """
ops.AddField("Ward", "visits", fields.IntField(null=True)),
ops.RunPython(die),
InBatches("ward", {"sqlite": COUNT, "postgres": COUNT}, about="counts visits", size=9),
ops.AddField("Ward", "visitors", fields.IntField(null=True)),
"""
DEATHS = (
    *("begins 0002_step", "the middle of a step", "batch", "batch", "batch"),
    *("applied 0002_step", "copied", "begins 0003_step"),
)


async def filled(url: str, write_migrations: Write, wards: int = WARDS) -> None:
    await migrate(url, migrations=write_migrations(MAKE_WARD))
    await run(url, FILL.format(wards=wards))


def process(url: str, module: str, folder: Path, **more: str) -> subprocess.Popen[str]:
    paths = (str(folder), os.environ.get("PYTHONPATH", ""), str(Path.cwd()))
    environ = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))} | more
    command = [sys.executable, "-m", "tests.instance.migrating_process", url, module]
    return subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True)


async def finished(url: str, module: str, folder: Path, **more: str) -> tuple[int, str]:
    child = process(url, module, folder, **more)
    said, _ = await asyncio.to_thread(child.communicate)
    return child.returncode, said


async def test_one_that_is_killed_goes_on_where_it_was(
    empty_url: str, write_migrations: Write, tmp_path: Path
) -> None:
    await filled(empty_url, write_migrations)
    module = write_migrations(VISITS, WIDEN_NAME, before=DYING)

    for death in DEATHS:
        if death == "copied" and empty_url.startswith("postgres"):
            continue
        code, said = await finished(empty_url, module, tmp_path, KILLED_AT=death)
        assert code == -signal.SIGKILL, (death, said)
        assert len(await run(empty_url, "SELECT id FROM ward")) == WARDS
    assert await migrate(empty_url, migrations=module) == ["0003_step"]

    assert await pending(empty_url, migrations=module) == []
    counted = await run(empty_url, "SELECT id, name, visits, visitors FROM ward ORDER BY id")
    assert counted == [(n * 3, f"ward {n}", 1, None) for n in range(1, WARDS + 1)]
    assert not [one for one in await shape(empty_url) if "migration_progress" in str(one)]


async def test_batches_of_two_processes_at_once_are_made_once(
    empty_url: str, write_migrations: Write, tmp_path: Path
) -> None:
    await filled(empty_url, write_migrations)
    module = write_migrations(VISITS, before=DYING)

    both = await asyncio.gather(*(finished(empty_url, module, tmp_path) for _ in range(2)))

    assert [code for code, _ in both] == [0, 0]
    assert sum(said.count("applied") for _, said in both) == 1
    assert {row[0] for row in await run(empty_url, "SELECT visits FROM ward")} == {1}


async def test_who_comes_second_hears_whom_it_waits_for(
    empty_postgres_url: str, write_migrations: Write, tmp_path: Path
) -> None:
    module = write_migrations(MAKE_WARD)
    async with connected(empty_postgres_url, application_name="x") as first:
        await first.execute("SELECT pg_advisory_lock($1)", migrations._LOCK)
        assert first.get_server_pid()

        second = process(empty_postgres_url, module, tmp_path)
        assert second.stdout is not None
        said = await asyncio.to_thread(second.stdout.readline)
        assert f"PostgreSQL process {first.get_server_pid()})" in said
        assert await first.fetchval("SELECT to_regclass('ward')") is None
    rest, _ = await asyncio.to_thread(second.communicate)

    assert rest == "applied 0001_step\n"


# Before that its index is no row of the catalogue, and a cancelled one would leave nothing.
INDEXING = "SELECT count(*) FROM pg_stat_progress_create_index WHERE phase LIKE 'waiting for %'"
INDEX = 'ops.AddIndex("Ward", Index(fields=("floor", "name"))),'


async def test_an_index_of_a_large_table_is_made_beside_those_who_write(
    empty_postgres_url: str, write_migrations: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And one that was cut off, which PostgreSQL leaves there and never uses, is made anew."""
    monkeypatch.setattr(stepwise, "LARGE", 0)
    await filled(empty_postgres_url, write_migrations)
    module = write_migrations(INDEX)
    broken = "SELECT count(*) FROM pg_index WHERE NOT indisvalid"
    async with connected(empty_postgres_url) as other:
        async with connected(empty_postgres_url) as writer:
            writing = writer.transaction()
            await writing.start()
            await writer.execute("UPDATE ward SET wing = 'x' WHERE id = 3")
            upgrade = asyncio.create_task(migrate(empty_postgres_url, migrations=module))
            async with asyncio.timeout(20):
                while not await other.fetchval(INDEXING):  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
            # A lock of the whole table would hold this one up.
            await other.execute("SET lock_timeout = '2s'; UPDATE ward SET wing = 'y' WHERE id = 6")
            upgrade.cancel()
            await asyncio.gather(upgrade, return_exceptions=True)
            await writing.rollback()
        assert await other.fetchval(broken) == 1

        assert await migrate(empty_postgres_url, migrations=module) == ["0002_step"]

        assert await other.fetchval(broken) == 0
        made = "SELECT count(*) FROM pg_indexes WHERE indexdef LIKE '%(floor, name)'"
        assert await other.fetchval(made) == 1


def limited(url: str, module: str, folder: Path, most: int) -> subprocess.CompletedProcess[str]:
    """Nothing it writes may grow past so many bytes, as on a disk that is full."""
    paths = (str(folder), os.environ.get("PYTHONPATH", ""), str(Path.cwd()))
    return subprocess.run(
        [sys.executable, "-m", "tests.instance.migrating_process", url, module],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)),
        capture_output=True,
        text=True,
    )


def rows_of(file: Path) -> Mapping[str, list[tuple[object, ...]]]:
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        names = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
        return {
            f"{name} {sql}": connection.execute(f'SELECT * FROM "{name}"').fetchall()
            for name, sql in names.fetchall()
        }


def test_a_full_disk_is_said_in_words_and_leaves_the_original_as_it_was(
    empty_sqlite_url: str, write_migrations: Write, tmp_path: Path
) -> None:
    asyncio.run(filled(empty_sqlite_url, write_migrations, wards=20_000))
    module = write_migrations(WIDEN_NAME)
    file = Path(empty_sqlite_url.removeprefix("sqlite://"))
    before = rows_of(file)

    for most in (file.stat().st_size // 2, file.stat().st_size + 100_000):
        ended = limited(empty_sqlite_url, module, tmp_path, most)
        assert ended.returncode == 1
        assert "MigrationRefused: the disk" in ended.stderr and "Make room" in ended.stderr
        assert rows_of(file) == before
    assert list(tmp_path.glob("*.unfinished")) == []

    assert asyncio.run(migrate(empty_sqlite_url, migrations=module)) == ["0002_step"]


def test_too_little_room_is_said_before_anything_is_written(
    empty_sqlite_url: str,
    write_migrations: Write,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asyncio.run(filled(empty_sqlite_url, write_migrations))
    monkeypatch.setattr(sqlite_copies, "_SPARE", 2**60)

    with pytest.raises(MigrationRefused, match=r"free and this needs .* Nothing was changed"):
        asyncio.run(migrate(empty_sqlite_url, migrations=write_migrations(WIDEN_NAME)))

    assert list(tmp_path.glob("*-before-*")) == []


def test_a_copy_that_is_not_like_the_file_stops_the_upgrade(
    empty_sqlite_url: str, write_migrations: Write, tmp_path: Path
) -> None:
    asyncio.run(filled(empty_sqlite_url, write_migrations, wards=2_000))
    file = Path(empty_sqlite_url.removeprefix("sqlite://"))
    with closing(sqlite3.connect(file)) as connection:
        [[page]] = connection.execute("PRAGMA page_size").fetchall()
        root = "SELECT rootpage FROM sqlite_master WHERE type = 'index' AND sql LIKE '%wing%name%'"
        [number] = connection.execute(root).fetchone()
    with file.open("r+b") as bytes_of:
        bytes_of.seek((number - 1) * page)
        bytes_of.write(b"\0" * page)

    with pytest.raises(MigrationRefused, match="not like the database"):
        asyncio.run(migrate(empty_sqlite_url, migrations=write_migrations(WIDEN_NAME)))

    assert list(tmp_path.glob("*-before-*")) == []
    assert len(asyncio.run(run(empty_sqlite_url, "SELECT id FROM ward NOT INDEXED"))) == 2_000


async def test_what_will_be_done_is_said_before(empty_url: str, write_migrations: Write) -> None:
    await filled(empty_url, write_migrations)
    module = write_migrations(f"{MAKE_BED} {WIDEN_NAME}", VISITS, before=DYING)
    before = await shape(empty_url)

    found = await plan(empty_url, migrations=module)

    assert [step.name for step in found.steps] == ["0002_step", "0003_step"]
    assert found.steps[0].does == ["makes the table bed", "changes name of ward"]
    assert "counts visits, 9 rows at a time" in found.steps[1].does
    assert found.steps[0].tables == found.steps[1].tables == {"ward": WARDS}
    assert 0 < found.seconds < 10
    assert (found.copied is None) == empty_url.startswith("postgres")
    assert await shape(empty_url) == before
