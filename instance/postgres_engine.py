"""Tortoise's asyncpg client, made safe for cancelled tasks and quicker, with a way to a connection
apart.

What a statement costs here is the way to the server and back: so none is made that is not needed,
little stands around those of a transaction, and what was looked up is not looked up again while
nobody has stored anything.

Imported only for a `postgres://` URL: asyncpg comes with the extra `postgres`.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import (
    NestedTransactionContext,
    TransactionalDBClient,
    TransactionContext,
    TransactionContextPooled,
)
from tortoise.connection import ConnectionToken, get_connections
from tortoise.exceptions import DBConnectionError, IntegrityError, OperationalError

from instance.answers import Answer, Answers, answers_request

# Of a server that answers before its log is written, each kill would take what we had said yes to.
_WAIT_FOR_THE_LOG = """
SELECT set_config('synchronous_commit', 'on', false)
WHERE current_setting('synchronous_commit') = 'off'"""
# No statement here runs for long; to compile one, because many rows stand behind it, took half a
# second where to run it took one or two thousandths.
_NEVER_COMPILE = "SELECT set_config('jit', 'off', false)"
# Which transactions' changes are seen, of all databases of the server: the same text twice, and
# between the two nothing was stored. Looking up takes no number of a transaction.
_STATE = "SELECT pg_current_snapshot()::text"


class _Pooled(asyncpg.Connection):  # type: ignore[misc]
    """Nothing here changes a session but inside a transaction, so nothing is left to be reset: it
    would take one more way to the server each time a connection is given back."""

    def get_reset_query(self) -> str:
        return ""


class Client(AsyncpgDBClient):
    connection_class = _Pooled
    # What a connection raises when the server or the way to it is gone.
    connection_lost = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._answers = Answers(at_once=True)
        self._asked: asyncio.Task[Any] | None = None  # who knows that they still hold

    async def create_pool(self, **kwargs: Any) -> asyncpg.Pool:
        return await asyncpg.create_pool(None, connect=self._connect_anew, **kwargs)

    async def _connect_anew(self, *args: Any, **kwargs: Any) -> asyncpg.Connection:
        connection = await _connect(*args, **kwargs)
        self._answers.are_of(None)  # of a server that was restored, a state may come twice
        return connection

    async def connect_apart(self, purpose: str) -> asyncpg.Connection:
        """A connection outside the pool, for LISTEN and session locks. The caller closes it.

        `purpose` is for the eyes of who looks at the server's list of connections.
        """
        return await asyncpg.connect(
            host=self.host,
            port=self.port,
            user=self.user,
            password=self.password,
            database=self.database,
            ssl=self.extra.get("ssl"),
            timeout=10,
            server_settings={"application_name": f"curbside {purpose}"},
        )

    async def look_up(self, query: str, values: Sequence[Any]) -> list[dict[str, Any]]:
        """A few rows by an index, as they were committed last."""
        names, found = await self._answer(query, values)
        return [dict(zip(names, row, strict=True)) for row in found]

    async def look_up_tuples(self, query: str, values: Sequence[Any]) -> Sequence[Sequence[Any]]:
        """`look_up` without the names of columns."""
        return (await self._answer(query, values))[1]

    async def tuples(self, query: str, values: Sequence[Any]) -> Sequence[Sequence[Any]]:
        """Many rows."""
        found = (await self.execute_query(query, list(values)))[1]
        return [tuple(row) for row in found]  # by place: two columns may have one name

    async def _answer(self, query: str, values: Sequence[Any]) -> Answer:
        """What is kept is of a state or of a later one, as long as it was not asked for before
        that was known; and it is given where the server says that the state is that one still."""
        task = asyncio.current_task()
        if task is not answers_request.get():
            return await self._looked_up(query, values)
        asked = tuple(tuple(one) if isinstance(one, list) else one for one in values)
        answers = self._answers
        is_kept = answers.get(query, asked) is not None
        if answers.version is None or (is_kept and task is not self._asked):
            await self._ask()
        answer = answers.get(query, asked)
        if answer is None:
            version = answers.version
            answer = await self._looked_up(query, values)
            if version == answers.version:
                answers.keep(query, asked, answer)
        return answer

    async def _looked_up(self, query: str, values: Sequence[Any]) -> Answer:
        records = (await self.execute_query(query, list(values)))[1]
        return tuple(records[0].keys()) if records else (), tuple(map(tuple, records))

    async def _ask(self) -> None:
        """What the server says holds for who asked, and for nobody else: they may have learned of
        something that came after it. And until they wait again for anything."""
        [record] = (await self.execute_query(_STATE))[1]
        self._answers.are_of(record[0])
        self._asked = asyncio.current_task()
        asyncio.get_running_loop().call_soon(self._forget_who_asked)

    def _forget_who_asked(self) -> None:
        self._asked = None

    def _in_transaction(self) -> TransactionContext:
        return _Transaction(_Connection(self), self._pool_init_lock)


class _Connection(TransactionWrapper):
    """A transaction's."""

    def _in_transaction(self) -> TransactionContext:
        return NestedTransactionContext(_Connection(self))

    async def execute_query_dict(
        self, query: str, values: Sequence[Any] | None = None
    ) -> list[dict[str, Any]]:
        try:
            async with self._lock:
                rows = await self._connection.fetch(query, *(values or ()))
        except (asyncpg.SyntaxOrAccessError, asyncpg.DataError) as error:
            raise OperationalError(error) from error
        except asyncpg.IntegrityConstraintViolationError as error:
            raise IntegrityError(error) from error
        return list(map(dict, rows))

    async def look_up(self, query: str, values: Sequence[Any]) -> list[dict[str, Any]]:
        """What the transaction itself wrote is among it."""
        return await self.execute_query_dict(query, values)

    async def look_up_tuples(self, query: str, values: Sequence[Any]) -> Sequence[Sequence[Any]]:
        return await self.tuples(query, values)

    async def tuples(self, query: str, values: Sequence[Any]) -> Sequence[Sequence[Any]]:
        return [tuple(row) for row in (await self.execute_query(query, list(values)))[1]]


async def _connect(*args: Any, **kwargs: Any) -> asyncpg.Connection:
    """For the pool. What the way to the server raises says nothing of a database."""
    try:
        connection = await asyncpg.connect(*args, **kwargs)
        await connection.execute(_WAIT_FOR_THE_LOG)
        await connection.execute(_NEVER_COMPILE)
        return connection
    except (OSError, TimeoutError) as error:
        raise DBConnectionError(type(error).__name__) from error


class _Transaction(TransactionContextPooled):
    """Gives its connection back when BEGIN fails or is cancelled.

    Requests are cancelled when a client hangs up; Tortoise's own context would then lose one
    connection of the pool for good.
    """

    async def __aenter__(self) -> TransactionalDBClient:
        await self.ensure_connection()
        pool = self.client._parent._pool
        self.client._connection = await pool.acquire()
        try:
            await self.client.begin()
        except BaseException:
            if self.client._connection.is_in_transaction():  # the server has begun it
                self.client._connection.terminate()
            await pool.release(self.client._connection)
            raise
        connections = get_connections()
        self.token: ConnectionToken = connections.set(self.connection_name, self.client)
        return self.client


client_class = Client
