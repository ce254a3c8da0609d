"""What was looked up in PostgreSQL is looked up again once anybody stored something, and where
somebody waits for news."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest
from tortoise.connection import get_connection
from tortoise.transactions import in_transaction

from instance.answers import answers_request
from tests.instance.ward_models import Open, Ward

_NAMES, _NUMBER = "SELECT name FROM ward ORDER BY name", "SELECT count(*) AS number FROM ward"


async def answering(work: Coroutine[Any, Any, Any]) -> Any:
    """As the task that answers one request."""

    async def run() -> Any:
        answers_request.set(asyncio.current_task())
        return await work

    return await asyncio.create_task(run())


async def names() -> list[str]:
    client: Any = get_connection("default")
    rows = await client.look_up(_NAMES, [])
    found = [row.pop("name") for row in rows]  # what is read is used up
    assert found == [name for (name,) in await client.look_up_tuples(_NAMES, [])]
    return found


async def test_no_statement_is_compiled(open_wards: Open, empty_postgres_url: str) -> None:
    """At a million posts that took half a second for a page of Home."""
    await open_wards(empty_postgres_url)
    assert await get_connection("default").execute_query_dict("SHOW jit") == [{"jit": "off"}]


async def test_what_was_looked_up_is_looked_up_again_once_anybody_stored_something(
    open_wards: Open, empty_postgres_url: str
) -> None:
    await open_wards(empty_postgres_url)
    await Ward.create(name="3 West")
    client: Any = get_connection("default")
    other = await client.connect_apart("test")
    for _ in range(3):
        assert await answering(names()) == ["3 West"]
    assert client._answers.size
    await Ward.create(name="4 East")
    assert await answering(names()) == ["3 West", "4 East"]
    for name in ("5 North", "6 South"):
        await other.execute("UPDATE ward SET name = $1 WHERE name <> '3 West'", name)
        for _ in range(2):
            assert await answering(names()) == ["3 West", name]
    # What another has not committed is not seen, and is once it was.
    started = other.transaction()
    await started.start()
    await other.execute("INSERT INTO ward (name) VALUES ('7 East')")
    for _ in range(2):
        assert await answering(names()) == ["3 West", "6 South"]
    await started.commit()
    assert await answering(names()) == ["3 West", "6 South", "7 East"]

    async def writing() -> None:
        assert await names() == ["3 West", "6 South", "7 East"]
        async with in_transaction():
            await Ward.create(name="8 East")
            assert (await names())[-1] == "8 East"
        assert (await names())[-1] == "8 East"
        await Ward.filter(name="8 East").delete()
        assert (await names())[-1] == "7 East"

    await answering(writing())
    await other.close()


async def test_what_is_looked_up_while_somebody_stores_is_not_kept_as_of_before(
    open_wards: Open, empty_postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Read before a commit, and come back after another request has learned of it."""
    await open_wards(empty_postgres_url)
    client: Any = get_connection("default")
    await answering(names())
    ask, held, go_on = client.execute_query, asyncio.Event(), asyncio.Event()

    async def slow(query: str, values: Any = None) -> Any:
        found = await ask(query, values)
        if query == _NUMBER and not held.is_set():
            held.set()
            await go_on.wait()
        return found

    monkeypatch.setattr(client, "execute_query", slow)
    early = asyncio.create_task(answering(client.look_up(_NUMBER, [])))
    await held.wait()
    await Ward.create(name="3 West")
    assert await answering(names()) == ["3 West"]
    go_on.set()
    assert await early == [{"number": 0}]
    assert await answering(client.look_up(_NUMBER, [])) == [{"number": 1}]


async def test_who_waits_for_news_sees_what_came_while_they_asked(
    open_wards: Open, empty_postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stream, or what a request began, may have heard of it already when the answer comes."""
    await open_wards(empty_postgres_url)
    await Ward.create(name="3 West")
    client: Any = get_connection("default")
    other = await client.connect_apart("test")

    async def both() -> None:
        for sql in (_NAMES, _NUMBER):
            await client.look_up(sql, [])

    await answering(both())
    ask, times = client.execute_query, iter(("4 East", "5 North"))

    async def stored_meanwhile(query: str, values: Any = None) -> Any:
        found = await ask(query, values)
        if query != _NUMBER and (name := next(times, "")):
            await other.execute("INSERT INTO ward (name) VALUES ($1)", name)
        return found

    monkeypatch.setattr(client, "execute_query", stored_meanwhile)

    async def begun() -> int:
        await client.look_up(_NAMES, [])
        [row] = await client.look_up(_NUMBER, [])
        return int(row["number"])

    async def of_a_request() -> int:
        return await asyncio.create_task(begun())

    assert await answering(of_a_request()) == 2
    assert await begun() == 3
    await other.close()
