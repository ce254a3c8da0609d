"""Bring a database to the schema of this version, or leave it as it was.

Tortoise finds and orders the migrations; applying them is guarded. On SQLite: a copy of the file
first, foreign keys off while tables are rebuilt (dropping one would delete the rows that refer to
it) and checked before the commit, each migration and its mark in one transaction. On PostgreSQL:
one at a time, by an advisory lock; copies are the operator's (pg_dump).
"""

import asyncio
import os
import pkgutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.backends.base.executor import EXECUTOR_CACHE
from tortoise.backends.sqlite.client import SqliteClient
from tortoise.connection import ConnectionHandler
from tortoise.context import TortoiseContext
from tortoise.fields.relational import ForeignKeyFieldInstance, ManyToManyFieldInstance
from tortoise.migrations.executor import MigrationExecutor
from tortoise.migrations.graph import MigrationKey
from tortoise.migrations.loader import MigrationLoader
from tortoise.migrations.migration import Migration
from tortoise.migrations.operations import Operation, RunPython
from tortoise.migrations.recorder import MigrationRecorder
from tortoise.migrations.schema_generator.state import State
from tortoise.migrations.schema_generator.state_apps import StateApps
from tortoise.transactions import in_transaction

from instance.database import APP, CONNECTION, MIGRATIONS, tortoise_config
from instance.schema_editors import PostgresEditor, SqliteEditor

_REFERENCES = (ForeignKeyFieldInstance, ManyToManyFieldInstance)
_FULL_TEXT = "fts5"
_LOCK = 0x43555242  # the key of the advisory lock; any number that is only ours


class MigrationRefused(Exception):
    """Nothing, or nothing more, was changed. Names migrations and tables only."""


async def pending(url: str, *, migrations: str = MIGRATIONS) -> list[str]:
    """The names of the migrations to apply, in order. Raises as `migrate` does."""
    async with _executor(url, migrations) as executor:
        return await executor.pending()


def known() -> set[str]:
    """The names of all migrations of this version."""
    return {name for _, name, _ in pkgutil.iter_modules(import_module(MIGRATIONS).__path__)}


async def migrate(url: str, *, backup: bool = True, migrations: str = MIGRATIONS) -> list[str]:
    """Apply what is pending and return its names. Those before a failing one stay applied.

    With `backup`, an SQLite file that will change is copied beside itself first, as
    `<file>-before-<migration>-<time>`. Raises MigrationRefused on a database of a newer version
    and when rows would be left without those they refer to; else what the driver raises.
    """
    async with _executor(url, migrations) as executor, executor.alone():
        names = await executor.pending()
        if not names:
            return []
        if backup:
            await executor.copy_file(names[0])
        return await executor.apply()


@asynccontextmanager
async def _executor(url: str, migrations: str) -> AsyncIterator["_Executor"]:
    config = tortoise_config(url, migrations=migrations)
    connections, apps = config["connections"], config["apps"]
    if url.startswith("sqlite:"):
        # Inside a transaction this pragma does nothing, so it is set with the connection.
        connections[CONNECTION]["credentials"]["foreign_keys"] = "OFF"
    async with TortoiseContext() as context:
        # Not init(): it loads the models, and migrations bring theirs as they were.
        context.connections._init_config(connections)
        yield _Executor(context.connections.get(CONNECTION), apps)


class _Executor(MigrationExecutor):
    def __init__(self, connection: BaseDBAsyncClient, apps: dict[str, dict[str, Any]]) -> None:
        super().__init__(connection, apps)
        self.recorder = _Recorder(connection)
        self.loader = MigrationLoader(apps, self.recorder)

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """Keep a second `migrate` waiting. On SQLite each migration's transaction does that."""
        if isinstance(self.connection, SqliteClient):
            yield
            return
        connection = await self.connection.connect_apart("migrate")  # type: ignore[attr-defined]
        try:
            await connection.execute("SELECT pg_advisory_lock($1)", _LOCK)
            yield
        finally:
            await connection.close()  # the lock goes with it

    async def pending(self) -> list[str]:
        if isinstance(self.connection, SqliteClient):
            _require_full_text()
        names = [step.migration.name for step in await self.plan()]
        if unknown := self.loader.applied_migrations - set(self.loader.graph.nodes):
            newest = max(key.name for key in unknown)
            raise MigrationRefused(f"the database is newer than this program: it has {newest}")
        return names

    async def copy_file(self, name: str) -> None:
        if not isinstance(self.connection, SqliteClient):
            return
        if await self.connection.execute_query_dict("SELECT 1 FROM sqlite_master LIMIT 1"):
            await asyncio.to_thread(_copy_file, Path(self.connection.filename), name)

    async def apply(self) -> list[str]:
        await self.recorder.ensure_schema(self._editor(self.connection))
        plan = await self.plan()
        state = await self._applied_state()
        return [step.migration.name for step in plan if await self._step(step.migration, state)]

    async def _applied_state(self) -> State:
        """Its models describe tables and nothing more: without a connection Tortoise does not make
        them ready for queries, all of them at each operation. Steps that query use `_Before`."""
        state = _Schema({}, StateApps(connections=ConnectionHandler()))
        for key in self._full_plan():
            migration = self.loader.graph.nodes[key]
            if migration is not None and key in self.loader.applied_migrations:
                await migration.apply(state, dry_run=True)
        return state

    async def _step(self, migration: Migration, state: State) -> bool:
        """Apply one migration. False when another process was faster."""
        try:
            if not migration.atomic and not isinstance(self.connection, SqliteClient):
                await self._run(migration, state, self.connection)
                return True
            async with in_transaction(CONNECTION) as connection:
                if _key(migration) in await _Recorder(connection).applied_migrations():
                    await migration.apply(state, dry_run=True)
                    return False
                await self._run(migration, state, connection)
                return True
        except Exception as error:
            error.add_note(f"in migration {migration.name}")
            raise

    async def _run(self, migration: Migration, state: State, client: BaseDBAsyncClient) -> None:
        editor = self._editor(client)
        for operation in migration.operations:
            EXECUTOR_CACHE.clear()  # of SQL for the table as it was before the last operation
            before = _before(operation, state)
            operation.state_forward(migration.app_label, state)
            if isinstance(editor, SqliteEditor):
                editor.states = (before, state)
            await operation.database_forward(migration.app_label, before, state, editor)
        state.validate_relations_initialized()
        if isinstance(editor, SqliteEditor):
            await _check_foreign_keys(client)
        await _Recorder(client).record_applied(migration.app_label, migration.name)

    def _editor(self, client: BaseDBAsyncClient) -> SqliteEditor | PostgresEditor:
        sqlite = client.capabilities.dialect == "sqlite"
        return SqliteEditor(client) if sqlite else PostgresEditor(client)


class _Schema(State):
    """Draws a model anew with those it refers to, not with all that refer to it, which are nearly
    all there are. What they would see anew is its other columns, and no table names those."""

    def _find_related_models(self, app_label: str, model_name: str) -> set[tuple[str, str]]:
        found, ahead = set(), {(app_label, model_name)}
        while ahead:
            found |= ahead
            fields = [field for key in ahead for field in self.models[key].fields.values()]
            references = [field for field in fields if isinstance(field, _REFERENCES)]
            named = {self.apps.split_reference(field.model_name) for field in references}
            ahead = (named & self.models.keys()) - found
        return found


def _before(operation: Operation, state: State) -> State:
    """The schema before an operation. To draw its models takes longer than all else here: a step
    that queries gets its own, one that changes tables those that it replaces."""
    if isinstance(operation, RunPython):
        return _Queried(state)
    former = StateApps(connections=ConnectionHandler())
    former.apps = {label: dict(models) for label, models in state.apps.apps.items()}
    return State({key: model.clone() for key, model in state.models.items()}, former)


class _Queried(State):
    def __init__(self, state: State) -> None:
        self.models = {key: model.clone() for key, model in state.models.items()}

    @cached_property
    def apps(self) -> StateApps:  # type: ignore[override]
        return StateApps({APP: CONNECTION}).clone(model_states=self.models)


class _Recorder(MigrationRecorder):
    """Says what is applied, or fails. Tortoise's takes every failure for an empty database."""

    async def applied_migrations(self) -> list[MigrationKey]:
        sqlite = self.connection.capabilities.dialect == "sqlite"
        there = await self.connection.execute_query_dict(
            "SELECT name FROM sqlite_master WHERE name = 'tortoise_migrations'"
            if sqlite
            else "SELECT 1 WHERE to_regclass('tortoise_migrations') IS NOT NULL"
        )
        if not there:
            return []
        rows = await self.connection.execute_query_dict(
            "SELECT app, name FROM tortoise_migrations ORDER BY id"
        )
        return [MigrationKey(app_label=row["app"], name=row["name"]) for row in rows]


def _key(migration: Migration) -> MigrationKey:
    return MigrationKey(app_label=migration.app_label, name=migration.name)


async def _check_foreign_keys(client: BaseDBAsyncClient) -> None:
    broken = await client.execute_query_dict("PRAGMA foreign_key_check")
    if broken:
        pairs = sorted({f"{row['table']} -> {row['parent']}" for row in broken})
        raise MigrationRefused(f"{len(broken)} rows would refer to nothing: {', '.join(pairs)}")


def _require_full_text() -> None:
    """Python has SQLite of its system, which may have been built without it."""
    try:
        with closing(sqlite3.connect(":memory:")) as connection:
            connection.execute(f"CREATE VIRTUAL TABLE probe USING {_FULL_TEXT}(words)")
    except sqlite3.OperationalError as error:
        raise MigrationRefused(
            "search needs FTS5, and this Python's SQLite was built without it: use another Python, "
            "or PostgreSQL"
        ) from error


def _copy_file(source: Path, name: str) -> None:
    time = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
    copy = source.with_name(f"{source.name}-before-{name}-{time}")
    # The copy holds what the original holds: nobody else may read it.
    descriptor = os.open(copy, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(copy)) as new:
            old.backup(new)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
