"""Nothing is lost and nothing doubled: server and worker killed (SIGKILL) amid their work.

400 deliveries to 20 hosts, 8 of them sick for a while, wait when a worker process and a server with
another worker inside it start. One thread more, forty deliveries, is posted before each kill. After
a random number of arrivals one of the two that works on some is stopped, and killed if it still
does: so every kill hits work in progress. It is started again at once. Claims run out after three
seconds instead of ten, so that there is work between the kills. At the end every host has every
activity, in the order of its lane. What came twice because its answer could not be written down is
counted: receivers know it by its id.
"""

import argparse
import asyncio
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

from tests.bench import killable, report
from tests.live import pairs, rounds, servers, sick_hosts
from tests.live.sick_hosts import Hosts, Sickness
from tests.ports import free_ports

_SICK: tuple[Sickness, ...] = (
    *("silent", "silent", "failing", "failing"),
    *("busy", "busy", "dropping", "down"),
)
_HOSTS = 20
_WITHIN = 120.0
_LOOK_EVERY = 0.002
_PATIENCE = 6.0  # seconds; claims of the one that was killed run out within


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--most", type=int, default=24, help="deliveries that arrive between kills")
    parser.add_argument("--seed", type=int, default=1)


async def run(chosen: argparse.Namespace) -> None:
    await asyncio.to_thread(_run, chosen)


def _run(chosen: argparse.Namespace) -> None:
    ports = free_ports(_HOSTS + 1)
    with (
        tempfile.TemporaryDirectory(prefix="curbside-bench-") as folder,
        Hosts(sick_hosts.of_ports(ports[1:], _SICK)) as hosts,
    ):
        home = servers.place(pairs.MERCY, ports, ports[0], Path(folder), pairs.LEE)
        asyncio.run(rounds.establish(home, hosts))
        pairs.at(home, rounds.talk)
        program = (sys.executable, "-m", "tests.bench.killable")
        processes = [
            servers.Process(home.environ, home.log, command, program=program)
            for command in ("serve", "worker")
        ]
        start = time.monotonic()
        try:
            for process in processes:
                process.start()
            left = pairs.at(home, lambda: _Killing(home, processes, hosts, chosen).run())
            alive = time.monotonic()
            pairs.at(home, lambda: rounds.everything_arrives(_WITHIN))
        finally:
            for process in processes:
                process.end()
        report.line("seconds of killing; until all was there", _seconds(start, alive))
        report.line("deliveries under way at a kill", report.spread(left))
        _judge(hosts, pairs.at(home, rounds.in_order), chosen.kills)


class _Killing:
    def __init__(
        self,
        home: servers.Place,
        processes: list[servers.Process],
        hosts: Hosts,
        chosen: argparse.Namespace,
    ) -> None:
        self._home, self._processes, self._hosts = home, processes, hosts
        self._kills: int = chosen.kills
        self._most: int = chosen.most
        self._chance = random.Random(chosen.seed)

    async def run(self) -> list[int]:
        """How many deliveries each kill interrupted."""
        left = []
        for number in range(self._kills):
            await rounds.start_thread(f"Kill {number}")
            async with asyncio.timeout(_WITHIN):
                left.append(await self._kill_one())
            if number == self._kills // 2:
                report.line("arrived when half of the kills were done", f"{self._hosts.accepted}")
                self._hosts.open(down=True)
        return left

    async def _kill_one(self) -> int:
        """After a random number of arrivals, or once those that could arrive have."""
        enough = self._hosts.accepted + self._chance.randint(0, self._most)
        patience = time.monotonic() + _PATIENCE
        while True:
            await asyncio.sleep(_LOOK_EVERY)
            working = [process for process in self._processes if self._at_work(process)]
            if working and (self._hosts.accepted >= enough or time.monotonic() > patience):
                process = self._chance.choice(working)
                process.send(signal.SIGSTOP)
                if left := self._at_work(process):
                    process.kill()
                    process.start()
                    return left
                process.send(signal.SIGCONT)
            elif time.monotonic() > patience:
                await rounds.start_thread("More work")
                enough, patience = self._hosts.accepted + 1, time.monotonic() + _PATIENCE

    def _at_work(self, process: servers.Process) -> int:
        return killable.at_work(self._home.folder, process.pid)


def _judge(hosts: Hosts, expected: list[list[str]], kills: int) -> None:
    """Raises RuntimeError where something is missing or out of its order."""
    for host in hosts.all:
        lanes = [[uri for uri in host.accepted if uri in lane] for lane in expected]
        if lanes != expected:
            raise RuntimeError(f"lost or out of order at a host that was {host.sickness}")
    every, due = hosts.accepted, sum(map(len, expected)) * _HOSTS
    report.line("answered, and sent again after a kill", f"{sum(h.repeated for h in hosts.all)}")
    report.line("sent to a host that was closed", f"{sum(h.turned_away for h in hosts.all)}")
    print(f"{kills} kills amid work: {every} of {due} deliveries, each in its order")


def _seconds(start: float, alive: float) -> str:
    return f"{alive - start:.0f}; {time.monotonic() - alive:.0f} more"
