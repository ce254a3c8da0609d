"""How far a migration came that is committed step by step.

A table holds it, which is there only as long as such a migration is at work: whoever is
interrupted, at whatever moment, finds the step to go on with.
"""

from dataclasses import dataclass

from tortoise.backends.base.client import BaseDBAsyncClient

from instance.batches import LEAST

TABLE = "migration_progress"
_MAKE = f"""
CREATE TABLE IF NOT EXISTS {TABLE} (
    migration VARCHAR(255) NOT NULL PRIMARY KEY, operation INT NOT NULL, reached BIGINT NOT NULL
)"""
_THERE = {
    "sqlite": f"SELECT 1 FROM sqlite_master WHERE name = '{TABLE}'",  # noqa: S608
    "postgres": f"SELECT 1 WHERE to_regclass('{TABLE}') IS NOT NULL",
}


@dataclass(frozen=True)
class Progress:
    """`operation`: the number of the one at work; `reached`: the key its last batch came to."""

    operation: int = 0
    reached: int = LEAST


async def find(client: BaseDBAsyncClient, migration: str) -> Progress | None:
    """None for one that was not begun, or was finished."""
    if not await client.execute_query_dict(_THERE[client.capabilities.dialect]):
        return None
    rows = await client.execute_query_dict(
        f"SELECT operation, reached FROM {TABLE} WHERE migration = '{migration}'"  # noqa: S608
    )
    return Progress(**rows[0]) if rows else None


async def begin(client: BaseDBAsyncClient, migration: str) -> None:
    await client.execute_query(_MAKE)
    await put(client, migration, Progress())


async def put(client: BaseDBAsyncClient, migration: str, progress: Progress) -> None:
    """In the transaction of the step itself."""
    await client.execute_query(f"DELETE FROM {TABLE} WHERE migration = '{migration}'")  # noqa: S608
    await client.execute_query(
        f"INSERT INTO {TABLE} (migration, operation, reached)"  # noqa: S608
        f" VALUES ('{migration}', {progress.operation}, {progress.reached})"
    )


async def end(client: BaseDBAsyncClient) -> None:
    await client.execute_query(f"DROP TABLE IF EXISTS {TABLE}")
