"""Statements written by hand, for both databases. Marks are `?1`, `?2` and so on."""

from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from typing import Any, TypeVar

from tortoise import Model
from tortoise.context import _current_context, get_current_context
from tortoise.transactions import in_transaction

from instance import ahead
from instance import rows as stored
from instance.ahead import Answers, Knowing, Question
from instance.rows import Again, marks, new, read, time

__all__ = [
    "NAMES",
    "Again",
    "Answers",
    "Knowing",
    "Question",
    "active",
    "all_of",
    "asked_ahead",
    "count_stored",
    "held",
    "insert",
    "insert_all",
    "insert_many",
    "is_postgres",
    "is_stored",
    "load",
    "load_all",
    "lock",
    "look_up",
    "look_up_all",
    "look_up_tuples",
    "marks",
    "new",
    "one",
    "one_of",
    "planned",
    "read",
    "run",
    "some",
    "table",
    "time",
    "tuples",
    "where",
    "with_led_to",
]

M = TypeVar("M", bound=Model)
_UNLESS = " ON CONFLICT ({columns}) DO NOTHING"
NAMES = 1  # the kind of lock; locks of one number have numbers of their own
_AT_ONCE = 100
# For so many values so many marks; what is left over is null, and no row has that. So there are few
# statements, which are all kept in their planned form.
_ROUNDED = [
    (count := min(_AT_ONCE, 1 << max(0, number - 1).bit_length()), (None,) * (count - number))
    for number in range(_AT_ONCE + 1)
]
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


async def is_stored(sql: str, values: Sequence[Any], *, locking: str = "") -> bool:
    """Whether an `INSERT … ON CONFLICT … DO NOTHING` had something to do; then this name is locked
    as by `lock`, in the same statement."""
    connection = active()
    if connection.capabilities.dialect == "postgres":
        if not locking:
            return bool(await run(f"{sql} RETURNING 1", values))
        lock_name = held(f"?{len(values) + 1}", f"?{len(values) + 2}")
        return bool(await run(f"{sql} RETURNING {lock_name}", [*values, NAMES, locking]))
    # SQLite makes a table for what is returned, each time.
    count, _ = await connection.execute_query(sql, list(values))
    return bool(count)


async def look_up(sql: str, values: Sequence[Any]) -> list[dict[str, Any]]:
    """A few rows by an index, for what every request asks: while nobody stores anything in no time
    (see the engines).

    Outside a transaction: as they were committed last. Never for what may read many rows.
    """
    if answers := ahead.answers.get():
        answer = answers.pop((sql, tuple(values)), None)
        if answer is not None:
            return list(answer)
    connection = active()
    if connection.capabilities.dialect == "postgres":
        sql = sql.replace("?", "$")
    rows: list[dict[str, Any]] = await connection.look_up(sql, values)
    return rows


async def asked_ahead(questions: Sequence[Sequence[Question]]) -> list[Answers]:
    """What several are going to look up, before anything it could tell is changed (`Knowing`).

    What there is to know is another matter for each database, see `ahead`. Values are text or None,
    and times in the answers, too (`time` reads both).
    """
    found: list[Answers] = [{} for _ in questions]
    on_postgres = is_postgres()
    for places in ahead.alike(questions, is_postgres=on_postgres):
        asked = [questions[place] for place in places]
        if on_postgres:
            rows = await run(*ahead.of_postgres(asked))
            read = ahead.read_postgres(asked, [list(row.values()) for row in rows])
        else:
            read = ahead.read_sqlite(asked, await look_up_tuples(*ahead.of_sqlite(asked)))
        for place, answers in zip(places, read, strict=True):
            found[place] = answers
    if not on_postgres:
        await _ask_for_rows(questions, found)
    return found


async def _ask_for_rows(questions: Sequence[Sequence[Question]], found: Sequence[Answers]) -> None:
    for sql, wanted in ahead.wanting_rows(questions).items():
        column, of_many = ahead.of_many(sql) or ("", "")
        for row in await look_up_all(of_many, list(wanted)):
            first, *others = wanted[row[column]]
            question = sql, (row[column],)
            found[first][question] = [row]
            for place in others:  # an object of its own for each
                found[place][question] = [dict(row)]


def all_of(sql: str, values: Sequence[Any]) -> Question:
    """What `look_up_all` looks up, for so many values as it asks at once."""
    count, left_over = _ROUNDED[len(values)]
    return _with_rows(sql, count), (*values, *left_over)


def one_of(model: type[Model], column: str, value: Any) -> Question:
    """What `one` looks up."""
    return _some(model, column, 1), (value,)


async def tuples(sql: str, values: Sequence[Any]) -> Sequence[Sequence[Any]]:
    """`look_up` for many rows: the values of each, in the order of the columns."""
    connection = active()
    if connection.capabilities.dialect == "postgres":
        sql = sql.replace("?", "$")
    rows: Sequence[Sequence[Any]] = await connection.tuples(sql, values)
    return rows


async def planned(sql: str, values: Sequence[Any]) -> Sequence[Sequence[Any]]:
    """`tuples`, where the best way depends on the values: PostgreSQL looks for it anew, and takes
    none that is good for any."""
    if active().capabilities.dialect != "postgres":
        return await tuples(sql, values)
    async with in_transaction():
        await run("SET LOCAL plan_cache_mode = force_custom_plan", [])
        return await tuples(sql, values)


async def look_up_tuples(sql: str, values: Sequence[Any]) -> Sequence[Sequence[Any]]:
    """`look_up` without the names of columns: a page of rows, each its values."""
    connection = active()
    if connection.capabilities.dialect == "postgres":
        sql = sql.replace("?", "$")
    rows: Sequence[Sequence[Any]] = await connection.look_up_tuples(sql, values)
    return rows


async def look_up_all(sql: str, values: Sequence[Any]) -> list[dict[str, Any]]:
    """`look_up` with all these values, which stand as a table of one column where `sql` says
    `{values}`: SQLite would make such a table for an IN, each time. (CROSS JOIN behind it: then
    SQLite looks up each of them, whatever it believes of the other table's size.)

    So many at a time: to read a statement with thousands takes it long. There are rows of null,
    too, which fit nothing.
    """
    if 0 < len(values) <= _AT_ONCE:
        return await look_up(*all_of(sql, values))
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
    return [read(model, row) for row in rows]


async def where(model: type[M], rest: str, values: Sequence[Any]) -> list[M]:
    """Likewise the rows that `rest` says, a few hundred at most: a condition, and an order."""
    return [read(model, row) for row in await look_up(_where(model, rest), values)]


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
        found.append(read(each, values) if values["id"] is not None else None)
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


async def insert(new: Model, *, unless: str = "") -> bool:
    """Store an object whose table has no column that the database fills in itself, by one
    statement that was made once: what `save` does around it costs more.

    `unless`: the columns of a unique index; False where a row with the same values in them is
    there already, and nothing was stored.
    """
    connection, given = active(), new.__dict__
    statement, values = stored.written(
        new, is_postgres=connection.capabilities.dialect == "postgres"
    )
    if unless:
        given["_saved_in_db"] = await is_stored(statement.sql + _unless(unless), values)
        return bool(given["_saved_in_db"])
    await connection.execute_insert(statement.sql, values)
    given["_saved_in_db"] = True
    return True


async def insert_all(rows: Sequence[Model], beside: Sequence[Question] = ()) -> None:
    """`insert` of several objects, in this order, and what else inserts or updates something
    (`beside`); in the caller's transaction, on PostgreSQL as one statement."""
    connection = active()
    on_postgres = connection.capabilities.dialect == "postgres"
    written = [stored.written(row, is_postgres=on_postgres) for row in rows]
    parts = [*((statement.sql, values) for statement, values in written), *beside]
    if on_postgres:
        sql = stored.in_one(tuple(sql for sql, _ in parts)) if len(parts) > 1 else parts[0][0]
        await run(sql, [value for _, values in parts for value in values])
    else:
        await connection.execute_each(parts)
    for row in rows:
        row.__dict__["_saved_in_db"] = True


async def count_stored(sql: str, rows: Sequence[Sequence[Any]]) -> int:
    """On SQLite: a statement with the values of each of a few rows; how many of them it stored."""
    count: int = await active().count_stored(sql, rows)
    return count


async def insert_many(sql: str, rows: Sequence[Sequence[Any]]) -> None:
    """One statement with the values of each row, inside a transaction."""
    connection = active()
    if connection.capabilities.dialect == "postgres":
        sql = sql.replace("?", "$")
    await connection.execute_many(sql, rows)


async def lock(name: str, *, shared: bool = False) -> None:
    """Until the transaction ends nobody else holds this name, but for those who share it. SQLite
    has one writer anyway."""
    if is_postgres():
        await run(f"SELECT {held('?1', '?2', shared=shared)}", [NAMES, name])


def held(kind: str, name: str, *, shared: bool = False) -> str:
    """What holds a name in a statement for PostgreSQL. `kind`: what says NAMES there."""
    return f"pg_advisory_xact_lock{'_shared' if shared else ''}({kind}::int, hashtext({name}))"


@lru_cache(maxsize=256)
def _some(model: type[Model], column: str, count: int) -> str:
    return _SOME.format(table=model._meta.db_table, column=column, marks=marks(count))


@lru_cache(maxsize=256)
def _where(model: type[Model], rest: str) -> str:
    return _WHERE.format(table=model._meta.db_table, rest=rest)


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


def is_postgres() -> bool:
    return bool(active().capabilities.dialect == "postgres")


def active() -> Any:
    """The connection, inside a transaction its own. Not by way of `get`, which looks at the loop
    each time: that costs as much as a short statement does."""
    context: Any = _current_context.get() or get_current_context()
    try:
        return context._connections._storage_var.get()["default"]
    except AttributeError:
        raise RuntimeError("no database is active in this task") from None


def table(name: str, ids: Sequence[int], mark: Callable[[object], str]) -> str:
    """What stands before a SELECT that asks several times whether an id is one of these; "" for
    none. `mark`: makes the mark of a value."""
    rows = ", ".join(f"(CAST({mark(one)} AS BIGINT))" for one in ids)
    return f"WITH {name} (id) AS (VALUES {rows})" if rows else ""


@lru_cache(maxsize=256)
def _with_rows(sql: str, count: int) -> str:
    return sql.format(values="VALUES " + ", ".join(f"(?{n})" for n in range(1, count + 1)))
