import asyncio
import sqlite3
import stat
import sys
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tortoise.connection import get_connection
from tortoise.exceptions import OperationalError
from tortoise.transactions import in_transaction

from instance import sqlite_line
from instance.answers import Answer, Answers
from instance.sqlite_engine import statements
from instance.sqlite_line import Line
from tests.instance.ward_models import Bed, Open, Ward

_NAMES = "SELECT name FROM ward ORDER BY name"


async def test_sqlite_is_durable_checked_and_patient(
    open_wards: Open, empty_sqlite_url: str, as_durable_as_it_ships: None
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


async def test_a_line_waits_once_for_another_program_and_not_each_in_it(
    open_wards: Open, empty_sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await open_wards(empty_sqlite_url)
    client: Any = get_connection("default")
    assert isinstance(client._lock, Line)
    client._lock = Line(client, 1_000)
    await client.set_patience(1_000)

    async def is_refused() -> None:
        with pytest.raises(OperationalError, match="locked"):
            async with in_transaction():
                pytest.fail("the other program still writes")

    with closing(_writing(empty_sqlite_url)):
        async with asyncio.timeout(5):  # each a second would be ten
            await asyncio.gather(*(is_refused() for _ in range(10)))

    monkeypatch.setattr(sqlite_line, "_AFTERWARDS", 0.0)  # some time later
    async with in_transaction():
        await Ward.create(name="3 West")
    assert [
        tuple(row.values()) for row in await client.execute_query_dict("PRAGMA busy_timeout")
    ] == [(1_000,)]


async def test_what_was_looked_up_is_looked_up_again_once_anybody_stored_something(
    open_wards: Open, empty_sqlite_url: str
) -> None:
    await open_wards(empty_sqlite_url)
    await Ward.create(name="3 West")
    client: Any = get_connection("default")

    async def names() -> list[str]:
        await asyncio.sleep(0)  # what is asked in one turn is of one state
        without_columns = await client.look_up_tuples(_NAMES, [])
        [row, *more] = await client.look_up(_NAMES, [])
        found = [row.pop("name"), *(each["name"] for each in more)]  # what is read is used up
        for asked in (without_columns, await client.look_up_tuples(_NAMES, [])):
            assert [name for (name,) in asked] == found
        return found

    for _ in range(3):
        assert await names() == ["3 West"]
    assert client._answers.size
    await Ward.create(name="4 East")
    for _ in range(3):
        assert await names() == ["3 West", "4 East"]
    with closing(sqlite3.connect(empty_sqlite_url.removeprefix("sqlite://"))) as other:
        for name in ("5 North", "6 South"):
            other.execute("UPDATE ward SET name = ? WHERE name <> '3 West'", [name])
            other.commit()
            for _ in range(3):
                assert await names() == ["3 West", name]
    async with in_transaction():
        await Ward.create(name="7 East")
        inside: Any = get_connection("default")
        mine = await inside.look_up_tuples(_NAMES, [])
        assert [name for (name,) in mine] == ["3 West", "6 South", "7 East"]


def test_of_what_was_looked_up_not_more_is_kept_than_so_much() -> None:
    answers = Answers()
    large: Answer = ("text",), ((100_000 * "a",),)
    answers.keep("of a state that nobody knows", (), large)
    assert not answers.size
    for _ in range(2):
        answers.are_of(1)
    answers.keep("of a moment", (datetime.now(UTC),), large)
    assert not answers.size
    sizes = []
    for number in range(300):
        answers.keep("of all", (number,), large)
        assert answers.get("of all", (number,)) == large
        sizes.append(answers.size)
    assert 1_000_000 < max(sizes) <= 8 * 1024 * 1024
    answers.are_of(2)
    assert not answers.size and answers.get("of all", (299,)) is None
    answers.are_of(2)
    for number in range(300):  # what is asked for is kept with it, and may be as long
        answers.keep("of whom a stranger names", (f"{number}" + 100_000 * "a",), (("id",), ()))
        sizes.append(answers.size)
    assert 1_000_000 < max(sizes[300:]) and max(sizes) <= 8 * 1024 * 1024
    assert answers.get("of whom a stranger names", (f"{0}" + 100_000 * "a",)) is None
    answers.are_of(3)
    answers.are_of(3)
    answers.keep("of several, in one value", (("b", 100_000 * "a"),), (("id",), ()))
    assert answers.size > 100_000


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


async def test_a_long_transaction_gives_way_between_its_statements(
    open_wards: Open, empty_sqlite_url: str
) -> None:
    """Who comes meanwhile need not wait for its end."""
    await open_wards(empty_sqlite_url)
    turns = []

    async def come() -> None:
        while True:
            turns.append(1)
            await asyncio.sleep(0)

    async with in_transaction() as connection:
        others = asyncio.create_task(come())
        ends = time.monotonic() + 0.02
        while time.monotonic() < ends:
            await connection.execute_query("SELECT 1")
        taken = len(turns)
    others.cancel()
    assert taken > 2


def test_a_script_is_cut_between_statements_only() -> None:
    trigger = "CREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM b; DELETE FROM c; END;"

    assert statements(f"SELECT ';'; -- why; not\n {trigger}\nSELECT 2") == [
        "SELECT ';';",
        f"-- why; not\n {trigger}",
        "SELECT 2",
    ]


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
