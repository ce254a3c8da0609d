"""Two hospitals that trust each other, one physician each, and a channel of the first."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfile
from typing import TypeVar

import pytest

from instance.demo.founding import Opened, found
from instance.demo.people import Institution, Person
from instance.demo.world import PASSWORD
from instance.models import Delivery, Follow, Post, PostKind
from instance.services import channels, passwords
from tests.cast import CHEAP
from tests.databases import migrated_sqlite
from tests.live import servers
from tests.live.browsing import Browser
from tests.live.servers import Place, Server
from tests.ports import free_ports
from tests.postgres import Postgres

T = TypeVar("T")

MERCY = Institution("north", "Mercy General", "hospital", "extension 4444")
STLUKES = Institution("south", "St. Luke's", "hospital", "extension 2222")
LEE = Person("north", "lee", "Dr J. Lee", ("hospital_medicine",))
OKAFOR = Person("south", "okafor", "Dr A. Okafor", ("cardiology",))
CHANNEL = "wards"
ARRIVES_WITHIN = 45.0


@dataclass(frozen=True)
class Pair:
    mercy: Place
    stlukes: Place
    worker_apart: bool

    def server(self, home: Place) -> Server:
        return Server(home, worker_apart=self.worker_apart)

    @property
    def channel_at_stlukes(self) -> str:
        return f"{CHANNEL}@{self.mercy.config.host}"


def pair(
    folder: Path,
    databases: tuple[str, str] | None = None,
    *,
    log_level: str = "info",
    log_format: str = "text",
) -> Pair:
    """Found both; nothing runs yet. `databases`: of PostgreSQL; else each has its SQLite file."""
    ports = free_ports(2)
    homes = []
    for number, (institution, person) in enumerate(((MERCY, LEE), (STLUKES, OKAFOR))):
        settings = {"CURBSIDE_LOG_LEVEL": log_level, "CURBSIDE_LOG_FORMAT": log_format}
        if databases:
            settings["CURBSIDE_DATABASE"] = databases[number]
        home = folder / institution.key
        homes.append(servers.place(institution, ports, ports[number], home, person, **settings))
    asyncio.run(_found(homes))
    return Pair(homes[0], homes[1], worker_apart=databases is not None)


def hospital(folder: Path, strangers: Sequence[int], *colleagues: Person, **settings: str) -> Place:
    """Mercy alone, with its channel. `strangers`: ports of servers that are no Curbside."""
    [port] = free_ports(1)
    people, ports = (LEE, *colleagues), [port, *strangers]
    home = servers.place(MERCY, ports, port, folder / MERCY.key, *people, **settings)
    asyncio.run(_found([home]))
    return home


@contextmanager
def two_databases(postgres: Postgres) -> Iterator[tuple[str, str]]:
    with ExitStack() as stack:
        first, second = (stack.enter_context(postgres.migrated()) for _ in range(2))
        yield first, second


def at(home: Place, work: Callable[[], Awaitable[T]]) -> T:
    """Run `work` as a command beside the server of `home` would."""

    async def run() -> T:
        opened = Opened(home)
        await opened.at(opened.institution.open)  # its tables are there
        try:
            return await opened.at(work)
        finally:
            await opened.close()

    return asyncio.run(run())


@contextmanager
def one_of_each_kind(
    request: pytest.FixtureRequest, folder: Path, *, log_level: str = "info"
) -> Iterator[Pair]:
    """SQLite: servers with their worker inside. PostgreSQL: servers and workers."""
    if request.param == "sqlite":
        yield pair(folder, log_level=log_level)
        return
    with two_databases(request.getfixturevalue("postgres")) as databases:
        yield pair(folder, databases, log_level=log_level)


async def eventually(
    is_so: Callable[[], Awaitable[bool]], what: str, within: float = ARRIVES_WITHIN
) -> None:
    deadline = time.monotonic() + within
    while not await is_so():
        assert time.monotonic() < deadline, f"not within {within:.0f} s: {what}"
        await asyncio.sleep(0.02)


def signed_in(home: Place) -> Browser:
    browser = Browser()
    answer = browser.sign_in(home.url, home.people[0].handle, PASSWORD)
    assert answer.status == 302, answer.text
    return browser


def follow_the_channel(pair: Pair) -> None:
    address = f"@{CHANNEL}@{pair.mercy.config.host}"
    assert servers.command(pair.stlukes, "follow", "--as", "okafor", address).returncode == 0

    async def is_accepted() -> bool:
        return await Follow.filter(state="accepted", target__is_local=True).exists()

    at(pair.mercy, lambda: eventually(is_accepted, "the follow is accepted"))


async def nothing_is_waiting() -> None:
    async def is_empty() -> bool:
        return not await Delivery.filter(due_at__not_isnull=True).exists()

    await eventually(is_empty, "everything is delivered")
    assert not await Delivery.filter(gave_up_at__not_isnull=True).exists()


def titles(home: Place) -> Counter[str]:
    async def read() -> Counter[str]:
        posts = await Post.filter(kind=PostKind.ARTICLE).select_related("thread")
        return Counter(post.thread.title for post in posts)

    return at(home, read)


def with_tables(home: Place) -> Place:
    """Those that its first start would make for seconds."""
    if "CURBSIDE_DATABASE" not in home.environ:
        home.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        copyfile(migrated_sqlite(), home.folder / "curbside.sqlite3")
    return home


async def _found(homes: list[Place]) -> None:
    for home in homes:
        with_tables(home)
    opened = [Opened(home) for home in homes]
    try:
        for one in opened:
            await one.open()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(passwords, "_hasher", CHEAP)
            await found(opened, lambda _: None)
        await opened[0].at(lambda: channels.create_channel(CHANNEL, "Wards", "Rounds"))
    finally:
        for one in opened:
            await one.close()
