"""`GET /health`, `/health/live`, `/health/ready`: whether, and nothing more; `/health/proxy`."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from instance import commits, raw_sql, sealed
from instance.database import APP
from instance.services import vital_signs
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


async def test_a_database_that_hangs_is_a_failing_server_that_can_end(
    mercy: House, monkeypatch: Any
) -> None:
    async def hang(*_: object) -> None:
        await asyncio.Event().wait()

    assert health.ANSWERS_WITHIN == 5
    monkeypatch.setattr(health, "ANSWERS_WITHIN", 0.05)
    monkeypatch.setattr(commits, "ENDS_WITHIN", 0.05)  # of the end of this test
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


async def ready(house: House) -> int:
    return (await house.visitor().get("/health/ready")).status


async def live(house: House) -> int:
    return (await house.visitor().get("/health/live")).status


async def test_a_server_is_ready_while_no_table_of_this_code_is_missing(mercy: House) -> None:
    assert (await ready(mercy), await live(mercy)) == (200, 200)
    newest, applied = (await mercy.at(vital_signs.look)).migration, datetime.now(UTC)
    add = "INSERT INTO tortoise_migrations (name, app, applied_at) VALUES (?1, ?2, ?3)"
    remove = "DELETE FROM tortoise_migrations WHERE name = ?1"
    await mercy.at(raw_sql.run, remove, [newest])
    assert (await ready(mercy), await live(mercy)) == (503, 200)
    for name in (newest, "9999_of_a_newer_version"):
        await mercy.at(raw_sql.run, add, [name, APP, applied])
        assert (await ready(mercy), await live(mercy)) == (200, 200)


@pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)
async def test_a_server_without_database_or_key_lives_and_is_not_ready(
    mercy: House, monkeypatch: Any
) -> None:
    async def hang(*_: object) -> None:
        await asyncio.Event().wait()

    with monkeypatch.context() as patch:
        patch.setattr(vital_signs, "ANSWERS_WITHIN", 0.05)
        patch.setattr(raw_sql, "look_up", hang)
        assert (await ready(mercy), await live(mercy)) == (503, 200)
    with monkeypatch.context() as patch:
        patch.setattr(vital_signs, "DISK_FULL", 2**62)  # all can be read, and pages say it
        assert (await ready(mercy), await live(mercy)) == (200, 200)
    key = mercy.institution.config.data / sealed.KEY_FILE
    kept = key.read_bytes()
    key.unlink()
    assert (await ready(mercy), await live(mercy)) == (503, 200)
    key.write_bytes(kept)
    assert await ready(mercy) == 200


@pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)
async def test_a_server_that_is_asked_to_end_lives_and_is_not_ready(mercy: House) -> None:
    mercy.institution.leave()
    assert (await ready(mercy), await live(mercy)) == (503, 200)
    asked = Sent("GET", f"{mercy.origin}/health/ready", {"Host": "127.0.0.1:8000"})
    answer = await mercy.request(asked)
    assert (answer.status, answer.text) == (503, "failing")
    assert mercy.host not in answer.text + str(answer.headers)


@pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)
async def test_what_came_through_the_proxy_is_told_to_ourselves_alone_and_for_a_minute(
    mercy: House, stlukes: House
) -> None:
    """Else anybody could hold streams open here, and read whom we believe."""
    now = datetime.now(UTC)
    code = await mercy.at(_code, now)
    for wrong in ("", "x", await stlukes.at(_code, now), await mercy.at(_code, now - _OLD)):
        assert (await _ask(mercy, wrong)).status == 404
    answer = await _ask(mercy, code)
    assert answer.status == 200 and "mercy.example" in answer.text
    assert answer.text.endswith("data: last\n\n")


_OLD = timedelta(minutes=2)


async def _code(at: datetime) -> str:
    return sealed.current().token("proxy", at.isoformat())


async def _ask(house: House, code: str) -> Any:
    return await house.visitor().get(f"/health/proxy?{urlencode({'code': code})}")
