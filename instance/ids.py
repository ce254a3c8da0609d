"""One id per thing: 48 bits of milliseconds, 16 random ones, decimal outside (federation.md 2)."""

import secrets
import time
from array import array
from datetime import datetime
from threading import Lock

MOST = 2**63 - 1  # what an id column holds
_BITS = 16
_STEP = 64  # at most, between two of a millisecond: at random, so that one does not tell the next
# A Person's id tells no time (F-ACT-2): any moment since 2016 up to now, drawn at random.
_EPOCH_MS = 1_451_606_400_000

_last = 0
_lock = Lock()
_RESERVE = 512
_reserve = array("H")  # of 16 bits each


def new_id(*, random_time: bool = False) -> int:
    """A 63-bit id, sortable by time unless `random_time`: each of a process is above the last one.

    Collisions with other processes are left to the primary key: the caller's insert fails and may
    draw again.
    """
    now = time.time_ns() // 1_000_000
    if random_time:
        then = _EPOCH_MS + secrets.randbelow(now - _EPOCH_MS)
        return (then << _BITS) | secrets.randbits(_BITS)
    return _next(now << _BITS)


def _next(first: int) -> int:
    """What is stored together is listed in the order it was made in: a post before its answer.
    `first`: of this millisecond."""
    global _last
    with _lock:
        if not _reserve:  # from the system, for many ids at a time: each call of it takes long
            _reserve.frombytes(secrets.token_bytes(_RESERVE * _reserve.itemsize))
        drawn = _reserve.pop()
        if first > _last:
            _last = first | (drawn >> 1)  # the lower half: there is room for those that follow
        else:  # of the same millisecond, of one used early, or the clock was set back
            _last += 1 + drawn % _STEP
        return _last


def id_at(at: datetime) -> int:
    """Below every id that is made from then on."""
    return (int(at.timestamp() * 1000) << _BITS) - 1


def read_id(text: str) -> int | None:
    """An id as it stands in addresses and forms; None for what is none (and "²" is a digit)."""
    if not (text.isascii() and text.isdigit()) or len(text) > len(str(MOST)):
        return None
    number = int(text)
    return number if number <= MOST else None
