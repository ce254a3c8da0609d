import asyncio
import gc
from contextvars import Context

import pytest
from tortoise.transactions import in_transaction

from instance import events
from instance.database import Database
from instance.events import Bus, Event, publish
from tests.instance.event_pages import (
    LONG,
    SHORT,
    Elsewhere,
    next_event,
    open_bus,
    publish_each,
    taken,
)


async def test_an_event_arrives_after_the_commit_and_not_before(bus: Bus) -> None:
    pages = [bus.subscribe(), bus.subscribe()]

    async with in_transaction():
        await publish("consult", 7)
        assert await taken(pages[0]) == []

    for page in pages:
        event = await next_event(page)
        assert (event.kind, event.object_id) == ("consult", 7)


async def test_what_changed_together_arrives_together_and_in_order(bus: Bus) -> None:
    page = bus.subscribe()
    many = [("deleted", number) for number in range(8, 1_100)]

    await publish("thread", 7, *many)

    found: list[Event] = []
    async with asyncio.timeout(5):
        while len(found) < 1 + len(many):
            found += await page.some(100)
    assert [(event.kind, event.object_id) for event in found] == [("thread", 7), *many]
    await bus.close()
    assert await page.some(100) == []


async def test_an_event_of_a_change_that_was_rolled_back_never_arrives(bus: Bus) -> None:
    page = bus.subscribe()

    with pytest.raises(ZeroDivisionError):
        async with in_transaction():
            await publish("consult", 7)
            raise ZeroDivisionError
    await publish("consult", 8)

    assert [event.object_id for event in await taken(page, 1)] == [8]


async def test_a_page_that_comes_back_gets_what_it_missed_once(
    bus: Bus, elsewhere: Elsewhere
) -> None:
    page = bus.subscribe()
    await publish_each(1, 2, 3, 4)
    seen = [await next_event(page), await next_event(page)]
    assert len(await taken(page, 2)) == 2
    await elsewhere(publish_each(5, 6))

    page = bus.subscribe(after=seen[-1].id)
    await elsewhere(publish_each(7, 8))

    assert [event.object_id for event in await taken(page, 6)] == [3, 4, 5, 6, 7, 8]


async def test_a_page_that_comes_back_after_a_restart_gets_what_it_missed(
    bus: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "_PAGE", 2)
    page = bus.subscribe()
    await publish_each(1, 2, 3, 4, 5, 6)
    seen = await next_event(page)
    await bus.close()

    async with open_bus() as restarted:
        page = restarted.subscribe(after=seen.id)
        found = [event.object_id for event in await taken(page, 5)]

    assert found[-5:] == [2, 3, 4, 5, 6]


async def test_a_page_far_behind_gets_everything_from_the_table(
    bus: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "_MAX_WAITING", 10)
    monkeypatch.setattr(events, "_PAGE", 3)
    page = bus.subscribe()
    await publish_each(*range(1, 6))
    seen = [(await next_event(page)).object_id]

    await publish_each(*range(6, 26))
    async with asyncio.timeout(5):
        while not page._behind:
            await bus.wait(SHORT)
    assert not page._waiting
    await publish_each(26, 27)

    assert seen + [event.object_id for event in await taken(page, 26)] == list(range(1, 28))


async def test_who_waits_for_one_kind_is_not_woken_for_another(bus: Bus) -> None:
    page = bus.subscribe(kinds={"consult", "fetch"})
    waiting = asyncio.create_task(next_event(page))
    await publish("thread", 1, ("posted", 2))
    await taken(everything := bus.subscribe(after=0), 2)
    assert not waiting.done() and not page._waiting
    await publish("thread", 3, ("consult", 4), ("posted", 5), ("fetch", 6))
    assert (await waiting).object_id == 4 and (await next_event(page)).object_id == 6
    assert [event.object_id for event in await taken(everything, 4)] == [3, 4, 5, 6]
    assert await taken(page) == []


async def test_who_waits_for_one_kind_and_is_far_behind_gets_that_kind_alone(
    bus: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "_MAX_WAITING", 3)
    page = bus.subscribe(kinds={"fetch"})
    for number in range(1, 8):
        await publish("thread", 100 + number, ("fetch", number))
    async with asyncio.timeout(5):
        while not page._behind:
            await bus.wait(SHORT)
    assert [event.object_id for event in await taken(page, 7)] == list(range(1, 8))
    assert await taken(page) == []


async def test_a_page_that_stops_waiting_while_it_catches_up_misses_nothing(
    bus: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "_PAGE", 2)
    first = bus.subscribe()
    await publish_each(*range(1, 8))
    start = await next_event(first)
    await bus.close()

    async with open_bus() as restarted:
        page, found, cancelled = restarted.subscribe(after=start.id), set[int](), 0
        while not found >= set(range(2, 8)):
            impatient = asyncio.create_task(next_event(page))
            await asyncio.sleep(0)
            impatient.cancel()
            [event] = await asyncio.gather(impatient, return_exceptions=True)
            if not isinstance(event, Event):
                cancelled += 1
                event = await next_event(page)
            found.add(event.object_id)

    assert cancelled


async def test_a_worker_is_woken_by_a_commit_and_by_what_it_slept_through(bus: Bus) -> None:
    assert not await bus.wait(SHORT)

    async with in_transaction():
        await publish("delivery", 1)
        waiting = asyncio.create_task(bus.wait(LONG), context=Context())
        await asyncio.sleep(0.05)
        assert not waiting.done()

    assert await waiting
    async with asyncio.timeout(1):
        assert await bus.wait(LONG)  # another task was told; this one had not noticed yet
    assert not await bus.wait(SHORT)


async def test_closing_ends_streams_and_waits_at_once(bus: Bus) -> None:
    page = bus.subscribe()
    tasks = [asyncio.create_task(bus.wait(LONG)), asyncio.create_task(taken(page, 1))]
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
        await next_event(page)
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
