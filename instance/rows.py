"""How objects become rows, and rows objects: what Tortoise does for each value, looked up once for
each model. Pure; the statements are `raw_sql`'s to run, which passes on what others need of this.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache
from itertools import compress, count, repeat
from operator import is_not, itemgetter
from typing import Any, Generic, TypeVar

from tortoise import Model
from tortoise.fields import (
    BigIntField,
    BooleanField,
    CharField,
    DatetimeField,
    Field,
    IntField,
    JSONField,
    TextField,
)
from tortoise.fields.data import CharEnumFieldInstance

from instance import sqlite_times

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
    """By the place of a value: `texts`: how long it may be, and what says what is wrong with it;
    `times`, of SQLite alone; `writers`: what makes any other value one of the database's."""

    sql: str
    texts: tuple[tuple[int, int, Callable[[Any, Model], Any]], ...]
    times: tuple[int, ...]
    writers: tuple[tuple[int, Callable[[Any, Model], Any]], ...]


def written(new: Model, *, is_postgres: bool) -> tuple[Insert, list[Any]]:
    """The statement that stores an object, and its values.

    On SQLite those that are NULL stand in the statement: to hand one over costs as much as to store
    it, and most columns that may be NULL are.
    """
    model = type(new)
    values = list(_values_of(model)(new.__dict__))
    if is_postgres:
        statement = _insert(model, None)
    else:
        there = tuple(map(is_not, values, repeat(None)))
        statement, values = _insert(model, there), list(compress(values, there))
    for place, longest, write in statement.texts:
        text = values[place]
        if not (type(text) is str and len(text) <= longest) and text is not None:
            values[place] = write(text, new)
    for place in statement.times:
        values[place] = sqlite_times.text(values[place])
    for place, write in statement.writers:
        if values[place] is not None:
            values[place] = write(values[place], new)
    return statement, values


@cache
def _values_of(model: type[Model]) -> Callable[[dict[str, Any]], tuple[Any, ...]]:
    """What is in its columns, of what an object has."""
    return itemgetter(*model._meta.fields_db_projection)


@lru_cache(maxsize=512)
def _insert(model: type[Model], there: tuple[bool, ...] | None) -> Insert:
    """`there`: on SQLite, which columns are not NULL."""
    meta = model._meta
    fields = [meta.fields_map[name] for name in meta.fields_db_projection]
    has = there or (True,) * len(fields)
    numbers = count(1)
    given = ", ".join(f"?{next(numbers)}" if one else "NULL" for one in has)
    names = ", ".join(f'"{column}"' for column in meta.fields_db_projection.values())
    sql = _INSERT.format(table=meta.db_table, columns=names, marks=given)
    texts, times, writers = list[Any](), list[int](), list[Any]()
    for place, field in enumerate(compress(fields, has)):
        if type(field) is CharField:
            texts.append((place, field.max_length, field.to_db_value))
        elif isinstance(field, DatetimeField) and there is not None:
            times.append(place)
        elif not isinstance(field, _SAME_IN_BOTH):
            writers.append((place, _writer(field)))
    sql = sql.replace("?", "$") if there is None else sql
    return Insert(sql, tuple(texts), tuple(times), tuple(writers))


def _writer(field: Field[Any]) -> Callable[[Any, Model], Any]:
    """What Tortoise does, without its looking at what has its type."""
    write = field.to_db_value
    if isinstance(field, CharEnumFieldInstance):
        texts = {one: one.value for one in field.enum_type}
        return lambda value, new: texts.get(value) or write(value, new)
    if type(field) is JSONField and not field.validators:
        return lambda value, new: field.encoder(value) if type(value) is dict else write(value, new)
    return write


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
    if isinstance(field, CharEnumFieldInstance):
        return {one.value: one for one in field.enum_type}.__getitem__
    return bool if isinstance(field, BooleanField) else field.to_python_value


@dataclass(frozen=True)
class _Whole:
    """How a row with all columns is read: what is a flag in one go."""

    columns: int
    flags: tuple[str, ...]
    flags_of: Callable[[dict[str, Any]], tuple[Any, ...]]
    others: list[tuple[str, Callable[[Any], Any]]]


@cache
def _whole(model: type[Model]) -> _Whole | None:
    meta = model._meta
    names = [name for name in meta.fields_db_projection if _is_flag(meta.fields_map[name])]
    if len(names) < 2:
        return None
    others = [(name, value_of) for name, value_of in _readers(model) if name not in names]
    return _Whole(len(meta.fields_db_projection), tuple(names), itemgetter(*names), others)


def _is_flag(field: Field[Any]) -> bool:
    return isinstance(field, BooleanField) and not field.null


def read(model: type[M], row: dict[str, Any]) -> M:
    """An object of columns as the database gave them, which are used up; those that are not there
    are as in a new one."""
    whole = _whole(model)
    if whole is None or len(row) < whole.columns:
        readers = _readers(model)
    else:
        readers = whole.others
        row.update(zip(whole.flags, map(bool, whole.flags_of(row)), strict=True))
    for name, value_of in readers:
        value = row.get(name)
        if value is not None:
            row[name] = value_of(value)
    made = model.__new__(model)
    made.__dict__.update(_blank(model))
    made.__dict__.update(row, _saved_in_db=True, _await_when_save={})
    return made


class Again(Generic[M]):
    """Rows that are looked up again and again and seldom differ from the last time: then an object
    is copied from the last one, which is sooner done than to make it."""

    def __init__(self, model: type[M], most: int) -> None:
        self._model, self._most = model, most
        self._last: dict[Any, tuple[dict[str, Any], dict[str, Any]]] = {}  # row, object

    def read(self, row: dict[str, Any]) -> M:
        last = self._last.get(row["id"])
        if last is None or last[0] != row:
            if len(self._last) >= self._most:
                self._last.clear()
            last = self._last[row["id"]] = dict(row), vars(read(self._model, dict(row)))
        made = self._model.__new__(self._model)
        made.__dict__.update(last[1], _await_when_save={})
        for name, value_of in _nested(self._model):
            if row[name] is not None:  # each object has lists of its own
                made.__dict__[name] = value_of(row[name])
        return made


@cache
def _nested(model: type[Model]) -> list[tuple[str, Callable[[Any], Any]]]:
    fields = model._meta.fields_map
    readers = _readers(model)
    return [(name, value_of) for name, value_of in readers if isinstance(fields[name], JSONField)]


def time(value: str | datetime) -> datetime:
    """SQLite gives times as text, which Tortoise reads fifty times slower than Python does."""
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def marks(count: int, first: int = 1) -> str:
    """`?1, ?2`: for an IN with so many values."""
    return ", ".join(f"?{number}" for number in range(first, first + count))
