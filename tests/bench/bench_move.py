"""An upgrade and a move to PostgreSQL, per 100,000 posts, against reading these posts once by SQL.

The oldest database that tests keep gets so many posts, of 400 letters each and a document twice as
long, is migrated to this version and then moved, which copies and compares every row. CPU is of
this process, which does all the work but PostgreSQL's; all in one run.
"""

import argparse
import asyncio
import sqlite3
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path

import click

from instance import migrate, sqlite_copies
from instance.moving import move
from tests import postgres
from tests.bench import report
from tests.instance import released

_OLDEST = "before-0.1.0-at-0022"
_POSTS = """
WITH RECURSIVE numbers (n) AS (SELECT 10 UNION ALL SELECT n + 1 FROM numbers WHERE n < :rows + 9)
INSERT INTO post (id, uri, kind, content, document, published_at, author_id, thread_id)
SELECT n, 'https://peer.example/p/' || n, 'Note', :text,
json_object('content', :text, 'more', :text),
'2026-01-01 00:00:00.000001+00:00', 1, 1 FROM numbers"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--posts", type=int, default=100_000)


async def run(chosen: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory(prefix="curbside-bench-") as name:
        file, home = Path(name) / "curbside.sqlite3", Path(name) / "postgres"
        await asyncio.to_thread(_fill, file, chosen.posts)
        size = await asyncio.to_thread(lambda: file.stat().st_size / 2**20)
        report.line("posts, and the file", f"{chosen.posts:,}, {size:.0f} MiB")
        per = 100_000 / chosen.posts
        reading = await _timed("read once", per, lambda: asyncio.to_thread(_read, file))
        await _timed(
            "migrate, without a copy", per, lambda: migrate.migrate(_url(file), backup=False)
        )
        await _timed("copy, looked through", per, lambda: asyncio.to_thread(_copy, file))
        postgres.start(home)
        try:
            await postgres.create_template(home)
            await migrate.migrate(postgres.url(home, postgres.TEMPLATE))
            moving = await _timed("move-database", per, lambda: _move(file, home))
        finally:
            postgres.stop(home)
        report.line("move-database / read once, CPU", f"{moving / reading:.1f}")


async def _timed(label: str, per: float, work: Callable[[], Awaitable[object]]) -> float:
    began, cpu = time.perf_counter(), time.process_time()
    await work()
    took, used = time.perf_counter() - began, time.process_time() - cpu
    report.line(f"{label}, per 100,000 posts", f"{took * per:.1f} s, CPU {used * per:.1f} s")
    return used


async def _move(file: Path, home: Path) -> None:
    with click.progressbar(length=1, label="moving", file=sys.stderr) as bar:

        def total(rows: int) -> None:
            bar.length = rows

        def tell(what: str, rows: int) -> None:
            bar.update(rows)

        await move.move(file, postgres.url(home, postgres.TEMPLATE), tell=tell, total=total)


def _fill(file: Path, posts: int) -> None:
    released.restore_sqlite(_OLDEST, file)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(_POSTS, {"rows": posts, "text": "Lorem ipsum dolor sit am" * 17})
        connection.commit()


def _read(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("SELECT * FROM post").fetchall()


def _copy(file: Path) -> None:
    sqlite_copies.copy(file, file.with_name("copy"))


def _url(file: Path) -> str:
    return f"sqlite://{file}"
