"""A fresh, migrated database for each test, on SQLite and on PostgreSQL.

Both are copies of one that is migrated once: a file; a template database. The PostgreSQL server is
started by the first test that wants it, shared by all workers, and stopped by the process that
started the run.

A test that takes any kind stands there once for each. Where our SQL is, and where several write at
once, both run. What asks Tortoise alone, a journey, a page or a scenario runs on one of the two,
drawn by its name, so that each file meets both. `pytest --every-database` runs all.
"""

import asyncio
import fcntl
import os
import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar
from weakref import WeakKeyDictionary
from zlib import crc32

import pytest
from tortoise.apps import Apps
from tortoise.models import Model

from instance.database import Database
from instance.migrate import migrate
from instance.sqlite_engine import PRAGMAS
from tests import postgres
from tests.postgres import Postgres

Result = TypeVar("Result")

_real_build = Apps._build_initial_querysets
_ready_for: WeakKeyDictionary[type[Model], set[str]] = WeakKeyDictionary()
_PREFIX = "curbside-tests-"
_FOLDER = "CURBSIDE_TEST_FOLDER"  # the workers inherit it
_KINDS = ("sqlite", "postgres")
_SYNCHRONOUS = PRAGMAS["synchronous"]
_SERVICES_WITH_SQL = """registry/ retention/ roster/test_importing test_audit test_delivery_figures
test_directory test_feed_readers test_following test_forged_records test_host_imports test_joining
test_key_checks test_late_word test_media test_mentions test_notifications test_picture_copies
test_poll test_public_search test_reach test_references test_reports test_roles test_routing
test_signing_in test_telling test_throttle test_timelines test_vital_signs
test_votes_of_physicians""".split()
_WITH_SQL = (
    "tests/instance/test_",
    "tests/instance/outbox/",
    "tests/instance/workers/",
    "tests/live/",
    *(f"tests/instance/services/{files}" for files in _SERVICES_WITH_SQL),
)


def pytest_addoption(parser: pytest.Parser) -> None:
    text = "run each test that takes any database on SQLite and on PostgreSQL"
    parser.addoption("--every-database", action="store_true", help=text)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    # One kind after the other: what Tortoise keeps on the model classes is made anew at a change.
    items.sort(key=lambda item: kind_of(item) == "postgres")
    if config.getoption("every_database"):
        return
    twins = Counter(_apart_from_kind(item) for item in items)
    left_out = {item for item in items if twins[_apart_from_kind(item)] > 1 and _is_left_out(item)}
    config.hook.pytest_deselected(items=list(left_out))
    items[:] = [item for item in items if item not in left_out]


def kind_of(item: pytest.Item) -> str:
    callspec = getattr(item, "callspec", None)
    values = callspec.params.values() if callspec else ()
    return next((value for value in values if value in _KINDS), "")


def _apart_from_kind(item: pytest.Item) -> str:
    name, _, values = item.nodeid.partition("[")
    return f"{name}[{values.replace(kind_of(item), '')}" if kind_of(item) else item.nodeid


def _is_left_out(item: pytest.Item) -> bool:
    drawn = _KINDS[crc32(_apart_from_kind(item).encode()) % 2]
    return not item.nodeid.startswith(_WITH_SQL) and kind_of(item) != drawn


@pytest.fixture(params=_KINDS)
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh migrated database; the test runs once on each kind."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture(params=_KINDS)
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
def postgres_url(postgres: Postgres) -> Iterator[str]:
    with postgres.migrated() as url:
        yield url


@pytest.fixture
def empty_postgres_url(postgres: Postgres) -> Iterator[str]:
    with postgres.empty() as url:
        yield url


@pytest.fixture(scope="session", autouse=True)
def nothing_survives_a_power_cut() -> Iterator[None]:
    """In this process, as in the PostgreSQL of tests: to wait for the disk took a quarter of the
    time of most tests. Servers that tests start, and `as_durable_as_it_ships`, wait."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(PRAGMAS, "synchronous", "OFF")
        patch.setattr(os, "fsync", lambda _: None)
        yield


@pytest.fixture
def as_durable_as_it_ships(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PRAGMAS, "synchronous", _SYNCHRONOUS)


@pytest.fixture(scope="session", autouse=True)
def models_made_ready_once() -> Iterator[None]:
    """For each kind of database: what Tortoise keeps on the model classes knows of nothing else,
    and to make it anew takes longer than to open a database."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Apps, "_build_initial_querysets", _build_initial_querysets)
        yield


def _build_initial_querysets(apps: Apps) -> None:
    models = {model for app in apps.apps.values() for model in app.values()}
    kind = {model._meta.db.capabilities.dialect for model in models}
    if not all(_ready_for.get(model) == kind for model in models):
        _real_build(apps)
        _ready_for.update(dict.fromkeys(models, kind))


@pytest.fixture(scope="session")
def migrated_file() -> Path:
    return migrated_sqlite()


def migrated_sqlite() -> Path:
    """The file that is copied, made by who asks first: to migrate takes longer than most tests."""
    file = _folder() / "migrated.sqlite3"
    with _one_at_a_time("sqlite"):
        if not file.exists():
            building = file.with_name("building.sqlite3")
            _run(migrate(f"sqlite://{building}"))
            building.rename(file)
    return file


@pytest.fixture(scope="session", name="postgres")
def postgres_server() -> Iterator[Postgres]:
    reason = postgres.why_not()
    if reason:
        pytest.skip(reason)
    home = _folder() / "postgres"
    with _one_at_a_time("postgres"):
        if not (home / "ready").exists():
            postgres.start(home)
            _run(postgres.create(home))
            _run(migrate(postgres.url(home, postgres.TEMPLATE)))
            (home / "ready").touch()
    server = Postgres(home)
    yield server
    server.close()


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
    postgres.stop(folder / "postgres")
    shutil.rmtree(folder)


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
