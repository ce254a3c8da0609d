"""Statements written by hand, for both databases. Marks are `?1`, `?2` and so on."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

from tortoise import Model
from tortoise.context import require_context
from tortoise.fields import DatetimeField, Field

M = TypeVar("M", bound=Model)
_INSERT = 'INSERT INTO "{table}" ({columns}) VALUES ({marks})'
_ONE = 'SELECT * FROM "{table}" WHERE {column} = ?1'


async def run(sql: str, values: Sequence[Any]) -> list[dict[str, Any]]:
    """The rows it returns; inside a transaction, as a part of it."""
    connection = _connection()
    if connection.capabilities.dialect == "postgres":
        sql = sql.replace("?", "$")
    rows: list[dict[str, Any]] = await connection.execute_query_dict(sql, list(values))
    return rows


async def look_up(sql: str, values: Sequence[Any]) -> list[dict[str, Any]]:
    """A few rows by an index, for what every request asks: on SQLite in no time (see the engine).

    Outside a transaction: as they were committed last. Never for what may read many rows.
    """
    connection = _connection()
    if connection.capabilities.dialect == "postgres":
        return await run(sql, values)
    rows: list[dict[str, Any]] = await connection.look_up(sql, values)
    return rows


async def one(model: type[M], column: str, value: Any) -> M | None:
    """The row of `model` with this value in a unique column, without the cost of building its
    query: for what every activity asks."""
    found = await look_up(_ONE.format(table=model._meta.db_table, column=column), [value])
    return model._init_from_db(**_with_times(model, found[0])) if found else None


async def insert(new: Model) -> None:
    """Store an object whose table has no column that the database fills in itself, by one
    statement that was made once: what `save` does around it costs more."""
    columns, sql = _insert(type(new), _connection().capabilities.dialect == "postgres")
    values = [field.to_db_value(getattr(new, name), new) for name, field in columns]
    await _connection().execute_insert(sql, values)
    new._saved_in_db = True


def time(value: datetime | str) -> datetime:
    """SQLite gives as text what an expression makes of a time."""
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def _with_times(model: type[Model], row: dict[str, Any]) -> dict[str, Any]:
    """SQLite gives times as text, which Tortoise reads fifty times slower than Python does."""
    for name in _times(model):
        if isinstance(row[name], str):
            row[name] = datetime.fromisoformat(row[name])
    return row


@cache
def _times(model: type[Model]) -> list[str]:
    fields = model._meta.fields_map.items()
    return [name for name, field in fields if isinstance(field, DatetimeField)]


@cache
def _insert(model: type[Model], is_postgres: bool) -> tuple[list[tuple[str, Field[Any]]], str]:
    meta = model._meta
    columns = [(name, meta.fields_map[name]) for name in meta.fields_db_projection]
    names = ", ".join(f'"{column}"' for column in meta.fields_db_projection.values())
    sql = _INSERT.format(table=meta.db_table, columns=names, marks=marks(len(columns)))
    return columns, sql.replace("?", "$") if is_postgres else sql


def _connection() -> Any:
    return require_context().connections.get("default")


def marks(count: int, first: int = 1) -> str:
    """`?1, ?2`: for an IN with so many values."""
    return ", ".join(f"?{number}" for number in range(first, first + count))
