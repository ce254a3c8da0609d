"""The SQLite database of a backup: copied while it is served, checked, put into an empty place."""

import sqlite3
from contextlib import closing
from pathlib import Path

from instance.backups import BackupRefused

FILE = "database.sqlite3"


def version() -> str:
    return sqlite3.sqlite_version


def dump(source: Path, folder: Path) -> Path:
    """One moment of it: writers go on meanwhile. Raises BackupRefused."""
    target = folder / FILE
    try:
        with closing(sqlite3.connect(f"file:{_escaped(source)}?mode=rw", uri=True)) as connection:
            connection.execute("PRAGMA busy_timeout = 60000")
            connection.execute("VACUUM INTO ?", (str(target),))
    except sqlite3.Error as error:
        raise BackupRefused(
            f"The database could not be copied: {error}. Look whether {folder} has room for it"
            " (df -h), and try again. Nothing was changed."
        ) from None
    target.chmod(0o600)
    return target


def migrations(file: Path) -> list[str]:
    """The names of those it has, in the order in which they were applied."""
    return [
        str(name) for (name,) in _rows(file, "SELECT name FROM tortoise_migrations ORDER BY id")
    ]


def problem(file: Path) -> str:
    """What is wrong with it; "" for nothing."""
    try:
        found = [str(one) for (one,) in _rows(file, "PRAGMA integrity_check(3)")]
        orphans = _rows(file, "PRAGMA foreign_key_check")
    except sqlite3.Error as error:
        return str(error)
    if found != ["ok"]:
        return "; ".join(found)
    return f"{len(orphans)} rows refer to nothing" if orphans else ""


def sealed_value(file: Path) -> str | None:
    """One that the key of the institution opens."""
    rows = _rows(file, "SELECT private FROM actor_key WHERE private IS NOT NULL LIMIT 1")
    return str(rows[0][0]) if rows else None


def _rows(file: Path, query: str) -> list[tuple[object, ...]]:
    # Nobody writes to it, and no file is to appear beside it.
    uri = f"file:{_escaped(file)}?mode=ro&immutable=1"
    with closing(sqlite3.connect(uri, uri=True)) as connection:
        return list(connection.execute(query))


def _escaped(file: Path) -> str:
    return file.resolve().as_uri().removeprefix("file://")
