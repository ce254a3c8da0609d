"""What a database promises: columns, references and indexes of its tables, whatever their names."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from typing import Any

from instance.database import Database
from tests.instance.ward_models import MODELS

MARKS = "tortoise_migrations"  # which migrations were applied; only a migrated database has it
# Nor does a model describe those that the database searches (see `instance.word_tables`).
_OTHERS = "NOT LIKE '%\\_words%' ESCAPE '\\'"

_SQLITE_TABLES = f"""
SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> ?
    AND name {_OTHERS}
"""
_POSTGRES_COLUMNS = f"""
SELECT table_name, column_name, data_type, character_maximum_length, is_nullable,
    column_default, is_identity
FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> $1
    AND table_name {_OTHERS}
"""
_POSTGRES_REFERENCES = """
SELECT conrelid::regclass::text AS table_name, pg_get_constraintdef(oid) AS reference
FROM pg_constraint WHERE contype = 'f'
"""
_POSTGRES_INDEXES = f"""
SELECT table_class.relname AS table_name, indisunique, indisprimary,
    substring(pg_get_indexdef(indexrelid) FROM ' USING .*') AS definition
FROM pg_index
JOIN pg_class table_class ON table_class.oid = indrelid
WHERE relnamespace = 'public'::regnamespace AND table_class.relname <> $1
    AND table_class.relname {_OTHERS}
"""


async def shape(url: str) -> set[tuple[Any, ...]]:
    async with opened(url) as database:
        client = database.client
        if client.capabilities.dialect == "sqlite":
            return await _sqlite_shape(client)
        found = await client.execute_query_dict(_POSTGRES_COLUMNS, [MARKS])
        found += await client.execute_query_dict(_POSTGRES_REFERENCES)
        found += await client.execute_query_dict(_POSTGRES_INDEXES, [MARKS])
        return {tuple(row.values()) for row in found}


async def _sqlite_shape(client: Any) -> set[tuple[Any, ...]]:
    shape: set[tuple[Any, ...]] = set()
    for row in await client.execute_query_dict(_SQLITE_TABLES, [MARKS]):
        table = row["name"]
        for column in await client.execute_query_dict(f"PRAGMA table_info({table})"):
            shape.add((table, *list(column.values())[1:]))
        for key in await client.execute_query_dict(f"PRAGMA foreign_key_list({table})"):
            shape.add((table, "->", key["from"], key["table"], key["to"], key["on_delete"]))
        for index in await client.execute_query_dict(f"PRAGMA index_list({table})"):
            parts = await client.execute_query_dict(f"PRAGMA index_info('{index['name']}')")
            columns = tuple(part["name"] for part in parts)
            shape.add((table, "index", index["unique"], index["partial"], columns))
    return shape


@asynccontextmanager
async def opened(url: str, models: tuple[str, ...] = MODELS) -> AsyncIterator[Database]:
    database = Database(url, models=models)
    await database.open()
    try:
        yield database
    finally:
        await database.close()


async def run(url: str, *queries: str) -> list[tuple[Any, ...]]:
    """The rows of the last query."""
    async with opened(url) as database:
        for query in queries:
            rows = (await database.client.execute_query(query))[1]
        return [tuple(row) if isinstance(row, sqlite3.Row) else tuple(row.values()) for row in rows]


def schema(url: str) -> dict[str, str]:
    """Name -> SQL of everything in an SQLite file."""
    with closing(sqlite3.connect(url.removeprefix("sqlite://"))) as connection:
        return dict(connection.execute("SELECT name, sql FROM sqlite_master WHERE sql NOT NULL"))
