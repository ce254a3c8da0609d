"""Tortoise's asyncpg client, made safe for cancelled tasks, with a way to a connection apart.

Imported only for a `postgres://` URL: asyncpg comes with the extra `postgres`.
"""

from typing import Any

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import (
    TransactionalDBClient,
    TransactionContext,
    TransactionContextPooled,
)
from tortoise.connection import ConnectionToken, get_connections
from tortoise.exceptions import DBConnectionError


class Client(AsyncpgDBClient):
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
        return _Transaction(TransactionWrapper(self), self._pool_init_lock)


async def _connect(*args: Any, **kwargs: Any) -> asyncpg.Connection:
    """For the pool. What the way to the server raises says nothing of a database."""
    try:
        return await asyncpg.connect(*args, **kwargs)
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
