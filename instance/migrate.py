"""Bring a database to the schema of this version, or leave it as it was.

Tortoise finds and orders the migrations; applying them is guarded. One `migrate` is at work at a
time, on PostgreSQL by an advisory lock. On SQLite: a copy of the file first, foreign keys off while
tables are rebuilt (dropping one would delete the rows that refer to it) and checked before the
commit. Each migration and its mark are one transaction, but for those that would hold up a large
table: they are committed step by step (`instance.stepwise`), and an interrupted one goes on there.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.backends.base.executor import EXECUTOR_CACHE
from tortoise.backends.sqlite.client import SqliteClient
from tortoise.connection import ConnectionHandler
from tortoise.migrations.executor import MigrationExecutor
from tortoise.migrations.loader import MigrationLoader
from tortoise.migrations.migration import Migration
from tortoise.migrations.operations import Operation
from tortoise.migrations.schema_generator.state import State
from tortoise.migrations.schema_generator.state_apps import StateApps
from tortoise.transactions import in_transaction

from instance import migrated, migration_plan, migration_state, outages, sqlite_copies, stepwise
from instance.database import CONNECTION, MIGRATIONS, tortoise_config
from instance.migrated import MigrationRefused
from instance.migration_plan import Plan
from instance.migration_state import Recorder
from instance.outages import Outage
from instance.schema_editors import PostgresEditor, SqliteEditor
from instance.stepwise import Listener

_LOCK = 0x43555242  # the key of the advisory lock; any number that is only ours
MOVE_LOCK = _LOCK + 1
_WHO = """
SELECT pid, application_name, client_addr::text AS host, backend_start AS since
FROM pg_stat_activity WHERE pid IN (
    SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted
    AND classid = 0 AND objid = $1::bigint::oid AND database = (
        SELECT oid FROM pg_database WHERE datname = current_database()
    )
)"""


async def pending(url: str, *, migrations: str = MIGRATIONS) -> list[str]:
    """The names of the migrations to apply, in order. Raises as `migrate` does."""
    if await migrated.is_of_this_version(url, migrations=migrations):
        return []  # as at nearly every start: none has to be loaded to know
    async with _executor(url, migrations) as executor:
        return await executor.pending()


async def plan(url: str, *, migrations: str = MIGRATIONS) -> Plan:
    """What `migrate` would do, and about how long. Changes nothing; raises as `migrate` does."""
    async with _executor(url, migrations) as executor:
        await executor.pending()
        return await executor.describe()


async def migrate(
    url: str,
    *,
    backup: bool = True,
    migrations: str = MIGRATIONS,
    listener: Listener | None = None,
) -> list[str]:
    """Apply what is pending and return its names. Those before a failing one stay applied.

    With `backup`, an SQLite file that will change is copied beside itself first, as
    `<file>-before-<migration>-<time>`. Raises MigrationRefused on a database of a newer version,
    on a full disk and when rows would be left without those they refer to; else what the driver
    raises.
    """
    listener = listener or Listener()
    try:
        async with _executor(url, migrations) as executor, executor.alone(listener):
            names = await executor.pending()
            if not names:
                return []
            if backup:
                await executor.copy_file(names[0], listener)
            return await executor.apply(listener)
    except sqlite_copies.CopyFailed as error:
        raise MigrationRefused(str(error)) from error
    except Exception as error:
        if outages.of(error) is not Outage.FULL:
            raise
        raise MigrationRefused(_full(error)) from error


def _full(error: Exception) -> str:
    where = ", ".join(getattr(error, "__notes__", ()))
    return (
        f"the disk of the database is full ({where or 'before the first step'}). The step at work"
        " was undone and no row is lost; what was finished before it stays. Make room, then run"
        " `curbside migrate` again: it goes on there"
    )


@asynccontextmanager
async def _executor(url: str, migrations: str) -> AsyncIterator["_Executor"]:
    apps = tortoise_config(url, migrations=migrations)["apps"]
    async with migrated.connected(url) as connection:
        yield _Executor(connection, apps)


class _Executor(MigrationExecutor):
    def __init__(self, connection: BaseDBAsyncClient, apps: dict[str, dict[str, Any]]) -> None:
        super().__init__(connection, apps)
        self.recorder = Recorder(connection)
        self.loader = MigrationLoader(apps, self.recorder)

    @asynccontextmanager
    async def alone(self, listener: Listener) -> AsyncIterator[None]:
        """Keep a second `migrate` waiting. On SQLite each migration's transaction does that."""
        if isinstance(self.connection, SqliteClient):
            yield
            return
        connection = await self.connection.connect_apart("migrate")  # type: ignore[attr-defined]
        try:
            if not await connection.fetchval("SELECT pg_try_advisory_lock($1)", _LOCK):
                listener.waits(_who(await connection.fetch(_WHO, _LOCK)))
                await connection.execute("SELECT pg_advisory_lock($1)", _LOCK)
            yield
        finally:
            await connection.close()  # the lock goes with it

    async def pending(self) -> list[str]:
        await migrated.require_usable(self.connection)
        names = [step.migration.name for step in await self.plan()]
        if unknown := self.loader.applied_migrations - set(self.loader.graph.nodes):
            newest = max(key.name for key in unknown)
            raise MigrationRefused(
                f"the database is newer than this program: it has {newest}. Install the version"
                " it was used with, or restore the copy from before that upgrade"
            )
        return names

    async def describe(self) -> Plan:
        pending = [step.migration for step in await self.plan()]
        if not self.loader.applied_migrations:
            made = [migration_plan.Step(one.name, (), {}, 0) for one in pending]
            return Plan(made, None, True, 0)
        known = [one for one in self.loader.graph.nodes.values() if one is not None]
        steps = await migration_plan.steps(self.connection, pending, known) if pending else []
        copied = None
        if isinstance(self.connection, SqliteClient):
            copied = sqlite_copies.size(Path(self.connection.filename))
        return Plan(steps, copied, False, sum(step.seconds for step in steps))

    async def copy_file(self, name: str, listener: Listener) -> None:
        if not isinstance(self.connection, SqliteClient):
            return
        if not await self.connection.execute_query_dict("SELECT 1 FROM sqlite_master LIMIT 1"):
            return
        file = Path(self.connection.filename)
        # The copy, and as much again for the log while tables are made anew.
        sqlite_copies.require_room(file, 2 * sqlite_copies.size(file))
        time = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
        copy = file.with_name(f"{file.name}-before-{name}-{time}")
        await asyncio.to_thread(sqlite_copies.copy, file, copy)
        listener.copied(copy)

    async def apply(self, listener: Listener) -> list[str]:
        await self.recorder.ensure_schema(self._editor(self.connection))
        plan = await self.plan()
        state = await self._applied_state()
        applied = []
        for step in plan:
            listener.begins(step.migration.name)
            if await self._step(step.migration, state, listener):
                applied.append(step.migration.name)
                listener.applied(step.migration.name)
        return applied

    async def _applied_state(self) -> State:
        """Its models describe tables and nothing more: without a connection Tortoise does not make
        them ready for queries, all of them at each operation. Steps that query get their own."""
        state = migration_state.Schema({}, StateApps(connections=ConnectionHandler()))
        for key in self._full_plan():
            migration = self.loader.graph.nodes[key]
            if migration is not None and key in self.loader.applied_migrations:
                await migration.apply(state, dry_run=True)
        return state

    async def _step(self, migration: Migration, state: State, listener: Listener) -> bool:
        """Apply one migration. False when another process was faster."""
        try:
            if await stepwise.is_wanted(self.connection, migration, self._table_names()):
                steps = stepwise.Steps(self.connection, migration, self._run, listener)
                return await steps.apply(state)
            async with in_transaction(CONNECTION) as connection:
                if (
                    migration_state.key(migration)
                    in await Recorder(connection).applied_migrations()
                ):
                    await migration.apply(state, dry_run=True)
                    return False
                await self._run(connection, migration.app_label, migration.operations, state)
                await Recorder(connection).record_applied(migration.app_label, migration.name)
                return True
        except Exception as error:
            error.add_note(f"in migration {migration.name}")
            raise

    async def _run(
        self,
        client: BaseDBAsyncClient,
        app_label: str,
        operations: Iterable[Operation],
        state: State,
    ) -> None:
        editor = self._editor(client)
        for operation in operations:
            EXECUTOR_CACHE.clear()  # of SQL for the table as it was before the last operation
            before = migration_state.before(operation, state)
            operation.state_forward(app_label, state)
            if isinstance(editor, SqliteEditor):
                editor.states = (before, state)
            await operation.database_forward(app_label, before, state, editor)
        state.validate_relations_initialized()
        if isinstance(editor, SqliteEditor):
            await _check_foreign_keys(client)

    def _table_names(self) -> dict[str, str]:
        return migration_plan.tables(one for one in self.loader.graph.nodes.values() if one)

    def _editor(self, client: BaseDBAsyncClient) -> SqliteEditor | PostgresEditor:
        sqlite = client.capabilities.dialect == "sqlite"
        return SqliteEditor(client) if sqlite else PostgresEditor(client)


def _who(rows: list[Any]) -> str:
    if not rows:
        return "another `curbside migrate`"
    row = rows[0]
    where = f"from {row['host']}" if row["host"] else "on the database's own host"
    since = f"{row['since']:%H:%M:%S} UTC"
    return f"another `curbside migrate` ({where}, since {since}, PostgreSQL process {row['pid']})"


async def _check_foreign_keys(client: BaseDBAsyncClient) -> None:
    broken = await client.execute_query_dict("PRAGMA foreign_key_check")
    if broken:
        pairs = sorted({f"{row['table']} -> {row['parent']}" for row in broken})
        raise MigrationRefused(f"{len(broken)} rows would refer to nothing: {', '.join(pairs)}")
