import asyncio
import logging
from contextvars import Context
from pathlib import Path
from typing import Any

import pytest
from tortoise.connection import get_connection
from tortoise.exceptions import IntegrityError, OperationalError
from tortoise.transactions import in_transaction

from instance.database import Database, tortoise_config
from tests.instance.ward_models import Bed, Open, Ward


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


async def test_a_savepoint_undoes_itself_and_none_of_those_around_it(
    open_wards: Open, empty_url: str
) -> None:
    await open_wards(empty_url)

    async with in_transaction():
        async with in_transaction():
            await Ward.create(name="outer")
            with pytest.raises(ZeroDivisionError):
                async with in_transaction():
                    await Ward.create(name="inner")
                    raise ZeroDivisionError
            await Ward.create(name="after")
        with pytest.raises(ZeroDivisionError):
            async with in_transaction():
                async with in_transaction():
                    await Ward.create(name="released")
                raise ZeroDivisionError

    assert [ward.name for ward in await Ward.all().order_by("id")] == ["outer", "after"]


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


async def test_debug_logs_hold_no_values(
    open_wards: Open, empty_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)  # and back again
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
