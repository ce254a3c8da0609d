"""What migrations will do, in words, and about how long it takes."""

import asyncio
import sqlite3
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from inspect import getdoc
from pathlib import Path
from tempfile import TemporaryDirectory

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.migrations import operations as ops
from tortoise.migrations.migration import Migration
from tortoise.migrations.operations import Operation

from instance.batches import InBatches

_SAMPLE = 20_000  # rows written to see how quick this disk is
_ROW = 200  # bytes of each
_SPARSE = 300  # rows looked at to learn how long one is
# How often what a table holds is read or written, by what is done to it.
_PASSES: tuple[tuple[type[Operation], str, float], ...] = (
    (ops.CreateModel, "makes the table {table}", 0),
    (ops.DeleteModel, "removes the table {table}", 0),
    (ops.AddField, "adds {name} to {table}", 0),
    (ops.RemoveField, "removes {name} from {table}", 1),
    (ops.AlterField, "changes {name} of {table}", 1),
    (ops.RenameField, "renames a column of {table}", 0),
    (ops.AddIndex, "makes an index over {table}", 0.5),
    (ops.RemoveIndex, "removes an index of {table}", 0),
    (ops.AddConstraint, "adds a rule to {table}", 1),
    (ops.RemoveConstraint, "removes a rule of {table}", 1),
)
_BATCHES = 2.0
_SQLITE_TABLE = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = '{table}'"
_SQLITE_SAMPLE = 'SELECT * FROM "{table}" LIMIT {most}'
_POSTGRES_TABLE = """
SELECT reltuples::bigint AS rows, pg_total_relation_size(oid)::bigint AS bytes
FROM pg_class WHERE oid = to_regclass('"{table}"')"""
_POSTGRES_WRITE = """
CREATE TEMPORARY TABLE curbside_probe AS
SELECT number, repeat('x', {row}) AS filling FROM generate_series(1, {sample}) AS number;
CREATE INDEX ON curbside_probe (number);
DROP TABLE curbside_probe"""


@dataclass(frozen=True)
class Size:
    rows: int
    bytes: int


@dataclass(frozen=True)
class Step:
    """One migration. `tables`: those it is about that are there already, with their rows."""

    name: str
    does: Sequence[str]
    tables: Mapping[str, int]
    seconds: float


@dataclass(frozen=True)
class Plan:
    """`copied`: bytes of the copy that is made first, None where the operator makes it. `is_new`:
    there is nothing yet that could be lost."""

    steps: Sequence[Step]
    copied: int | None
    is_new: bool
    seconds: float


async def steps(
    client: BaseDBAsyncClient, pending: Sequence[Migration], known: Iterable[Migration]
) -> list[Step]:
    """`known`: all migrations of this version, which say what the tables are called."""
    named = tables(known)
    concerned = {_table(one, named) for each in pending for one in each.operations} - {""}
    sizes = {table: await _size(client, table) for table in sorted(concerned)}
    quick = await rate(client)
    return [_step(migration, named, sizes, quick) for migration in pending]


async def rate(client: BaseDBAsyncClient) -> float:
    """Bytes that this database writes in a second, tried out."""
    began = time.perf_counter()
    if client.capabilities.dialect == "sqlite":
        folder = Path(client.filename).parent  # type: ignore[attr-defined]
        await asyncio.to_thread(_write, folder)
    else:
        await client.execute_script(_POSTGRES_WRITE.format(row=_ROW, sample=_SAMPLE))
    return _SAMPLE * _ROW / max(time.perf_counter() - began, 0.001)


def about(seconds: float) -> str:
    if seconds < 2:
        return "a moment"
    if seconds < 90:
        return f"about {seconds:.0f} seconds"
    return f"about {seconds / 60:.0f} minutes"


def _write(folder: Path) -> None:
    with (
        TemporaryDirectory(prefix=".curbside-probe-", dir=folder) as name,
        closing(sqlite3.connect(Path(name) / "probe")) as probe,
    ):
        probe.execute("CREATE TABLE probe (number INTEGER, filling TEXT)")
        rows = ((number, "x" * _ROW) for number in range(_SAMPLE))
        probe.executemany("INSERT INTO probe VALUES (?, ?)", rows)
        probe.execute("CREATE INDEX by_number ON probe (number)")
        probe.commit()


def tables(known: Iterable[Migration]) -> dict[str, str]:
    """What the tables are called, by the names of their models."""
    made = (one for each in known for one in each.operations if isinstance(one, ops.CreateModel))
    return {one.name: (one.options or {}).get("table", one.name.lower()) for one in made}


def _table(operation: Operation, tables: Mapping[str, str]) -> str:
    """What it is called; "" where that cannot be seen."""
    if isinstance(operation, InBatches):
        return operation.table
    model = getattr(operation, "model_name", None) or getattr(operation, "name", "")
    return tables.get(str(model), "")


async def _size(client: BaseDBAsyncClient, table: str) -> Size | None:
    """None where there is no such table yet."""
    if client.capabilities.dialect == "sqlite":
        if not await client.execute_query_dict(_SQLITE_TABLE.format(table=table)):
            return None
        rows = await _count(client, table)
        few = await client.execute_query_dict(_SQLITE_SAMPLE.format(table=table, most=_SPARSE))
        length = sum(len(str(value)) for row in few for value in row.values()) / max(len(few), 1)
        return Size(rows, int(rows * length))
    found = await client.execute_query_dict(_POSTGRES_TABLE.format(table=table))
    if not found:
        return None
    is_counted = found[0]["rows"] >= 0  # -1 until the server first looked at the table
    rows = found[0]["rows"] if is_counted else await _count(client, table)
    return Size(rows, found[0]["bytes"])


async def _count(client: BaseDBAsyncClient, table: str) -> int:
    [row] = await client.execute_query_dict(f'SELECT count(*) AS rows FROM "{table}"')  # noqa: S608
    return int(row["rows"])


def _step(
    migration: Migration,
    named: Mapping[str, str],
    sizes: Mapping[str, Size | None],
    quick: float,
) -> Step:
    there: dict[str, int] = {}
    read = 0.0
    for operation in migration.operations:
        table = _table(operation, named)
        size = sizes.get(table)
        if size is not None:
            there[table] = size.rows
            read += size.bytes * _passes(operation)
    does = dict.fromkeys(_words(one, _table(one, named)) for one in migration.operations)
    return Step(migration.name, list(does), there, read / quick)


def _passes(operation: Operation) -> float:
    if isinstance(operation, InBatches):
        return _BATCHES
    return next((often for kind, _, often in _PASSES if isinstance(operation, kind)), 1)


def _words(operation: Operation, table: str) -> str:
    if isinstance(operation, InBatches):
        return f"{operation.about}, {operation.size:,} rows at a time"
    if isinstance(operation, ops.RunPython):
        said = (getdoc(operation.code) or "").partition("\n")[0].rstrip(".")
        return f"{operation.code.__name__.replace('_', ' ')}{f': {said}' if said else ''}"
    for kind, text, _ in _PASSES:
        if isinstance(operation, kind):
            return text.format(table=table, name=getattr(operation, "name", ""))
    return "runs SQL of its own" if isinstance(operation, ops.RunSQL) else operation.describe()
