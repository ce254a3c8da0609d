"""P11: the inbox of a server on SQLite, and on PostgreSQL in one process and in two.

The same activities as `inbox` sends, to three servers in turn. PostgreSQL comes from pip, commits
to the disk before it answers, and is a neighbour on this machine: it, the one who sends and the
processes of the inbox share its cores. So besides accepted/s it tells how many one process could
take: of a second of its CPU time. That is what more cores would give.
PostgreSQL to SQLite: accepted/s, one process each. Two to one: both processes at once, each with
half of the connections.
"""

import argparse
import asyncio
import itertools
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests import postgres
from tests.bench import bench_inbox, correspondents, report, servers
from tests.bench.correspondents import Person
from tests.bench.load import post_all
from tests.bench.servers import Server
from tests.ports import free_ports

_PEERS, _PEOPLE_EACH, _CONNECTIONS = 4, 8, 16
_DURABLE = ("max_connections=100",)  # and all else as PostgreSQL comes: fsync, synchronous_commit


@dataclass(frozen=True)
class _Place:
    """One institution, in as many processes; what is sent to it is signed for `url`."""

    url: str
    processes: tuple[Server, ...]


@dataclass(frozen=True)
class _Rate:
    """Of one round: accepted/s, and per second of CPU time of all the processes they had."""

    per_second: float
    capacity: float


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=320, help="per round and database")


async def run(chosen: argparse.Namespace) -> None:
    peers = free_ports(_PEERS)
    cast = correspondents.people(peers, _PEOPLE_EACH)
    with tempfile.TemporaryDirectory(prefix="curbside-bench-") as name:
        folder = Path(name)
        async with correspondents.served(cast, peers), _server(folder / "server") as home:
            with ExitStack() as stack:
                lite = await _place(stack, folder / "lite", cast, peers, "", 1)
                one, two = [
                    await _place(stack, folder / name, cast, peers, await _url(home, name), count)
                    for name, count in (("one", 1), ("two", 2))
                ]
                await _compare(cast, (lite, one, two), chosen)


@asynccontextmanager
async def _server(home: Path) -> AsyncIterator[Path]:
    await asyncio.to_thread(postgres.start, home, _DURABLE)
    try:
        yield home
    finally:
        await asyncio.to_thread(postgres.stop, home)


async def _url(home: Path, name: str) -> str:
    await postgres.create(home, name)
    return postgres.url(home, name)


async def _place(
    stack: ExitStack,
    folder: Path,
    cast: Sequence[Person],
    peers: Sequence[int],
    database: str,
    count: int,
) -> _Place:
    ports = free_ports(count)
    environ = servers.environ(folder, ports[0], peers)
    if database:
        environ["CURBSIDE_DATABASE"] = database
    await bench_inbox.prepare(environ)
    started = []
    for number, port in enumerate(ports):
        listening = environ | {"CURBSIDE_LISTEN": f"127.0.0.1:{port}"}
        command = ["-m", "instance", "serve", *(["--no-worker"] if number else [])]
        running = servers.running(command, port, folder / f"{number}.log", listening)
        started.append(stack.enter_context(running))
        await started[-1].first_200("/actor", ports[0])
    await bench_inbox.introduce(cast, started[0], environ)
    return _Place(f"{environ['CURBSIDE_ORIGIN']}/inbox", tuple(started))


async def _compare(
    cast: Sequence[Person], places: tuple[_Place, _Place, _Place], chosen: argparse.Namespace
) -> None:
    people = correspondents.turns(cast)
    rounds = []
    for _ in range(chosen.rounds + 1):
        rounds.append([await _measured(place, people, chosen.requests) for place in places])
    _print(rounds[1:])  # the first one warmed up


async def _measured(place: _Place, people: Iterator[Person], count: int) -> _Rate:
    sent = [who.signed(who.create(), place.url) for who in itertools.islice(people, count)]
    among = len(place.processes)
    shares = [(server, sent[number::among]) for number, server in enumerate(place.processes)]
    loop, before = asyncio.get_running_loop(), [server.cpu() for server, _ in shares]
    start = loop.time()
    lanes = _CONNECTIONS // among
    posted = [post_all(server.port, share, lanes) for server, share in shares]
    for answers in await asyncio.gather(*posted):
        answers.require(202)
    seconds = loop.time() - start
    spent = [server.cpu() - was for (server, _), was in zip(shares, before, strict=True)]
    return _Rate(count / seconds, among * count / sum(spent))


def _print(rounds: Sequence[Sequence[_Rate]]) -> None:
    titles = ("SQLite, one process", "PostgreSQL, one process", "PostgreSQL, two processes")
    for place, title in enumerate(titles):
        print(title)
        report.line("accepted/s", report.spread([each[place].per_second for each in rounds]))
        report.line("could accept/s, by CPU", report.spread([e[place].capacity for e in rounds]))
    for what, above, below, floor, goal in (
        ("PostgreSQL to SQLite", 1, 0, "0.6", "0.85"),
        ("two processes to one", 2, 1, "1.4x", "1.7x"),
    ):
        rates = [each[above].per_second / each[below].per_second for each in rounds]
        could = [each[above].capacity / each[below].capacity for each in rounds]
        report.ratio("P11", f"{what}, accepted/s", rates, floor, goal)
        report.ratio("P11", f"{what}, by CPU of the processes", could, floor, goal)
