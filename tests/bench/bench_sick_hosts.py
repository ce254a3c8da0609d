"""P6: 24 hosts follow a channel, 10 of them are sick: how long the healthy ones wait.

Each round first with all of them well, then with ten that time out, answer 500 or 429, drop the
connection or are down; a server with its worker inside each time, and posts in a steady pace. What
is measured is from storing an activity to its arrival, at those 14 that are well in both. At the
end everything has to arrive everywhere; requests before a Retry-After are counted.
"""

import argparse
import asyncio
import tempfile
from pathlib import Path
from statistics import quantiles

from instance.models import Actor, OutboxActivity
from instance.services import posting
from instance.workers import claims
from tests.bench import report, servers, wards
from tests.live import rounds, sick_hosts
from tests.live.sick_hosts import Hosts, Sickness
from tests.ports import free_ports

_SICK: tuple[Sickness, ...] = (
    *("silent", "silent", "silent", "failing", "failing"),
    *("busy", "busy", "dropping", "dropping", "down"),
)
_WITHIN = 90.0
_TEXT = "What was new?"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--hosts", type=int, default=24)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--posts", type=int, default=40, help="two deliveries a host each")
    parser.add_argument("--pause", type=float, default=0.4, help="seconds between posts")


async def run(chosen: argparse.Namespace) -> None:
    well, sick = [], []
    for _ in range(chosen.rounds):
        well.append(await _round((), chosen))
        sick.append(await _round(_SICK, chosen))
    report.line("p99 of the healthy hosts, all well", report.spread(well, " ms"))
    report.line(f"p99 of the healthy hosts, {len(_SICK)} sick", report.spread(sick, " ms"))
    ratios = [ill / fine for ill, fine in zip(sick, well, strict=True)]
    report.ratio("P6", "p99 with sick hosts to all well", ratios, "2x", "1.2x")


async def _round(sick: tuple[Sickness, ...], chosen: argparse.Namespace) -> float:
    """p99 in milliseconds."""
    port, *ports = free_ports(1 + chosen.hosts)
    with tempfile.TemporaryDirectory(prefix="curbside-bench-") as name:
        folder = Path(name)
        environ = servers.environ(folder / "data", port, ports)
        await wards.found(environ, [f"localhost:{each}" for each in ports], chosen.hosts)
        command, log = ["-m", "instance", "serve"], folder / "curbside.log"
        with (
            Hosts(sick_hosts.of_ports(ports, sick)) as hosts,
            servers.running(command, port, log, environ) as server,
        ):
            await server.first_200("/actor")
            async with wards.opened(environ):
                await wards.start_threads(1, "Warm up")
                await _talk(chosen.posts, chosen.pause)
                await asyncio.to_thread(hosts.open, down=True)
                await rounds.everything_arrives(_WITHIN)
                return await _p99(hosts)


async def _talk(count: int, pause: float) -> None:
    author = await Actor.get(local_handle=wards.LOGIN)
    channel = await Actor.get(local_handle=wards.HANDLE)
    for number in range(count):
        await posting.start_thread(author, channel, f"Round {number}", _TEXT)
        await asyncio.sleep(pause)


async def _p99(hosts: Hosts) -> float:
    rows = await OutboxActivity.all().order_by("created_at").values("uri", "created_at")
    stored = {row["uri"]: row["created_at"].timestamp() for row in rows[2:]}  # but the warm-up
    waited: list[float] = []
    for host in hosts.all:
        if set(host.accepted) != {row["uri"] for row in rows}:
            raise RuntimeError(f"something did not arrive at a host that was {host.sickness}")
        if host.turned_away > claims.PER_HOST_MAX:  # as many as were on their way
            raise RuntimeError(f"a host that was closed was asked {host.turned_away} times")
    for host in hosts.all[len(_SICK) :]:
        arrived = zip(host.accepted, host.accepted_at, strict=True)
        waited += [(at - stored[uri]) * 1000 for uri, at in arrived if uri in stored]
    return quantiles(waited, n=100)[-1]
