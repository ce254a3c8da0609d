"""P7: pages for a signed-in member, against a null Quart GET: CPU of the server for each.

Home with 40 posts of a channel the member follows, for people and for their applications, and the
thread of a consult with 200 answers:
for a colleague who wrote none of them, for an author of some, and for its asker, who may accept
or take back each. Each page is asked for over one kept-open connection, the kinds in turn; then
all of them once more, another process storing something before each.
"""

import argparse
import asyncio
import sqlite3
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg

from instance import migrate
from instance.config import Config
from instance.models import Actor, Consult, Level, Member, Scope
from instance.services import authorizing, channels, follows, institutions, members, posting
from instance.services.consults import contributing, opening
from instance.services.consults.states import Event
from instance.web.api import rates
from tests.bench import report, servers, wards
from tests.bench.browsing import signed_in
from tests.bench.servers import Server
from tests.ports import free_ports

_PASSWORD = "a long enough password"
_HOME = "/api/v1/timelines/home?limit=40"
_ASKER, _READER = "asker", "reader"
_AUTHORS = ("author0", "author1", "author2")
_FACTS: dict[str, Any] = {
    "title": "Warfarin or apixaban after a new mechanical valve",
    "question": "Would you bridge, and with what?",
    "question_type": "management",
    "specialties": ["cardiology"],
    "urgency": "routine",
    "target_hours": 72,
    "age_band": "60-69",
    "sex": "female",
    "pregnant": "na",
    "history": "An invented history of some sentences. " * 10,
    "tried": "Nothing yet.",
}
_ANSWER = {
    "recommendation": "Warfarin, bridged with heparin until in range, then warfarin alone.",
    "rationale": "An invented reason of some sentences, with a second one behind it. " * 4,
    "would_change": "A bleed, or a kidney that fails.",
    "confidence": "high",
    "citation": "10.1056/NEJMoa1300615",
    "citation_title": "An invented title of a trial",
}

Get = Callable[[], Awaitable[int]]
Store = Callable[[], Awaitable[Any]]


@dataclass(frozen=True)
class _Page:
    title: str
    server: Server
    get: Get  # gives how many bytes came
    most: int = 10**6  # that may be asked for in five minutes


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--requests", type=int, default=40, help="per round and page")
    parser.add_argument("--answers", type=int, default=200)
    parser.add_argument("--postgres", default="", help="the URL of an empty database")


async def run(chosen: argparse.Namespace) -> None:
    ports = free_ports(2)
    with tempfile.TemporaryDirectory(prefix="curbside-bench-") as name:
        folder = Path(name)
        environ = servers.environ(folder / "data", ports[0], [])
        if chosen.postgres:
            environ["CURBSIDE_DATABASE"] = chosen.postgres
        path, token = await _found(environ, chosen.answers)
        async with AsyncExitStack() as stack:
            command = ["-m", "instance", "serve"]
            ours = servers.running(command, ports[0], folder / "server.log", environ)
            server = stack.enter_context(ours)
            null_command = ["-m", "tests.bench.yardstick_apps", "null", str(ports[1]), name]
            yardstick = servers.running(null_command, ports[1], folder / "null.log")
            null = stack.enter_context(yardstick)
            for each in (server, null):
                await each.first_200("/actor")
            reader, author, asker = [
                (await stack.enter_async_context(signed_in(ports[0], who, _PASSWORD))).session
                for who in (_READER, _AUTHORS[0], _ASKER)
            ]
            phone = await stack.enter_async_context(
                aiohttp.ClientSession(
                    f"http://localhost:{ports[0]}", headers={"Authorization": f"Bearer {token}"}
                )
            )
            nobody = await stack.enter_async_context(
                aiohttp.ClientSession(f"http://localhost:{ports[1]}")
            )
            pages = (
                _Page("Home, 40 posts", server, _getting(reader, "/")),
                _Page("Home by the API", server, _getting(phone, _HOME), rates.CALLS.most // 2),
                _Page(f"{chosen.answers} answers", server, _getting(reader, path)),
                _Page("the same, for an author", server, _getting(author, path)),
                _Page("the same, for the asker", server, _getting(asker, path)),
            )
            limit = _Page("null Quart GET", null, _getting(nobody, "/actor"))
            store = await _storing(stack, environ)
            again = [_after_a_commit(page, store) for page in pages]
            await _measure((limit, *pages, *again), chosen)


async def _measure(pages: Sequence[_Page], chosen: argparse.Namespace) -> None:
    costs: list[list[float]] = []
    sizes = [await page.get() for page in pages]
    for _ in range(chosen.rounds + 1):
        costs.append([await _cpu_us(page, _often(page, chosen)) for page in pages])
    for place, page in enumerate(pages):
        spread = report.spread([each[place] for each in costs[1:]], " us CPU")
        report.line(f"{page.title}, {sizes[place] / 1000:,.0f} kB", spread)
    for place, page in enumerate(pages[1:], 1):
        ratios = [each[place] / each[0] for each in costs[1:]]  # the first one warmed up
        report.ratio("P7", f"{page.title}, to null GET", ratios, "8x", "4x")


async def _storing(stack: AsyncExitStack, environ: dict[str, str]) -> Store:
    """Beside the server; nothing that is on a page."""
    url = Config.from_env(environ).database_url
    if url.startswith("postgres"):
        other = await asyncpg.connect(url)
        stack.push_async_callback(other.close)
        return lambda: other.execute("SELECT pg_current_xact_id()")
    path = url.removeprefix("sqlite://")
    database = stack.enter_context(closing(sqlite3.connect(path, isolation_level=None)))
    numbers = count(1)

    async def store() -> None:
        database.execute(f"PRAGMA user_version = {next(numbers)}")

    return store


def _after_a_commit(page: _Page, store: Store) -> _Page:
    async def get() -> int:
        await store()
        return await page.get()

    return replace(page, title=f"{page.title}, after a commit", get=get)


def _often(page: _Page, chosen: argparse.Namespace) -> int:
    times: int = chosen.requests if "null" not in page.title else chosen.requests * 5
    return min(times, page.most // (int(chosen.rounds) + 2))


async def _cpu_us(page: _Page, times: int) -> float:
    before = page.server.cpu()
    for _ in range(times):
        await page.get()
    return (page.server.cpu() - before) * 1e6 / times


def _getting(session: aiohttp.ClientSession, path: str) -> Get:
    async def get() -> int:
        async with session.get(path) as answer:
            answer.raise_for_status()
            return len(await answer.read())

    return get


async def _found(environ: dict[str, str], answers: int) -> tuple[str, str]:
    """An institution with all that is on the pages; where the consult is, and a token."""
    config = Config.from_env(environ)
    config.data.mkdir(parents=True)
    await migrate.migrate(config.database_url)
    async with wards.opened(environ):
        await institutions.ensure_institution()
        cast = {who: await _join(who) for who in (_ASKER, _READER, *_AUTHORS)}
        await _fill_channel(cast)
        issued = await authorizing.issue_directly(await Actor.get(local_handle=_READER), "read")
        return await _fill_consult(cast, answers), issued.text


async def _join(handle: str) -> Member:
    new = members.NewMember(
        email=f"{handle}@bench.example",
        password=_PASSWORD,
        handle=handle,
        name=f"Dr {handle.title()}",
        level=Level.VERIFIED,
        specialties=["cardiology"],
        is_public=True,
    )
    return await members.add_member(new)


async def _fill_channel(cast: dict[str, Member]) -> None:
    group = await channels.create_channel("wards", "Wards", "Rounds")
    await follows.follow(await Actor.get(local_handle=_READER), group)
    author = await Actor.get(local_handle=_AUTHORS[0])
    for number in range(60):
        await posting.start_thread(author, group, f"Case {number}", "Any ideas? " * 20)
        await asyncio.sleep(0)


async def _fill_consult(cast: dict[str, Member], answers: int) -> str:
    audience = opening.Audience(Scope.INSTANCES, only_ours=True)
    question = opening.Question(facts=_FACTS, audience=audience, attested=True)
    consult: Consult = await opening.open_consult(cast[_ASKER], question)
    for number in range(answers):
        by = cast[_AUTHORS[number % len(_AUTHORS)]]
        await contributing.contribute(by, consult.id, Event.ANSWER, _ANSWER)
    return f"/k/{consult.id}"
