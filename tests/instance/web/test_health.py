"""`GET /health`: whether the database answers and the workers live, and nothing more."""

import asyncio
from typing import Any

import pytest

from instance import raw_sql
from instance.web import health
from instance.workers.running import Workers
from tests.houses import House
from tests.network import Sent


async def test_a_server_that_is_well_says_so_and_nothing_else(mercy: House) -> None:
    answer = await mercy.visitor().get("/health")
    assert (answer.status, answer.text) == (200, "OK")
    assert answer.header("content-type") == "text/plain; charset=utf-8"
    assert answer.header("cache-control") == "no-store"


async def test_it_is_asked_for_by_address_and_then_names_nobody(mercy: House) -> None:
    asked = Sent("GET", f"{mercy.origin}/health", {"Host": "127.0.0.1:8000"})
    answer = await mercy.request(asked)
    assert (answer.status, answer.text) == (200, "OK")
    assert mercy.host not in answer.text + str(answer.headers)
    asked = Sent("GET", f"{mercy.origin}/about", {"Host": "127.0.0.1:8000"})
    assert (await mercy.request(asked)).status == 421


async def test_a_database_that_fails_is_a_failing_server(mercy: House, monkeypatch: Any) -> None:
    async def fail(*_: object) -> None:
        raise OSError("host=db.internal password=hunter2")

    monkeypatch.setattr(raw_sql, "run", fail)
    answer = await mercy.visitor().get("/health")
    assert (answer.status, answer.text) == (503, "failing")


async def test_a_database_that_hangs_is_a_failing_server(mercy: House, monkeypatch: Any) -> None:
    async def hang(*_: object) -> None:
        await asyncio.Event().wait()

    assert health.ANSWERS_WITHIN == 5
    monkeypatch.setattr(health, "ANSWERS_WITHIN", 0.05)
    monkeypatch.setattr(raw_sql, "run", hang)
    async with asyncio.timeout(5):
        assert (await mercy.visitor().get("/health")).status == 503


@pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)
async def test_a_worker_that_is_gone_is_a_failing_server(mercy: House) -> None:
    workers = Workers(mercy.institution)
    asked = workers.are_alive
    assert asked()  # none inside: they are another process's matter

    async def run() -> tuple[bool, bool]:
        workers.start()
        well = asked()
        lost = next(task for task in asyncio.all_tasks() if task.get_name() == "curbside polls")
        lost.cancel()
        await asyncio.wait([lost])
        after = asked()
        await workers.stop()
        return well, after

    assert await mercy.at(run) == (True, False)


async def test_the_route_asks_the_workers_of_its_own_server(mercy: House) -> None:
    workers: Workers = mercy.app.config["WORKERS"]
    ended = asyncio.create_task(asyncio.sleep(0))
    await ended
    workers._tasks.append(ended)
    assert (await mercy.visitor().get("/health")).status == 503
