"""What was looked up in a database, for as long as nobody stores anything.

When there are news, all pages that are open ask the same at once; and most of what a page asks is
the same for whoever opens the next one. Both databases say whether anything was committed since,
by whatever process (`PRAGMA data_version`, `pg_current_snapshot()`): one commit, and nothing of
before counts. Rows are as the database gave them: what is sealed there is sealed here.
"""

import asyncio
from collections.abc import Sequence
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from typing import Any

Answer = tuple[tuple[str, ...], tuple[tuple[Any, ...], ...]]  # names of columns or none, rows

# The task that answers one request: of what happens meanwhile it learns nothing but by asking. Who
# waits for news (streams, workers, whatever a request began) shall see what they heard of.
answers_request: ContextVar[asyncio.Task[Any] | None] = ContextVar("curbside_request", default=None)
_ANSWERS_MOST = 512
_BYTES_MOST = 8 * 1024 * 1024
_JUST_NOW = timedelta(seconds=10)
_VALUE = 64  # bytes besides its text, about


class Answers:
    def __init__(self, *, at_once: bool = False) -> None:
        """`at_once`: keep also what is looked up before it is known whether that will be for
        anybody: where somebody stores each time that is asked, nothing would be."""
        self._kept: dict[tuple[str, tuple[Any, ...]], Answer] = {}
        self._bytes = 0
        self.version: int | str | None = None
        self._is_at_once = self._is_quiet = at_once

    def are_of(self, version: int | str | None) -> None:
        """Which state is read from now on."""
        is_same = version == self.version
        self._is_quiet = is_same or self._is_at_once
        if not is_same:
            self._clear()
            self.version = version

    def get(self, query: str, values: tuple[Any, ...]) -> Answer | None:
        return self._kept.get((query, values))

    def keep(self, query: str, values: tuple[Any, ...], answer: Answer) -> None:
        if not self._is_quiet or any(map(_is_just_now, values)):
            return
        size = _size((*answer[1], values))  # a stranger's post names whom it likes, at any length
        if len(self._kept) >= _ANSWERS_MOST or self._bytes + size > _BYTES_MOST:
            self._clear()
        if size <= _BYTES_MOST:
            self._kept[query, values] = answer
            self._bytes += size

    @property
    def size(self) -> int:
        """Bytes, about."""
        return self._bytes

    def _clear(self) -> None:
        self._kept.clear()
        self._bytes = 0


def _is_just_now(value: Any) -> bool:
    """What is asked of a moment is hardly asked twice."""
    return isinstance(value, datetime) and value > datetime.now(UTC) - _JUST_NOW


def _size(rows: Sequence[Sequence[Any]]) -> int:
    size = 0
    for row in rows:
        size += _VALUE * len(row)
        for value in row:
            kind = type(value)
            if kind is str or kind is bytes:
                size += len(value)
            elif kind is tuple:
                size += _size((value,))
    return size
