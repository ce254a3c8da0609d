"""Fixtures of the database layer's tests."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextvars import Context
from pathlib import Path
from typing import Any

import pytest

from instance.database import APP, Database
from instance.events import Bus
from tests.instance.event_pages import Elsewhere, open_bus
from tests.instance.ward_migrations import FILE, Write
from tests.instance.ward_models import MODELS, Open


@pytest.fixture
async def open_wards() -> AsyncIterator[Open]:
    """Opens databases with the tables of ward_models, and closes them after the test."""
    opened: list[Database] = []

    async def open_(url: str) -> Database:
        database = Database(url, models=MODELS)
        opened.append(database)
        await database.open()
        await database._context.generate_schemas()
        return database

    yield open_
    for database in opened:
        await database.close()


@pytest.fixture
def write_migrations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Add migrations to a module, each a list of operations as text; returns its name."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def write(*migrations: str, to: str = "one", before: str = "") -> str:
        module = f"{to}_{abs(hash(tmp_path))}"
        folder = tmp_path / module
        folder.mkdir(exist_ok=True)
        (folder / "__init__.py").touch()
        written = sorted(path.stem for path in folder.glob("0*.py"))
        for operations in migrations:
            name = f"000{len(written) + 1}_step"
            dependencies = [(APP, written[-1])] if written else []
            text = FILE.format(dependencies=dependencies, operations=operations, before=before)
            (folder / f"{name}.py").write_text(text)
            written.append(name)
        return module

    return write


@pytest.fixture(params=["sqlite", "postgres"])
def two_empty_urls(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, str]]:
    if request.param == "sqlite":
        yield f"sqlite://{tmp_path}/one", f"sqlite://{tmp_path}/two"
        return
    postgres = request.getfixturevalue("postgres")
    with postgres.empty() as one, postgres.empty() as two:
        yield one, two


@pytest.fixture
async def bus(database: Database) -> AsyncIterator[Bus]:
    async with open_bus() as bus:
        yield bus


@pytest.fixture
async def elsewhere(database_url: str) -> AsyncIterator[Elsewhere]:
    """Runs something as another process would: on connections of its own and without a bus."""
    other = Database(database_url)

    async def activated(work: Coroutine[Any, Any, Any]) -> Any:
        other.activate()
        return await work

    await asyncio.create_task(other.open(), context=Context())
    yield lambda work: asyncio.create_task(activated(work), context=Context())
    await other.close()
