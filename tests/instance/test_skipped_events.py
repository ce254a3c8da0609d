"""A reader that looks at everything anyway passes over what waits, and misses nothing after it."""

import pytest

from instance import events
from instance.events import Bus
from tests.instance.event_pages import next_event, publish_each, taken


async def test_what_waits_is_passed_over_and_what_comes_after_is_not(bus: Bus) -> None:
    page, witness = bus.subscribe(), bus.subscribe()
    await publish_each(1, 2, 3)
    assert (await next_event(page)).object_id == 1
    assert len(await taken(witness, 3)) == 3

    page.skip()
    await publish_each(4)

    assert [event.object_id for event in await taken(page, 1)] == [4]


async def test_a_page_that_catches_up_may_pass_over_the_rest(bus: Bus) -> None:
    witness = bus.subscribe()
    await publish_each(1, 2, 3)
    first, *_ = await taken(witness, 3)
    page = bus.subscribe(after=first.id)
    assert (await next_event(page)).object_id == 2

    page.skip()
    await publish_each(4)

    assert [event.object_id for event in await taken(page, 1)] == [4]


async def test_a_page_that_was_far_behind_may_pass_over_everything(
    bus: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "_MAX_WAITING", 2)
    page, witness = bus.subscribe(), bus.subscribe()
    for number in (1, 2, 3, 4):
        await publish_each(number)
        await next_event(witness)

    page.skip()
    await publish_each(5)

    assert [event.object_id for event in await taken(page, 1)] == [5]
