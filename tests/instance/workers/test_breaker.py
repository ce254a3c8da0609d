"""A host that fails is left alone but for one probe at a time; it costs the others nothing."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from federation.delivery import Delivered, Retry
from federation.messages import Response
from instance.models import Delivery, Peer
from instance.outbox.enqueue import wake_host
from instance.services import posting
from instance.workers import claims, delivery, results
from tests.cast import SANTOS, Houses
from tests.clinic import audited
from tests.houses import House, Person
from tests.network import Network, Sent
from tests.outsiders import Outsider

DAY = timedelta(hours=30)  # more than a day, however it is spread
WEEK = timedelta(days=7)


@pytest.fixture
async def follower(mercy: House, lee: Person, stranger: Outsider, houses: Houses) -> Outsider:
    """The stranger follows Dr Lee, and has read the Accept."""
    await stranger.sends(mercy, stranger.activity("Follow", lee.uri))
    await houses.settle()
    stranger.received.clear()
    return stranger


async def post(lee: Person, count: int = 1) -> None:
    for number in range(count):
        await lee.speaks(posting.start_thread, None, f"Title {number}", "Something public.")


async def waiting(house: House) -> list[Delivery]:
    return await house.at(lambda: Delivery.filter(due_at__not_isnull=True).order_by("id"))


async def peer_of(house: House, outsider: Outsider) -> Peer:
    return await house.at(lambda: Peer.get(host=outsider.host))


async def later(house: House, how_much: timedelta) -> None:
    """As if so much time had passed for every host and every row that waits."""
    for row in await waiting(house):
        assert row.due_at
        row.due_at -= how_much
        row.created_at -= how_much
        await house.at(row.save)
    for peer in await house.at(lambda: Peer.exclude(failing_since=None)):
        for name in ("failing_since", "probe_at", "retry_after_at", "paused_at"):
            at = getattr(peer, name)
            setattr(peer, name, at and at - how_much)
        await house.at(peer.save)


async def test_many_deliveries_to_a_dead_host_cost_one_attempt_a_time(
    mercy: House, network: Network, lee: Person, follower: Outsider
) -> None:
    await post(lee, 8)
    network.down.add(follower.host)
    for probes in range(1, 4):
        await mercy.deliver()
        rows = await waiting(mercy)
        assert sorted(row.attempts for row in rows) == [0] * (8 - probes) + [1] * probes
        await later(mercy, DAY)


async def test_the_success_of_a_probe_frees_the_rest(
    mercy: House, network: Network, lee: Person, follower: Outsider
) -> None:
    await post(lee, 8)
    network.down.add(follower.host)
    for _ in range(3):
        await mercy.deliver()
        await later(mercy, DAY)
    await mercy.deliver()
    network.down.clear()
    await mercy.deliver()
    assert follower.received == []
    await mercy.at(wake_host, follower.host)
    await mercy.deliver()
    assert len(follower.received) == 8 and await waiting(mercy) == []
    peer = await peer_of(mercy, follower)
    assert (peer.failing_since, peer.probe_at, peer.paused_at) == (None, None, None)


async def test_one_delivery_that_a_host_chokes_on_holds_up_no_other(
    mercy: House, lee: Person, follower: Outsider, monkeypatch: pytest.MonkeyPatch
) -> None:
    await post(lee, 3)
    bad = (await mercy.at(delivery.load, [(await waiting(mercy))[0].id]))[0]
    take = follower.answer

    async def choke(sent: Sent) -> Response:
        is_bad = sent.document["id"] == bad.activity.uri
        return Response(500, {}, b"", sent.url) if is_bad else await take(sent)

    monkeypatch.setattr(follower, "answer", choke)
    for _ in range(3):
        await mercy.deliver()
        await later(mercy, timedelta(minutes=2))
    assert len(follower.received) == 2
    assert [row.id for row in await waiting(mercy)] == [bad.id]
    assert (await peer_of(mercy, follower)).failing_since is None


async def test_what_succeeds_meanwhile_does_not_end_a_retry_after(
    mercy: House, lee: Person, follower: Outsider
) -> None:
    await post(lee, 3)
    ids = [row.id for row in await waiting(mercy)]
    first, second, third = await mercy.at(delivery.load, ids)
    asked = Retry("busy", 429, timedelta(minutes=20))
    answers: list[results.Result] = [
        (first, asked),
        (second, Delivered("cavage")),
        (third, Retry("busy", 500)),
    ]
    await mercy.at(results.record, answers)
    await mercy.at(wake_host, follower.host)
    now = datetime.now(UTC)
    minute = timedelta(minutes=1)
    assert await mercy.at(claims.claim_deliveries, now + 19 * minute, 9, []) == []
    next_at = await mercy.at(claims.next_delivery, now)
    assert next_at is not None and next_at > now + 19 * minute
    assert await mercy.at(claims.claim_deliveries, now + 30 * minute, 9, []) != []


async def test_a_host_that_took_something_after_it_failed_is_well_however_it_is_written_down(
    mercy: House, lee: Person, follower: Outsider
) -> None:
    await post(lee, 4)
    ids = [row.id for row in await waiting(mercy)]
    first, second, third, fourth = await mercy.at(delivery.load, ids)
    await mercy.at(results.record, [(first, Delivered("cavage"))])
    answers: list[results.Result] = [(second, Retry("busy", 500)), (third, Delivered("cavage"))]
    await mercy.at(results.record, answers)
    assert (await peer_of(mercy, follower)).failing_since is None
    failed: list[results.Result] = [(fourth, Retry("busy", 500))]
    await mercy.at(results.record, failed)
    assert (await peer_of(mercy, follower)).failing_since is not None


async def test_hosts_that_are_well_are_noted_together_with_the_form_each_took(
    mercy: House, lee: Person, follower: Outsider
) -> None:
    await post(lee, 2)
    first, second = await mercy.at(delivery.load, [row.id for row in await waiting(mercy)])
    second.host = "another.example"
    answers: list[results.Result] = [(first, Delivered("cavage")), (second, Delivered("rfc9421"))]
    await mercy.at(results.record, answers)
    peers = await mercy.at(lambda: Peer.filter(host__in=[first.host, second.host]))
    assert {peer.host: peer.form for peer in peers} == {
        first.host: "cavage",
        second.host: "rfc9421",
    }
    assert all(peer.delivered_at is not None and peer.form_at is not None for peer in peers)


async def test_what_was_claimed_before_its_host_asked_for_time_does_not_go(
    mercy: House, network: Network, lee: Person, follower: Outsider
) -> None:
    await post(lee, 4)
    network.answer_once(follower.host, 503, retry_after="600")
    await mercy.deliver()  # claims four at once
    assert len(network.posts(follower.host, "Create")) == 1
    assert all(row.claimed_until is None for row in await waiting(mercy))


async def test_two_workers_send_a_failing_host_one_probe(
    mercy: House, network: Network, lee: Person, follower: Outsider
) -> None:
    await post(lee, 4)
    network.down.add(follower.host)
    await mercy.deliver()
    later = datetime.now(UTC) + DAY
    found = await asyncio.gather(
        *[mercy.at(claims.claim_deliveries, later, 9, []) for _ in range(4)]
    )
    assert sorted(map(len, found)) == [0, 0, 0, 1]


async def fail_for_a_week(mercy: House, network: Network, lee: Person, follower: Outsider) -> None:
    await post(lee)
    network.down.add(follower.host)
    await mercy.deliver()
    await later(mercy, WEEK)
    await post(lee)
    await mercy.at(wake_host, follower.host)
    await mercy.deliver()


async def test_a_host_that_fails_for_seven_days_is_paused_and_tried_daily(
    mercy: House, network: Network, lee: Person, follower: Outsider
) -> None:
    await fail_for_a_week(mercy, network, lee, follower)
    peer = await peer_of(mercy, follower)
    assert peer.paused_at is not None and peer.paused_by == "" and peer.probe_at is not None
    assert timedelta(hours=19) < peer.probe_at - datetime.now(UTC) < timedelta(hours=29)
    assert "peer.paused" in await audited(mercy)


async def test_a_paused_host_that_writes_to_us_is_served_again(
    mercy: House, network: Network, lee: Person, follower: Outsider, houses: Houses
) -> None:
    await fail_for_a_week(mercy, network, lee, follower)
    network.down.clear()
    await mercy.deliver()
    assert follower.received == []
    await follower.sends(mercy, follower.activity("Follow", lee.uri, number=2))
    await houses.settle()
    assert follower.received and await waiting(mercy) == []
    assert (await peer_of(mercy, follower)).paused_at is None


async def test_what_an_administrator_paused_is_not_woken(
    mercy: House, lee: Person, follower: Outsider
) -> None:
    await post(lee)
    by = {"paused_at": datetime.now(UTC), "paused_by": lee.uri}
    await mercy.at(lambda: Peer.filter(host=follower.host).update(**by))
    await mercy.at(wake_host, follower.host)
    await mercy.deliver()
    assert follower.received == []
    assert await mercy.at(claims.next_delivery, datetime.now(UTC)) is None


async def test_a_reply_does_not_overtake_what_it_answers_whoever_wrote_it(
    mercy: House, network: Network, lee: Person, follower: Outsider, houses: Houses
) -> None:
    santos = await mercy.person(SANTOS)
    await follower.sends(mercy, follower.activity("Follow", santos.uri, number=2))
    await houses.settle()
    starter = await lee.speaks(posting.start_thread, None, "A title", "A question.")
    reply = await santos.speaks(posting.reply, starter, "An answer.")
    await lee.speaks(posting.reply, reply, "Thanks.")
    network.answer_once(follower.host, 404)  # of this inbox, not of the host
    network.sent.clear()
    await mercy.deliver()
    assert len(network.posts(follower.host)) == 1
    await later(mercy, timedelta(minutes=2))
    await mercy.deliver()
    sent = [sent.document["object"]["id"] for sent in network.posts(follower.host)]
    assert sent[:3] == [starter.uri, starter.uri, reply.uri] and len(sent) == 4


def test_a_host_gets_no_more_than_twenty_a_second() -> None:
    now = 0.0
    pace = delivery.Pace(lambda: now)
    sent = 0
    while "a.example" not in pace.full():
        for _ in range(claims.PER_HOST_MAX):
            pace.note("a.example")
            sent += 1
    assert delivery.PER_SECOND_MAX - claims.PER_HOST_MAX < sent <= delivery.PER_SECOND_MAX
    assert pace.frees_in() == timedelta(seconds=1)
    now = 1.0
    assert pace.full() == [] and pace.frees_in() is None
