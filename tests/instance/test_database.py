import asyncio
import logging
import sqlite3
import stat
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing
from contextvars import Context
from pathlib import Path
from typing import Any

import pytest
from tortoise.connection import get_connection
from tortoise.exceptions import IntegrityError, OperationalError
from tortoise.transactions import in_transaction

from instance.database import Database, tortoise_config
from instance.sqlite_engine import statements
from tests.instance.ward_models import Bed, Ward

MODELS = ("tests.instance.ward_models",)

Open = Callable[[str], Awaitable[Database]]


@pytest.fixture
async def open_wards() -> AsyncIterator[Open]:
    """Opens databases with the tables of ward_models, and closes them after the test."""
    opened: list[Database] = []

    async def open_(url: str) -> Database:
        database = Database(url, models=MODELS)
        opened.append(database)
        await database.open()
        await database._context.generate_schemas()
        return database

    yield open_
    for database in opened:
        await database.close()


async def test_two_databases_in_one_loop_stay_apart(open_wards: Open, tmp_path: Path) -> None:
    one, two = [await open_wards(f"sqlite://{tmp_path}/{name}") for name in ("one", "two")]

    async def admit(database: Database, name: str) -> list[str]:
        database.activate()
        for number in range(20):
            async with in_transaction():
                await Ward.create(name=f"{name} {number}")
        return [ward.name for ward in await Ward.all()]

    first, second = await asyncio.gather(admit(one, "first"), admit(two, "second"))

    assert len(first) == len(second) == 20
    assert not set(first) & set(second)


async def test_a_task_without_activation_has_no_database(
    open_wards: Open, empty_sqlite_url: str
) -> None:
    database = await open_wards(empty_sqlite_url)

    async def request(*, activated: bool) -> int:
        if activated:
            database.activate()
        return await Ward.all().count()

    with pytest.raises(RuntimeError, match="TortoiseContext"):
        await asyncio.create_task(request(activated=False), context=Context())
    assert await asyncio.create_task(request(activated=True), context=Context()) == 0


async def test_a_task_started_inside_a_transaction_is_refused(
    open_wards: Open, empty_url: str
) -> None:
    database = await open_wards(empty_url)

    async def work() -> None:
        database.activate()

    async with in_transaction():
        task = asyncio.create_task(work())
        with pytest.raises(RuntimeError, match="after the commit"):
            await task


async def test_a_raising_block_rolls_back_and_the_next_one_works(
    open_wards: Open, empty_url: str
) -> None:
    await open_wards(empty_url)

    with pytest.raises(ZeroDivisionError):
        async with in_transaction():
            await Ward.create(name="lost")
            raise ZeroDivisionError
    async with in_transaction():
        await Ward.create(name="kept")
        with pytest.raises(IntegrityError):
            async with in_transaction():  # a savepoint
                await Ward.create(name="kept")

    assert [ward.name for ward in await Ward.all()] == ["kept"]


async def test_models_follow_a_process_from_one_kind_of_database_to_the_other(
    open_wards: Open, empty_postgres_url: str, tmp_path: Path
) -> None:
    for url in (f"sqlite://{tmp_path}/a", empty_postgres_url, f"sqlite://{tmp_path}/b"):
        await open_wards(url)
        ward = await Ward.create(name="3 West")
        await Bed.bulk_create([Bed(ward=ward, number=number) for number in range(3)])
        ward.name = "3 East"
        await ward.save()
        assert await Bed.filter(ward__name="3 East", number__gt=0).count() == 2
        await ward.delete()
        assert await Bed.all().count() == 0


async def test_sqlite_is_durable_checked_and_patient(
    open_wards: Open, empty_sqlite_url: str
) -> None:
    await open_wards(empty_sqlite_url)

    found = {}
    for pragma in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout"):
        rows = await get_connection("default").execute_query_dict(f"PRAGMA {pragma}")
        found[pragma] = next(iter(rows[0].values()))

    assert found == {
        "journal_mode": "wal",
        "synchronous": 2,  # FULL
        "foreign_keys": 1,
        "busy_timeout": 5000,
    }


async def test_a_new_sqlite_file_is_its_owners_alone(open_wards: Open, tmp_path: Path) -> None:
    await open_wards(f"sqlite://{tmp_path}/new")
    await Ward.create(name="3 West")

    assert _modes(tmp_path) == {"new": 0o600, "new-wal": 0o600, "new-shm": 0o600}


READ_THEN_WRITE = """
import asyncio, sys
from tortoise.transactions import in_transaction
from instance.database import Database
from tests.instance.ward_models import Bed

async def main():
    database = Database(sys.argv[1], models=("tests.instance.ward_models",))
    await database.open()
    try:
        print("ready", flush=True)
        sys.stdin.readline()
        for _ in range(50):
            async with in_transaction():
                bed = await Bed.get(id=1)
                bed.number += 1
                await asyncio.sleep(0.001)
                await bed.save()
    finally:
        await database.close()

asyncio.run(main())
"""


async def test_three_processes_that_read_then_write_never_find_the_database_locked(
    open_wards: Open, empty_sqlite_url: str
) -> None:
    await open_wards(empty_sqlite_url)
    await Bed.create(id=1, ward=await Ward.create(name="3 West"))

    pipe = asyncio.subprocess.PIPE
    command = (sys.executable, "-c", READ_THEN_WRITE, empty_sqlite_url)
    processes = [
        await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, stderr=pipe)
        for _ in range(3)
    ]
    for process in processes:
        assert process.stdout and await process.stdout.readline() == b"ready\n"
    outcomes = await asyncio.gather(*(process.communicate(b"go\n") for process in processes))

    assert [errors for _, errors in outcomes] == [b"", b"", b""]
    assert (await Bed.get(id=1)).number == 150


async def test_a_request_cancelled_while_its_transaction_begins_leaves_the_database_usable(
    open_wards: Open, empty_sqlite_url: str
) -> None:
    await open_wards(empty_sqlite_url)

    async def request() -> None:
        async with in_transaction():
            pytest.fail("the other process still writes")

    with closing(_writing(empty_sqlite_url)):
        task = asyncio.create_task(request())
        await asyncio.sleep(0.1)
        task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    async with asyncio.timeout(3), in_transaction():
        await Ward.create(name="3 West")
    assert _read(empty_sqlite_url, "SELECT name FROM ward") == [("3 West",)]


async def test_a_transaction_that_waited_too_long_leaves_the_database_usable(
    open_wards: Open, empty_sqlite_url: str
) -> None:
    await open_wards(empty_sqlite_url)
    await get_connection("default").execute_query("PRAGMA busy_timeout=10")

    with (
        closing(_writing(empty_sqlite_url)),
        pytest.raises(OperationalError, match="locked"),
    ):
        async with in_transaction():
            pytest.fail("the other process still writes")

    async with asyncio.timeout(3), in_transaction():
        await Ward.create(name="3 West")


async def test_a_cancelled_bulk_insert_leaves_no_transaction_open(
    open_wards: Open, empty_sqlite_url: str
) -> None:
    await open_wards(empty_sqlite_url)
    insert = get_connection("default").execute_many(
        "INSERT INTO ward (name) VALUES (?)", [[str(number)] for number in range(300_000)]
    )

    task = asyncio.create_task(insert)
    await asyncio.to_thread(_wait_until_locked, empty_sqlite_url)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    await Ward.create(name="3 West")
    assert _read(empty_sqlite_url, "SELECT name FROM ward") == [("3 West",)]


async def test_a_request_cancelled_while_its_transaction_begins_gives_its_connection_back(
    open_wards: Open, empty_postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await open_wards(f"{empty_postgres_url}&maxsize=1")

    async def slow(self: Any) -> None:
        await asyncio.sleep(60)

    with monkeypatch.context() as patch:
        patch.setattr("instance.postgres_engine.TransactionWrapper.begin", slow)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05), in_transaction():
                pytest.fail("BEGIN has not answered")

    async with asyncio.timeout(3):
        await Ward.create(name="3 West")


async def test_a_script_inside_a_transaction_is_rolled_back_with_it(
    open_wards: Open, empty_url: str
) -> None:
    await open_wards(empty_url)

    with pytest.raises(ZeroDivisionError):
        async with in_transaction() as connection:
            await connection.execute_script("CREATE TABLE a (b int); INSERT INTO a VALUES (1);")
            raise ZeroDivisionError

    with pytest.raises(OperationalError):
        await get_connection("default").execute_query("SELECT * FROM a")


def test_a_script_is_cut_between_statements_only() -> None:
    trigger = "CREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM b; DELETE FROM c; END;"

    assert statements(f"SELECT ';'; -- why; not\n {trigger}\nSELECT 2") == [
        "SELECT ';';",
        f"-- why; not\n {trigger}",
        "SELECT 2",
    ]


async def test_debug_logs_hold_no_values(
    open_wards: Open, empty_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    logging.getLogger().setLevel(logging.DEBUG)
    await open_wards(empty_url)

    await Ward.create(name="canary-4711")
    await Ward.get(name="canary-4711")

    assert "canary-4711" not in caplog.text


def test_a_postgres_url_may_name_a_socket_folder_and_a_level_of_encryption() -> None:
    config = tortoise_config(
        "postgres://curb%40side:p%2Fw@/forum?host=/run/postgresql&sslmode=verify-full&maxsize=3"
    )

    assert config["connections"]["default"]["credentials"] == {
        "host": "/run/postgresql",
        "port": 5432,
        "user": "curb@side",
        "password": "p/w",
        "database": "forum",
        "ssl": "verify-full",
        "maxsize": 3,
    }


def test_an_sqlite_path_is_taken_as_it_is() -> None:
    config = tortoise_config("sqlite:///srv/a?b#c%20d.sqlite3")

    assert config["connections"]["default"]["credentials"] == {
        "file_path": "/srv/a?b#c%20d.sqlite3"
    }


@pytest.mark.parametrize(
    "url",
    [
        "mysql://user:secret@host/name",
        "sqlite://relative",
        "postgres://user:sec/ret@host/name",
        "postgres://user:[secret@host/name",
        "postgres://user:secret@host/name?nonsense=secret",
    ],
)
def test_a_wrong_database_url_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(ValueError, match="the database URL") as refused:
        tortoise_config(url)

    assert "sec" not in str(refused.value)


def _modes(folder: Path) -> dict[str, int]:
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}


def _writing(url: str) -> sqlite3.Connection:
    connection = sqlite3.connect(url.removeprefix("sqlite://"), isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    return connection


def _wait_until_locked(url: str) -> None:
    connection = sqlite3.connect(url.removeprefix("sqlite://"), timeout=0, isolation_level=None)
    with closing(connection), pytest.raises(sqlite3.OperationalError, match="locked"):
        for _ in range(10_000):
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
            time.sleep(0.001)


def _read(url: str, query: str) -> list[Any]:
    with closing(sqlite3.connect(url.removeprefix("sqlite://"))) as connection:
        return connection.execute(query).fetchall()
