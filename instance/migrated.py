"""Whether a database has the tables of this version. Every start asks that, and hardly any has to
load what brings it there: `instance.migrate`."""

import pkgutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from importlib import import_module

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.backends.sqlite.client import SqliteClient
from tortoise.context import TortoiseContext

from instance.database import CONNECTION, MIGRATIONS, tortoise_config

_FULL_TEXT = "fts5"
MOVING = "moving"  # a table that is there while rows come in from SQLite (`instance.moving`)
_IS_MOVING = f"SELECT 1 WHERE to_regclass('{MOVING}') IS NOT NULL"


class MigrationRefused(Exception):
    """Nothing, or nothing more, was changed. Names migrations and tables only."""


async def is_of_this_version(url: str, *, migrations: str = MIGRATIONS) -> bool:
    """Raises MigrationRefused where nobody can work with it."""
    async with connected(url) as connection:
        await require_usable(connection)
        return {name for _, name in await applied(connection)} == known(migrations)


def known(migrations: str = MIGRATIONS) -> set[str]:
    """The names of all migrations of this version."""
    return {name for _, name, _ in pkgutil.iter_modules(import_module(migrations).__path__)}


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[BaseDBAsyncClient]:
    connections = tortoise_config(url)["connections"]
    if url.startswith("sqlite:"):
        # Inside a transaction this pragma does nothing, so it is set with the connection.
        connections[CONNECTION]["credentials"]["foreign_keys"] = "OFF"
    async with TortoiseContext() as context:
        # Not init(): it loads the models, and migrations bring theirs as they were.
        context.connections._init_config(connections)
        yield context.connections.get(CONNECTION)


async def applied(connection: BaseDBAsyncClient) -> list[tuple[str, str]]:
    """App and name of each, in order. Fails where it cannot be known."""
    sqlite = connection.capabilities.dialect == "sqlite"
    there = await connection.execute_query_dict(
        "SELECT name FROM sqlite_master WHERE name = 'tortoise_migrations'"
        if sqlite
        else "SELECT 1 WHERE to_regclass('tortoise_migrations') IS NOT NULL"
    )
    if not there:
        return []
    rows = await connection.execute_query_dict(
        "SELECT app, name FROM tortoise_migrations ORDER BY id"
    )
    return [(row["app"], row["name"]) for row in rows]


async def require_usable(connection: BaseDBAsyncClient) -> None:
    if isinstance(connection, SqliteClient):
        _require_full_text()
    elif await connection.execute_query_dict(_IS_MOVING):
        raise MigrationRefused(
            "a move from SQLite into this database is not finished. Run `curbside"
            " move-database` again with the settings of before: it goes on there"
        )


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
