"""A database with rows in every table, made from what its columns may hold.

Row k of a table refers to row k of every other, so all references hold, in any schema that ever
was. Values are of the awkward kind: microseconds, zones, signs, quotes, other alphabets, nested
JSON, zero bytes. What is sealed is sealed, with `KEY`.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from typing import Any

import orjson

from instance.moving.target import Target
from instance.sealed import Box
from tests.postgres import connected

KEY = b"a key for tests, known to all..."  # 32 bytes: guards nothing
ROWS = 3
OWN = ("tortoise_migrations", "migration_progress")  # what migrating itself keeps
WORDS = ("post_words", "actor_words")
_PARTS = ("data", "idx", "content", "config", "docsize")
_SHADOWS = tuple(f"{name}_{part}" for name in WORDS for part in _PARTS)
_COLUMNS = """
SELECT column_name, udt_name || coalesce('(' || character_maximum_length || ')', '')
FROM information_schema.columns WHERE table_schema = 'public' AND table_name = $1
ORDER BY ordinal_position"""
Meanings = Mapping[str, Mapping[str, str]]
_TEXT = "Größe “x”, it's \\ 东京\t{k}"
_START = datetime(2025, 3, 30, 0, 59, 59, 123_456, UTC)


def tables_of(file: str) -> dict[str, dict[str, str]]:
    """Table -> column -> type, as SQLite has them."""
    with closing(sqlite3.connect(file)) as connection:
        names = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
            " ORDER BY name"
        ).fetchall()
        return {
            name: {row[1]: row[2] for row in connection.execute(f'PRAGMA table_info("{name}")')}
            for (name,) in names
            if name not in (*OWN, *WORDS, *_SHADOWS)
        }


def fill_sqlite(file: str, meant: Meanings, rows: int = ROWS) -> list[str]:
    """`meant`: see `meanings`. Returns the tables."""
    tables = tables_of(file)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA foreign_keys=OFF")
        for table, columns in tables.items():
            names = ", ".join(f'"{name}"' for name in columns)
            marks = ", ".join("?" for _ in columns)
            connection.executemany(
                f'INSERT INTO "{table}" ({names}) VALUES ({marks})',
                [
                    [
                        _on_sqlite(_value(table, name, kind, k, meant), kind)
                        for name, kind in columns.items()
                    ]
                    for k in range(1, rows + 1)
                ],
            )
        for name in WORDS:
            if connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", [name]).fetchone():
                said = [(k, f"größe w{k} zwei") for k in range(1, rows + 1)]
                connection.executemany(f"INSERT INTO {name} (rowid, words) VALUES (?, ?)", said)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        connection.commit()
    return list(tables)


async def fill_postgres(url: str, meant: Meanings, rows: int = ROWS) -> list[str]:
    async with connected(url) as connection:
        target = Target(connection)
        names = [name for name in await target.tables() if name not in (*OWN, *WORDS)]
        await connection.execute("SET session_replication_role = replica")
        for table in names:
            kinds = {row[0]: row[1] for row in await connection.fetch(_COLUMNS, table)}
            records = [
                [
                    _on_postgres(_value(table, name, kind, k, meant), kind)
                    for name, kind in kinds.items()
                ]
                for k in range(1, rows + 1)
            ]
            await connection.copy_records_to_table(table, records=records, columns=list(kinds))
    return names


def _value(table: str, column: str, kind: str, k: int, meant: Meanings) -> object:
    kind = meant.get(table, {}).get(column, kind.lower())
    if kind == "sealed":
        return _sealed(orjson.dumps({"text": _TEXT.format(k=k), "of": [table, None, True]}))
    if kind == "mark":
        return True if k == 1 else None
    if "bool" in kind:
        return k % 2 == 0
    if "int" in kind:
        return k
    if any(part in kind for part in ("real", "float")):
        return -k / 3
    if "json" in kind:
        return {"b": [k, -1.5e-7, None, True], "a": {"Größe": _TEXT.format(k=k)}, table: ""}
    if "timestamp" in kind:
        return _START + timedelta(days=k, microseconds=k)
    if "date" in kind:
        return date(2024, 2, 28) + timedelta(days=k)
    if any(part in kind for part in ("blob", "bytea")):
        return bytes([0, 255, k])
    if "char" in kind:
        return str(k) if kind.endswith("(1)") else f"é{k}"
    return _TEXT.format(k=k)


def _sealed(plain: bytes) -> str:
    return Box(KEY).seal(plain)


def _on_sqlite(value: object, kind: str) -> object:
    if isinstance(value, dict):
        return orjson.dumps(value).decode()
    return str(value) if isinstance(value, date) else value  # a datetime is a date


def _on_postgres(value: object, kind: str) -> object:
    return orjson.dumps(value).decode() if isinstance(value, dict) else value


def meanings(models: Sequence[Any]) -> Meanings:
    """What SQLite does not say of its columns: table -> column -> "sealed", "bool" or "mark", which
    is true or nothing."""
    return {
        model._meta.db_table: {
            field.source_field or name: kind
            for name, field in model._meta.fields_map.items()
            if (kind := meaning(type(field).__name__, field.null))
        }
        for model in models
    }


def meaning(field: str, is_null: bool) -> str:
    """`field`: the name of its class."""
    if field == "BooleanField":
        return "mark" if is_null else "bool"
    return "sealed" if field.startswith("Sealed") else ""
