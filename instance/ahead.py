"""What several are going to look up, as statements that ask all of it at once, and what is known by
that. Pure: `raw_sql` runs the statements, and gives each answer once instead of a look-up.

PostgreSQL is asked for all rows, as JSON: what takes it is the way there and back. SQLite is asked
whether there is a row, and of most questions there is none: a statement of its own for each takes
five times as long. What asks for all columns of a row mostly finds it, so it is asked for those.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextvars import ContextVar
from functools import lru_cache
from itertools import chain, compress
from operator import itemgetter
from typing import Any

import orjson

from instance import rows

# A statement and its values, as `raw_sql.look_up` takes them.
Question = tuple[str, tuple[Any, ...]]
Answers = dict[Question, Sequence[dict[str, Any]]]

_SQL, _VALUES = itemgetter(0), itemgetter(1)  # of a question
_SOMETHING, _NOTHING = ({"1": 1},), ()  # rows
answers: ContextVar[Answers | None] = ContextVar("curbside_answers", default=None)
_ROWS = "(SELECT json_agg(r)::text FROM ({sql}) r)"
_OF_EACH = """
SELECT {asked} FROM unnest({columns}) WITH ORDINALITY AS given ({names}, place) ORDER BY place"""
_WHETHER = "WITH given ({names}) AS (VALUES {values}) SELECT {asked} FROM given"
_ONE = re.compile(r'SELECT \* FROM "(\w+)" WHERE (\w+) IN \(\?1\)')
_MANY = """
WITH named (value) AS ({{values}})
SELECT t.* FROM named n CROSS JOIN "{table}" t WHERE t.{column} = n.value"""
_AT_ONCE = 16  # for SQLite, which keeps each of these statements
_BITS = 63  # of a number of SQLite


class Knowing:
    """Meanwhile each of these answers is given once instead of a look-up."""

    def __init__(self, found: Answers) -> None:
        self._found = found

    def __enter__(self) -> None:
        self._token = answers.set(self._found)

    def __exit__(self, *_: object) -> None:
        answers.reset(self._token)


def alike(questions: Sequence[Sequence[Question]], *, is_postgres: bool) -> Iterator[list[int]]:
    """The places of those that ask by the same statements and can be asked at once."""
    found: dict[tuple[str, ...], list[int]] = {}
    for place, asked in enumerate(questions):
        if asked:
            found.setdefault(tuple(map(_SQL, asked)), []).append(place)
    for places in found.values():
        most = len(places) if is_postgres else _AT_ONCE
        for start in range(0, len(places), most):
            yield places[start : start + most]


def of_postgres(asked: Sequence[Sequence[Question]]) -> tuple[str, list[Any]]:
    """All of these, which are `alike`, as one: a row of each, a column of every question."""
    values = [list(chain.from_iterable(map(_VALUES, each))) for each in asked]
    columns = [list(column) for column in zip(*values, strict=True)]
    return _of_each(tuple(sql for sql, _ in asked[0])), columns


def read_postgres(
    asked: Sequence[Sequence[Question]], found: Iterable[Sequence[Any]]
) -> list[Answers]:
    return [
        {
            question: orjson.loads(answer) if answer else []
            for question, answer in zip(each, row, strict=True)
        }
        for each, row in zip(asked, found, strict=True)
    ]


def of_sqlite(asked: Sequence[Sequence[Question]]) -> tuple[str, list[Any]]:
    """Likewise; before the columns the place of who asks, and for those questions alone that are
    not asked for their rows: most often there are some."""
    statements = tuple(sql for sql, _ in asked[0])
    wanted = _wanted(statements)
    values = [
        v for each in asked for v in chain.from_iterable(map(_VALUES, compress(each, wanted)))
    ]
    count = 1 << (len(asked) - 1).bit_length()  # few statements, of which SQLite keeps each
    values += [None] * (len(values) // len(asked) * (count - len(asked)))
    return _whether(tuple(compress(statements, wanted)), count), values


def read_sqlite(
    asked: Sequence[Sequence[Question]], found: Iterable[Sequence[Any]]
) -> list[Answers]:
    """What is known: where there is nothing, and where nothing else was to be known."""
    known: list[Answers] = [{} for _ in asked]
    wanted = _wanted(tuple(sql for sql, _ in asked[0]))
    for which, there in found:
        if which < len(asked):
            questions = list(compress(asked[which], wanted))
            answered: Answers = dict.fromkeys(questions, _NOTHING)
            for question in _among(questions, there):
                if question[0].split(maxsplit=2)[:2] == ["SELECT", "1"]:
                    answered[question] = _SOMETHING
                else:
                    answered.pop(question, None)
            known[which] = answered
    return known


def _among(questions: Sequence[Question], bits: int) -> Iterator[Question]:
    """Those whose bit is set: one number is sooner read than a column of each."""
    while bits:
        yield questions[(bits & -bits).bit_length() - 1]
        bits &= bits - 1


def wanting_rows(questions: Sequence[Sequence[Question]]) -> dict[str, dict[Any, list[int]]]:
    """Those that ask for the row with one value in one column. By their statement and the value:
    the places of who asks."""
    found: dict[str, dict[Any, list[int]]] = {}
    for place, asked in enumerate(questions):
        for number in _of_one(tuple(map(_SQL, asked))):
            sql, (value,) = asked[number]
            found.setdefault(sql, {}).setdefault(value, []).append(place)
    return found


@lru_cache(maxsize=256)
def _of_one(statements: tuple[str, ...]) -> list[int]:
    return [number for number, sql in enumerate(statements) if of_many(sql) is not None]


@lru_cache(maxsize=256)
def of_many(sql: str) -> tuple[str, str] | None:
    """Where a statement asks for the row with one value: the column, and the statement for
    `raw_sql.look_up_all` that asks for those of many."""
    found = _ONE.fullmatch(sql)
    return (found[2], _MANY.format(table=found[1], column=found[2])) if found else None


@lru_cache(maxsize=256)
def _wanted(statements: tuple[str, ...]) -> tuple[bool, ...]:
    """Of each whether it is not asked for its rows."""
    return tuple(sql.split(maxsplit=2)[:2] != ["SELECT", "*"] for sql in statements)


@lru_cache(maxsize=256)
def _of_each(statements: tuple[str, ...]) -> str:
    asked, count = _moved(statements)
    columns = ", ".join(f"?{number}::text[]" for number in range(1, count + 1))
    parts = [f"{_ROWS.format(sql=sql)} AS a{place}" for place, sql in enumerate(asked)]
    names = ", ".join(_names(count))
    return _OF_EACH.format(asked=", ".join(parts), columns=columns, names=names)


@lru_cache(maxsize=256)
def _whether(statements: tuple[str, ...], times: int) -> str:
    if len(statements) > _BITS:
        raise ValueError("too many questions for one number")
    asked, count = _moved(statements)
    values = ", ".join(f"({', '.join([str(place), *'?' * count])})" for place in range(times))
    bits = " + ".join(f"(EXISTS ({sql}) << {bit})" for bit, sql in enumerate(asked))
    names = ", ".join(["place", *_names(count)])
    return _WHETHER.format(names=names, values=values, asked=f"given.place, {bits or 0}")


def _moved(statements: Sequence[str]) -> tuple[list[str], int]:
    """The statements with columns for their values, and of how many."""
    count = 0
    asked: list[str] = []
    for sql in statements:
        asked.append(rows.in_columns(sql, "given.v", count))
        count += rows.last_mark(sql)
    return asked, count


def _names(count: int) -> list[str]:
    return [f"v{number}" for number in range(1, count + 1)]
