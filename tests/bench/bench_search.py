"""P7 for search: a page of results at 10,000 consults, against a null Quart GET.

CPU of the server per page, interleaved with the null server. First comes the cold search: pages are
asked for until one says nothing of "so far"; what the process grew by meanwhile is its memory.
`rare` is found in a few consults, `common` in nearly all; `people` is a page that searches nothing.
"""

import argparse
import asyncio
import random
import tempfile
import time
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from instance import migrate
from instance.config import Config
from instance.ids import new_id
from instance.institution import Institution
from instance.models import (
    Actor,
    ActorKind,
    Consult,
    Contribution,
    Level,
    Participant,
    Routing,
    Scope,
)
from instance.services import institutions, members
from instance.services.consults import routing
from tests.bench import report, servers
from tests.bench.browsing import Browser, signed_in
from tests.bench.servers import Server
from tests.ports import free_ports

_LOGIN, _PASSWORD = "member", "a long enough password"
_AT_ONCE = 500
_PAGES = {
    "rare": "/search?q=w19000",
    "synonyms": "/search?q=MI+w9000",
    "common": "/search?q=w1",
    "people": "/people",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--consults", type=int, default=10_000)
    parser.add_argument("--words", type=int, default=200, help="in each question and each answer")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=20, help="per round and page")


async def run(chosen: argparse.Namespace) -> None:
    ours, null_port = free_ports(2)
    with tempfile.TemporaryDirectory(prefix="curbside-bench-") as name:
        folder = Path(name)
        environ = servers.environ(folder / "data", ours, ())
        await _fill(Config.from_env(environ), chosen)
        null_command = ["-m", "tests.bench.yardstick_apps", "null", str(null_port), str(folder)]
        async with AsyncExitStack() as stack:
            null = stack.enter_context(
                servers.running(null_command, null_port, folder / "null.log")
            )
            server = stack.enter_context(
                servers.running(["-m", "instance", "serve"], ours, folder / "log", environ)
            )
            for each in (server, null):
                await each.first_200("/actor")
            browser = await stack.enter_async_context(signed_in(ours, _LOGIN, _PASSWORD))
            await _cold(browser, server)
            await _warm(browser, server, null, chosen)


async def _cold(browser: Browser, server: Server) -> None:
    await browser.get("/people")
    size, cpu, start, pages, longest = server.rss(), server.cpu(), time.perf_counter(), 0, 0.0
    page = "so far"
    while "so far" in page:
        asked = time.perf_counter()
        page = await browser.get(_PAGES["rare"])
        pages, longest = pages + 1, max(longest, time.perf_counter() - asked)
    report.line("cold: until everything is read", f"{time.perf_counter() - start:.1f} s")
    report.line("pages asked for until then, the longest took", f"{pages}, {longest:.2f} s")
    report.line("CPU of it", f"{server.cpu() - cpu:.1f} s")
    print(f"     memory grew by {server.rss() - size:.0f} MiB   floor 64 MiB")


async def _warm(browser: Browser, server: Server, null: Server, chosen: Any) -> None:
    ratios: dict[str, list[float]] = {name: [] for name in _PAGES}
    for _ in range(chosen.rounds):
        for name, path in _PAGES.items():
            nothing = await _cpu(browser, null, f"http://localhost:{null.port}/actor", 200)
            cost = await _cpu(browser, server, path, chosen.requests)
            ratios[name].append(cost / nothing)
    for name, values in ratios.items():
        report.ratio("P7", f"{name} to a null GET", values, "8x", "4x")


async def _cpu(browser: Browser, server: Server, path: str, times: int) -> float:
    before = server.cpu()
    for _ in range(times):
        await browser.get(path)
    return (server.cpu() - before) / times


async def _fill(config: Config, chosen: argparse.Namespace) -> None:
    config.data.mkdir(parents=True)
    await migrate.migrate(config.database_url)
    institution = Institution(config)
    await institution.open()
    try:
        member = await _member()
        asker = (await members.identities(member))[0]
        for start in range(0, chosen.consults, _AT_ONCE):
            count = min(_AT_ONCE, chosen.consults - start)
            await _some(asker, config, count, chosen.words)
            await asyncio.sleep(0)
    finally:
        await institution.close()


async def _member() -> Any:
    await institutions.ensure_institution()
    new = members.NewMember(
        email="member@bench.example",
        password=_PASSWORD,
        handle=_LOGIN,
        name="A Member",
        level=Level.VERIFIED,
        specialties=["cardiology"],
        is_public=True,
    )
    return await members.add_member(new)


async def _some(asker: Actor, config: Config, count: int, words: int) -> None:
    ids = [new_id() for _ in range(count)]
    groups = [_group(config, number) for number in ids]
    consults = [_consult(asker, config, number, words) for number in ids]
    await Actor.bulk_create(groups)
    await Consult.bulk_create(consults)
    await Contribution.bulk_create([_answer(asker, config, number, words) for number in ids])
    ours = config.uri("/actor")
    await Participant.bulk_create(
        Participant(consult_id=n, actor_uri=ours, host=config.host, is_institution=True)
        for n in ids
    )
    # As after a restart: whom they were to ask was asked.
    await Routing.bulk_create(Routing(consult_id=n, waves=routing.WAVES) for n in ids)


def _group(config: Config, number: int) -> Actor:
    uri, handle = config.uri(f"/g/{number}"), f"consult-{number}"
    return Actor(
        id=number,
        uri=uri,
        kind=ActorKind.CONSULT,
        is_local=True,
        host=config.host,
        handle=handle,
        inbox=f"{uri}/inbox",
    )


def _consult(asker: Actor, config: Config, number: int, words: int) -> Consult:
    now, uri = datetime.now(UTC), config.uri(f"/k/{number}")
    return Consult(
        id=number,
        uri=uri,
        root_uri=f"{uri}/root",
        group_id=number,
        asker_id=asker.id,
        is_local=True,
        scope=Scope.INSTANCES,
        addressed_to=[config.uri("/actor")],
        urgency="routine",
        question_type="management",
        target_hours=72,
        specialties=["cardiology"],
        facts={"title": _text(8), "question": _text(12), "history": _text(words)},
        due_at=now + timedelta(hours=72),
        published_at=now,
        changed_at=now,
    )


def _answer(asker: Actor, config: Config, number: int, words: int) -> Contribution:
    return Contribution(
        uri=config.uri(f"/k/{number}/answer"),
        consult_id=number,
        author_id=asker.id,
        kind="answer",
        body={"content": f"<p>{_text(words)}</p>"},
        standing={},
        seq=2,
        published_at=datetime.now(UTC),
    )


def _text(words: int) -> str:
    """Of 20,000 words, some in nearly every text and most in few."""
    return " ".join(f"w{min(20_000, int(random.paretovariate(0.45)))}" for _ in range(words))
