"""Who works on which row of a queue, and for how long."""

import asyncio
from collections.abc import AsyncIterator, Collection
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from federation.authentication import Level
from federation.delivery import Delivered
from instance import config, sealed
from instance.config import Config
from instance.database import Database
from instance.models import (
    Actor,
    ActorKind,
    Delivery,
    Fetch,
    OutboxActivity,
    Peer,
    PeerLevel,
)
from instance.outbox import trust
from instance.workers import claims, delivery, results
from instance.workers.delivery import DeliveryWorker
from tests.cast import Houses
from tests.clinic import ask
from tests.houses import House, Person
from tests.instance.queries import queries

NOW = datetime.now(UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def activity(database: Database, tmp_path: Path) -> AsyncIterator[OutboxActivity]:
    environ = {"CURBSIDE_ORIGIN": "https://mercy.example", "CURBSIDE_NAME": "Mercy"}
    config.use(Config.from_env({**environ, "CURBSIDE_DATA": str(tmp_path)}))
    sealed.use(sealed.load_box(tmp_path))
    uri = "https://mercy.example/u/1"
    sender = await Actor.create(
        uri=uri, kind=ActorKind.PERSON, host="mercy.example", handle="lee", inbox=f"{uri}/inbox"
    )
    yield await OutboxActivity.create(uri=f"{uri}/a/1", type="Create", actor=sender, body=b"{}")


async def waiting(
    activity: OutboxActivity, host: str = "a.example", lane: int = 1, **values: Any
) -> Delivery:
    number = await Delivery.all().count()
    values = {"inbox": f"https://{host}/inbox", "due_at": NOW, **values}
    another = await OutboxActivity.create(
        uri=f"{activity.uri}/{number}", type="Create", actor_id=activity.actor_id, body=b"{}"
    )
    return await Delivery.create(activity=another, host=host, lane=lane, **values)


async def claimed(at: datetime = NOW, busy: tuple[str, ...] = ()) -> list[int]:
    return await claims.claim_deliveries(at, 10, busy)


async def test_a_row_is_worked_on_by_one_worker_until_its_lease_ends(
    activity: OutboxActivity,
) -> None:
    row = await waiting(activity)
    found = await asyncio.gather(*[claimed() for _ in range(3)])
    assert sorted(found) == [[], [], [row.id]]
    assert await claimed(NOW + claims.LEASE - timedelta(milliseconds=1)) == []
    assert await claimed(NOW + claims.LEASE + timedelta(milliseconds=1)) == [row.id]


async def test_a_worker_keeps_what_it_renews_and_frees_what_it_gives_back(
    activity: OutboxActivity,
) -> None:
    kept, left = await waiting(activity, lane=1), await waiting(activity, lane=2)
    assert len(await claimed()) == 2
    later = NOW + claims.LEASE - timedelta(seconds=1)
    await claims.renew("delivery", [kept.id], later)
    await claims.give_back("delivery", [left.id])
    assert await claimed(later) == [left.id]
    assert await claimed(later + claims.LEASE - timedelta(milliseconds=1)) == []


async def test_what_is_done_is_not_claimed_again_by_renewing(activity: OutboxActivity) -> None:
    row = await waiting(activity)
    await claimed()
    await Delivery.filter(id=row.id).update(due_at=NOW + MINUTE, claimed_until=None)
    await claims.renew("delivery", [row.id], NOW)
    assert await claimed(NOW + 2 * MINUTE) == [row.id]


async def test_a_lane_goes_in_its_order_and_holds_up_no_other(activity: OutboxActivity) -> None:
    first = await waiting(activity, due_at=NOW + MINUTE)  # is tried again in a minute
    await waiting(activity)
    other = await waiting(activity, lane=2)
    elsewhere = await waiting(activity, "b.example")
    assert sorted(await claimed()) == [other.id, elsewhere.id]
    assert sorted(await claimed(NOW + MINUTE, ("b.example",))) == [first.id, other.id]


async def test_the_next_thing_to_do_is_what_could_be_claimed_then(
    activity: OutboxActivity,
) -> None:
    assert await claims.next_delivery(NOW) is None
    first = await waiting(activity, due_at=NOW + MINUTE)
    await waiting(activity)  # behind it, though due
    assert await claims.next_delivery(NOW) == NOW + MINUTE
    await waiting(activity, "b.example")
    assert await claims.next_delivery(NOW) == NOW
    assert await claims.next_delivery(NOW, ["b.example"]) == NOW + MINUTE
    await claimed()
    assert await claims.next_delivery(NOW) == NOW + claims.LEASE
    await Delivery.filter(host="b.example").update(due_at=None, claimed_until=None)
    await Delivery.filter(id=first.id).update(due_at=None)
    assert await claims.next_delivery(NOW) == NOW


async def test_a_fetch_is_claimed_like_a_delivery(database: Database) -> None:
    assert await claims.next_fetch() is None
    uri = "https://a.example/o/1"
    row = await Fetch.create(kind="object", uri=uri, host="a.example", due_at=NOW)
    assert await claims.next_fetch() == NOW
    assert await claims.claim_fetches(NOW, 4) == [row.id]
    assert await claims.claim_fetches(NOW, 4) == []
    assert await claims.next_fetch() == NOW + claims.LEASE


async def test_while_a_peer_is_down_its_worker_sleeps(
    houses: Houses, mercy: House, stlukes: House, lee: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What waits behind a failed delivery is due, and cannot go: that must not keep it busy."""
    looked = 0
    look = claims.claim_deliveries

    async def count(*args: Any) -> list[int]:
        nonlocal looked
        looked += 1
        return await look(*args)

    mercy.network.down.add(stlukes.host)
    for _ in range(3):
        await ask(lee, stlukes)
    monkeypatch.setattr(claims, "claim_deliveries", count)
    worker = DeliveryWorker()
    running = asyncio.create_task(mercy.at(worker.run))
    for _ in range(20):  # a slow machine comes to rest later; a busy worker never does
        before = looked
        await asyncio.sleep(0.5)
        if before and looked - before <= 1:
            break
    await mercy.at(worker.stop)
    await running
    assert before > 0 and looked - before <= 1


async def test_a_worker_renews_what_takes_long_and_gives_back_what_it_leaves(
    houses: Houses, mercy: House, stlukes: House, lee: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = asyncio.Event()

    async def never_ends(*_: Any) -> None:
        started.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(delivery, "answer", never_ends)
    monkeypatch.setattr(claims, "RENEW_EVERY", timedelta(milliseconds=50))
    await ask(lee, stlukes)
    worker = DeliveryWorker()
    running = asyncio.create_task(mercy.at(worker.run))
    await started.wait()
    [first] = await mercy.at(Delivery.all)
    await asyncio.sleep(0.3)
    [renewed] = await mercy.at(Delivery.all)
    assert first.claimed_until and renewed.claimed_until
    assert renewed.claimed_until > first.claimed_until
    await mercy.at(worker.stop, timedelta(0))
    await running
    [left] = await mercy.at(Delivery.all)
    assert left.claimed_until is None and left.due_at is not None


async def test_a_worker_sends_no_host_more_than_four_at_once(
    activity: OutboxActivity, monkeypatch: pytest.MonkeyPatch
) -> None:
    for lane in range(10):
        await waiting(activity, lane=lane)
    going = 0

    async def never_ends(*_: Any) -> None:
        nonlocal going
        going += 1
        await asyncio.Event().wait()

    monkeypatch.setattr(delivery, "answer", never_ends)
    worker = DeliveryWorker()
    for _ in range(4):
        await worker._start_due()
        await asyncio.sleep(0)
    assert going == claims.PER_HOST_MAX
    await worker.stop(timedelta(0))


async def test_a_host_that_is_blocked_while_others_of_a_claim_start_is_seen_to_be(
    activity: OutboxActivity, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [await waiting(activity, f"{number:02}.example") for number in range(20)]
    levels = []

    def start(_: DeliveryWorker, row: Delivery, seen: delivery.Seen) -> None:
        levels.append(seen.levels[row.host])

    async def note(hosts: Collection[str]) -> dict[str, Level]:
        found = await read(hosts)
        await Peer.get_or_create(host=rows[-1].host, defaults={"level": PeerLevel.BLOCKED})
        return found

    read = trust.levels
    monkeypatch.setattr(DeliveryWorker, "_start", start)
    monkeypatch.setattr(trust, "levels", note)
    assert await DeliveryWorker()._start_due() == 20
    assert levels == [*[Level.PUBLIC] * 19, Level.BLOCKED]


async def test_of_hosts_that_are_known_to_be_well_nothing_is_read_with_their_answers(
    activity: OutboxActivity,
) -> None:
    ids = [(await waiting(activity, lane=lane)).id for lane in range(2)]
    first, second = await delivery.load(ids)
    await results.record([(first, Delivered("cavage"))])
    with queries() as made:
        await results.record([(second, Delivered("cavage"))])
    assert not [sql for sql in made if 'FROM "peer"' in sql]
    assert await Delivery.filter(delivered_at__not_isnull=True).count() == 2


async def test_answers_that_come_within_a_moment_are_written_together(
    activity: OutboxActivity, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = await delivery.load([(await waiting(activity, lane=lane)).id for lane in range(3)])
    written, record, ledger = [], results.record, results.Ledger()

    async def note(found: list[results.Result]) -> None:
        written.append(len(found))
        await record(found)

    monkeypatch.setattr(results, "record", note)
    await asyncio.gather(*(ledger.record((row, Delivered("cavage"))) for row in rows))
    assert written == [3]
    assert await Delivery.filter(delivered_at__not_isnull=True).count() == 3
