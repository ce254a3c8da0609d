"""Statements written by hand, for both databases. Marks are `?1`, `?2` and so on."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Any, TypeVar

from tortoise import Model
from tortoise.context import get_current_context
from tortoise.fields import (
    BigIntField,
    BooleanField,
    CharField,
    DatetimeField,
    Field,
    IntField,
    TextField,
)

M = TypeVar("M", bound=Model)
_SAME_IN_BOTH = (BigIntField, BooleanField, DatetimeField, IntField, TextField)
_INSERT = 'INSERT INTO "{table}" ({columns}) VALUES ({marks})'
_UNLESS = " ON CONFLICT ({columns}) DO NOTHING"
_LOCK = "SELECT pg_advisory_xact_lock{shared}(?1::int, hashtext(?2))"
_NAMES = 1  # the kind of lock; locks of one number have numbers of their own
_AT_ONCE = 100
_SOME = 'SELECT * FROM "{table}" WHERE {column} IN ({marks})'
_JOINED = 'SELECT {shown} FROM "{table}" j0 {joins} WHERE j0.{column} = ?1'
_WHERE = 'SELECT * FROM "{table}" WHERE {rest}'


async def run(sql: str, values: Sequence[Any]) -> list[dict[str, Any]]:
    """The rows it returns; inside a transaction, as a part of it."""
    connection = active()
    if connection.capabilities.dialect == "postgres":
        sql = sql.replace("?", "$")
    rows: list[dict[str, Any]] = await connection.execute_query_dict(sql, list(values))
    return rows


async def is_stored(sql: str, values: Sequence[Any]) -> bool:
    """Whether an `INSERT … ON CONFLICT … DO NOTHING` had something to do."""
    connection = active()
    if connection.capabilities.dialect == "postgres":
        return bool(await run(f"{sql} RETURNING 1", values))
    # SQLite makes a table for what is returned, each time.
    count, _ = await connection.execute_query(sql, list(values))
    return bool(count)


async def look_up(sql: str, values: Sequence[Any]) -> list[dict[str, Any]]:
    """A few rows by an index, for what every request asks: on SQLite in no time (see the engine).

    Outside a transaction: as they were committed last. Never for what may read many rows.
    """
    connection = active()
    if connection.capabilities.dialect == "postgres":
        return await run(sql, values)
    rows: list[dict[str, Any]] = await connection.look_up(sql, values)
    return rows


async def tuples(sql: str, values: Sequence[Any]) -> Sequence[Sequence[Any]]:
    """`look_up` for many rows: the values of each, in the order of the columns."""
    connection = active()
    if connection.capabilities.dialect == "postgres":
        found = (await connection.execute_query(sql.replace("?", "$"), list(values)))[1]
        return [tuple(row) for row in found]  # by place: two columns may have one name
    rows: Sequence[Sequence[Any]] = await connection.tuples(sql, values)
    return rows


async def look_up_tuples(sql: str, values: Sequence[Any]) -> Sequence[Sequence[Any]]:
    """`look_up` without the names of columns: a page of rows, each its values."""
    connection = active()
    if connection.capabilities.dialect == "postgres":
        return await tuples(sql, values)
    rows: Sequence[Sequence[Any]] = await connection.look_up_tuples(sql, values)
    return rows


async def look_up_all(sql: str, values: Sequence[Any]) -> list[dict[str, Any]]:
    """`look_up` with all these values, which stand as a table of one column where `sql` says
    `{values}`: SQLite would make such a table for an IN, each time. (CROSS JOIN behind it: then
    SQLite looks up each of them, whatever it believes of the other table's size.)

    So many at a time: to read a statement with thousands takes it long.
    """
    if 0 < len(values) <= _AT_ONCE:
        return await look_up(_with_rows(sql, len(values)), values)
    found: list[dict[str, Any]] = []
    for start in range(0, len(values), _AT_ONCE):
        found += await look_up_all(sql, values[start : start + _AT_ONCE])
    return found


async def one(model: type[M], column: str, value: Any) -> M | None:
    """The row of `model` with this value in a unique column, without the cost of building its
    query: for what every activity asks."""
    found = await some(model, column, [value])
    return found[0] if found else None


async def some(model: type[M], column: str, values: Sequence[Any]) -> list[M]:
    """Likewise the rows with these values, a few hundred at most, in no order."""
    if not values:
        return []
    rows = await look_up(_some(model, column, len(values)), values)
    return [_read(model, row) for row in rows]


async def where(model: type[M], rest: str, values: Sequence[Any]) -> list[M]:
    """Likewise the rows that `rest` says, a few hundred at most: a condition, and an order."""
    return [_read(model, row) for row in await look_up(_where(model, rest), values)]


async def load(row: Model, name: str) -> Any:
    """The row that a foreign key leads to, or None; kept where Tortoise keeps what it loaded."""
    model, column = _led_to(type(row), name)
    key = row.__dict__[column]
    found = await one(model, "id", key) if key is not None else None
    row.__dict__[f"_{name}"] = found
    return found


async def with_led_to(model: type[M], column: str, value: Any, *names: str) -> M | None:
    """`one`, and `load` of these keys, by one statement: for what every request asks."""
    sql, parts = _joined(model, column, names)
    rows = await look_up_tuples(sql, [value])
    if not rows:
        return None
    row, found, start = rows[0], [], 0
    for each, columns in parts:
        values = dict(zip(columns, row[start : start + len(columns)], strict=True))
        start += len(columns)
        found.append(_read(each, values) if values["id"] is not None else None)
    first: Any = found[0]
    first.__dict__.update({f"_{name}": led for name, led in zip(names, found[1:], strict=True)})
    only: M = first
    return only


async def load_all(rows: Sequence[Model], name: str) -> list[Any]:
    """`load` for several rows of one model; the rows that the key leads to, each once."""
    if not rows:
        return []
    model, column = _led_to(type(rows[0]), name)
    keys = {row.__dict__[column] for row in rows} - {None}
    led_to: list[Any] = await some(model, "id", list(keys))
    found = {each.id: each for each in led_to}
    for row in rows:
        row.__dict__[f"_{name}"] = found.get(row.__dict__[column])
    return led_to


def read(model: type[M], columns: Mapping[str, Any]) -> M:
    """An object of some columns as the database gave them; the others are as in a new one."""
    readers, given = dict(_readers(model)), dict(columns)
    for name, value in given.items():
        if value is not None and name in readers:
            given[name] = readers[name](value)
    return new(model, _saved_in_db=True, **given)


def new(model: type[M], **values: Any) -> M:
    """An object as `model(**values)` makes it, of columns (`author_id`) whose values have their
    types: to look at each of them costs as much as to store them."""
    made = model.__new__(model)
    made.__dict__.update(_blank(model))
    made.__dict__.update(values, _await_when_save={})
    return made


async def insert(new: Model, *, unless: str = "") -> bool:
    """Store an object whose table has no column that the database fills in itself, by one
    statement that was made once: what `save` does around it costs more.

    `unless`: the columns of a unique index; False where a row with the same values in them is
    there already, and nothing was stored.
    """
    connection, given = active(), new.__dict__
    statement = _insert(type(new), connection.capabilities.dialect == "postgres")
    values = [given[name] for name in statement.columns]
    for place, write in statement.writers:
        if values[place] is not None:
            values[place] = write(values[place], new)
    if unless:
        given["_saved_in_db"] = await is_stored(statement.sql + _unless(unless), values)
        return bool(given["_saved_in_db"])
    await connection.execute_insert(statement.sql, values)
    given["_saved_in_db"] = True
    return True


async def insert_many(sql: str, rows: Sequence[Sequence[Any]]) -> None:
    """One statement with the values of each row, inside a transaction."""
    connection = active()
    if connection.capabilities.dialect == "postgres":
        sql = sql.replace("?", "$")
    await connection.execute_many(sql, rows)


@asynccontextmanager
async def erasing() -> AsyncIterator[None]:
    """What is deleted meanwhile is overwritten in the file, where SQLite would only forget where it
    stood; inside a transaction. PostgreSQL does so when it uses the place again."""
    connection = active()
    if connection.capabilities.dialect == "postgres":
        yield
        return
    await connection.execute_query("PRAGMA secure_delete=ON")
    try:
        yield
    finally:
        await connection.execute_query("PRAGMA secure_delete=OFF")


async def lock(name: str, *, shared: bool = False) -> None:
    """Until the transaction ends nobody else holds this name, but for those who share it. SQLite
    has one writer anyway."""
    if active().capabilities.dialect == "postgres":
        await run(_LOCK.format(shared="_shared" if shared else ""), [_NAMES, name])


def time(value: str | datetime) -> datetime:
    """SQLite gives times as text, which Tortoise reads fifty times slower than Python does."""
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    return found if found.tzinfo else found.replace(tzinfo=UTC)


@lru_cache(maxsize=256)
def _some(model: type[Model], column: str, count: int) -> str:
    return _SOME.format(table=model._meta.db_table, column=column, marks=marks(count))


@lru_cache(maxsize=256)
def _where(model: type[Model], rest: str) -> str:
    return _WHERE.format(table=model._meta.db_table, rest=rest)


def _read(model: type[M], row: dict[str, Any]) -> M:
    for name, read in _readers(model):
        if row[name] is not None:
            row[name] = read(row[name])
    return new(model, _saved_in_db=True, **row)


@cache
def _unless(columns: str) -> str:
    return _UNLESS.format(columns=columns)


@cache
def _led_to(model: type[Model], name: str) -> tuple[type[Model], str]:
    """Where a foreign key leads, and the column that says to which row."""
    field: Any = model._meta.fields_map[name]
    return field.related_model, field.source_field


@cache
def _joined(
    model: type[Model], column: str, names: tuple[str, ...]
) -> tuple[str, list[tuple[type[Model], tuple[str, ...]]]]:
    """The statement, and what each of its columns is of: the row's first."""
    keys = [_led_to(model, name) for name in names]
    models = [model, *(led for led, _ in keys)]
    parts = [(each, tuple(each._meta.fields_db_projection.values())) for each in models]
    shown = ", ".join(f'j{n}."{c}"' for n, (_, columns) in enumerate(parts) for c in columns)
    joins = " ".join(
        f'LEFT JOIN "{led._meta.db_table}" j{n} ON j{n}.id = j0.{key}'
        for n, (led, key) in enumerate(keys, 1)
    )
    return _JOINED.format(
        shown=shown, table=model._meta.db_table, joins=joins, column=column
    ), parts


@dataclass(frozen=True)
class _Insert:
    """`writers`: by the place of a column, what makes its value one of the database's."""

    sql: str
    columns: tuple[str, ...]
    writers: tuple[tuple[int, Callable[[Any, Model], Any]], ...]


@cache
def _insert(model: type[Model], is_postgres: bool) -> _Insert:
    meta = model._meta
    columns = tuple(meta.fields_db_projection)
    fields = enumerate(meta.fields_map[name] for name in columns)
    names = ", ".join(f'"{column}"' for column in meta.fields_db_projection.values())
    sql = _INSERT.format(table=meta.db_table, columns=names, marks=marks(len(columns)))
    return _Insert(
        sql.replace("?", "$") if is_postgres else sql,
        columns,
        tuple((place, _writer(f)) for place, f in fields if not isinstance(f, _SAME_IN_BOTH)),
    )


def _writer(field: Field[Any]) -> Callable[[Any, Model], Any]:
    """What Tortoise makes of a value; but text that fits is looked at in one place."""
    if type(field) is not CharField:
        return field.to_db_value
    longest, write = field.max_length, field.to_db_value

    def write_text(value: Any, new: Model) -> Any:
        fits = type(value) is str and len(value) <= longest
        return value if fits else write(value, new)

    return write_text


@cache
def _blank(model: type[Model]) -> dict[str, Any]:
    """What an object has that was given nothing, but for what is made anew for each (ids)."""
    fields = model._meta.fields_map
    made = {name for name, field in fields.items() if callable(field.default)}
    return {name: value for name, value in vars(model()).items() if name not in made}


@cache
def _readers(model: type[Model]) -> list[tuple[str, Callable[[Any], Any]]]:
    """The columns whose values have another type in the database than in an object."""
    fields = model._meta.fields_map
    names = model._meta.fields_db_projection
    return [(name, _reader(fields[name])) for name in names if not _is_read_as_it_is(fields[name])]


def _is_read_as_it_is(field: Field[Any]) -> bool:
    return type(field).to_python_value is Field.to_python_value and field.field_type in (int, str)


def _reader(field: Field[Any]) -> Callable[[Any], Any]:
    if isinstance(field, DatetimeField):
        return time
    return bool if isinstance(field, BooleanField) else field.to_python_value


def active() -> Any:
    """The connection, inside a transaction its own. Not by way of `get`, which looks at the loop
    each time: that costs as much as a short statement does."""
    context = get_current_context()
    if context is None or context._connections is None:
        raise RuntimeError("no database is active in this task")
    return context._connections._storage_var.get()["default"]


def table(name: str, ids: Sequence[int], mark: Callable[[object], str]) -> str:
    """What stands before a SELECT that asks several times whether an id is one of these; "" for
    none. `mark`: makes the mark of a value."""
    rows = ", ".join(f"(CAST({mark(one)} AS BIGINT))" for one in ids)
    return f"WITH {name} (id) AS (VALUES {rows})" if rows else ""


def marks(count: int, first: int = 1) -> str:
    """`?1, ?2`: for an IN with so many values."""
    return ", ".join(f"?{number}" for number in range(first, first + count))


@lru_cache(maxsize=256)
def _with_rows(sql: str, count: int) -> str:
    return sql.format(values="VALUES " + ", ".join(f"(?{n})" for n in range(1, count + 1)))
