"""A migration of a large table, committed step by step.

Rows are changed in batches (`instance.batches`), and PostgreSQL makes an index of a large table
beside those who write to it. Every commit has with it how far the migration came, so one that was
killed goes on there; an index that was not finished is made anew.
"""

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from pathlib import Path

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.migrations.migration import Migration
from tortoise.migrations.operations import AddIndex, Operation
from tortoise.migrations.schema_generator.state import State
from tortoise.transactions import in_transaction

from instance import migration_progress
from instance.batches import InBatches
from instance.database import CONNECTION
from instance.migration_progress import Progress
from instance.migration_state import Recorder, key
from instance.schema_editors import PostgresEditor

LARGE = 16 * 1024 * 1024  # bytes of a table: to make an index over less takes a moment
_BYTES = "SELECT pg_relation_size(to_regclass('\"{table}\"')) AS bytes"
_INDEX = re.compile(r'CREATE INDEX "([^"]+)"')

Run = Callable[[BaseDBAsyncClient, str, Iterable[Operation], State], Awaitable[None]]


class Listener:
    """Hears how a migration goes. This one says nothing."""

    def waits(self, who: str) -> None:
        """`who`: whom it waits for."""

    def copied(self, copy: Path) -> None:
        """An SQLite file was."""

    def begins(self, name: str) -> None:
        """The migration of this name does."""

    def batch(self, table: str, rows: int) -> None:
        """So many more rows were looked at, and what was done to them is kept."""

    def applied(self, name: str) -> None:
        """The migration of this name was."""


async def is_wanted(
    client: BaseDBAsyncClient, migration: Migration, tables: Mapping[str, str]
) -> bool:
    """`tables`: what the tables of models are called."""
    if any(isinstance(one, InBatches) for one in migration.operations):
        return True
    if client.capabilities.dialect == "sqlite":
        return False
    if await migration_progress.find(client, migration.name):
        return True
    indexed = {tables[one.model_name] for one in migration.operations if isinstance(one, AddIndex)}
    return any([await _is_large(client, table) for table in sorted(indexed)])


async def _is_large(client: BaseDBAsyncClient, table: str) -> bool:
    [found] = await client.execute_query_dict(_BYTES.format(table=table))
    return (found["bytes"] or 0) >= LARGE


class Steps:
    """`run`: applies operations on a connection, in the transaction that it is in."""

    def __init__(
        self, client: BaseDBAsyncClient, migration: Migration, run: Run, listener: Listener
    ) -> None:
        self._client, self._migration, self._run, self._listener = client, migration, run, listener

    async def apply(self, state: State) -> bool:
        """False when another process finished it."""
        async with in_transaction(CONNECTION) as client:
            if not await self._is_applied(client) and await self._progress(client) is None:
                await migration_progress.begin(client, self._migration.name)
        for number, operation in enumerate(self._migration.operations):
            await self._apply_one(number, operation, state)
        async with in_transaction(CONNECTION) as client:
            if await self._is_applied(client):
                return False
            await self._run(client, self._migration.app_label, (), state)  # which looks at it all
            await migration_progress.end(client)
            await Recorder(client).record_applied(self._migration.app_label, self._migration.name)
        return True

    async def _apply_one(self, number: int, operation: Operation, state: State) -> None:
        if isinstance(operation, InBatches):
            while await self._batch(number, operation):
                pass
            return
        if isinstance(operation, AddIndex) and self._client.capabilities.dialect != "sqlite":
            await self._index(number, operation, state)
            return
        async with in_transaction(CONNECTION) as client:
            if await self._is_done(client, number):
                operation.state_forward(self._migration.app_label, state)
                return
            await self._run(client, self._migration.app_label, (operation,), state)
            await self._put(client, Progress(number + 1))

    async def _batch(self, number: int, operation: InBatches) -> bool:
        """Whether there may be another one."""
        async with in_transaction(CONNECTION) as client:
            progress = await self._progress(client)
            if progress is None or progress.operation > number:
                return False
            reached, rows = await operation.batch(client, progress.reached)
            is_last = reached is None
            await self._put(
                client, Progress(number + 1) if reached is None else Progress(number, reached)
            )
        self._listener.batch(operation.table, rows)
        return not is_last

    async def _index(self, number: int, operation: AddIndex, state: State) -> None:
        """Outside a transaction, as PostgreSQL wants it. What an interruption left is invalid."""
        label = self._migration.app_label
        operation.state_forward(label, state)
        if await self._is_done(self._client, number):
            return
        editor = PostgresEditor(self._client, collect_sql=True)
        await operation.database_forward(label, state, state, editor)
        for sql in editor.collected_sql:
            name = _INDEX.search(sql)
            if name is None:
                raise ValueError(f"not the SQL of an index: {sql}")
            await self._client.execute_script(f'DROP INDEX CONCURRENTLY IF EXISTS "{name[1]}"')
            await self._client.execute_script(
                sql.replace("CREATE INDEX", "CREATE INDEX CONCURRENTLY", 1)
            )
        await self._put(self._client, Progress(number + 1))

    async def _is_done(self, client: BaseDBAsyncClient, number: int) -> bool:
        progress = await self._progress(client)
        return progress is None or progress.operation > number

    async def _progress(self, client: BaseDBAsyncClient) -> Progress | None:
        return await migration_progress.find(client, self._migration.name)

    async def _put(self, client: BaseDBAsyncClient, progress: Progress) -> None:
        await migration_progress.put(client, self._migration.name, progress)

    async def _is_applied(self, client: BaseDBAsyncClient) -> bool:
        return key(self._migration) in await Recorder(client).applied_migrations()
