import asyncio
import gc
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from contextvars import Context
from datetime import timedelta
from typing import Any

import pytest
from tortoise.exceptions import OperationalError
from tortoise.transactions import in_transaction

from instance import event_sources, events
from instance.database import Database
from instance.events import Bus, Event, Subscription, publish

SHORT, LONG = timedelta(milliseconds=50), timedelta(seconds=5)

Elsewhere = Callable[[Coroutine[Any, Any, Any]], Awaitable[Any]]


@pytest.fixture
async def bus(database: Database) -> AsyncIterator[Bus]:
    async with _open_bus() as bus:
        yield bus


@pytest.fixture
async def elsewhere(database_url: str) -> AsyncIterator[Elsewhere]:
    """Runs something as another process would: on connections of its own and without a bus."""
    other = Database(database_url)

    async def activated(work: Coroutine[Any, Any, Any]) -> Any:
        other.activate()
        return await work

    await asyncio.create_task(other.open(), context=Context())
    yield lambda work: asyncio.create_task(activated(work), context=Context())
    await other.close()


@pytest.fixture
def postgres_only(database_url: str) -> None:
    if database_url.startswith("sqlite"):
        pytest.skip("SQLite has one writer at a time")


async def test_an_event_arrives_after_the_commit_and_not_before(bus: Bus) -> None:
    pages = [bus.subscribe(), bus.subscribe()]

    async with in_transaction():
        await publish("consult", 7)
        assert await _taken(pages[0], within=SHORT) == []

    for page in pages:
        event = await _next(page)
        assert (event.kind, event.object_id) == ("consult", 7)


async def test_an_event_of_a_change_that_was_rolled_back_never_arrives(bus: Bus) -> None:
    page = bus.subscribe()

    with pytest.raises(ZeroDivisionError):
        async with in_transaction():
            await publish("consult", 7)
            raise ZeroDivisionError
    await publish("consult", 8)

    assert [event.object_id for event in await _taken(page)] == [8]


async def test_an_event_published_by_another_process_arrives(
    bus: Bus, elsewhere: Elsewhere
) -> None:
    page = bus.subscribe()

    await elsewhere(publish("consult", 7))

    assert (await _next(page)).object_id == 7


async def test_a_page_that_comes_back_gets_what_it_missed_once(
    bus: Bus, elsewhere: Elsewhere
) -> None:
    page = bus.subscribe()
    await _publish(1, 2, 3, 4)
    seen = [await _next(page), await _next(page)]
    assert len(await _taken(page)) == 2
    await elsewhere(_publish(5, 6))

    page = bus.subscribe(after=seen[-1].id)
    await elsewhere(_publish(7, 8))

    assert [event.object_id for event in await _taken(page)] == [3, 4, 5, 6, 7, 8]


async def test_a_page_that_comes_back_after_a_restart_gets_what_it_missed(
    bus: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "_PAGE", 2)
    page = bus.subscribe()
    await _publish(1, 2, 3, 4, 5, 6)
    seen = await _next(page)
    await bus.close()

    async with _open_bus() as restarted:
        page = restarted.subscribe(after=seen.id)
        found = [event.object_id for event in await _taken(page)]

    assert found[-5:] == [2, 3, 4, 5, 6]


@pytest.mark.usefixtures("postgres_only")
async def test_ids_committed_out_of_order_are_not_lost(bus: Bus, elsewhere: Elsewhere) -> None:
    page, committed = bus.subscribe(), asyncio.Event()
    early = elsewhere(_publish_and_wait(1, committed))
    await asyncio.sleep(0.1)
    await publish("consult", 2)
    late = await _next(page)

    committed.set()
    await early

    assert (await _next(page)).object_id == 1
    back_again = bus.subscribe(after=late.id)
    assert [event.object_id for event in await _taken(back_again)] == [1]
    await bus.close()
    async with _open_bus() as restarted:
        back_again = restarted.subscribe(after=late.id)
        assert 1 in [event.object_id for event in await _taken(back_again)]


@pytest.mark.usefixtures("postgres_only")
async def test_a_lost_connection_loses_no_event(
    bus: Bus, elsewhere: Elsewhere, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_sources, "_RETRY", timedelta(milliseconds=300))
    page, committed = bus.subscribe(), asyncio.Event()
    early = elsewhere(_publish_and_wait(1, committed))
    await asyncio.sleep(0.1)
    await publish("consult", 2)
    assert (await _next(page)).object_id == 2

    await database.client.execute_query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND query LIKE 'LISTEN%'"
    )
    committed.set()
    await early
    await publish("consult", 3)

    assert [event.object_id for event in await _taken(page, within=timedelta(seconds=1))] == [1, 3]
    await publish("consult", 4)
    assert (await _next(page)).object_id == 4


async def test_a_page_far_behind_gets_everything_from_the_table(
    bus: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "_MAX_WAITING", 10)
    monkeypatch.setattr(events, "_PAGE", 3)
    page = bus.subscribe()
    await _publish(*range(1, 6))
    seen = [(await _next(page)).object_id]

    await _publish(*range(6, 26))
    async with asyncio.timeout(5):
        while not page._behind:
            await bus.wait(SHORT)
    assert not page._waiting
    await _publish(26, 27)

    assert seen + [event.object_id for event in await _taken(page)] == list(range(1, 28))


async def test_a_page_that_stops_waiting_while_it_catches_up_misses_nothing(
    bus: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "_PAGE", 2)
    first = bus.subscribe()
    await _publish(*range(1, 8))
    start = await _next(first)
    await bus.close()

    async with _open_bus() as restarted:
        page = restarted.subscribe(after=start.id)
        found: list[Event | BaseException] = []
        for _ in range(3):
            impatient = asyncio.create_task(_next(page))
            await asyncio.sleep(0)
            impatient.cancel()
            found += await asyncio.gather(impatient, return_exceptions=True)
            found.append(await _next(page))
        found += await _taken(page)

    assert any(isinstance(event, asyncio.CancelledError) for event in found)
    assert {event.object_id for event in found if isinstance(event, Event)} >= set(range(2, 8))


async def test_a_worker_is_woken_by_a_commit_and_by_what_it_slept_through(bus: Bus) -> None:
    assert not await bus.wait(SHORT)

    async with in_transaction():
        await publish("delivery", 1)
        waiting = asyncio.create_task(bus.wait(LONG), context=Context())
        await asyncio.sleep(0.05)
        assert not waiting.done()

    assert await waiting
    assert await bus.wait(LONG)  # another task was told; this one had not noticed yet
    assert not await bus.wait(SHORT)


async def test_closing_ends_streams_and_waits_at_once(bus: Bus) -> None:
    page = bus.subscribe()
    tasks = [asyncio.create_task(bus.wait(LONG)), asyncio.create_task(_taken(page, within=LONG))]
    await asyncio.sleep(0.01)

    async with asyncio.timeout(1):
        await bus.close()
        assert await asyncio.gather(*tasks) == [False, []]
        assert not await bus.wait(LONG)
        assert [event async for event in bus.subscribe()] == []
    assert bus.closed


async def test_a_page_that_left_is_forgotten(bus: Bus) -> None:
    with bus.subscribe() as page:
        await publish("consult", 7)
        await _next(page)
    left = bus.subscribe()
    assert len(bus._subscriptions) == 1

    del left
    gc.collect()

    assert len(bus._subscriptions) == 0


async def test_a_bus_cannot_be_opened_inside_a_transaction(database: Database) -> None:
    async with in_transaction():
        with pytest.raises(RuntimeError, match="inside a transaction"):
            await Bus().open()


@pytest.mark.parametrize("kind", ["", "two words", "k" * 41])
async def test_a_kind_is_one_short_word(kind: str) -> None:
    with pytest.raises(ValueError, match="one word"):
        await publish(kind, 1)


async def test_a_read_that_fails_is_tried_again(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_sources, "_RETRY", SHORT)
    failing: list[Exception] = [OperationalError("disk I/O error")] * 3
    monkeypatch.setattr(event_sources, "rows", _after_failures(failing))

    async with _open_bus() as bus:
        page = bus.subscribe()
        await publish("consult", 7)

        assert (await _next(page)).object_id == 7
    assert not failing


async def test_an_unforeseen_failure_ends_streams_and_is_logged_without_content(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(event_sources, "rows", _after_failures([ZeroDivisionError("canary")]))

    with caplog.at_level(logging.ERROR):
        async with _open_bus() as bus, asyncio.timeout(5):
            assert [event async for event in bus.subscribe()] == []

    assert "ZeroDivisionError" in caplog.text
    assert "canary" not in caplog.text


@asynccontextmanager
async def _open_bus() -> AsyncIterator[Bus]:
    bus = Bus()
    await bus.open()
    bus.activate()
    try:
        yield bus
    finally:
        await bus.close()


async def _next(page: Subscription) -> Event:
    async with asyncio.timeout(5):
        return await anext(page)


async def _taken(page: Subscription, within: timedelta = timedelta(seconds=0.5)) -> list[Event]:
    """Everything that comes until nothing more comes within that time."""
    events = []
    with suppress(TimeoutError, StopAsyncIteration):
        while True:
            async with asyncio.timeout(within.total_seconds()):
                events.append(await anext(page))
    return events


async def _publish(*object_ids: int) -> None:
    for object_id in object_ids:
        await publish("consult", object_id)


async def _publish_and_wait(object_id: int, committed: asyncio.Event) -> None:
    async with in_transaction():
        await publish("consult", object_id)
        await committed.wait()


def _after_failures(failures: list[Exception]) -> Callable[..., Awaitable[list[Event]]]:
    rows = event_sources.rows

    async def failing_rows(*arguments: Any) -> list[Event]:
        if failures:
            raise failures.pop()
        return await rows(*arguments)

    return failing_rows
