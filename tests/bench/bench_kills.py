"""Nothing is lost and nothing doubled: server and worker killed (SIGKILL) at random moments.

400 deliveries to 20 hosts, 8 of them sick for a while. A worker process and a server with another
worker inside it are killed in turn, after random times of up to one and a half starts; the one that
was killed is started again. Claims run out after three seconds instead of ten, so that there is
work between the kills. At the end every host has every activity, in the order of its lane. What
came twice because its answer could not be written down is counted: receivers know it by its id.
"""

import argparse
import asyncio
import random
import sys
import tempfile
import time
from pathlib import Path

from tests.bench import report
from tests.live import pairs, rounds, servers, sick_hosts
from tests.live.sick_hosts import Hosts, Sickness

_SICK: tuple[Sickness, ...] = (
    *("silent", "silent", "failing", "failing"),
    *("busy", "busy", "dropping", "down"),
)
_HOSTS = 20
_WITHIN = 120.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--longest", type=float, default=1.5, help="between kills, in starts")
    parser.add_argument("--seed", type=int, default=1)


async def run(chosen: argparse.Namespace) -> None:
    await asyncio.to_thread(_run, chosen)


def _run(chosen: argparse.Namespace) -> None:
    ports = servers.free_ports(_HOSTS + 1)
    with (
        tempfile.TemporaryDirectory(prefix="curbside-bench-") as folder,
        Hosts(sick_hosts.of_ports(ports[1:], _SICK)) as hosts,
    ):
        home = servers.place(pairs.MERCY, ports, ports[0], Path(folder), pairs.LEE)
        asyncio.run(rounds.establish(home, hosts))
        pairs.at(home, rounds.talk)
        processes = [
            servers.Process(
                home.environ, home.log, command, program=(sys.executable, "-m", "tests.live.hasty")
            )
            for command in ("serve", "worker")
        ]
        start = time.monotonic()
        try:
            _kill(processes, home.port, hosts, chosen)
            alive = time.monotonic()
            pairs.at(home, lambda: rounds.everything_arrives(_WITHIN))
        finally:
            for process in processes:
                process.end()
        report.line("seconds of killing; until all was there", _seconds(start, alive))
        _judge(hosts, pairs.at(home, rounds.in_order), chosen.kills)


def _kill(
    processes: list[servers.Process], port: int, hosts: Hosts, chosen: argparse.Namespace
) -> None:
    chance = random.Random(chosen.seed)
    began = time.monotonic()
    for process in processes:
        process.start()
    servers.until(lambda: servers.is_answered(port), servers.STARTS_WITHIN, "it answers")
    longest = chosen.longest * (time.monotonic() - began)  # or none would get to work
    for number in range(chosen.kills):
        time.sleep(chance.uniform(0, longest))
        process = processes[number % len(processes)]
        process.kill()
        process.start()
        if number == chosen.kills // 2:
            report.line("arrived when half of the kills were done", f"{hosts.accepted}")
            hosts.open(down=True)


def _judge(hosts: Hosts, expected: list[list[str]], kills: int) -> None:
    """Raises RuntimeError where something is missing or out of its order."""
    for host in hosts.all:
        lanes = [[uri for uri in host.accepted if uri in lane] for lane in expected]
        if lanes != expected:
            raise RuntimeError(f"lost or out of order at a host that was {host.sickness}")
    every = hosts.accepted
    report.line("answered, and sent again after a kill", f"{sum(h.repeated for h in hosts.all)}")
    report.line("sent to a host that was closed", f"{sum(h.turned_away for h in hosts.all)}")
    print(f"{kills} kills: {every} of {rounds.TO_EACH * _HOSTS} deliveries, each in its order")


def _seconds(start: float, alive: float) -> str:
    return f"{alive - start:.0f}; {time.monotonic() - alive:.0f} more"
