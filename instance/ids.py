"""One id per thing: 48 bits of milliseconds, 16 random bits, decimal outside (federation.md 2)."""

import secrets
import time
from array import array
from datetime import datetime
from threading import Lock

MOST = 2**63 - 1  # what an id column holds
_BITS = 16
_FULL = 2**_BITS // 2  # of a millisecond; then the next one is used early
# A Person's id tells no time (F-ACT-2): any moment since 2016 up to now, drawn at random.
_EPOCH_MS = 1_451_606_400_000


_last_ms = 0
_drawn: set[int] = set()  # in that millisecond
_lock = Lock()
_RESERVE = 512
_reserve = array("H")  # of 16 bits each


def new_id(*, random_time: bool = False) -> int:
    """A 63-bit id, sortable by time unless `random_time`; no two of one process are the same.

    Collisions with other processes are left to the primary key: the caller's insert fails and may
    draw again.
    """
    now = time.time_ns() // 1_000_000
    if random_time:
        then = _EPOCH_MS + secrets.randbelow(now - _EPOCH_MS)
        return (then << _BITS) | secrets.randbits(_BITS)
    return _distinct(now)


def _distinct(now: int) -> int:
    """Drawn within one millisecond, some of a thousand would be the same."""
    global _last_ms
    with _lock:
        if now > _last_ms or len(_drawn) >= _FULL:
            _last_ms = max(now, _last_ms + 1)
            _drawn.clear()
        drawn = _random()
        while drawn in _drawn:
            drawn = _random()
        _drawn.add(drawn)
        return (_last_ms << _BITS) | drawn


def _random() -> int:
    """16 bits; drawn from the system for many ids at a time, because each call of it takes long."""
    if not _reserve:
        _reserve.frombytes(secrets.token_bytes(_RESERVE * _reserve.itemsize))
    return _reserve.pop()


def id_at(at: datetime) -> int:
    """Below every id that is made from then on."""
    return (int(at.timestamp() * 1000) << _BITS) - 1


def read_id(text: str) -> int | None:
    """An id as it stands in addresses and forms; None for what is none (and "²" is a digit)."""
    if not (text.isascii() and text.isdigit()) or len(text) > len(str(MOST)):
        return None
    number = int(text)
    return number if number <= MOST else None
