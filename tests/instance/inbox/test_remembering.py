"""The statements that remember what was received, on both databases."""

import asyncio
from contextvars import Context
from datetime import UTC, datetime, timedelta

import pytest
from tortoise.transactions import in_transaction

from federation.errors import Malformed
from instance.database import Database
from instance.inbox import once
from instance.inbox.once import Activity
from instance.models import ReceivedActivity, SeenSignature

SOON = datetime.now(UTC) + timedelta(hours=1)
URI = "https://stlukes.example/a/1"


async def test_a_signature_is_new_once(database: Database) -> None:
    assert await once.is_new_signature("a" * 64, SOON)
    assert not await once.is_new_signature("a" * 64, SOON)
    assert await once.is_new_signature("b" * 64, SOON)

    row = await SeenSignature.get(signature_hash="a" * 64)
    assert row.expires_at == SOON


async def test_an_activity_is_new_once(database: Database) -> None:
    assert await once.is_new_activity(Activity(URI, "stlukes.example", "Create"))
    assert not await once.is_new_activity(Activity(URI, "elsewhere.example", "Create"))

    row = await ReceivedActivity.get(uri=URI)
    assert (row.host, row.type) == ("stlukes.example", "Create")
    assert datetime.now(UTC) - row.received_at < timedelta(minutes=1)


async def test_of_several_each_is_new_once(database: Database) -> None:
    """Those that are stored already, and the same one twice among them, are known."""
    await once.is_new_activity(Activity(URI, "stlukes.example", "Create"))
    others = [Activity(f"{URI}{more}", "stlukes.example", "Like") for more in ("1", "", "2", "1")]

    async with in_transaction():
        assert await once.are_new_activities(others) == [True, False, True, False]

    assert await ReceivedActivity.filter(type="Like").count() == 2


async def test_what_was_refused_is_forgotten(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        async with in_transaction():
            await once.is_new_signature("a" * 64, SOON)
            await once.is_new_activity(Activity(URI, "stlukes.example", "Create"))
            raise ZeroDivisionError

    assert await once.is_new_signature("a" * 64, SOON)
    assert await once.is_new_activity(Activity(URI, "stlukes.example", "Create"))


async def test_of_two_requests_at_once_one_brings_it_first(database: Database) -> None:
    async def receive() -> bool:
        database.activate()
        async with in_transaction():
            is_new = await once.is_new_activity(Activity(URI, "stlukes.example", "Create"))
            await asyncio.sleep(0.05)
            return is_new

    both = [asyncio.create_task(receive(), context=Context()) for _ in range(2)]

    assert sorted(await asyncio.gather(*both)) == [False, True]


async def test_of_what_decides_about_the_same_the_second_waits_for_the_end_of_the_first(
    database: Database,
) -> None:
    """A Like and its Undo: one sees what the other did (T80)."""
    ended: list[str] = []

    async def receive(uri: str) -> None:
        database.activate()
        async with in_transaction():
            await once.is_new_activity(Activity(uri, "stlukes.example", "Like", locking=URI))
            await asyncio.sleep(0.1)
            ended.append(f"{uri} applied")
        ended.append("committed")

    one, two = (asyncio.create_task(receive(f"{URI}{n}"), context=Context()) for n in (1, 2))
    await asyncio.gather(one, two)

    assert [how.endswith("applied") for how in ended] == [True, False, True, False]


async def test_an_id_that_no_table_holds_is_malformed(sqlite_database: Database) -> None:
    with pytest.raises(Malformed):
        await once.is_new_activity(
            Activity(f"https://stlukes.example/{'a' * 512}", "stlukes.example", "X")
        )

    assert await ReceivedActivity.all().count() == 0
