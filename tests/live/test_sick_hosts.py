"""Killed at random moments, among hosts that fail in every way: nothing lost, nothing doubled."""

import asyncio
import random
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest

from instance.workers import claims
from tests.live import pairs, rounds, servers, sick_hosts
from tests.live.pairs import LEE, MERCY, at
from tests.live.servers import Place, Process, until
from tests.live.sick_hosts import Hosts, Sickness
from tests.ports import free_ports

KILLS = 5
HOSTS = 20
SICK: tuple[Sickness, ...] = (
    *("silent", "silent", "failing", "failing"),
    *("busy", "busy", "dropping", "down"),
)
DELIVERIES = rounds.TO_EACH * HOSTS
WITHIN = 60.0
# What was on its way when a host said how long it is closed, and again whenever a worker was killed
# before it could write that down.
VOLLEYS = 1 + KILLS
REACHABLE = DELIVERIES * (HOSTS - len(SICK)) // HOSTS  # at any time


@pytest.fixture
def hosts() -> Iterator[Hosts]:
    with Hosts(sick_hosts.of_ports(free_ports(HOSTS), SICK)) as running:
        yield running


@pytest.fixture(params=["sqlite", "postgres"])
def mercy(request: pytest.FixtureRequest, hosts: Hosts, tmp_path: Path) -> Iterator[Place]:
    """A hospital with a channel that somebody on each host follows."""
    [port] = free_ports(1)
    ports = [port, *(host.port for host in hosts.all)]
    with ExitStack() as stack:
        settings = {}
        if request.param == "postgres":
            database = request.getfixturevalue("postgres").migrated()
            settings["CURBSIDE_DATABASE"] = stack.enter_context(database)
        home = servers.place(MERCY, ports, port, tmp_path, LEE, **settings)
        asyncio.run(rounds.establish(pairs.with_tables(home), hosts))
        yield home


@pytest.fixture
def processes(mercy: Place) -> Iterator[list[Process]]:
    """On SQLite one server with its worker inside; on PostgreSQL two workers at once."""
    is_postgres = mercy.config.database_url.startswith("postgres")
    commands = ["worker", "worker"] if is_postgres else ["serve"]
    hasty = "tests.live.hasty"
    found = [
        Process(mercy.environ, mercy.log, one, program=(sys.executable, "-m", hasty))
        for one in commands
    ]
    yield found
    for process in found:
        process.end()


def test_every_delivery_arrives_once_and_in_order_whoever_is_sick_or_killed(
    mercy: Place, processes: list[Process], hosts: Hosts
) -> None:
    chance = random.Random(KILLS)
    at(mercy, rounds.talk)
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
    at(mercy, rounds.everything_arrives)
    assert hosts.accepted == DELIVERIES
    expected = at(mercy, rounds.in_order)
    for host in hosts.all:
        lanes = [[uri for uri in host.accepted if uri in lane] for lane in expected]
        assert lanes == expected, host.sickness
        assert host.turned_away <= VOLLEYS * claims.PER_HOST_MAX, host.sickness


def have_accepted(hosts: Hosts, enough: int) -> bool:
    return hosts.accepted >= enough
