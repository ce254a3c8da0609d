"""What was looked up in SQLite, for as long as nobody stores anything.

When there are news, all pages that are open ask the same at once; and most of what a page asks is
the same for whoever opens the next one. SQLite says whether anything was committed since, by
whatever process (`PRAGMA data_version`): one commit, and nothing of before counts. Rows are as the
database gave them: what is sealed there is sealed here.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

Answer = tuple[tuple[str, ...], tuple[tuple[Any, ...], ...]]  # the names of its columns, its rows

_ANSWERS_MOST = 512
_BYTES_MOST = 8 * 1024 * 1024
_VALUE = 64  # bytes besides its text, about


class Answers:
    """Of one connection that only reads."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, tuple[Any, ...]], Answer] = {}
        self._bytes = 0
        self._version: int | None = None
        self._is_quiet = False

    def are_of(self, version: int | None) -> None:
        """Which state is read from now on. Where somebody stores in each turn nothing is kept: it
        would be for nobody."""
        self._is_quiet = version == self._version
        if not self._is_quiet:
            self._clear()
            self._version = version

    def get(self, query: str, values: tuple[Any, ...]) -> Answer | None:
        return self._kept.get((query, values))

    def keep(self, query: str, values: tuple[Any, ...], answer: Answer) -> None:
        # What is asked of a moment (`now`) is hardly asked twice.
        if not self._is_quiet or any(isinstance(value, datetime) for value in values):
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


def _size(rows: Sequence[Sequence[Any]]) -> int:
    texts = (len(value) for row in rows for value in row if type(value) in (str, bytes))
    return sum(texts) + _VALUE * sum(map(len, rows))
