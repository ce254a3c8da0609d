"""What was made of rows of the database, for as long as they read the same.

Whoever asks has just read the rows. So nobody has to be told that something changed, by whatever
process it was; and what is not read any more, because it was deleted or may not be seen, is never
shown. In memory alone, and no more than so much of it.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar

Made = TypeVar("Made")
_OBJECT = 64  # bytes, about


class Remembered(Generic[Made]):
    """What is made of the rows must hang on them alone, and on what stays while a server runs."""

    def __init__(self, bytes_most: int) -> None:
        self._most, self._bytes = bytes_most, 0
        self._kept: OrderedDict[Hashable, tuple[Any, Made, int]] = OrderedDict()

    def of(self, key: Hashable, rows: Any, make: Callable[[], Made]) -> Made:
        """`key`: which thing it is; `rows`: all that it is made of, as it was read now."""
        found = self._kept.get(key)
        if found is not None and found[0] == rows:
            self._kept.move_to_end(key)
            return found[1]
        self.forget(key)
        made = make()
        size = _size(rows) + _size(made)
        self._kept[key] = rows, made, size
        self._bytes += size
        while self._bytes > self._most:
            _, (_, _, freed) = self._kept.popitem(last=False)
            self._bytes -= freed
        return made

    def forget(self, key: Hashable) -> None:
        if (found := self._kept.pop(key, None)) is not None:
            self._bytes -= found[2]

    @property
    def size(self) -> int:
        """Bytes, about."""
        return self._bytes


def _size(value: Any) -> int:
    if isinstance(value, str | bytes):
        return _OBJECT + len(value)
    if isinstance(value, dict):
        return _OBJECT + sum(_size(one) for pair in value.items() for one in pair)
    if isinstance(value, tuple | list | frozenset):
        return _OBJECT + sum(map(_size, value))
    return _OBJECT
