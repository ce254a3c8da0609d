"""Tortoise's SQLite client, made safe for several processes and for cancelled tasks.

Tortoise's migration executor recognises the dialect by "sqlite" in this module's path.
"""

import os
import sqlite3
from contextlib import suppress
from types import TracebackType
from typing import Any

import aiosqlite
from tortoise.backends.base.client import TransactionalDBClient, TransactionContext
from tortoise.backends.sqlite.client import (
    SqliteClient,
    SqliteTransactionContext,
    SqliteTransactionWrapper,
)
from tortoise.connection import ConnectionToken, get_connections
from tortoise.exceptions import OperationalError

# They hold for a connection and are set when it is made. busy_timeout (ms) comes first: the next
# ones may have to wait. FULL: an answered request must survive a power cut.
PRAGMAS = {
    "busy_timeout": 5000,
    "journal_mode": "WAL",
    "synchronous": "FULL",
    "foreign_keys": "ON",
}


class Client(SqliteClient):
    """One connection to one file. `pragmas` given by the configuration win over PRAGMAS."""

    def __init__(self, file_path: str, **pragmas: Any) -> None:
        super().__init__(file_path, **{**PRAGMAS, **pragmas})

    async def create_connection(self, with_db: bool) -> None:
        if self._connection is not None:
            return
        if self.filename != ":memory:":
            # A new database is its owner's alone; the -wal and -shm files take over its mode. One
            # that exists must not be opened here: closing it again would drop SQLite's locks.
            with suppress(FileExistsError):
                os.close(os.open(self.filename, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        connection = aiosqlite.connect(self.filename, isolation_level=None)
        connection._thread.daemon = True  # a command that fails before close() must still end
        try:
            await connection
            connection.row_factory = sqlite3.Row
            for pragma, value in self.pragmas.items():
                await connection.execute_fetchall(f"PRAGMA {pragma}={value}")
        except BaseException:
            await connection.close()
            raise
        self._connection = connection
        await self._post_connect()

    def _in_transaction(self) -> TransactionContext:
        return _Transaction(_Connection(self), self._lock)

    async def execute_many(self, query: str, values: list[list[Any]]) -> None:
        async with self._in_transaction() as connection:
            await connection.execute_many(query, values)


class _Transaction(SqliteTransactionContext):
    """Leaves neither lock nor transaction behind, whatever fails or is cancelled.

    Requests are cancelled when a client hangs up. Tortoise's own context, cancelled (or refused)
    in BEGIN, would keep the lock, and with it the one connection, until the process ends.
    """

    async def __aenter__(self) -> TransactionalDBClient:
        await self._trxlock.acquire()
        try:
            await self.ensure_connection()
            await self.connection.begin()
        except BaseException:
            await self._abandon()
            raise
        self._connections = get_connections()
        self.token: ConnectionToken = self._connections.set(self.connection_name, self.connection)
        client: TransactionalDBClient = self.connection
        return client

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        self._connections.reset(self.token)
        try:
            if exc_type is None and not self.connection._finalized:
                await self.connection.commit()
        except BaseException:
            await self._abandon()
            raise
        if exc_type is None:
            self._trxlock.release()
        else:
            await self._abandon()

    async def _abandon(self) -> None:
        try:
            # Queued behind a BEGIN or COMMIT nobody waits for any more, so it undoes the former.
            if self.connection._connection:
                await self.connection._connection.rollback()
        finally:
            self._trxlock.release()


class _Connection(SqliteTransactionWrapper):
    async def begin(self) -> None:
        """Take the write lock at once.

        A deferred BEGIN that read before it writes fails with "database is locked" when another
        process wrote in between, whatever busy_timeout says.
        """
        try:
            await self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            raise OperationalError(error) from error

    async def execute_script(self, query: str) -> None:
        for statement in statements(query):  # executescript() would commit first
            await self.execute_query(statement)


def statements(script: str) -> list[str]:
    """The single statements of a script; a trigger's body stays in one piece."""
    found, start = [], 0
    for end, character in enumerate(script, 1):
        if character == ";" and sqlite3.complete_statement(script[start:end]):
            found.append(script[start:end].strip())
            start = end
    rest = script[start:].strip()
    return [*found, rest] if rest else found


client_class = Client
