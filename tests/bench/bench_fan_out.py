"""P4 and P5: threads of a channel with followers on 200 hosts, delivered by real processes.

P4: so many deliveries wait, then a worker starts. Deliveries/s from the first to the last, to the
RSA-2048 signatures/s of one core, measured before and after. Every signature is checked
afterwards, and that every activity came to every host once.
P5: a server with its worker inside. First delivery: from sending the form of a new thread. Then
2,000 deliveries are queued while a route that does next to nothing is asked every few
milliseconds; its p99 to that of the idle server. The same is printed of a server beside whose
process a worker delivers as much: what that costs is the price of the cores, which the hosts and
whoever asks need, too.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Awaitable, Sequence
from pathlib import Path
from statistics import quantiles

from federation.keys import new_rsa
from tests.bench import asking, browsing, report, servers, sinks, wards, yardsticks
from tests.bench.servers import Server
from tests.ports import free_ports

_WITHIN = 120.0
_NULL = "/.well-known/host-meta.json"  # no database, no template
_WARM_UP = 1  # threads


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--hosts", type=int, default=200)
    parser.add_argument("--deliveries", type=int, default=2_000, help="per round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=1.0, help="of each RSA measurement")


async def run(chosen: argparse.Namespace) -> None:
    port, *ports = free_ports(1 + chosen.hosts)
    with tempfile.TemporaryDirectory(prefix="curbside-bench-") as name:
        folder = Path(name)
        environ = servers.environ(folder / "data", port, ports)
        hosts = [f"localhost:{each}" for each in ports]
        await wards.found(environ, hosts, followers=chosen.hosts)
        with sinks.running(ports) as sink:
            await sink.first_200("/")
            place = _Place(environ, folder / "curbside.log", port, sink, chosen)
            await place.speed()
            await place.latency()


class _Place:
    def __init__(
        self,
        environ: dict[str, str],
        log: Path,
        port: int,
        sink: Server,
        chosen: argparse.Namespace,
    ) -> None:
        self._environ, self._log, self._port, self._sink = environ, log, port, sink
        self._hosts: int = chosen.hosts
        self._rounds: int = chosen.rounds
        self._threads: int = max(1, chosen.deliveries // (2 * self._hosts))
        self._seconds = chosen.seconds

    async def speed(self) -> None:
        signing = new_rsa()
        rates: list[float] = []
        bounds: list[float] = []
        costs: list[float] = []
        for number in range(self._rounds):
            count = await self._queue(f"Round {number}")
            before = await yardsticks.signatures(signing, self._seconds)
            command = ["-m", "instance", "worker"]
            with servers.running(command, self._port, self._log, self._environ) as worker:
                found = await sinks.all_taken(self._sink, count, _WITHIN)
                costs.append(worker.cpu() / count * 1e6)
            after = await yardsticks.signatures(signing, self._seconds)
            times = sorted(one.at for one in found)
            rates.append((count - 1) / (times[-1] - times[0]))
            bounds.append((before + after) / 2)
            await self._check(found)
        report.line(f"deliveries/s to {self._hosts} hosts", report.spread(rates))
        report.line("signatures/s of a core", report.spread(bounds))
        report.line("CPU us each, the worker's start included", report.spread(costs))
        signatures = [cost * bound / 1e6 for cost, bound in zip(costs, bounds, strict=True)]
        report.line("CPU each, in signatures", report.spread(signatures))
        ratios = [rate / bound for rate, bound in zip(rates, bounds, strict=True)]
        report.ratio("P4", "deliveries/s to signatures/s of a core", ratios, "0.30", "0.45")

    async def latency(self) -> None:
        command = ["-m", "instance", "serve"]
        with servers.running(command, self._port, self._log, self._environ) as server:
            await server.first_200(_NULL)
            async with browsing.signed_in(self._port, wards.LOGIN, wards.PASSWORD) as member:
                firsts = [await self._first(member, n) for n in range(self._rounds + _WARM_UP)]
            idles, busys = await self._p99s("Inside")
        serving = servers.running([*command, "--no-worker"], self._port, self._log, self._environ)
        working = servers.running(["-m", "instance", "worker"], 0, self._log, self._environ)
        with serving as server, working:
            await server.first_200(_NULL)
            beside = await self._p99s("Beside")
        report.line("p99 of a null route, idle", report.spread(idles, " ms"))
        report.line("p99 of it while deliveries run", report.spread(busys, " ms"))
        report.line("the same to idle, another process's", report.spread(_ratios(*beside)))
        report.ratio("P5", "p99 while deliveries run to idle", _ratios(idles, busys), "4x", "2x")
        firsts = firsts[_WARM_UP:]
        print(f"P5  first delivery: {report.spread(firsts, ' s')}   floor 0.3 s, goal 0.1 s")

    async def _first(self, member: browsing.Browser, number: int) -> float:
        """Seconds from sending the form to the first delivery."""
        path = f"/channels/{wards.HANDLE}/new"
        form = {"title": f"First {number}", "text": "What was new?"}
        form["csrf_token"] = await member.token(path)
        start = time.monotonic()
        await member.post(path, form)
        found = await sinks.all_taken(self._sink, 2 * self._hosts, _WITHIN)
        await asyncio.sleep(1)  # the last results are written
        return min(one.at for one in found) - start

    async def _p99s(self, about: str) -> tuple[list[float], list[float]]:
        """Of the idle server, and while it delivers, of each round."""
        idles, busys = list[float](), list[float]()
        for number in range(self._rounds):
            idles.append(await self._p99_while(asyncio.sleep(3)))
            delivering = asyncio.ensure_future(self._deliver(f"{about} {number}"))
            busys.append(await self._p99_while(delivering))
            await self._check(delivering.result())
        return idles, busys

    async def _deliver(self, about: str) -> list[sinks.Taken]:
        count = await self._queue(about)
        return await sinks.all_taken(self._sink, count, _WITHIN)

    async def _p99_while(self, work: Awaitable[object]) -> float:
        """Milliseconds."""
        return quantiles(await asking.times_while(work, self._port, _NULL), n=100)[-1]

    async def _queue(self, about: str) -> int:
        async with wards.opened(self._environ):
            await wards.start_threads(self._threads, about)
        return self._threads * 2 * self._hosts

    async def _check(self, found: Sequence[sinks.Taken]) -> None:
        async with wards.opened(self._environ):
            key = await wards.key()
        await asyncio.to_thread(sinks.require_once, found, self._hosts, key)


def _ratios(idles: Sequence[float], busys: Sequence[float]) -> list[float]:
    return [busy / idle for idle, busy in zip(idles, busys, strict=True)]
