"""One institution's database: a Tortoise context of its own, so that several fit in a process.

Tortoise finds its connection through a context variable, which requests and worker tasks do not
inherit from the start-up task: each of them calls `activate()` first.
"""

import logging
from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from tortoise.backends.base.client import BaseDBAsyncClient, TransactionalDBClient
from tortoise.backends.base.executor import EXECUTOR_CACHE
from tortoise.context import TortoiseContext

APP = "curbside"
CONNECTION = "default"
MODELS = ("instance.models",)
MIGRATIONS = "instance.migrations"

# At debug level both log every statement with its values: content, names, tokens.
for _name in ("tortoise", "aiosqlite"):
    logging.getLogger(_name).setLevel(logging.WARNING)


class Database:
    """`url` as in `tortoise_config`. Belongs to the event loop it was opened in.

    Databases of one dialect may be open side by side; SQLite beside PostgreSQL may not, because
    Tortoise keeps the SQL it makes on the model classes.
    """

    def __init__(self, url: str, *, models: Sequence[str] = MODELS) -> None:
        self.url = url
        self._config = tortoise_config(url, models=models)
        self._context = TortoiseContext()

    async def open(self) -> None:
        """Connect, and activate in the calling task. Raises what the driver raises."""
        self._context.__enter__()  # before init, which looks for a current context
        # SQL made for another dialect, or for another table of the same name, is still in there.
        EXECUTOR_CACHE.clear()
        await self._context.init(config=self._config)
        await self.client.execute_query("SELECT 1")

    def activate(self) -> None:
        """Make this the database of the current task, until the task ends.

        Raises RuntimeError in a task that was started inside a transaction: it has inherited the
        transaction's connection and would write on it after the commit.
        """
        # Not by way of `get`, which looks at the loop each time: every request comes here.
        active = self._context.connections._storage_var.get().get(CONNECTION)
        if is_transactions(active):
            raise RuntimeError("a task was started inside a transaction; start it after the commit")
        self._context.__enter__()

    async def close(self) -> None:
        await self._context.close_connections()

    @property
    def client(self) -> BaseDBAsyncClient:
        """For raw SQL: the transaction's connection inside one, else one of the pool."""
        return self._context.connections.get(CONNECTION)


def is_transactions(client: object) -> bool:
    """Whether what there is to talk to a database is a transaction's own."""
    kind: Any = type(client)
    return _are_transactions(kind)


@cache  # to ask an abstract class takes as long as a short statement does
def _are_transactions(kind: type) -> bool:
    return issubclass(kind, TransactionalDBClient)


def tortoise_config(
    url: str, *, models: Sequence[str] = MODELS, migrations: str = MIGRATIONS
) -> dict[str, Any]:
    """Tortoise's configuration for a database URL.

    `sqlite://` and an absolute path (taken as it is, no escapes) or `:memory:`;
    `postgres://user:password@host:port/name`, with `?host=/folder` for a unix socket, `sslmode=`
    as in libpq, `maxsize=` and `statement_cache_size=` for the pool. Raises ValueError, which
    never holds the password.
    """
    scheme, _, rest = url.partition("://")
    if scheme == "sqlite":
        connection = _sqlite(rest)
    elif scheme in ("postgres", "postgresql"):
        connection = _postgres(url)
    else:
        raise ValueError("the database URL must start with sqlite:// or postgres://")
    app = {"models": list(models), "default_connection": CONNECTION, "migrations": migrations}
    return {
        "connections": {CONNECTION: connection},
        "apps": {APP: app},
        "use_tz": True,
        "timezone": "UTC",
    }


def _sqlite(path: str) -> dict[str, Any]:
    if path != ":memory:" and not path.startswith("/"):
        raise ValueError("the database URL needs an absolute path: sqlite:///folder/file")
    return {"engine": "instance.sqlite_engine", "credentials": {"file_path": path}}


def _postgres(url: str) -> dict[str, Any]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        # The message would quote what stands before an unescaped / or [: the password.
        raise ValueError("the database URL cannot be read; escape special characters") from None
    query = dict(parse_qsl(parts.query))
    credentials: dict[str, Any] = {
        "host": query.pop("host", None) or parts.hostname,
        "port": port or 5432,
        "user": unquote(parts.username) if parts.username else None,
        "password": unquote(parts.password) if parts.password else None,
        "database": unquote(parts.path[1:]) or None,
        "maxsize": int(query.pop("maxsize", 10)),
    }
    if "sslmode" in query:
        credentials["ssl"] = query.pop("sslmode")  # asyncpg knows libpq's words
    if "statement_cache_size" in query:
        credentials["statement_cache_size"] = int(query.pop("statement_cache_size"))
    if query:
        raise ValueError(f"the database URL has unknown options: {', '.join(sorted(query))}")
    return {"engine": "instance.postgres_engine", "credentials": credentials}


@cache
def known_migrations() -> tuple[str, ...]:
    """The names of those that this code has, in their order."""
    files = resources.files(MIGRATIONS).iterdir()
    return tuple(
        sorted(f.name[:-3] for f in files if f.name[:1].isdigit() and f.name[-3:] == ".py")
    )
