"""A year of an institution of 500 members: sizes, P8, backup, upkeep and memory at a million posts.

Written straight into the tables of a database in a temporary folder (or `--dir`), or of the empty
PostgreSQL databases at `--postgres`, on this machine. P8: CPU of a page there against one at a
thousand posts, first pages and deep ones, asked in turn.
"""

import argparse
import resource
import shutil
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from instance import migrate, raw_sql
from instance.config import Config
from instance.institution import Institution
from instance.models import Actor, Post, Thread
from instance.outbox import local
from instance.services import (
    channels,
    editing,
    follow_feeds,
    notifications,
    posting,
    public_search,
    queries,
    tag_feeds,
    timelines,
)
from instance.services.consults import counting, reading
from instance.services.feed_sources import Bounds
from instance.services.retention import purging, scrubbing
from instance.services.tag_feeds import Wanted
from tests.bench import report, servers, year
from tests.ports import free_ports

Work = Callable[[], Awaitable[Any]]
_SMALL, _CONSULTS = 1_000, 1_200  # the pages that are compared are as full (see `year`)
_SIZES = """
SELECT name, sum(pgsize) AS size FROM dbstat WHERE aggregate = 0 GROUP BY name ORDER BY 2 DESC
"""
_SIZES_POSTGRES = """
SELECT relname AS name, pg_relation_size(oid) AS size FROM pg_class
WHERE relkind IN ('r', 'i', 't') ORDER BY 2 DESC LIMIT 40
"""
_BACKENDS = """
SELECT pid FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend'
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--posts", type=int, default=1_000_000)
    parser.add_argument("--consults", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--pages", type=int, default=10, help="per round and kind")
    parser.add_argument("--dir", type=Path, help="where; with a year that is there: only measure")
    parser.add_argument(
        "--postgres",
        nargs=2,
        default=("", ""),
        metavar=("SMALL", "LARGE"),
        help="the URLs of two empty databases",
    )


async def run(chosen: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory(prefix="curbside-year-", dir=chosen.dir) as name:
        small = await _costs(Path(name) / "small", _SMALL, _CONSULTS, chosen, chosen.postgres[0])
        large = await _costs(
            Path(name) / "large", chosen.posts, chosen.consults, chosen, chosen.postgres[1]
        )
        for kind, costs in small.items():
            report.line(f"{kind}, {_SMALL:,} posts", report.spread(costs, " us CPU"))
            ratios = [one / other for one, other in zip(large[kind], costs, strict=True)]
            report.ratio("P8", f"{kind}, {chosen.posts:,} posts", ratios, "2x", "1.3x")


async def _costs(
    folder: Path, posts: int, consults: int, chosen: argparse.Namespace, url: str
) -> dict[str, list[float]]:
    environ = servers.environ(folder, free_ports(1)[0], ())
    if url:
        environ["CURBSIDE_DATABASE"] = url
    config = Config.from_env(environ)
    _make(folder)
    start = time.perf_counter()
    await migrate.migrate(config.database_url)
    report.line("migrations of an empty database", f"{time.perf_counter() - start:.1f} s")
    institution = Institution(config)
    await institution.open()
    try:
        start = time.perf_counter()
        world = await year.fill(posts, consults)
        report.line(f"{posts:,} posts written in", f"{time.perf_counter() - start:.0f} s")
        await raw_sql.run("ANALYZE", [])
        pages = _pages(world)
        costs: dict[str, list[float]] = {kind: [] for kind in pages}
        for is_warm in (False, *([True] * chosen.rounds)):
            for kind, work in pages.items():
                cost = await _cpu(work, chosen.pages)
                costs[kind] += [cost] if is_warm else []
        for kind, found in costs.items():
            report.line(f"{kind} ({posts:,})", f"{median(found):,.0f} us CPU")
        if posts > _SMALL:
            await _operate(config, world)
        return costs
    finally:
        await institution.close()


async def _cpu(work: Work, times: int) -> float:
    before = await _spent()
    for _ in range(times):
        await work()
    return (await _spent() - before) * 1e6 / times


async def _spent() -> float:
    """By this process, a thread of which reads SQLite; and by those of PostgreSQL that serve it."""
    spent = time.process_time()
    if raw_sql.active().capabilities.dialect == "postgres":
        for row in await raw_sql.run(_BACKENDS, []):
            spent += _nanoseconds(row["pid"]) / 1e9
    return spent


def _nanoseconds(pid: int) -> int:
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0])


def _pages(world: year.World) -> dict[str, Work]:
    middle, _ = world.posts

    def words(typed: str, offset: int = 0) -> Work:
        query = queries.read(typed)
        return lambda: public_search.with_words(query, own=(), limit=20, offset=offset)

    async def thread() -> None:
        await posting.in_thread(await Thread.get(id=world.threads[0]))

    async def profile(before: int | None = None) -> None:
        author = await Actor.get(id=world.people[0])
        await timelines.of_author(author, before=before)

    async def board(deep: bool) -> None:
        before = (await Post.get(id=middle)).published_at if deep else None
        await channels.threads(world.groups[0], before=before)

    return {
        "home": lambda: timelines.home([world.actor]),
        "home, deep": lambda: timelines.home([world.actor], before=middle),
        "home of applications": lambda: follow_feeds.home(world.actor, Bounds()),
        "home of applications, deep": lambda: follow_feeds.home(world.actor, Bounds(max_id=middle)),
        "a hashtag": lambda: tag_feeds.timeline((), Wanted("t1"), Bounds()),
        "a hashtag, deep": lambda: tag_feeds.timeline((), Wanted("t1"), Bounds(max_id=middle)),
        "a channel": lambda: board(False),
        "a channel, deep": lambda: board(True),
        "a thread": thread,
        "a profile": profile,
        "a profile, deep": lambda: profile(middle),
        "notifications": lambda: notifications.page(world.reader),
        "unread notifications": lambda: notifications.count_unread(world.reader),
        "consults: mine": lambda: reading.in_box(world.reader, "mine"),
        "consults: open": lambda: reading.in_box(world.reader, "open"),
        "consults: closed": lambda: reading.in_box(world.reader, "closed"),
        "counts of the head": lambda: counting.of_boxes(world.reader),
        "consults: needs you": lambda: reading.in_box(world.reader, "needs-you"),
        "search, a word of most": words("baro2"),
        "search, deep": words("baro2", 200),
        "search, a rare word": words("tole39"),
    }


async def _operate(config: Config, world: year.World) -> None:
    await _sizes(config)
    last = await posting.by_id(world.posts[1])
    author = await Actor.get(id=last.author_id)
    author.is_local = True
    for key in await local.draft_keys(author):
        await key.save(force_create=True)
    await _timed("delete one post", lambda: editing.delete_post(author, last))
    scrubber, steps = scrubbing.Scrubber(), 0
    start, cpu = time.perf_counter(), time.process_time()
    while await scrubber.scrub():
        steps += 1
    spent = f"{time.perf_counter() - start:.0f} s, {time.process_time() - cpu:.0f} s CPU"
    report.line("its words leave the index (a step each 20 s)", f"{steps + 1} steps, {spent}")
    await _timed("upkeep, nothing due", lambda: purging.run(datetime.now(UTC)))
    await _timed("retention verify", lambda: purging.look(datetime.now(UTC)))
    _back_up(config)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    report.line("memory of this process at most", f"{peak:.0f} MiB")


async def _timed(what: str, work: Work) -> None:
    start, cpu = time.perf_counter(), time.process_time()
    await work()
    took, spent = time.perf_counter() - start, time.process_time() - cpu
    report.line(what, f"{took:.2f} s, {spent:.2f} s CPU")


async def _sizes(config: Config) -> None:
    if not config.database_url.startswith("sqlite"):
        rows = await raw_sql.run(_SIZES_POSTGRES, [])
    else:
        report.line("file, log", _of_files(Path(config.database_url.removeprefix("sqlite://"))))
        try:
            rows = await raw_sql.run(_SIZES, [])
        except Exception as error:  # SQLite was built without it
            report.line("sizes of tables", f"not told: {type(error).__name__}")
            return
    for row in rows[:25]:
        report.line(f"  {row['name']}", _mib(int(row["size"])))


def _make(folder: Path) -> None:
    folder.mkdir(parents=True)


def _of_files(path: Path) -> str:
    log = path.with_name(path.name + "-wal")
    return f"{_mib(path.stat().st_size)}, {_mib(log.stat().st_size)}"


def _back_up(config: Config) -> None:
    """What `curbside backup` spends its time on."""
    start = time.perf_counter()
    copy = config.data / "copy"
    if config.database_url.startswith("sqlite"):
        path = config.database_url.removeprefix("sqlite://")
        with closing(sqlite3.connect(path)) as database:
            database.execute("VACUUM INTO ?", [str(copy)])
        what = "VACUUM INTO"
    else:
        program = shutil.which("pg_dump")
        if program is None:
            report.line("backup", "pg_dump is not here")
            return
        subprocess.run([program, "-Fc", "-f", str(copy), config.database_url], check=True)
        what = "pg_dump"
    report.line(what, f"{time.perf_counter() - start:.0f} s, {_mib(copy.stat().st_size)}")
    copy.unlink()


def _mib(size: int) -> str:
    return f"{size / 2**20:,.0f} MiB"
