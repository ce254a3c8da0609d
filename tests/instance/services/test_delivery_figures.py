"""How deliveries go, by the hour: what is counted, and what a chart is drawn from."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from tortoise.transactions import in_transaction

from instance.models import DeliveryHour
from instance.services import delivery_figures
from instance.services.delivery_figures import WITHIN, Count, Figures, Tally
from instance.services.retention import purging
from tests.houses import House

NOW = datetime(2026, 3, 9, 10, 20, tzinfo=UTC)
HOST, OTHER = "stlukes.example", "heart.example"
Fill = Callable[[Count], object]


async def counted(house: House, fill: Fill, now: datetime = NOW) -> None:
    count = Count(now)
    fill(count)
    await house.at(count.write)


async def day(house: House, now: datetime = NOW, host: str = HOST) -> Figures:
    return (await house.at(delivery_figures.last_hours, [HOST, OTHER], now))[host]


async def test_what_became_of_tries_is_counted_by_host_and_hour(mercy: House) -> None:
    def fill(count: Count) -> None:
        for seconds in (0, 0.3, 4):
            count.arrived(HOST, NOW - timedelta(seconds=seconds))
        count.failed(HOST)
        count.gave_up(OTHER)

    await counted(mercy, fill, NOW - timedelta(hours=2))
    await counted(mercy, fill)
    await counted(mercy, fill, NOW + timedelta(minutes=30))
    found = await day(mercy)
    assert len(found.slots) == 24
    assert found.slots[-1].at == NOW.replace(minute=0)
    assert [slot.tally.arrived for slot in found.slots[-3:]] == [3, 0, 6]
    assert (found.total.arrived, found.total.failed, found.total.gave_up) == (9, 3, 0)
    assert (await day(mercy, host=OTHER)).total.gave_up == 3


async def test_a_batch_of_many_hosts_is_written_whole(mercy: House) -> None:
    def fill(count: Count) -> None:
        for number in range(1_200):
            count.failed(f"s{number}.example")

    await counted(mercy, fill)
    assert await mercy.at(lambda: DeliveryHour.all().count()) == 1_200


async def test_what_is_undone_is_not_counted(mercy: House) -> None:
    count = Count(NOW)
    count.failed(HOST)

    async def fails() -> None:
        async with in_transaction():
            await count.write()
            raise LookupError

    with pytest.raises(LookupError):
        await mercy.at(fails)
    assert not (await day(mercy)).total.tries


async def test_days_are_those_of_the_calendar_where_the_reader_is(mercy: House) -> None:
    chicago = ZoneInfo("America/Chicago")
    late = datetime(2026, 3, 9, 4, 30, tzinfo=UTC)  # the evening before, an hour after the clocks
    await counted(mercy, lambda count: count.failed(HOST), late)
    found = await mercy.at(delivery_figures.last_days, HOST, NOW, chicago)
    assert len(found.slots) == 30
    assert [slot.at.day for slot in found.slots[-2:]] == [8, 9]
    assert [slot.tally.failed for slot in found.slots[-2:]] == [1, 0]


async def test_after_a_month_it_is_forgotten(mercy: House) -> None:
    for days in (32, 30):
        await counted(mercy, lambda count: count.failed(HOST), NOW - timedelta(days=days))
    await mercy.at(purging.run, NOW)
    assert await mercy.at(lambda: DeliveryHour.all().count()) == 1


def test_a_share_of_what_arrived_was_there_within_a_limit() -> None:
    tally = Tally(times={3: 50, 4: 45, 6: 5})
    assert tally.within(0.5) == WITHIN[3]
    assert tally.within(0.51) == WITHIN[4]
    assert tally.within(0.95) == WITHIN[4]
    assert tally.within(0.96) == WITHIN[6]
    assert Tally(failed=3).within(0.5) is None


@pytest.mark.parametrize(("seconds", "place"), [(0, 0), (0.1, 0), (0.11, 1), (10**9, -1), (-5, 0)])
def test_every_time_has_its_limit(seconds: float, place: int) -> None:
    count = Count(NOW)
    count.arrived(HOST, NOW - timedelta(seconds=seconds))
    assert list(count._found) == [(HOST, range(len(WITHIN))[place])]
