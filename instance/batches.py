"""A step of a migration that changes the rows of a large table, a few thousand at a time.

Each batch is committed with how far it came (`instance.migration_progress`): one that was
interrupted goes on there, and nobody waits longer for a lock than one batch takes.
"""

from collections.abc import Mapping

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.migrations.operations import TortoiseOperation
from tortoise.migrations.schema_editor import BaseSchemaEditor
from tortoise.migrations.schema_generator.state import State

LEAST = -(2**63)  # below every key
SIZE = 5_000  # rows
_HIGHEST = """
SELECT max("{key}") AS reached, count(*) AS rows FROM (
    SELECT "{key}" FROM "{table}" WHERE "{key}" > {after} ORDER BY "{key}" LIMIT {size}
) AS few"""


class InBatches(TortoiseOperation):
    """`sql`: for each dialect, a statement about the rows where `{some}` is true. It may be made
    twice for one row. `key` is a number and the primary key; `about` says in words what it does."""

    reduces_to_sql = False

    def __init__(
        self, table: str, sql: Mapping[str, str], *, about: str, key: str = "id", size: int = SIZE
    ) -> None:
        self.table, self.sql, self.about, self.key, self.size = table, sql, about, key, size

    def describe(self) -> str:
        return self.about

    def state_forward(self, app_label: str, state: State) -> None:
        return None

    async def database_forward(
        self,
        app_label: str,
        old_state: State,
        new_state: State,
        state_editor: BaseSchemaEditor | None = None,
    ) -> None:
        """All of them in the caller's transaction: for `tortoise migrate`, which knows no other."""
        reached: int | None = LEAST
        while state_editor and reached is not None:
            reached, _ = await self.batch(state_editor.client, reached)

    async def batch(self, client: BaseDBAsyncClient, after: int) -> tuple[int | None, int]:
        """In the caller's transaction: the highest key it came to (None: nothing is left), and how
        many rows it looked at."""
        names = {"key": self.key, "table": self.table, "after": after, "size": self.size}
        [found] = await client.execute_query_dict(_HIGHEST.format(**names))
        if found["reached"] is None:
            return None, 0
        some = f'"{self.key}" > {after} AND "{self.key}" <= {found["reached"]}'
        statement = self.sql[client.capabilities.dialect]
        await client.execute_query(statement.replace("{some}", some), [])
        return found["reached"], found["rows"]
