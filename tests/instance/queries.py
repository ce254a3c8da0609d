"""Which statements a piece of work sends to its database."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

from tortoise.backends.asyncpg.client import AsyncpgDBClient
from tortoise.backends.sqlite.client import SqliteClient

from instance import sqlite_engine
from instance.answers import Answers

_METHODS = ("execute_insert", "execute_query", "execute_query_dict", "execute_many")
# What follows the table of events in the background, whatever else goes on; transactions' brackets.
_BESIDE = re.compile(
    r"PRAGMA data_version|pg_current_snapshot|\bevent\b|^(SAVEPOINT|ROLLBACK|RELEASE)\b"
)


@contextmanager
def queries() -> Iterator[list[str]]:
    """The statements of everybody in this process, in order; transactions' brackets not counted."""
    made: list[str] = []
    changed = [
        (client, name, getattr(client, name))
        for client in (SqliteClient, AsyncpgDBClient)
        for name in _METHODS
    ]
    for client, name, method in changed:
        setattr(client, name, _counting(method, made))
    executed = sqlite_engine._executed  # single rows, and all in a transaction
    sqlite_engine._executed = _noting(executed, made)
    kept = Answers.get  # what is asked counts, whether anybody asked it before or not
    setattr(Answers, "get", lambda *_: None)  # noqa: B010
    try:
        yield made
    finally:
        sqlite_engine._executed = executed
        setattr(Answers, "get", kept)  # noqa: B010
        for client, name, method in changed:
            setattr(client, name, method)


def _counting(method: Callable[..., Any], made: list[str]) -> Callable[..., Any]:
    @wraps(method)
    async def counted(self: Any, query: str, *arguments: Any, **named: Any) -> Any:
        if not _BESIDE.search(query):
            made.append(query)
        return await method(self, query, *arguments, **named)

    return counted


def _noting(executed: Callable[..., Any], made: list[str]) -> Callable[..., Any]:
    def noted(connection: Any, query: str, *arguments: Any) -> Any:
        if not _BESIDE.search(query):
            made.append(query)
        return executed(connection, query, *arguments)

    return noted
