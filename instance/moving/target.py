"""The PostgreSQL database that is moved into.

References between tables are taken off first and put back at the end, where each is checked for
all rows: so tables come in any order, and no right is needed but that of their owner. Triggers stay
on. What is left to do is written there too, in tables that go with the end.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg

from instance.migrated import MOVING
from instance.moving import MoveRefused
from instance.moving.values import Row

_REFERENCES = "moving_reference"
_DONE = "moving_table"
_BEGIN = f"""
CREATE TABLE {MOVING} (move VARCHAR(64) NOT NULL, newest VARCHAR(255) NOT NULL);
CREATE TABLE {_REFERENCES} (of_table TEXT NOT NULL, name TEXT NOT NULL, definition TEXT NOT NULL);
CREATE TABLE {_DONE} (name TEXT NOT NULL PRIMARY KEY, reached BIGINT NOT NULL);
INSERT INTO {_REFERENCES} SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace"""  # noqa: S608
_REACH = f"""
INSERT INTO {_DONE} (name, reached) VALUES ($1, $2)
ON CONFLICT (name) DO UPDATE SET reached = EXCLUDED.reached"""  # noqa: S608
_TABLES = """
SELECT table_name FROM information_schema.tables
WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY table_name"""
_COLUMNS = """
SELECT column_name, udt_name FROM information_schema.columns
WHERE table_schema = 'public' AND table_name = $1 ORDER BY ordinal_position"""
_KEY = """
SELECT attname FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY (indkey)
WHERE indisprimary AND indrelid = $1::text::regclass"""
_OWN = (MOVING, _REFERENCES, _DONE)


class Target:
    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection

    async def tables(self) -> list[str]:
        rows = await self._connection.fetch(_TABLES)
        return [row[0] for row in rows if row[0] not in _OWN]

    async def move(self) -> tuple[str, str] | None:
        """The id of the one that was begun, and the migration it was begun with."""
        if await self._connection.fetchval(f"SELECT to_regclass('{MOVING}')") is None:
            return None
        return tuple(await self._connection.fetchrow(f"SELECT move, newest FROM {MOVING}"))  # noqa: S608

    async def begin(self, move: str, newest: str) -> None:
        async with self._connection.transaction():
            await self._connection.execute(_BEGIN)
            await self._connection.execute(f"INSERT INTO {MOVING} VALUES ($1, $2)", move, newest)  # noqa: S608
            for row in await self._references():
                await self._connection.execute(
                    f'ALTER TABLE {row["of_table"]} DROP CONSTRAINT "{row["name"]}"'
                )

    async def require_empty(self, tables: Sequence[str]) -> None:
        full = [table for table in tables if await self._has_rows(table)]
        if full:
            raise MoveRefused(
                f"the PostgreSQL database is not empty: there are rows in {', '.join(full[:5])}."
                " Give the address of a new one (createdb)"
            )

    async def _has_rows(self, table: str) -> bool:
        query = f'SELECT EXISTS (SELECT 1 FROM "{table}")'  # noqa: S608
        return bool(await self._connection.fetchval(query))

    async def kinds(self, table: str) -> dict[str, str]:
        """What the type of each column is called."""
        return {row[0]: row[1] for row in await self._connection.fetch(_COLUMNS, table)}

    async def key(self, table: str) -> str | None:
        """Its primary key; None for a table that only joins others."""
        return next((row[0] for row in await self._connection.fetch(_KEY, f'"{table}"')), None)

    async def reached(self, table: str) -> int | None:
        found: int | None = await self._connection.fetchval(
            f"SELECT reached FROM {_DONE} WHERE name = $1",  # noqa: S608
            table,
        )
        return found

    async def put(
        self, table: str, columns: Sequence[str], rows: Sequence[Row], reached: int
    ) -> None:
        """A batch, and that it is there, in one transaction."""
        try:
            async with self._connection.transaction():
                await self._connection.copy_records_to_table(table, records=rows, columns=columns)
                await self._connection.execute(_REACH, table, reached)
        except (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError) as error:
            raise await self._refused(table, columns, rows, error) from error
        except (ValueError, TypeError, OverflowError) as error:
            raise await self._refused(table, columns, rows, error) from error

    async def put_words(
        self, table: str, sql: str, rows: Sequence[tuple[int, str]], reached: int
    ) -> None:
        async with self._connection.transaction():
            await self._connection.executemany(sql, rows)
            await self._connection.execute(_REACH, table, reached)

    async def _refused(
        self, table: str, columns: Sequence[str], rows: Sequence[Row], error: Exception
    ) -> MoveRefused:
        """Which row it was: one after the other, all of them taken back."""
        for row in rows:
            trying = self._connection.transaction()
            await trying.start()
            try:
                await self._connection.copy_records_to_table(table, records=[row], columns=columns)
            except (asyncpg.PostgresError, ValueError, TypeError, OverflowError):
                return MoveRefused(
                    f"table {table}, row {row[0]}: PostgreSQL does not take it"
                    f" ({type(error).__name__}). Mend that row in SQLite, then run this again"
                )
            finally:
                await trying.rollback()
        return MoveRefused(
            f"table {table}: PostgreSQL does not take its rows ({type(error).__name__})"
        )

    async def rows(
        self, table: str, kinds: Mapping[str, str], key: str | None, keys: Sequence[Any]
    ) -> list[Row]:
        """Those of these keys; without a key, all."""
        chosen = ", ".join(
            f'"{name}"::text' if kind in ("json", "jsonb") else f'"{name}"'
            for name, kind in kinds.items()
        )
        query = f'SELECT {chosen} FROM "{table}"'  # noqa: S608
        if key is None:
            return list(await self._connection.fetch(query))
        return list(await self._connection.fetch(f'{query} WHERE "{key}" = ANY ($1)', list(keys)))

    async def words(self, sql: str, ids: Sequence[int]) -> dict[int, list[str]]:
        return {row[0]: row[1] for row in await self._connection.fetch(sql, list(ids))}

    async def count(self, table: str) -> int:
        found: int = await self._connection.fetchval(f'SELECT count(*) FROM "{table}"')  # noqa: S608
        return found

    async def restore_references(self) -> None:
        """Each is checked for all rows by PostgreSQL itself. May be interrupted between two."""
        for row in await self._references():
            try:
                async with self._connection.transaction():
                    await self._connection.execute(
                        f'ALTER TABLE {row["of_table"]} ADD CONSTRAINT "{row["name"]}"'
                        f" {row['definition']}"
                    )
                    await self._connection.execute(
                        f"DELETE FROM {_REFERENCES} WHERE of_table = $1 AND name = $2",  # noqa: S608
                        row["of_table"],
                        row["name"],
                    )
            except asyncpg.ForeignKeyViolationError as error:
                raise MoveRefused(
                    f"table {row['of_table']}: rows refer to nothing ({row['name']}). Run `PRAGMA"
                    " foreign_key_check` on the SQLite file, mend it, and begin with a new database"
                ) from error

    async def _references(self) -> list[Any]:
        return list(await self._connection.fetch(f"SELECT * FROM {_REFERENCES} ORDER BY 1, 2"))  # noqa: S608

    async def set_counter(self, table: str, last_id: int) -> None:
        """So that an id that was ever given is not given again."""
        counter = await self._connection.fetchval(
            "SELECT pg_get_serial_sequence(quote_ident($1), 'id')", table
        )
        await self._connection.execute("SELECT setval($1::text::regclass, $2)", counter, last_id)

    async def finish(self) -> None:
        await self._connection.execute(f"DROP TABLE {', '.join(_OWN)}")
        await self._connection.execute("ANALYZE")
