"""How a server does: what waits, who works, and from when on each thing is wrong."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial
from typing import Any

import pytest

from federation.messages import Response
from instance.models import Delivery, Fetch, Observation, OutboxActivity, Peer, PeerLevel
from instance.outbox import local
from instance.services import vital_signs
from instance.services.vital_signs import Signs
from instance.workers import polls, watching
from instance.workers.running import Workers
from tests.houses import House
from tests.network import Network, Sent

NOW = datetime.now(UTC)
WELL = Signs(
    NOW, database_seconds=0.001, workers=(NOW,), disk_free=2**40, disk_size=2**41, has_key=True
)


def codes(**changed: Any) -> list[str]:
    return [problem.code for problem in vital_signs.problems(replace(WELL, **changed))]


def test_each_thing_is_wrong_from_a_limit_on_and_the_worst_is_said_first() -> None:
    second, day = timedelta(seconds=1), timedelta(days=1)
    assert codes() == []
    for code, well, wrong in (
        ("database", {}, {"database_seconds": None}),
        ("migrations", {}, {"missing": ("0055_watch",)}),
        ("migrations", {}, {"unknown": ("9999_newer",)}),
        ("key", {}, {"has_key": False}),
        ("disk_full", {}, {"disk_free": vital_signs.DISK_FULL - 1}),
        (
            "disk_low",
            {"disk_free": vital_signs.DISK_LEAST},
            {"disk_free": vital_signs.DISK_LEAST - 1},
        ),
        ("no_worker", {"workers": (NOW - 59 * second,)}, {"workers": (NOW - 60 * second,)}),
        ("no_worker", {"workers": (NOW - day, NOW)}, {"workers": ()}),
        ("late", {}, {"late": 1}),
        ("silent", {}, {"silent": ("stlukes.example",)}),
        (
            "certificate",
            {"certificate_until": NOW + 14 * day},
            {"certificate_until": NOW + 14 * day - second},
        ),
        (
            "backup_old",
            {"backup_at": NOW - timedelta(hours=26)},
            {"backup_at": NOW - timedelta(hours=26) - second},
        ),
        ("clock", {"clock_off": -60 * second}, {"clock_off": -61 * second}),
    ):
        assert (codes(**well), codes(**wrong)) == ([], [code]), code
    assert codes(database_seconds=None, clock_off=day) == ["database", "clock"]
    down = [one.code for one in vital_signs.problems(Signs(NOW)) if one.is_down]
    assert down == ["database", "key"]


async def test_what_waits_is_counted_with_the_age_of_the_oldest(mercy: House) -> None:
    old, soon = NOW - timedelta(hours=1), NOW + timedelta(minutes=1)

    async def fill() -> None:
        ours = await local.institution()
        activity = await OutboxActivity.create(uri="https://x/1", type="Create", actor=ours)
        rows: tuple[dict[str, Any], ...] = (
            {"due_at": old},
            {"due_at": soon},
            {"due_at": None, "delivered_at": NOW},
        )
        for number, values in enumerate(rows):
            row = {"host": "heart.example", "lane": 1, **values}
            made = await Delivery.create(activity=activity, inbox=f"https://x/{number}", **row)
            await Delivery.filter(id=made.id).update(created_at=old)
        for number, due_at in enumerate((old, soon)):
            uri = f"https://heart.example/{number}"
            await Fetch.create(kind="object", uri=uri, host="heart.example", due_at=due_at)

    before = await mercy.at(vital_signs.look, NOW)
    assert {name: queue.size for name, queue in before.queues.items()} == dict.fromkeys(
        ("deliveries", "mails", "pushes", "fetches", "jobs"), 0
    )
    await mercy.at(fill)
    found = await mercy.at(vital_signs.look, NOW)
    assert found.queues["deliveries"].size == found.queues["fetches"].size == 2
    assert found.queues["deliveries"].since == old
    assert found.late == 2 and before.late == 0
    assert found.missing == found.unknown == () and found.migration[:4].isdecimal()


async def test_a_worker_says_that_it_runs_until_it_ends(mercy: House) -> None:
    async def seen() -> int:
        return len((await vital_signs.look()).workers)

    async def run() -> list[int]:
        workers = Workers(mercy.institution)
        found = [await seen()]
        workers.start()
        while not await seen():
            await Observation.all().count()
        found.append(await seen())
        await workers.stop()
        return [*found, await seen()]

    assert await mercy.at(run) == [0, 1, 0]


async def test_workers_end_though_one_loses_that_it_shall(
    mercy: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As asyncio.wait_for does in the moment when what it waits for is there."""
    begun, lost = asyncio.Event(), asyncio.Event()

    async def deaf(_: asyncio.Event) -> None:
        begun.set()
        while True:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                if lost.is_set():
                    raise
                lost.set()

    monkeypatch.setattr(polls, "run", deaf)

    async def run() -> None:
        workers = Workers(mercy.institution)
        workers.start()
        await begun.wait()
        async with asyncio.timeout(10):
            await workers.stop()

    await mercy.at(run)
    assert lost.is_set()


class Clock:
    """A server whose clock is so far from ours."""

    def __init__(self, off: timedelta) -> None:
        self._off = off

    async def answer(self, sent: Sent) -> Response:
        at = format_datetime(datetime.now(UTC) + self._off, usegmt=True)
        return Response(404, {"date": at}, b"", sent.url)


@pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)
async def test_our_clock_is_compared_with_those_of_partners_and_one_may_be_wrong(
    mercy: House, network: Network
) -> None:
    async def look() -> Signs:
        now = datetime.now(UTC)
        await watching.look_at_clock(now)
        await watching.look_at_certificate(now)
        return await vital_signs.look()

    assert (await mercy.at(look)).clock_off is None  # nobody to compare it with
    for name, seconds in (("stlukes", -75), ("heart", -74), ("odd", 3600)):
        network.servers[f"{name}.example"] = Clock(timedelta(seconds=seconds))
        values: dict[str, Any] = {"host": f"{name}.example", "level": PeerLevel.TRUSTED}
        await mercy.at(partial(Peer.create, **values))
    await mercy.at(partial(Peer.create, host="blocked.example", level=PeerLevel.BLOCKED))
    found = await mercy.at(look)
    assert found.clock_off is not None and 73 < found.clock_off.total_seconds() < 76
    assert "clock" in [problem.code for problem in vital_signs.problems(found)]
    assert found.certificate_until is None  # of what goes over no network
    assert not [sent for sent in network.sent if sent.host == "blocked.example"]
    network.down.update(("stlukes.example", "heart.example", "odd.example"))
    assert (await mercy.at(look)).clock_off == found.clock_off
