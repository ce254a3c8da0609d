"""What is deleted leaves no trace in the files of an SQLite database within a minute (T63).

The place in the file is overwritten at once (`sqlite_engine`). Two more places hold on to it: the
log (WAL), which is cut here, and old pieces of the index of words, which are merged here, a little
at a time. On PostgreSQL its own VACUUM takes what was deleted.
"""

import asyncio
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from tortoise.expressions import F

from instance import raw_sql, word_tables
from instance.models import Remains

EVERY_SECONDS = 20
_MERGE_SECONDS = 1.0  # of each of these: a twentieth of the time
_WAIT_MS = 1_000  # for who writes; then it is tried again
_TABLES = (word_tables.POSTS, word_tables.ACTORS)


class Scrubber:
    """Remembers which tables it is in the middle of, and what was taken out when it began."""

    def __init__(self) -> None:
        self._begun: dict[str, int] = {}

    async def scrub(self) -> bool:
        """Some of what is to be done; False where nothing is left."""
        client = raw_sql.active()
        if client.capabilities.dialect == "postgres" or client.filename == ":memory:":
            return False
        is_more = await self._merge()
        await asyncio.to_thread(_cut_log, Path(client.filename))
        return is_more

    async def _merge(self) -> bool:
        ends_at = time.monotonic() + _MERGE_SECONDS
        rows = {row.name: row.taken_out for row in await Remains.exclude(merged=F("taken_out"))}
        for table in _TABLES:
            if table.name not in rows:
                continue
            is_begun = table.name in self._begun
            at = self._begun.setdefault(table.name, rows[table.name])
            while await table.merge(is_begun=is_begun):
                is_begun = True
                if time.monotonic() > ends_at:
                    return True
            await Remains.filter(name=table.name).update(merged=at)
            del self._begun[table.name]
        return False


def _cut_log(path: Path) -> None:
    """All that is in the log goes into the file, and the log is emptied."""
    log = path.with_name(path.name + "-wal")
    if not log.exists() or not log.stat().st_size:
        return
    with closing(sqlite3.connect(path, timeout=_WAIT_MS / 1000, isolation_level=None)) as database:
        # Most of it while others write; what came meanwhile is little.
        database.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
