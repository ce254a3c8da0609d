"""The SQLite file: read by nobody else meanwhile, and never written."""

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from instance.moving import MoveRefused


class Source:
    """Has the file to itself until it is closed, by SQLite's own lock: a server, a worker or a
    command that has it open holds that up, and none of them can open it meanwhile."""

    def __init__(self, file: Path) -> None:
        self._connection = sqlite3.connect(file, isolation_level=None, timeout=0)
        try:
            self._connection.execute("PRAGMA locking_mode=EXCLUSIVE")
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.execute("PRAGMA query_only=ON")
        except sqlite3.OperationalError as error:
            self._connection.close()
            raise MoveRefused(
                "a server, a worker or another command has the SQLite file open. Stop it (such as"
                " `systemctl stop curbside`), then run this again. Nothing was changed"
            ) from error

    def close(self) -> None:
        self._connection.rollback()
        self._connection.close()

    def columns(self, table: str) -> list[str]:
        """Empty where there is no such table."""
        return [row[1] for row in self._connection.execute(f'PRAGMA table_info("{table}")')]

    def tables(self) -> list[str]:
        listed = self._connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table'"
            " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
        )
        return [name for (name,) in listed]

    def newest_migration(self) -> str:
        query = "SELECT name FROM tortoise_migrations ORDER BY name DESC LIMIT 1"
        found: str = self._connection.execute(query).fetchone()[0]
        return found

    def count_to(self, table: str, reached: int) -> int:
        """How many rows have at most this number."""
        query = f'SELECT count(*) FROM "{table}" WHERE rowid <= ?'  # noqa: S608
        found: int = self._connection.execute(query, (reached,)).fetchone()[0]
        return found

    def count(self, table: str) -> int:
        found: int = self._connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]  # noqa: S608
        return found

    def batches(
        self, table: str, columns: Sequence[str], size: int, after: int
    ) -> Iterator[list[tuple[Any, ...]]]:
        """Rows, each with the number SQLite gives it in front; `after`: that of the last one."""
        chosen = ", ".join(f'"{column}"' for column in columns)
        query = f'SELECT rowid, {chosen} FROM "{table}" WHERE rowid > ? ORDER BY rowid LIMIT ?'  # noqa: S608
        while rows := self._connection.execute(query, (after, size)).fetchall():
            yield rows
            after = rows[-1][0]

    def last_id(self, table: str) -> int:
        """The highest ever given where the database counts up; 0 where it does not."""
        found = self._connection.execute(
            "SELECT seq FROM sqlite_sequence WHERE name = ?", (table,)
        ).fetchone()
        return found[0] if found else 0
