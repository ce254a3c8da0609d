"""The move itself: copy, put the rules back, compare every row, say that it is done."""

import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg

from instance import migrate
from instance.database import CONNECTION, tortoise_config
from instance.migration_progress import TABLE as MIGRATION_PROGRESS
from instance.moving import MoveRefused, mark, values
from instance.moving.source import Source
from instance.moving.target import Target
from instance.word_tables import ACTORS, POSTS, WordTable

_SIZE = 2_000  # rows of a batch
_BEGINNING = -(2**63)
_MARKS = "tortoise_migrations"  # the new database has its own
_WORDS = (POSTS, ACTORS)
_PARTS = ("data", "idx", "content", "config", "docsize")  # tables that FTS5 keeps for one

Tell = Callable[[str, int], None]  # what is done, and with how many rows more


@dataclass(frozen=True)
class Table:
    name: str
    kinds: Mapping[str, str]  # of its columns
    key: str | None


@dataclass(frozen=True)
class Moved:
    """`target`: host and name, without a password."""

    tables: int
    rows: int
    target: str


async def move(file: Path, url: str, *, tell: Tell, total: Callable[[int], None]) -> Moved:
    """Everything in `file` to the database of `url`; goes on with one that was interrupted.

    `total` is told first how many rows there are to copy and to compare. Raises MoveRefused,
    MigrationRefused, and what the drivers raise.
    """
    _require_there(file)
    if await migrate.pending(f"sqlite://{file}"):
        raise MoveRefused("the SQLite file is of an older version. Run `curbside migrate` first")
    with closing(Source(file)) as source:
        async with _connected(url) as connection:
            return await _Move(file, source, Target(connection), url).run(tell, total)


def _require_there(file: Path) -> None:
    if not file.exists():
        raise MoveRefused(f"there is no SQLite database at {file}")


def described(url: str) -> str:
    """For people: never the password."""
    credentials = tortoise_config(url)["connections"][CONNECTION]["credentials"]
    return f"{credentials['database']} on {credentials['host']}"


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator[asyncpg.Connection]:
    """Alone: neither another move nor a `migrate` is at work there meanwhile."""
    credentials = tortoise_config(url)["connections"][CONNECTION]["credentials"]
    connection = await asyncpg.connect(
        **{name: credentials[name] for name in ("host", "port", "user", "password", "database")},
        ssl=credentials.get("ssl"),
        timeout=10,
        server_settings={"application_name": "curbside move-database"},
    )
    try:
        if not await connection.fetchval("SELECT pg_try_advisory_lock($1)", migrate.MOVE_LOCK):
            raise MoveRefused("another `curbside move-database` is at work on that database")
        yield connection
    finally:
        await connection.close()


class _Move:
    def __init__(self, file: Path, source: Source, target: Target, url: str) -> None:
        self._file, self._source, self._target, self._url = file, source, target, url

    async def run(self, tell: Tell, total: Callable[[int], None]) -> Moved:
        move = await self._begin()
        tables = [await self._table(name) for name in await self._names()]
        rows = sum(self._source.count(table.name) for table in tables)
        rows += sum(self._source.count(words.name) for words in _WORDS)
        total(2 * rows)
        for table in tables:
            await self._copy(table, tell)
        for words in _WORDS:
            await self._copy_words(words, tell)
        await self._target.restore_references()
        for table in tables:
            await self._compare(table, tell)
            if last_id := self._source.last_id(table.name):
                await self._target.set_counter(table.name, last_id)
        for words in _WORDS:
            await self._compare_words(words, tell)
        mark.write(self._file, move, described(self._url), is_finished=True)
        await self._target.finish()
        return Moved(len(tables), rows, described(self._url))

    async def _begin(self) -> str:
        newest = self._source.newest_migration()
        begun = await self._target.move()
        if begun is not None:
            return self._require_same(*begun, newest)
        if mark.is_finished(self._file):
            raise MoveRefused(f"this file was moved already. {mark.read(self._file)}")
        await self._make_tables()
        tables = await self._target.tables()
        await self._target.require_empty([table for table in tables if table != _MARKS])
        move = secrets.token_hex(16)
        # First the mark: what is copied, no server may change after it.
        mark.write(self._file, move, described(self._url), is_finished=False)
        await self._target.begin(move, newest)
        return move

    def _require_same(self, move: str, newest_there: str, newest: str) -> str:
        if newest_there == newest and mark.move_of(self._file) == move:
            return move
        raise MoveRefused(
            "a move into that PostgreSQL database was begun, and not from this file as it is now:"
            " it is of another version, or a server may have written to it since. Drop that"
            " database, make a new one (dropdb, createdb), and begin anew"
        )

    async def _make_tables(self) -> None:
        there = await self._target.tables()
        if there and _MARKS not in there:
            raise MoveRefused(
                f"the PostgreSQL database is not empty: it has a table {there[0]}. Give the"
                " address of a new one (createdb)"
            )
        pending = await migrate.pending(self._url)
        if there and pending:
            raise MoveRefused(
                "the PostgreSQL database is of an older version. Give the address of a new one"
                " (createdb)"
            )
        await migrate.migrate(self._url)

    async def _names(self) -> list[str]:
        """Both have the same ones, apart from what only this or that one keeps for itself."""
        words = [table.name for table in _WORDS]
        left = {_MARKS, MIGRATION_PROGRESS, *words}
        left |= {f"{name}_{part}" for name in words for part in _PARTS}
        here = set(self._source.tables()) - left
        if other := here ^ (set(await self._target.tables()) - left):
            raise MoveRefused(f"only one of both databases has a table {min(other)}")
        return sorted(here)

    async def _table(self, name: str) -> Table:
        kinds = await self._target.kinds(name)
        if set(kinds) != set(self._source.columns(name)):
            raise MoveRefused(f"the table {name} has other columns in PostgreSQL than in SQLite")
        values.require_known(name, kinds)
        return Table(name, kinds, await self._target.key(name))

    async def _copy(self, table: Table, tell: Tell) -> None:
        columns = list(table.kinds)
        reached = await self._target.reached(table.name)
        done = _BEGINNING if reached is None else reached
        if reached is not None:
            tell(f"copied before: {table.name}", self._source.count_to(table.name, reached))
        for batch in self._source.batches(table.name, columns, _SIZE, done):
            rows = [values.for_postgres(table.name, table.kinds, row[1:], row[0]) for row in batch]
            await self._target.put(table.name, columns, rows, batch[-1][0])
            tell(f"copying {table.name}", len(batch))

    async def _compare(self, table: Table, tell: Tell) -> None:
        columns, kinds = list(table.kinds), list(table.kinds.values())
        size = _SIZE if table.key else max(self._source.count(table.name), 1)
        for batch in self._source.batches(table.name, columns, size, _BEGINNING):
            rows = [values.for_postgres(table.name, table.kinds, row[1:], row[0]) for row in batch]
            keys = self._keys(table, rows)
            there = await self._target.rows(table.name, table.kinds, table.key, keys)
            expected = {
                key: values.canonical(kinds, row) for key, row in zip(keys, rows, strict=True)
            }
            found = {
                key: values.canonical(kinds, row)
                for key, row in zip(self._keys(table, there), there, strict=True)
            }
            self._require_equal(table.name, expected, found)
            tell(f"comparing {table.name}", len(batch))
        await self._require_as_many(table.name)

    def _keys(self, table: Table, rows: Any) -> list[Any]:
        if table.key is None:
            return [tuple(row) for row in rows]
        place = list(table.kinds).index(table.key)
        return [row[place] for row in rows]

    def _require_equal(
        self, table: str, expected: Mapping[Any, bytes], found: Mapping[Any, bytes]
    ) -> None:
        if values.digest(expected) == values.digest(found):
            return
        other = [key for key in expected if expected[key] != found.get(key)]
        named = ", ".join(str(key) for key in other[:5])
        raise MoveRefused(
            f"table {table}: {len(other)} rows are not in PostgreSQL as they are in SQLite"
            f" ({named}). Do not serve from there. Drop that database, make a new one, and begin"
            " anew"
        )

    async def _require_as_many(self, table: str) -> None:
        there, here = await self._target.count(table), self._source.count(table)
        if there != here:
            raise MoveRefused(
                f"table {table}: {there} rows in PostgreSQL, {here} in SQLite. Do not serve from"
                " there. Drop that database, make a new one, and begin anew"
            )

    async def _copy_words(self, words: WordTable, tell: Tell) -> None:
        reached = await self._target.reached(words.name)
        done = _BEGINNING if reached is None else reached
        if reached is not None:
            tell(f"copied before: {words.name}", self._source.count_to(words.name, reached))
        for batch in self._source.batches(words.name, ["words"], _SIZE, done):
            await self._target.put_words(words.name, words.put_sql, batch, batch[-1][0])
            tell(f"copying {words.name}", len(batch))

    async def _compare_words(self, words: WordTable, tell: Tell) -> None:
        for batch in self._source.batches(words.name, ["words"], _SIZE, _BEGINNING):
            expected = {number: repr(sorted(set(said.split(" ")))) for number, said in batch}
            there = await self._target.words(words.words_sql, list(expected))
            found = {number: repr(sorted(said or [""])) for number, said in there.items()}
            self._require_equal(
                words.name,
                {number: said.encode() for number, said in expected.items()},
                {number: said.encode() for number, said in found.items()},
            )
            tell(f"comparing {words.name}", len(batch))
        await self._require_as_many(words.name)
