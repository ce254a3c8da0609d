"""What this machine allows: a null Quart POST, a plain ASGI group-commit inbox, RSA-2048.

The others print their ratios against these, measured again in their own run.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256

from federation.keys import new_rsa, public_to_pem
from tests.bench import correspondents, report, servers
from tests.bench.correspondents import Person
from tests.bench.load import Answers, deliver_all, post_all
from tests.bench.servers import Server
from tests.bench.yardstick_apps import KEY_FILE
from tests.ports import free_ports

_TEXT = b"x" * 400  # bytes, as long as the text an HTTP signature covers


@dataclass(frozen=True)
class Cost:
    """Of one round against one server."""

    per_second: float
    cpu_us: float

    @classmethod
    def of(cls, answers: Answers, cpu_seconds: float) -> "Cost":
        return cls(answers.per_second(), cpu_seconds * 1e6 / answers.statuses.total())


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=400, help="per round and server")
    parser.add_argument("--seconds", type=float, default=1.0, help="of each RSA measurement")


async def run(chosen: argparse.Namespace) -> None:
    print("RSA-2048 with SHA-256")
    key = new_rsa()
    signed = await signatures(key, chosen.seconds)
    report.line("sign per second and core", f"{signed:,.0f}")
    verified = await asyncio.to_thread(_rate, _verify(key), chosen.seconds)
    report.line("verify per second and core", f"{verified:,.0f}")
    with tempfile.TemporaryDirectory(prefix="curbside-bench-") as name:
        await _servers(Path(name), chosen.rounds, chosen.requests)


async def signatures(key: RSAPrivateKey, seconds: float) -> float:
    """How many one thread makes in a second of CPU time."""
    return await asyncio.to_thread(_rate, _sign(key), seconds)


async def _servers(folder: Path, rounds: int, requests: int) -> None:
    cast = correspondents.people([80], 8)
    with limits(folder, cast) as (null, plain):
        found: dict[str, list[Cost]] = {"null": [], "plain": []}
        for number in range(rounds + 1):
            for name, server in (("null", null), ("plain", plain)):
                cost = await measured(server, fresh(cast, server, requests))
                if number:  # the first one warms up
                    found[name].append(cost)
    for name, title in (("null", "null Quart POST"), ("plain", "plain ASGI, group commit")):
        print(title)
        report.line("accepted/s", report.spread([cost.per_second for cost in found[name]]))
        report.line("CPU us each", report.spread([cost.cpu_us for cost in found[name]]))


@contextmanager
def limits(folder: Path, cast: Sequence[correspondents.Person]) -> Iterator[tuple[Server, Server]]:
    """The null route and the plain inbox, each a process of its own."""
    public = public_to_pem(cast[0].key.public.key)
    (folder / KEY_FILE).write_text(public)
    with ExitStack() as stack:
        started = []
        for name, port in zip(("null", "plain"), free_ports(2), strict=True):
            command = ["-m", "tests.bench.yardstick_apps", name, str(port), str(folder)]
            running = servers.running(command, port, folder / f"{name}.log")
            started.append(stack.enter_context(running))
        yield started[0], started[1]


async def measured(server: Server, requests: Sequence[bytes], status: int = 202) -> Cost:
    """One round; every answer has to have this status."""
    return await _measured(server, post_all(server.port, requests), status)


async def delivered(server: Server, sent: Iterable[tuple[Person, dict[str, Any]]]) -> Cost:
    """One round from senders that sign each activity when they send it, as every server must."""
    inbox = f"http://localhost:{server.port}/inbox"
    letters = (who.letter(activity, inbox) for who, activity in sent)
    return await _measured(server, deliver_all(inbox, letters), 202)


async def _measured(server: Server, sending: Awaitable[Answers], status: int) -> Cost:
    await server.first_200("/actor")
    before = server.cpu()
    answers = (await sending).require(status)
    return Cost.of(answers, server.cpu() - before)


def fresh(cast: Sequence[correspondents.Person], server: Server, count: int) -> list[bytes]:
    """New public posts by everybody in turn, signed for the inbox of this server."""
    inbox = f"http://localhost:{server.port}/inbox"
    people = correspondents.turns(cast)
    return [(who := next(people)).signed(who.create(), inbox) for _ in range(count)]


def _sign(key: RSAPrivateKey) -> Callable[[], object]:
    return lambda: key.sign(_TEXT, PKCS1v15(), SHA256())


def _verify(key: RSAPrivateKey) -> Callable[[], object]:
    signature, public = key.sign(_TEXT, PKCS1v15(), SHA256()), key.public_key()
    return lambda: public.verify(signature, _TEXT, PKCS1v15(), SHA256())


def _rate(work: Callable[[], object], seconds: float) -> float:
    """Times per second, by the CPU time of this thread: others on the machine count less."""
    count, start, end = 0, time.thread_time(), time.monotonic() + seconds
    while time.monotonic() < end:
        for _ in range(20):
            work()
        count += 20
    return count / (time.thread_time() - start)
