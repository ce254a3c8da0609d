"""Section 12: what each answer of a peer does to a delivery, and to what waits behind it."""

import asyncio
from collections import OrderedDict
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from federation import keys
from instance import raw_sql
from instance.models import Actor, Delivery, Follow, Peer, PeerLevel
from instance.outbox import local
from instance.outbox.enqueue import wake_host
from instance.services import follows, posting
from instance.services.consults.states import Event
from instance.workers import claims
from instance.workers.delivery import DeliveryWorker
from tests.cast import MOYO, Houses
from tests.clinic import ask, audited, write
from tests.houses import House, Person
from tests.network import Network
from tests.outsiders import Outsider

LATER = timedelta(days=8)


@pytest.fixture
async def follower(mercy: House, lee: Person, stranger: Outsider, houses: Houses) -> Outsider:
    """The stranger follows Dr Lee, and has read the Accept."""
    await stranger.sends(mercy, stranger.activity("Follow", lee.uri))
    await houses.settle()
    stranger.received.clear()
    return stranger


async def post(lee: Person, text: str = "Something public.") -> None:
    await lee.speaks(posting.start_thread, None, "A title", text)


async def deliveries(house: House) -> list[Delivery]:
    return await house.at(lambda: Delivery.all().order_by("id"))


async def make_due(house: House) -> None:
    now = datetime.now(UTC)
    await house.at(lambda: Delivery.filter(due_at__not_isnull=True).update(due_at=now))
    await house.at(lambda: Peer.filter(probe_at__not_isnull=True).update(probe_at=now))


@pytest.mark.parametrize("status", [408, 429, 500, 503])
async def test_an_answer_that_may_change_is_retried_with_the_same_bytes(
    mercy: House, network: Network, lee: Person, follower: Outsider, status: int
) -> None:
    await post(lee)
    network.sent.clear()
    network.answer_once(follower.host, status)
    await mercy.deliver()
    row = (await deliveries(mercy))[-1]
    assert (row.attempts, row.delivered_at, row.last_error) == (1, None, f"busy {status}")
    assert row.due_at is not None and row.due_at > datetime.now(UTC) + timedelta(seconds=40)
    await make_due(mercy)
    await mercy.deliver()
    first, second = network.posts(follower.host)
    assert first.body == second.body
    assert (await deliveries(mercy))[-1].delivered_at is not None


@pytest.mark.parametrize("status", [400, 403, 405, 413])
async def test_a_refusal_is_given_up_and_audited(
    mercy: House, network: Network, lee: Person, follower: Outsider, status: int
) -> None:
    await post(lee)
    network.answer_once(follower.host, status)
    await mercy.deliver()
    row = (await deliveries(mercy))[-1]
    assert row.due_at is None and row.gave_up_at is not None
    assert (await audited(mercy))[-1] == "delivery.gave_up"
    assert await mercy.at(lambda: Follow.all().count()) == 1


async def test_a_follower_who_is_gone_is_dropped(
    mercy: House, network: Network, lee: Person, follower: Outsider
) -> None:
    await post(lee)
    network.answer_once(follower.host, 410)
    await mercy.deliver()
    assert await mercy.at(lambda: Follow.all().count()) == 0


async def test_a_missing_inbox_is_given_up_the_third_time(
    mercy: House, network: Network, lee: Person, follower: Outsider
) -> None:
    await post(lee)
    for attempt in range(3):
        assert (await deliveries(mercy))[-1].gave_up_at is None, attempt
        network.answer_once(follower.host, 404)
        await make_due(mercy)
        await mercy.deliver()
    assert (await deliveries(mercy))[-1].gave_up_at is not None


async def test_after_seven_days_nothing_is_tried_again(
    mercy: House, network: Network, lee: Person, follower: Outsider
) -> None:
    await post(lee)
    long_ago = datetime.now(UTC) - LATER
    await mercy.at(lambda: Delivery.filter(delivered_at=None).update(created_at=long_ago))
    network.down.add(follower.host)
    await mercy.deliver()
    assert (await deliveries(mercy))[-1].gave_up_at is not None


async def test_a_peer_that_asks_for_time_is_not_woken_before_it(
    mercy: House, network: Network, lee: Person, follower: Outsider
) -> None:
    await post(lee)
    network.answer_once(follower.host, 503, retry_after="1800")
    await mercy.deliver()
    await mercy.at(wake_host, follower.host)
    row = (await deliveries(mercy))[-1]
    assert row.due_at is not None and row.due_at > datetime.now(UTC) + timedelta(minutes=29)


async def test_the_other_form_is_tried_after_a_401_and_remembered(
    mercy: House, network: Network, lee: Person, stranger: Outsider
) -> None:
    network.answer_once(stranger.host, 401)
    await lee.speaks(follows.follow_address, stranger.uri)
    await mercy.deliver()
    first, second = network.posts(stranger.host, "Follow")
    assert "Signature-Input" not in first.headers and "signature-input" in second.headers
    assert first.body == second.body
    peer = await mercy.at(lambda: Peer.get(host=stranger.host))
    assert peer.form == "rfc9421"


async def test_a_trusted_peer_is_never_sent_a_weaker_form(
    mercy: House, stlukes: House, network: Network, lee: Person
) -> None:
    await ask(lee, stlukes)
    network.answer_once(stlukes.host, 401)
    await mercy.deliver()
    [sent] = network.posts(stlukes.host)
    assert 'tag="curbside-v1"' in sent.headers["signature-input"]
    row = (await deliveries(mercy))[-1]
    assert row.due_at is not None and row.last_error == "unauthorized 401"


async def test_nothing_overtakes_what_waits_in_the_same_consult(
    mercy: House, stlukes: House, network: Network, lee: Person
) -> None:
    consult = await ask(lee, stlukes)
    await write(lee, consult, Event.COMMENT)
    network.answer_once(stlukes.host, 503)
    await mercy.deliver()
    assert [sent.document["cs:seq"] for sent in network.posts(stlukes.host)] == [1]
    await make_due(mercy)
    await mercy.deliver()
    assert [sent.document["cs:seq"] for sent in network.posts(stlukes.host)] == [1, 1, 2]


async def test_a_host_that_was_blocked_meanwhile_gets_nothing(
    mercy: House, network: Network, lee: Person, follower: Outsider
) -> None:
    await post(lee)
    await mercy.block(follower.host)
    await mercy.deliver()
    assert follower.received == []
    assert (await audited(mercy))[-1] == "delivery.cancelled"


async def test_a_host_that_is_blocked_once_its_delivery_is_claimed_gets_nothing(
    mercy: House, lee: Person, follower: Outsider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What decides is read after the claim, for all that start together."""
    claim = claims.claim_deliveries

    async def block_after(*arguments: Any) -> list[int]:
        ids = await claim(*arguments)
        await Peer.filter(host=follower.host).update(level=PeerLevel.BLOCKED)
        return ids

    await post(lee)
    monkeypatch.setattr(claims, "claim_deliveries", block_after)
    worker = DeliveryWorker()
    assert await mercy.at(worker._start_due) == 1
    await mercy.at(worker.stop)
    assert follower.received == []
    assert (await audited(mercy))[-1] == "delivery.cancelled"


async def test_followers_of_one_server_get_one_copy_at_its_shared_inbox(
    houses: Houses, network: Network, mercy: House, stlukes: House, lee: Person, okafor: Person
) -> None:
    for person in (okafor, await stlukes.person(MOYO)):
        await person.speaks(follows.follow_address, lee.address)
    await houses.settle()
    network.sent.clear()
    await post(lee)
    await houses.settle()
    [sent] = network.posts(stlukes.host)
    assert sent.url == f"{stlukes.origin}/inbox"


async def test_an_activity_and_its_deliveries_come_with_what_caused_them_or_not_at_all(
    mercy: House, lee: Person, follower: Outsider, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise RuntimeError("the disk is full")

    before = await mercy.rows()
    monkeypatch.setattr(raw_sql, "insert_many", fail)
    with pytest.raises(RuntimeError):
        await post(lee)
    assert await mercy.rows() == before
    assert await mercy.at(lambda: Actor.filter(is_local=True).count()) == 2


async def test_a_key_is_loaded_once_however_many_deliveries_need_it_at_once(
    mercy: House, lee: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = []

    def load(data: bytes) -> keys.AnyPrivateKey:
        loaded.append(1)
        return private_from_bytes(data)

    private_from_bytes = keys.private_from_bytes
    monkeypatch.setattr(keys, "private_from_bytes", load)
    monkeypatch.setattr(local, "_LOADED", OrderedDict())
    actor = await mercy.at(lambda: Actor.get(uri=lee.uri))
    await mercy.at(lambda: asyncio.gather(*(local.private_key(actor, "rsa") for _ in range(9))))
    assert len(loaded) == 1
