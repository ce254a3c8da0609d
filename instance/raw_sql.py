"""Statements written by hand, for both databases. Marks are `?1`, `?2` and so on."""

from collections.abc import Sequence
from typing import Any, TypeVar

from tortoise import Model
from tortoise.connection import get_connection

M = TypeVar("M", bound=Model)
_ONE = 'SELECT * FROM "{table}" WHERE {column} = ?1'


async def run(sql: str, values: Sequence[Any]) -> list[dict[str, Any]]:
    """The rows it returns; inside a transaction, as a part of it."""
    connection = get_connection("default")
    if connection.capabilities.dialect == "postgres":
        sql = sql.replace("?", "$")
    rows: list[dict[str, Any]] = await connection.execute_query_dict(sql, list(values))
    return rows


async def look_up(sql: str, values: Sequence[Any]) -> list[dict[str, Any]]:
    """A few rows by an index, for what every request asks: on SQLite in no time (see the engine).

    Outside a transaction: as they were committed last. Never for what may read many rows.
    """
    connection: Any = get_connection("default")
    if connection.capabilities.dialect == "postgres":
        return await run(sql, values)
    rows: list[dict[str, Any]] = await connection.look_up(sql, values)
    return rows


async def one(model: type[M], column: str, value: Any) -> M | None:
    """The row of `model` with this value in a unique column, without the cost of building its
    query: for what every activity asks."""
    found = await look_up(_ONE.format(table=model._meta.db_table, column=column), [value])
    return model._init_from_db(**found[0]) if found else None


def marks(count: int, first: int = 1) -> str:
    """`?1, ?2`: for an IN with so many values."""
    return ", ".join(f"?{number}" for number in range(first, first + count))
