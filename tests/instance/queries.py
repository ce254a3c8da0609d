"""Which statements a piece of work sends to its database."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

from tortoise.backends.asyncpg.client import AsyncpgDBClient

from instance.sqlite_engine import Client

_METHODS = ("execute_insert", "execute_query", "execute_query_dict", "execute_many", "look_up")
# What follows the table of events in the background, whatever else goes on.
_BACKGROUND = re.compile(r"PRAGMA data_version|\bevent\b")


@contextmanager
def queries() -> Iterator[list[str]]:
    """The statements of everybody in this process, in order; transactions' brackets not counted."""
    made: list[str] = []
    changed = [
        (client, name, getattr(client, name))
        for client in (Client, AsyncpgDBClient)
        for name in _METHODS
        if hasattr(client, name)
    ]
    for client, name, method in changed:
        setattr(client, name, _counting(method, made))
    try:
        yield made
    finally:
        for client, name, method in changed:
            setattr(client, name, method)


def _counting(method: Callable[..., Any], made: list[str]) -> Callable[..., Any]:
    @wraps(method)
    async def counted(self: Any, query: str, *arguments: Any, **named: Any) -> Any:
        if not _BACKGROUND.search(query):
            made.append(query)
        return await method(self, query, *arguments, **named)

    return counted
