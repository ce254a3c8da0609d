"""How objects become rows, and rows objects: what Tortoise does for each value, looked up once for
each model. Pure; the statements are `raw_sql`'s to run, which passes on what others need of this.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache
from operator import itemgetter
from typing import Any, TypeVar

from tortoise import Model
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
_MARK = re.compile(r"([?$])(\d+)")
_INSERT = 'INSERT INTO "{table}" ({columns}) VALUES ({marks})'


def new(model: type[M], **values: Any) -> M:
    """An object as `model(**values)` makes it, of columns (`author_id`) whose values have their
    types: to look at each of them costs as much as to store them."""
    made = model.__new__(model)
    made.__dict__.update(_blank(model))
    made.__dict__.update(values, _await_when_save={})
    return made


@dataclass(frozen=True)
class Insert:
    """`values_of`: what is in its columns, of what an object has. By the place of a column:
    `texts`: how long it may be; `writers`: what makes any other value one of the database's."""

    sql: str
    values_of: Callable[[dict[str, Any]], tuple[Any, ...]]
    texts: tuple[tuple[int, int], ...]
    writers: tuple[tuple[int, Callable[[Any, Model], Any]], ...]


@cache
def _insert(model: type[Model], is_postgres: bool) -> Insert:
    meta = model._meta
    columns = tuple(meta.fields_db_projection)
    fields = [meta.fields_map[name] for name in columns]
    texts = {place: field for place, field in enumerate(fields) if type(field) is CharField}
    others = [
        n for n, f in enumerate(fields) if n not in texts and not isinstance(f, _SAME_IN_BOTH)
    ]
    names = ", ".join(f'"{column}"' for column in meta.fields_db_projection.values())
    sql = _INSERT.format(table=meta.db_table, columns=names, marks=marks(len(columns)))
    return Insert(
        sql.replace("?", "$") if is_postgres else sql,
        itemgetter(*columns),
        tuple((place, field.max_length) for place, field in texts.items()),
        tuple((place, fields[place].to_db_value) for place in others),
    )


def written(new: Model, *, is_postgres: bool) -> tuple[Insert, list[Any]]:
    """The statement that stores an object, and its values."""
    given, statement = new.__dict__, _insert(type(new), is_postgres)
    values = list(statement.values_of(given))
    for place, longest in statement.texts:
        text = values[place]
        if text is not None and not (type(text) is str and len(text) <= longest):
            values[place] = _field(new, place).to_db_value(text, new)
    for place, write in statement.writers:
        if values[place] is not None:
            values[place] = write(values[place], new)
    return statement, values


def _field(new: Model, place: int) -> Field[Any]:
    """That of a column; its own check of a text says what is wrong with it."""
    meta = type(new)._meta
    return meta.fields_map[tuple(meta.fields_db_projection)[place]]


@lru_cache(maxsize=64)
def in_one(inserts: tuple[str, ...]) -> str:
    """What refers to a row of another one of them finds it: that is asked at the end of all."""
    parts, count = list[str](), 0
    for sql in inserts:
        parts.append(f"i{len(parts)} AS ({moved(sql, count)})")
        count += last_mark(sql)
    return f"WITH {', '.join(parts)} SELECT 1"


def moved(sql: str, by: int) -> str:
    """A statement whose marks come after so many others."""
    return _MARK.sub(lambda found: f"{found[1]}{int(found[2]) + by}", sql)


def in_columns(sql: str, column: str, by: int) -> str:
    """A statement whose values stand in columns of this name and the number of their mark."""
    return _MARK.sub(lambda found: f"{column}{int(found[2]) + by}", sql)


def last_mark(sql: str) -> int:
    return max((int(number) for _, number in _MARK.findall(sql)), default=0)


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


def read(model: type[M], row: dict[str, Any]) -> M:
    """An object of columns as the database gave them, which are used up; those that are not there
    are as in a new one."""
    for name, value_of in _readers(model):
        value = row.get(name)
        if value is not None:
            row[name] = value_of(value)
    made = model.__new__(model)
    made.__dict__ = {**_blank(model), **row, "_saved_in_db": True, "_await_when_save": {}}
    return made


def time(value: str | datetime) -> datetime:
    """SQLite gives times as text, which Tortoise reads fifty times slower than Python does."""
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def marks(count: int, first: int = 1) -> str:
    """`?1, ?2`: for an IN with so many values."""
    return ", ".join(f"?{number}" for number in range(first, first + count))
