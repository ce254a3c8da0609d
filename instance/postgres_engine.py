"""Tortoise's asyncpg client, made safe for cancelled tasks and quicker, with a way to a connection
apart.

What a statement costs here is the way to the server and back: so none is made that is not needed,
and little stands around those of a transaction.

Imported only for a `postgres://` URL: asyncpg comes with the extra `postgres`.
"""

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

# Of a server that answers before its log is written, each kill would take what we had said yes to.
_WAIT_FOR_THE_LOG = """
SELECT set_config('synchronous_commit', 'on', false)
WHERE current_setting('synchronous_commit') = 'off'"""


class _Pooled(asyncpg.Connection):  # type: ignore[misc]
    """Nothing here changes a session but inside a transaction, so nothing is left to be reset: it
    would take one more way to the server each time a connection is given back."""

    def get_reset_query(self) -> str:
        return ""


class Client(AsyncpgDBClient):
    connection_class = _Pooled
    # What a connection raises when the server or the way to it is gone.
    connection_lost = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError)

    async def create_pool(self, **kwargs: Any) -> asyncpg.Pool:
        return await asyncpg.create_pool(None, connect=_connect, **kwargs)

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


async def _connect(*args: Any, **kwargs: Any) -> asyncpg.Connection:
    """For the pool. What the way to the server raises says nothing of a database."""
    try:
        connection = await asyncpg.connect(*args, **kwargs)
        await connection.execute(_WAIT_FOR_THE_LOG)
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
            await pool.release(self.client._connection)
            raise
        connections = get_connections()
        self.token: ConnectionToken = connections.set(self.connection_name, self.client)
        return self.client


client_class = Client
