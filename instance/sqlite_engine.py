"""Tortoise's SQLite client, made safe for several processes and for cancelled tasks, and quick.

A statement takes microseconds; its way to aiosqlite's thread and back takes a hundred. So what is
known to be short runs in the loop's own thread: single rows that are looked up (`look_up`), and
what stands between BEGIN and COMMIT. And what was looked up is not looked up again while nobody
has stored anything: many pages open at once ask the same, each time that there are news. What may
wait, for the disk or for another process, or may take long (other reads, many rows), keeps the
thread. A transaction that has had the loop for a while gives way before its next statement, as it
does at each on PostgreSQL.

Tortoise's migration executor recognises the dialect by "sqlite" in this module's path.
"""

import asyncio
import os
import re
import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from operator import itemgetter
from types import TracebackType
from typing import Any

import aiosqlite
from tortoise.backends.base.client import (
    NestedTransactionContext,
    TransactionalDBClient,
    TransactionContext,
)
from tortoise.backends.sqlite.client import (
    SqliteClient,
    SqliteTransactionContext,
    SqliteTransactionWrapper,
)
from tortoise.connection import ConnectionToken, get_connections
from tortoise.exceptions import IntegrityError, OperationalError

from instance import sqlite_times
from instance.answers import Answer, Answers
from instance.sqlite_line import Line

# They hold for a connection and are set when it is made. busy_timeout (ms) comes first: the next
# ones may have to wait. FULL: an answered request must survive a power cut. The pages of indexes
# that every activity writes to stay in memory (KiB), and go from the log into the file only every
# so many pages: one that was written a hundred times goes once. The log keeps its length. What is
# deleted is overwritten: a deleted text stays nowhere in the file (T63). For what the log still has
# of it see `workers.scrubbing`.
PRAGMAS = {
    "busy_timeout": 5000,
    "journal_mode": "WAL",
    "synchronous": "FULL",
    "foreign_keys": "ON",
    "cache_size": -8_000,
    "wal_autocheckpoint": 4_000,
    "secure_delete": "ON",
    "journal_size_limit": 64 * 1024 * 1024,
}
_STATEMENTS = 512  # that stay planned: to plan one takes longer than to run it
_FEW = 64  # rows that take no longer than the way to the thread
_TURN = 0.001  # seconds: to look for what has come each time costs as much as a statement
_NAME = itemgetter(0)  # of a cursor's description of a column
Execute = Callable[[sqlite3.Connection, str, Sequence[Any]], sqlite3.Cursor]
_COPIES = re.compile(r"\s*(INSERT|WITH)\b.*\bSELECT\b", re.IGNORECASE | re.DOTALL)


sqlite3.register_adapter(datetime, sqlite_times.text)


class Client(SqliteClient):
    """One connection to one file. `pragmas` given by the configuration win over PRAGMAS."""

    def __init__(self, file_path: str, **pragmas: Any) -> None:
        super().__init__(file_path, **{**PRAGMAS, **pragmas})
        self._reader: sqlite3.Connection | None = None
        self._answers = Answers()
        self._lock = Line(self, self.pragmas["busy_timeout"])

    async def set_patience(self, milliseconds: int) -> None:
        """How long a statement waits for another process. For who has the connection."""
        if self._connection is not None:
            await self._connection.execute_fetchall(f"PRAGMA busy_timeout={milliseconds}")

    async def create_connection(self, with_db: bool) -> None:
        if self._connection is not None:
            return
        if self.filename != ":memory:":
            # A new database is its owner's alone; the -wal and -shm files take over its mode. One
            # that exists must not be opened here: closing it again would drop SQLite's locks.
            with suppress(FileExistsError):
                os.close(os.open(self.filename, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        # A transaction uses it in the loop's thread, while aiosqlite's has nothing to do.
        connection = aiosqlite.connect(
            self.filename,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=_STATEMENTS,
        )
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

    async def close(self) -> None:
        if self._reader is not None:
            self._reader.close()
            self._reader = None
            self._answers.are_of(None)
        await super().close()

    async def look_up(self, query: str, values: Sequence[Any]) -> list[dict[str, Any]]:
        """A few rows by an index, as they were committed last; waits for no transaction.

        What is asked in one turn of the loop is read from one state, because to lock it takes as
        long as to read. Whatever learns of a later commit (who waited for it, a request that was
        sent after it) has its turn after the end of that: it stands behind it in the loop's queue.
        """
        if (reader := self._reading()) is None:
            rows: list[dict[str, Any]] = await self.execute_query_dict(query, list(values))
            return rows
        names, found = self._answer(reader, query, values, named=True)
        return [dict(zip(names, row, strict=True)) for row in found]

    async def look_up_tuples(self, query: str, values: Sequence[Any]) -> Sequence[Sequence[Any]]:
        """`look_up` without the names of columns."""
        if (reader := self._reading()) is None:
            return await self.tuples(query, values)
        return self._answer(reader, query, values, named=False)[1]

    def _answer(
        self, reader: sqlite3.Connection, query: str, values: Sequence[Any], *, named: bool
    ) -> Answer:
        """Names of columns only where they are wanted (`named`): there may be many, of few rows."""
        asked = tuple(values)
        answer = self._answers.get(query, asked)
        if answer is None or (named and not answer[0]):
            cursor = _executed(reader, query, asked)
            rows = tuple(cursor.fetchall())
            answer = tuple(map(_NAME, cursor.description)) if named else (), rows
            self._answers.keep(query, asked, answer)
        return answer

    def _reading(self) -> sqlite3.Connection | None:
        if self.filename == ":memory:" or self._connection is None:
            return None
        try:
            if self._reader is None:
                self._reader = self._open_reader()
            if not self._reader.in_transaction:
                self._reader.execute("BEGIN")
                asyncio.get_running_loop().call_soon(self._end_of_turn, self._reader)
                [version] = self._reader.execute("PRAGMA data_version").fetchone()
                self._answers.are_of(version)
        except sqlite3.OperationalError as error:
            raise OperationalError(error) from error
        return self._reader

    def _open_reader(self) -> sqlite3.Connection:
        reader = sqlite3.connect(self.filename, isolation_level=None, cached_statements=_STATEMENTS)
        reader.execute("PRAGMA query_only=ON")
        return reader

    async def tuples(self, query: str, values: Sequence[Any]) -> Sequence[Sequence[Any]]:
        """Many rows: by the thread."""
        rows: Sequence[Sequence[Any]] = (await self.execute_query(query, list(values)))[1]
        return rows

    def _end_of_turn(self, reader: sqlite3.Connection) -> None:
        if reader is self._reader:
            reader.execute("COMMIT")

    def _in_transaction(self) -> TransactionContext:
        return _Transaction(_Connection(self), self._lock)

    async def execute_many(self, query: str, values: list[list[Any]]) -> None:
        async with self._in_transaction() as connection:
            await connection.execute_many(query, values)

    async def execute_each(self, statements: Sequence[tuple[str, Sequence[Any]]]) -> None:
        connection: Any
        async with self._in_transaction() as connection:
            await connection.execute_each(statements)

    async def count_stored(self, query: str, rows: Sequence[Sequence[Any]]) -> int:
        connection: Any
        async with self._in_transaction() as connection:
            count: int = await connection.count_stored(query, rows)
            return count


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
    """A transaction's: from BEGIN to COMMIT nobody else uses the connection beneath it."""

    _connection: aiosqlite.Connection
    _beneath: sqlite3.Connection
    _turn_ends: float

    def _in_transaction(self) -> TransactionContext:
        return NestedTransactionContext(self)

    async def begin(self) -> None:
        """Take the write lock at once.

        A deferred BEGIN that read before it writes fails with "database is locked" when another
        process wrote in between, whatever busy_timeout says.
        """
        try:
            await self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            raise OperationalError(error) from error
        self._beneath = self._connection._conn
        self._turn_ends = time.monotonic() + _TURN

    async def commit(self) -> None:
        self._require_open()
        await super().commit()

    async def execute_insert(self, query: str, values: list[Any]) -> int:
        return (await self._run(query, values)).lastrowid or 0

    async def execute_query(
        self, query: str, values: list[Any] | None = None
    ) -> tuple[int, Sequence[Any]]:
        before = self._connection.total_changes
        rows = await self._rows(query, values)
        return (self._connection.total_changes - before) or len(rows), rows

    async def execute_query_dict(
        self, query: str, values: list[Any] | None = None
    ) -> list[dict[str, Any]]:
        if _copies(query):
            return list(map(dict, await self._rows(query, values)))
        return _dicts(await self._run(query, values or ()))

    async def execute_many(self, query: str, values: Sequence[Sequence[Any]]) -> None:
        if len(values) > _FEW:
            await super().execute_many(query, list(map(list, values)))
        else:
            await self.count_stored(query, values)

    async def count_stored(self, query: str, rows: Sequence[Sequence[Any]]) -> int:
        """One statement with each of a few rows; how many it stored."""
        await self._give_way()
        before = self._connection.total_changes
        _executed(self._beneath, query, rows, sqlite3.Connection.executemany)
        return self._connection.total_changes - before

    async def execute_each(self, statements: Sequence[tuple[str, Sequence[Any]]]) -> None:
        """Several short ones, of which none gives anything back."""
        await self._give_way()
        for query, values in statements:
            _executed(self._beneath, query, values)

    async def _rows(self, query: str, values: Sequence[Any] | None) -> Sequence[Any]:
        if _copies(query):
            rows: Sequence[Any] = (await super().execute_query(query, list(values or ())))[1]
            return rows
        return (await self._run(query, values or ())).fetchall()

    async def tuples(self, query: str, values: Sequence[Any]) -> Sequence[Sequence[Any]]:
        return (await self._run(query, values)).fetchall()

    async def look_up(self, query: str, values: Sequence[Any]) -> list[dict[str, Any]]:
        """What the transaction itself wrote is among it."""
        return _dicts(await self._run(query, values))

    async def look_up_tuples(self, query: str, values: Sequence[Any]) -> Sequence[Sequence[Any]]:
        return (await self._run(query, values)).fetchall()

    async def savepoint(self) -> None:
        self._run_now("SAVEPOINT nested")  # the innermost one of a name is the one that is meant

    async def savepoint_rollback(self) -> None:
        self._run_now("ROLLBACK TO nested")
        await self.release_savepoint()

    async def release_savepoint(self) -> None:
        self._run_now("RELEASE nested")

    async def _run(self, query: str, values: Sequence[Any]) -> sqlite3.Cursor:
        if time.monotonic() > self._turn_ends:
            await self._give_way()
        return self._run_now(query, values)

    def _run_now(self, query: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        self._require_open()
        return _executed(self._beneath, query, values)

    async def _give_way(self) -> None:
        """To whoever waits for the loop, if this transaction has had it for long enough."""
        if time.monotonic() > self._turn_ends:
            await asyncio.sleep(0)
            self._turn_ends = time.monotonic() + _TURN
        self._require_open()

    def _check_loop(self) -> bool:
        return True  # asked for each statement; no transaction goes on in another loop

    def _require_open(self) -> None:
        """SQLite ends a transaction by itself where the disk is full or broken; what came after
        would be committed alone, and what was before it believed to be."""
        if not self._beneath.in_transaction:
            error = sqlite3.OperationalError("SQLite has ended this transaction")
            error.sqlite_errorcode = sqlite3.SQLITE_IOERR
            raise OperationalError(error)

    async def execute_script(self, query: str) -> None:
        for statement in statements(query):  # executescript() would commit first
            await self.execute_query(statement)


def _executed(
    connection: sqlite3.Connection,
    query: str,
    values: Sequence[Any],
    execute: Execute = sqlite3.Connection.execute,
) -> sqlite3.Cursor:
    """In this thread. Errors are Tortoise's."""
    if "\x00" in query:  # Tortoise writes some values into its statements
        query = query.replace("\x00", "'||CHAR(0)||'")
    try:
        return execute(connection, query, values)
    except sqlite3.OperationalError as error:
        raise OperationalError(error) from error
    except sqlite3.IntegrityError as error:
        raise IntegrityError(error) from error


def _dicts(cursor: sqlite3.Cursor) -> list[dict[str, Any]]:
    """Not by way of sqlite3.Row, which looks for each name anew."""
    rows = cursor.fetchall()
    if not rows:
        return []
    names = tuple(map(_NAME, cursor.description))
    return [dict(zip(names, row, strict=True)) for row in rows]


def _copies(query: str) -> bool:
    return "SELECT" in query and _COPIES.match(query) is not None


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
