"""A host that writes to us is reached again: what waits for it need not wait for its time."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from instance import sealed
from instance.database import Database
from instance.inbox import signs_of_life
from instance.models import Actor, ActorKind, Delivery, Fetch, OutboxActivity, Peer
from instance.outbox import limits

BACK, AWAY = "stlukes.example", "heart.example"
NOW = datetime.now(UTC)
LATER = NOW + timedelta(hours=2)


@pytest.fixture(autouse=True)
async def counts(database: Database) -> None:
    limits.use(limits.Limits())


@pytest.fixture
async def activity(database: Database, tmp_path: Path) -> AsyncIterator[OutboxActivity]:
    sealed.use(sealed.load_box(tmp_path))
    uri = "https://mercy.example/u/1"
    sender = await Actor.create(
        uri=uri, kind=ActorKind.PERSON, host="mercy.example", handle="lee", inbox=f"{uri}/inbox"
    )
    yield await OutboxActivity.create(uri=f"{uri}/a/1", type="Create", actor=sender, body=b"{}")


async def delivery(activity: OutboxActivity, host: str) -> Delivery:
    inbox = f"https://{host}/inbox"
    return await Delivery.create(activity=activity, inbox=inbox, host=host, lane=1, due_at=LATER)


async def fetch(host: str) -> Fetch:
    return await Fetch.create(kind="object", uri=f"https://{host}/o/1", host=host, due_at=LATER)


async def is_due(row: Delivery | Fetch) -> bool:
    await row.refresh_from_db()
    return row.due_at is not None and row.due_at < LATER


async def test_a_failing_host_that_writes_gets_what_waits_for_it(activity: OutboxActivity) -> None:
    for host in (BACK, AWAY):
        await Peer.create(host=host, failing_since=NOW)
    waiting = {host: await delivery(activity, host) for host in (BACK, AWAY)}

    await signs_of_life.note(BACK, "cavage")

    assert await is_due(waiting[BACK])
    assert not await is_due(waiting[AWAY])


async def test_what_is_to_be_fetched_from_it_is_fetched(database: Database) -> None:
    waiting = {host: await fetch(host) for host in (BACK, AWAY)}

    await signs_of_life.note(BACK, "cavage")

    assert await is_due(waiting[BACK])
    assert not await is_due(waiting[AWAY])


async def test_a_delivery_to_a_host_that_does_not_fail_keeps_its_time(
    activity: OutboxActivity,
) -> None:
    await Peer.create(host=BACK)
    waiting = await delivery(activity, BACK)

    await signs_of_life.note(BACK, "cavage")

    assert not await is_due(waiting)


async def test_a_host_that_writes_all_the_time_is_not_looked_after_each_time(
    database: Database,
) -> None:
    for _ in range(60):
        await signs_of_life.note(BACK, "cavage")
    waiting = {host: await fetch(host) for host in (BACK, AWAY)}

    for host in (BACK, AWAY):
        await signs_of_life.note(host, "cavage")

    assert not await is_due(waiting[BACK])
    assert await is_due(waiting[AWAY])
