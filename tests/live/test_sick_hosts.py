"""Killed at random moments, among hosts that fail in every way: nothing lost, nothing doubled."""

import asyncio
import random
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest

from instance import events
from instance.demo.founding import Opened, found
from instance.models import Actor, ActorKind, Delivery, Follow, FollowState, OutboxActivity, Peer
from instance.outbox.enqueue import wake_host
from instance.services import channels, posting
from tests.live import pairs, servers, sick_hosts
from tests.live.pairs import CHANNEL, LEE, MERCY, at
from tests.live.servers import Place, Process, until
from tests.live.sick_hosts import Hosts, Sickness

KILLS = 5
HOSTS = 20
SICK: tuple[Sickness, ...] = (
    *("silent", "silent", "failing", "failing"),
    *("busy", "busy", "dropping", "down"),
)
THREADS, REPLIES = 4, 3  # two deliveries a thread and one a reply, to each host
DELIVERIES = THREADS * (2 + REPLIES) * HOSTS
WITHIN = 60.0


REACHABLE = DELIVERIES * (HOSTS - len(SICK)) // HOSTS  # at any time


@pytest.fixture
def hosts() -> Iterator[Hosts]:
    with Hosts(sick_hosts.of_ports(servers.free_ports(HOSTS), SICK)) as running:
        yield running


@pytest.fixture(params=["sqlite", "postgres"])
def mercy(request: pytest.FixtureRequest, hosts: Hosts, tmp_path: Path) -> Iterator[Place]:
    """A hospital with a channel that somebody on each host follows."""
    [port] = servers.free_ports(1)
    ports = [port, *(host.port for host in hosts.all)]
    with ExitStack() as stack:
        settings = {}
        if request.param == "postgres":
            database = request.getfixturevalue("postgres").database("template0")
            settings["CURBSIDE_DATABASE"] = stack.enter_context(database)
        home = servers.place(MERCY, ports, port, tmp_path, LEE, **settings)
        asyncio.run(establish(home, hosts))
        yield home


@pytest.fixture
def processes(mercy: Place) -> Iterator[list[Process]]:
    """On SQLite one server with its worker inside; on PostgreSQL two workers at once."""
    is_postgres = mercy.config.database_url.startswith("postgres")
    commands = ["worker", "worker"] if is_postgres else ["serve"]
    found = [Process(mercy.environ, mercy.log, command) for command in commands]
    yield found
    for process in found:
        process.end()


def test_every_delivery_arrives_once_and_in_order_whoever_is_sick_or_killed(
    mercy: Place, processes: list[Process], hosts: Hosts
) -> None:
    chance = random.Random(KILLS)
    at(mercy, talk)
    for process in processes:
        process.start()
    for kill in range(KILLS):
        enough = min(REACHABLE, hosts.accepted + chance.randint(1, REACHABLE // KILLS))
        until(partial(have_accepted, hosts, enough), WITHIN, f"{enough} arrive")
        process = chance.choice(processes)
        process.kill()
        process.start()
        if kill == 1:
            hosts.open(down=True)
    at(mercy, lambda: everything_arrives(hosts))
    expected = at(mercy, in_order)
    for host in hosts.all:
        lanes = [[uri for uri in host.accepted if uri in lane] for lane in expected]
        assert lanes == expected, host.sickness
        assert host.too_early == 0, host.sickness


def have_accepted(hosts: Hosts, enough: int) -> bool:
    return hosts.accepted >= enough


async def establish(home: Place, hosts: Hosts) -> None:
    opened = Opened(home)
    try:
        await opened.open()
        await found([opened], lambda _: None)
        await opened.at(lambda: follow(hosts))
    finally:
        await opened.close()


async def follow(hosts: Hosts) -> None:
    channel = await channels.create_channel(CHANNEL, "Wards", "Rounds")
    for host in hosts.all:
        uri = f"http://{host.name}/users/reader"
        reader = await Actor.create(
            uri=uri,
            kind=ActorKind.PERSON,
            host=host.name,
            handle="reader",
            inbox=f"{uri}/inbox",
            shared_inbox=f"http://{host.name}/inbox",
        )
        await Follow.create(
            uri=f"{uri}/follow", follower=reader, target=channel, state=FollowState.ACCEPTED
        )


async def talk() -> None:
    """Threads with replies, one after the other: so many deliveries wait before the start."""
    lee, channel = await Actor.get(local_handle="lee"), await Actor.get(local_handle=CHANNEL)
    for number in range(THREADS):
        post = await posting.start_thread(lee, channel, f"Round {number}", "What was new?")
        for _ in range(REPLIES):
            post = await posting.reply(lee, post, "And then?")
    assert await Delivery.filter(delivered_at=None).count() == DELIVERIES


async def everything_arrives(hosts: Hosts) -> None:
    """Hosts that fail are woken, as a request of theirs would, instead of waiting for minutes."""

    async def is_everywhere() -> bool:
        for peer in await Peer.exclude(failing_since=None):
            await wake_host(peer.host)
        await events.publish("delivery", 1)
        return not await Delivery.filter(delivered_at=None).exists()

    await pairs.eventually(is_everywhere, "everything is delivered")
    assert hosts.accepted == DELIVERIES


async def in_order() -> list[list[str]]:
    """The ids of what was sent, a list for each thread, in the order of sending."""
    rows = await OutboxActivity.all().order_by("id").select_related("post")
    lanes: dict[int, list[str]] = {}
    for row in sorted(rows, key=lambda row: row.created_at):
        assert row.post is not None
        lanes.setdefault(row.post.thread_id, []).append(row.uri)
    return list(lanes.values())
