"""P12: a consult posted on one server, until the open page of a member of another one shows it.

Two real servers that trust each other, both idle. Measured from the moment the form is sent to
the message of the reader's stream that holds the new title. Between are: the answer to the form,
the delivery, its checks, the fetch of the consult's history and members, and drawing.
Compared with what a page costs here: the reader's list of consults, drawn once.
"""

import argparse
import asyncio
import tempfile
import time
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import aiohttp

from federation.relationships import SCOPES
from instance import migrate
from instance.config import Config
from instance.institution import Institution
from instance.models import Actor, Level
from instance.outbox import actors
from instance.services import institutions, members, peers
from tests.bench import report, servers
from tests.bench.browsing import Browser, signed_in
from tests.ports import free_ports

_LOGIN, _PASSWORD = "member", "a long enough password"
_ARRIVES_WITHIN = 10.0
_TERMS = {"jurisdiction": "US-MN", "maxLevel": 4, "retentionDays": 3650}
_PAGES = {"list": ("/consults?box=open", "/consults/stream?box=open"), "home": ("/", "/stream")}
_FIGURES = ("nil", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_QUESTION = {
    "question": "Would you continue?",
    "question_type": "management",
    "urgency": "routine",
    "specialties": "cardiology",
    "age_band": "50-59",
    "sex": "female",
    "pregnant": "na",
    "history": "An invented history of some sentences. " * 10,
    "tried": "Nothing yet.",
    "audience": "partners",
    "attested": "yes",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--consults", type=int, default=20)
    parser.add_argument("--page", choices=tuple(_PAGES), default="list", help="the open page")
    parser.add_argument("--pause", type=float, default=0.5, help="seconds of idling between")


async def run(chosen: argparse.Namespace) -> None:
    ports = free_ports(2)
    with tempfile.TemporaryDirectory(prefix="curbside-bench-") as name:
        folder = Path(name)
        asking = servers.environ(folder / "asking", ports[0], [ports[1]], "Asking")
        reading = servers.environ(folder / "reading", ports[1], [ports[0]], "Reading")
        await _found(asking, reading)
        command = ["-m", "instance", "serve"]
        async with AsyncExitStack() as stack:
            for port, environ in zip(ports, (asking, reading), strict=True):
                log = folder / f"{port}.log"
                server = stack.enter_context(servers.running(command, port, log, environ))
                await server.first_200("/actor")
            asker, reader = [
                await stack.enter_async_context(signed_in(port, _LOGIN, _PASSWORD))
                for port in ports
            ]
            await _measure(asker, reader, chosen)


async def _measure(asker: Browser, reader: Browser, chosen: argparse.Namespace) -> None:
    page, stream = _PAGES[chosen.page]
    arrivals, posts, draws = [], [], []
    async with reader.session.get(stream) as messages:
        for number in range(chosen.consults + 1):
            await asyncio.sleep(chosen.pause)
            start = time.perf_counter()
            await reader.get(page)
            draws.append(time.perf_counter() - start)
            await asyncio.sleep(chosen.pause)
            posted, arrived = await _one(asker, messages, _title(number))
            posts.append(posted)
            arrivals.append(arrived)
    _print(arrivals[1:], posts[1:], draws[1:])  # the first of each warmed up


async def _one(asker: Browser, messages: aiohttp.ClientResponse, title: str) -> tuple[float, float]:
    """Milliseconds to the answer of the form, and to the message with the title."""
    form = {**_QUESTION, "title": title, "csrf_token": await asker.token("/consults/new")}
    start = time.perf_counter()
    waiting = asyncio.create_task(_until(messages, title.encode()))
    await asker.post("/consults/new", form)
    posted = time.perf_counter() - start
    arrived = await asyncio.wait_for(waiting, _ARRIVES_WITHIN)
    return posted * 1000, (arrived - start) * 1000


def _title(number: int) -> str:
    """In words: figures could be a patient's."""
    return "Bench consult " + " ".join(_FIGURES[int(figure)] for figure in f"{number:04}")


async def _until(messages: aiohttp.ClientResponse, title: bytes) -> float:
    seen = b""
    async for chunk in messages.content.iter_any():
        seen = seen[-len(title) :] + chunk
        if title in seen:
            return time.perf_counter()
    raise RuntimeError("the stream ended")


def _print(arrivals: list[float], posts: list[float], draws: list[float]) -> None:
    late = quantiles(arrivals, n=20)[-1]
    report.line("the reader's page, drawn once", report.spread([d * 1000 for d in draws], " ms"))
    report.line("the asker's form answered after", report.spread(posts, " ms"))
    report.line("shown to the reader after", report.spread(arrivals, " ms"))
    report.line("p95 of that", f"{late:,.0f} ms of {len(arrivals)}")
    report.line("in drawn pages", f"{median(arrivals) / median(draws) / 1000:.1f}x")
    print(f"P12  posted to shown: {median(arrivals):,.0f} ms   floor 1 s, goal 150 ms")


async def _found(*environs: dict[str, str]) -> None:
    """A member each; then each pins the other and trusts it."""
    configs = [Config.from_env(environ) for environ in environs]
    documents = []
    for config in configs:
        config.data.mkdir(parents=True)
        await migrate.migrate(config.database_url)
        documents.append(await _within(config, _join()))
    for config, other in zip(configs, reversed(documents), strict=True):
        await _within(config, _trust(other))


async def _within(config: Config, work: Any) -> Any:
    institution = Institution(config)
    await institution.open()
    try:
        return await work
    finally:
        await institution.close()


async def _join() -> dict[str, Any]:
    ours: Actor = await institutions.ensure_institution()
    new = members.NewMember(
        email="member@bench.example",
        password=_PASSWORD,
        handle=_LOGIN,
        name="A Member",
        level=Level.VERIFIED,
        specialties=["cardiology"],
        is_public=True,
    )
    await members.add_member(new)
    return await actors.document(ours, trusted=False, now=datetime.now(UTC))


async def _trust(document: dict[str, Any]) -> None:
    peer = await peers.pin(document, name="The other one")
    await peers.set_active(peer, scopes=list(SCOPES), terms=_TERMS)
