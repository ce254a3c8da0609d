"""One id per thing: 48 bits of milliseconds, 16 random bits, decimal outside (federation.md 2)."""

import secrets
import time
from datetime import datetime

MOST = 2**63 - 1  # what an id column holds
_BITS = 16
# A Person's id tells no time (F-ACT-2): any moment since 2016 up to now, drawn at random.
_EPOCH_MS = 1_451_606_400_000


def new_id(*, random_time: bool = False) -> int:
    """A 63-bit id, sortable by time unless `random_time`.

    Collisions are left to the primary key: the caller's insert fails and may draw again.
    """
    now = time.time_ns() // 1_000_000
    if random_time:
        now = _EPOCH_MS + secrets.randbelow(now - _EPOCH_MS)
    return (now << _BITS) | secrets.randbits(_BITS)


def new_ids(count: int) -> list[int]:
    """So many different ones: drawn within one millisecond, some of a thousand are the same."""
    found: dict[int, None] = {}
    while len(found) < count:
        found[new_id()] = None
    return list(found)


def id_at(at: datetime) -> int:
    """Below every id that is made from then on."""
    return (int(at.timestamp() * 1000) << _BITS) - 1


def read_id(text: str) -> int | None:
    """An id as it stands in addresses and forms; None for what is none (and "²" is a digit)."""
    if not (text.isascii() and text.isdigit()) or len(text) > len(str(MOST)):
        return None
    number = int(text)
    return number if number <= MOST else None
