"""A copy of an SQLite file that was looked at, and the room it takes.

While it is written it has another name: what is called a copy is a whole one.
"""

import os
import shutil
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from instance import outages
from instance.outages import Outage

_SPARE = 32 * 1024 * 1024  # bytes left for whatever else writes there meanwhile
_PAGES = 2_000  # copied at a time


class CopyFailed(Exception):
    """There is no copy, and the file is as it was. Says what to do."""


def size(file: Path) -> int:
    """Bytes, with what is still in its log."""
    parts = (file, file.with_name(f"{file.name}-wal"))
    return sum(part.stat().st_size for part in parts if part.exists())


def require_room(file: Path, needed: int) -> None:
    """Before anything is written. Raises CopyFailed."""
    free = shutil.disk_usage(file.parent).free
    if free < needed + _SPARE:
        raise CopyFailed(
            f"{file.parent} has {_mib(free)} free and this needs {_mib(needed + _SPARE)}: a copy of"
            " the database, and room to change it. Nothing was changed. Make room, then run this"
            " again"
        )


def copy(source: Path, target: Path) -> None:
    """Of one moment, also while others write. Raises CopyFailed."""
    unfinished = target.with_name(f"{target.name}.unfinished")
    try:
        # The copy holds what the original holds: nobody else may read it.
        descriptor = os.open(unfinished, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            _copy(source, unfinished)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        unfinished.rename(target)
    except (OSError, sqlite3.Error, CopyFailed) as error:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
        if outages.of(error) is not Outage.FULL:
            raise
        raise CopyFailed(
            "the disk is full, so there is no copy of the database. Nothing was changed. Make"
            " room, then run this again"
        ) from error


def _copy(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.execute("BEGIN")  # what is counted is what was copied
        counted = _rows(old)
        old.backup(new, pages=_PAGES)
        [[verdict]] = new.execute("PRAGMA quick_check(1)").fetchall()
        if verdict != "ok" or _rows(new) != counted:
            raise CopyFailed(
                "the copy of the database is not like the database. Nothing was changed. Look"
                " at the disk, and run `PRAGMA integrity_check` on the file"
            )


def _rows(connection: sqlite3.Connection) -> dict[str, int]:
    names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    return {
        name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608
        for (name,) in names
    }


def _mib(number: int) -> str:
    return f"{number / 2**20:,.0f} MiB"
