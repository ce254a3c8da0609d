"""Whether an error means that the database or the disk is away: nobody's fault, and it passes.

Then nothing of what was asked is stored: people read so and keep what they typed, servers are told
to come again, workers try again each second.
"""

import errno
import sqlite3
from collections.abc import Iterator
from enum import Enum

from tortoise.exceptions import DBConnectionError

COME_AGAIN_SECONDS = 30


class Outage(Enum):
    """`shown` is for people, `said` for the log."""

    FULL = (
        "The disk of this server is full, so nothing can be stored now. Try again in some minutes;"
        " whoever looks after this server has to make room.",
        "the disk is full: what is sent here is answered with 503 and deliveries wait."
        " Make room; it goes on by itself",
    )
    BUSY = (
        "Another program is using the database of this server. Try again in a minute.",
        "the database is locked by another program, or has no connection left:"
        " what is sent here is answered with 503 and deliveries wait. It goes on by itself",
    )
    GONE = (
        "The database of this server does not answer. Try again in a minute.",
        "the database does not answer: everything is answered with 503 and deliveries wait."
        " Start it; nothing else has to be started again",
    )

    def __init__(self, shown: str, said: str) -> None:
        self.shown, self.said = shown, said


_OF_SQLITE = {
    sqlite3.SQLITE_FULL: Outage.FULL,
    sqlite3.SQLITE_IOERR: Outage.FULL,  # where a quota or a limit ends a write; or it is broken
    sqlite3.SQLITE_BUSY: Outage.BUSY,
    sqlite3.SQLITE_LOCKED: Outage.BUSY,
    sqlite3.SQLITE_READONLY: Outage.GONE,
    sqlite3.SQLITE_CANTOPEN: Outage.GONE,
}
# By how a code of PostgreSQL begins, the longest first.
_OF_POSTGRES = (
    ("53100", Outage.FULL),
    ("53", Outage.BUSY),  # no connection or memory left
    ("57P", Outage.GONE),  # it stops, starts, or crashed
    ("58", Outage.GONE),  # its own disk
    ("08", Outage.GONE),
    ("25006", Outage.GONE),  # it became the copy of another one
)
# Without a code: a connection that is closed, or that broke while somebody began to ask by it.
_CLOSED = ("InterfaceError", "InternalClientError")
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def of(error: BaseException) -> Outage | None:
    return next((found for one in _all_of(error) if (found := _of_one(one))), None)


def _all_of(error: BaseException | None) -> Iterator[BaseException]:
    """It, what it was made of, and what it came from."""
    if error is None:
        return
    yield error
    if isinstance(error, BaseExceptionGroup):
        for one in error.exceptions:
            yield from _all_of(one)
    for inner in error.args:
        if isinstance(inner, Exception):
            yield from _all_of(inner)
    yield from _all_of(error.__cause__)


def _of_one(error: BaseException) -> Outage | None:
    if isinstance(error, sqlite3.Error):
        return _OF_SQLITE.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
    if isinstance(error, DBConnectionError):
        return Outage.GONE
    if isinstance(error, OSError):
        return Outage.FULL if error.errno in _NO_ROOM else None
    if type(error).__module__.startswith("asyncpg."):  # which is not here without PostgreSQL
        code = getattr(error, "sqlstate", None) or ""
        is_closed = not code and type(error).__name__ in _CLOSED
        return next((out for start, out in _OF_POSTGRES if code.startswith(start)), None) or (
            Outage.GONE if is_closed else None
        )
    return None
