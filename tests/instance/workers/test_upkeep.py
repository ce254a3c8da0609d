"""What has had its time goes; why something did not arrive is kept for a month."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from instance.inbox import receive
from instance.models import Consult, Delivery, OutboxActivity, Peer
from instance.services import deliveries, posting, refusals
from instance.workers import upkeep
from tests.cast import Houses
from tests.clinic import ask, audited
from tests.houses import House, Person
from tests.network import Network
from tests.outsiders import Outsider

NOW = datetime.now(UTC)
DAY = timedelta(days=1)


@pytest.fixture
async def follower(mercy: House, lee: Person, stranger: Outsider, houses: Houses) -> Outsider:
    await stranger.sends(mercy, stranger.activity("Follow", lee.uri))
    await houses.settle()
    await mercy.at(lambda: Delivery.all().delete())
    return stranger


async def post(lee: Person) -> None:
    await lee.speaks(posting.start_thread, None, "A title", "Something public.")


async def deliveries_left(house: House, days: int) -> int:
    await house.at(upkeep.purge, NOW + days * DAY)
    return await house.at(lambda: Delivery.all().count())


async def test_what_arrived_is_forgotten_after_a_week(
    mercy: House, lee: Person, follower: Outsider
) -> None:
    await post(lee)
    await mercy.deliver()
    assert await deliveries_left(mercy, 6) == 1
    assert await deliveries_left(mercy, 8) == 0
    assert await mercy.at(lambda: OutboxActivity.all().count()) == 0


async def test_what_was_given_up_stays_for_a_month_and_says_why(
    mercy: House, network: Network, lee: Person, follower: Outsider
) -> None:
    await post(lee)
    network.answer_once(follower.host, 403)
    await mercy.deliver()
    assert await deliveries_left(mercy, 29) == 1
    [row] = await mercy.at(lambda: Delivery.all().select_related("activity"))
    assert row.last_error == "refused 403" and row.activity.body is not None
    assert await deliveries_left(mercy, 31) == 0


async def test_what_waits_behind_a_dead_host_for_a_week_is_given_up(
    mercy: House, network: Network, lee: Person, follower: Outsider
) -> None:
    await post(lee)
    await post(lee)
    network.down.add(follower.host)
    await mercy.deliver()
    assert await deliveries_left(mercy, 8) == 2
    rows = await mercy.at(lambda: Delivery.all().order_by("id"))
    assert [row.last_error for row in rows] == ["unreachable", "unreachable"]
    assert all(row.gave_up_at and row.due_at is None for row in rows)
    assert (await audited(mercy))[-2:] == ["delivery.gave_up"] * 2


async def test_what_an_administrator_holds_back_does_not_expire(
    mercy: House, lee: Person, follower: Outsider
) -> None:
    await post(lee)
    await mercy.at(deliveries.pause, follower.host, lee.actor)
    await mercy.at(upkeep.purge, NOW + 8 * DAY)
    [row] = await mercy.at(Delivery.all)
    assert row.due_at is not None


async def test_a_consult_leaves_no_words_behind_when_it_expires(
    mercy: House, stlukes: House, network: Network, lee: Person
) -> None:
    network.down.add(stlukes.host)
    await ask(lee, stlukes)
    await mercy.at(upkeep.purge, NOW + 8 * DAY)
    [activity] = await mercy.at(lambda: OutboxActivity.exclude(consult_id=None))
    assert activity.body is None
    assert await mercy.at(lambda: Consult.all().count()) == 1
    assert await mercy.at(lambda: Peer.filter(host=stlukes.host).exists())


async def test_what_was_refused_is_counted_by_day_and_reason(
    mercy: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receive, "counters", Counter({"refused Malformed": 2}))
    await mercy.at(upkeep.write_counts)
    assert not receive.counters
    receive.counters.update({"refused Malformed": 1, "ignored Poke": 4})
    await mercy.at(upkeep.write_counts)
    [today] = await mercy.at(refusals.days, datetime.now(UTC))
    assert today.counts == {"ignored Poke": 4, "refused Malformed": 3}


async def test_counts_that_cannot_be_written_are_not_lost(
    mercy: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(receive, "counters", Counter({"refused Malformed": 2}))
    monkeypatch.setattr(refusals, "add", fail)
    with pytest.raises(OSError, match="full"):
        await mercy.at(upkeep.write_counts)
    assert receive.counters == {"refused Malformed": 2}


async def test_names_that_others_make_up_do_not_fill_the_table(mercy: House) -> None:
    names = {f"ignored {'X' * 100}{number}": 1 for number in range(5)}
    names |= {f"ignored Type{number}": 1 for number in range(300)}
    await mercy.at(refusals.add, names | {"refused Malformed": 9}, NOW)
    await mercy.at(refusals.add, {"ignored Another": 1, "refused Malformed": 1}, NOW)
    [today] = await mercy.at(refusals.days, NOW)
    assert len(today.counts) == refusals.REASONS_MAX + 1
    assert today.counts["refused Malformed"] == 10 and sum(today.counts.values()) == 316
