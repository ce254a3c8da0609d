import asyncio
import logging
import sqlite3
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from tortoise.exceptions import OperationalError
from tortoise.transactions import in_transaction

from instance import event_sources
from instance.database import Database
from instance.event_sources import Delivered
from instance.events import Bus, Event, publish
from tests.instance.event_pages import (
    SHORT,
    Elsewhere,
    next_event,
    open_bus,
    publish_and_wait,
    publish_each,
    taken,
)

# SQLite has one writer at a time, and no connection to lose.
only_postgres = pytest.mark.parametrize("database_url", ["postgres"], indirect=True)


async def test_an_event_published_by_another_process_arrives(
    bus: Bus, elsewhere: Elsewhere
) -> None:
    page = bus.subscribe()

    await elsewhere(publish("consult", 7))

    assert (await next_event(page)).object_id == 7


def test_an_event_committed_late_does_not_bring_back_later_ones() -> None:
    delivered = Delivered(timedelta(0))

    delivered.add(Event(2, "consult", 2))
    delivered.add(Event(1, "consult", 1))

    assert Event(2, "consult", 2) in delivered


async def test_many_events_of_one_commit_arrive_all(
    bus: Bus, elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_sources, "_PAGE", 2)
    page = bus.subscribe()
    await asyncio.sleep(0.2)

    async def publish_at_once() -> None:
        async with in_transaction():
            await publish_each(*range(7))

    await elsewhere(publish_at_once())

    assert [event.object_id for event in await taken(page, 7)] == list(range(7))


@only_postgres
async def test_ids_committed_out_of_order_are_not_lost(bus: Bus, elsewhere: Elsewhere) -> None:
    page, committed = bus.subscribe(), asyncio.Event()
    early = elsewhere(publish_and_wait(1, committed))
    await asyncio.sleep(0.1)
    await publish("consult", 2)
    late = await next_event(page)

    committed.set()
    await early

    assert (await next_event(page)).object_id == 1
    back_again = bus.subscribe(after=late.id)
    assert [event.object_id for event in await taken(back_again, 1)] == [1]
    await bus.close()
    async with open_bus() as restarted:
        back_again = restarted.subscribe(after=late.id)
        assert 1 in [event.object_id for event in await taken(back_again, 1)]


@only_postgres
async def test_a_lost_connection_loses_no_event(
    database: Database, elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_sources, "_RETRY", timedelta(milliseconds=300))
    committed = asyncio.Event()
    early = elsewhere(publish_and_wait(1, committed))
    await asyncio.sleep(0.1)
    await publish("consult", 2)  # with a greater id, and before there is a bus

    async with open_bus() as bus:
        page = bus.subscribe()
        await publish("consult", 3)
        assert (await next_event(page)).object_id == 3
        assert await _end_connection(database) == 1
        committed.set()
        await early
        await publish("consult", 4)

        assert [event.object_id for event in await taken(page, 2)] == [1, 4]
        await publish("consult", 5)
        assert (await next_event(page)).object_id == 5


@only_postgres
async def test_an_event_that_is_both_notified_and_read_arrives_once(bus: Bus) -> None:
    page = bus.subscribe()
    await publish("consult", 1)
    event = await next_event(page)

    bus._deliver([event])

    assert await taken(page) == []


async def test_a_read_that_fails_is_tried_again(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_sources, "_RETRY", SHORT)
    failing: list[Exception] = [OperationalError("disk I/O error")] * 3
    monkeypatch.setattr(event_sources, "committed", _after_failures(failing))

    async with open_bus() as bus:
        page = bus.subscribe()
        await publish("consult", 7)

        assert (await next_event(page)).object_id == 7
    assert not failing


async def test_a_database_that_cannot_be_read_for_a_moment_ends_no_stream(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reader's own statements fail as any other: a lock of another program, a full table of
    open files, a disk."""
    monkeypatch.setattr(event_sources, "_RETRY", SHORT)
    client: Any = sqlite_database.client
    broken = _Broken()
    async with open_bus() as bus:
        page = bus.subscribe()
        whole, client._reader = client._reader, broken
        await publish("consult", 7)
        async with asyncio.timeout(5):
            await broken.asked_again.wait()
        client._reader = whole

        assert (await next_event(page)).object_id == 7


async def test_an_unforeseen_failure_ends_streams_and_is_logged_without_content(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(event_sources, "committed", _after_failures([ZeroDivisionError("canary")]))

    with caplog.at_level(logging.ERROR):
        async with open_bus() as bus, asyncio.timeout(5):
            assert [event async for event in bus.subscribe()] == []

    assert "ZeroDivisionError" in caplog.text
    assert "canary" not in caplog.text


class _Broken:
    """A connection whose file cannot be read."""

    in_transaction = False

    def __init__(self) -> None:
        self._asked = 0
        self.asked_again = asyncio.Event()

    def execute(self, *_: object) -> None:
        self._asked += 1
        if self._asked > 1:
            self.asked_again.set()
        raise sqlite3.OperationalError("disk I/O error")


async def _end_connection(database: Database) -> int:
    ended, _ = await database.client.execute_query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND application_name = 'curbside events'"
    )
    return ended


def _after_failures(failures: list[Exception]) -> Callable[..., Awaitable[list[Event]]]:
    committed = event_sources.committed

    async def failing_rows(*arguments: Any) -> list[Event]:
        if failures:
            raise failures.pop()
        return await committed(*arguments)

    return failing_rows
