"""P9: a channel with 100,000 followers on 1,000 hosts, and one post there.

Followers are rows inserted directly; the hosts are ports that take everything. The member is signed
in before, so that neither that nor the first page counts. Peak and idle RSS are those of the one
process that is server and worker, from the form to the last delivery. A new thread goes out in two
activities, for forums and for microblogs: rows are counted for each.
"""

import argparse
import asyncio
import resource
import tempfile
from collections import Counter
from pathlib import Path

from instance.models import Delivery
from tests.bench import browsing, servers, sinks, wards
from tests.ports import free_ports

_WITHIN = 120.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--followers", type=int, default=100_000)
    parser.add_argument("--hosts", type=int, default=1_000)


async def run(chosen: argparse.Namespace) -> None:
    _allow_files(chosen.hosts * 2 + 1_000)
    port, *ports = free_ports(1 + chosen.hosts)
    with tempfile.TemporaryDirectory(prefix="curbside-bench-") as name:
        folder = Path(name)
        environ = servers.environ(folder / "data", port, ports)
        hosts = [f"localhost:{each}" for each in ports]
        await wards.found(environ, hosts, chosen.followers)
        command, log = ["-m", "instance", "serve"], folder / "curbside.log"
        with sinks.running(ports) as sink, servers.running(command, port, log, environ) as server:
            await sink.first_200("/")
            await server.first_200("/actor")
            idle, peak = await _post(port, server, sink, chosen.hosts)
        async with wards.opened(environ):
            rows = Counter(await Delivery.all().values_list("activity_id", flat=True))
    print(f"P9  peak RSS over idle: {peak - idle:.0f} MiB ({idle:.0f} to {peak:.0f})", end="")
    print("   floor 64 MiB, goal 24 MiB")
    print(f"P9  queue rows of each activity: {sorted(rows.values())}   hosts {chosen.hosts}")


async def _post(
    port: int, server: servers.Server, sink: servers.Server, hosts: int
) -> tuple[float, float]:
    """MiB before, and at most until everything was delivered."""
    path = f"/channels/{wards.HANDLE}/new"
    async with browsing.signed_in(port, wards.LOGIN, wards.PASSWORD) as member:
        token = await member.token(path)
        await asyncio.sleep(2)
        server.forget_peak()
        idle = server.rss()
        form = {"title": "One post", "text": "What was new?", "csrf_token": token}
        await member.post(path, form)
        await sinks.all_taken(sink, 2 * hosts, _WITHIN)
        return idle, server.peak_rss()


def _allow_files(count: int) -> None:
    """For the processes started here: a host is a listening socket and a connection."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < count:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(count, hard), hard))
