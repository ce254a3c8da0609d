"""What has had its time goes; why something did not arrive is kept for a month."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from federation import delivery as sending
from instance.inbox import once, receive
from instance.models import (
    Consult,
    Delivery,
    OutboxActivity,
    Peer,
    PeerLevel,
    ReceivedActivity,
    Role,
    SeenSignature,
)
from instance.services import deliveries, gone, posting, refusals
from instance.services.retention import purging, traffic
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
    lee.member.role = Role.OWNER
    await lee.does(deliveries.pause, follower.host)
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


async def test_what_was_received_is_remembered_as_long_as_it_may_come_again(
    mercy: House, follower: Outsider
) -> None:
    """T13: longer than anybody tries to deliver it, also where an administrator puts it back."""
    longest = traffic.GIVEN_UP_KEPT + sending.GIVE_UP_AFTER
    assert traffic.RECEIVED_KEPT > longest and traffic.RECEIVED_KEPT > gone.KEPT
    known = await mercy.at(lambda: ReceivedActivity.all().count())
    await mercy.at(upkeep.purge, NOW + longest)
    assert await mercy.at(lambda: ReceivedActivity.all().count()) == known > 0
    await mercy.at(upkeep.purge, NOW + traffic.RECEIVED_KEPT + DAY)
    assert await mercy.at(lambda: ReceivedActivity.all().count()) == 0


async def test_the_oldest_ids_are_forgotten_piece_by_piece(
    mercy: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(purging, "_AT_ONCE", 2)
    for number in range(5):
        received = once.Activity(f"https://x.example/{number}", "x.example", "Like")
        await mercy.at(once.is_new_activity, received)
    await mercy.at(purging.run, NOW + traffic.RECEIVED_KEPT + DAY)
    assert await mercy.at(lambda: ReceivedActivity.all().count()) == 0


async def test_a_signature_is_remembered_while_it_holds(
    mercy: House, stranger: Outsider, network: Network
) -> None:
    """Of what somebody hands on, whose id is for its author to reserve."""
    author = Outsider("far.example", "fay", network)
    handed_on = author.activity("Create", author.note())
    assert (await stranger.sends(mercy, handed_on)).status == 202
    for hours, left in ((1, 1), (3, 0)):
        await mercy.at(upkeep.purge, NOW + timedelta(hours=hours))
        assert await mercy.at(lambda: SeenSignature.all().count()) == left


ATTACHED: list[dict[str, Any]] = [
    {"level": PeerLevel.BLOCKED},
    {"plain_only": True},
    {"delivered_at": NOW},
    {"failing_since": NOW},
    {"paused_at": NOW, "paused_by": "https://mercy.example/u/1"},
    {"pinned_at": NOW},
    {"form_at": NOW + 8 * DAY},
]


async def test_strangers_who_only_told_how_they_sign_are_forgotten_after_a_week(
    mercy: House, stlukes: House, stranger: Outsider
) -> None:
    await stranger.sends(mercy, stranger.activity("Like", "https://x.example/1"), "rfc9421")
    for number, values in enumerate(ATTACHED):
        await mercy.at(Peer.create, host=f"p{number}.example", **values)
    known = await mercy.at(lambda: Peer.all().count())
    await mercy.at(upkeep.purge, NOW + 6 * DAY)
    assert await mercy.at(lambda: Peer.all().count()) == known
    await mercy.at(upkeep.purge, NOW + 9 * DAY)
    left = {peer.host for peer in await mercy.at(Peer.all)}
    assert left == {stlukes.host, *(f"p{n}.example" for n in range(len(ATTACHED)))}


async def test_a_stranger_for_whom_something_waits_is_not_forgotten(
    mercy: House, lee: Person, stranger: Outsider
) -> None:
    await stranger.sends(mercy, stranger.activity("Follow", lee.uri), "rfc9421")
    await mercy.at(purging.run, NOW + 9 * DAY)
    assert await mercy.at(lambda: Peer.filter(host=stranger.host).exists())
