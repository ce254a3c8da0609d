"""How migrations change tables: Tortoise's editors, mended where they lose or forget something.

SQLite changes a column by copying the table into a new one. Tortoise puts that one together by
itself and loses indexes, triggers, unique pairs and the last id given. Here it is made from the
model as it is after the operation, by the code that creates tables.
"""

import re
from typing import Any

from tortoise.fields.base import Field
from tortoise.fields.relational import ManyToManyFieldInstance
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.migrations.schema_editor import (
    AsyncpgSchemaEditor,
    BaseSchemaEditor,
    SqliteSchemaEditor,
)
from tortoise.migrations.schema_editor.data import ModelSqlData
from tortoise.migrations.schema_generator.state import State
from tortoise.models import Model

from instance.database import APP
from instance.sqlite_engine import statements

Alteration = tuple[Field[Any], Field[Any]]  # a field before and after


class _IndexedColumns(BaseSchemaEditor):
    """Gives a column that is added with `index=True` its index. Tortoise leaves it out."""

    async def add_field(self, model: type[Model], field_name: str) -> None:
        await super().add_field(model, field_name)
        field = model._meta.fields_map[field_name]
        if field.index and not field.pk and not isinstance(field, ManyToManyFieldInstance):
            await self.add_index(model, Index(fields=(_column(field),)))


class PostgresEditor(_IndexedColumns, AsyncpgSchemaEditor):
    pass


class SqliteEditor(_IndexedColumns, SqliteSchemaEditor):
    """Needs `foreign_keys=OFF`, a transaction, and `states` set before each operation."""

    states: tuple[State, State]  # before and after the operation
    _checks: tuple[str, ...] = ()

    async def _run_sql(self, sql: str) -> None:
        await self.client.execute_script(sql)  # our client's, which does not commit

    async def remove_constraint(
        self, model: type[Model], constraint: UniqueConstraint | CheckConstraint
    ) -> None:
        name = constraint.name
        if isinstance(constraint, UniqueConstraint) and name is None:
            columns = self._resolve_fields_to_columns(model, constraint.fields)
            name = self._get_unique_constraint_name(model, columns)
        if name in await self._indexes_and_triggers(model._meta.db_table):
            await self._run_sql(f'DROP INDEX "{name}"')
        else:  # it is written into the table
            await self._remake_table(model)

    async def _remake_table(
        self,
        model: type[Model],
        create_field: Field[Any] | None = None,
        delete_field: Field[Any] | None = None,
        alter_fields: list[Alteration] | None = None,
    ) -> None:
        before, after = (s.apps.get_model(f"{APP}.{model.__name__}") for s in self.states)
        table = after._meta.db_table
        create, *indexes = statements(self._get_model_sql_data(after).table_sql)
        if [create, *indexes] == statements(self._get_model_sql_data(before).table_sql):
            return  # what changed is not written in the table, such as which words it may hold
        found, last_id = await self._indexes_and_triggers(table), await self._last_id(table)
        await self._run_sql(create.replace(f'"{table}"', f'"new__{table}"', 1))
        await self._copy_rows(after, alter_fields or [])
        await self._run_sql(f'DROP TABLE "{table}"')
        # A rename of the new kind reads every trigger, and some name the table just dropped.
        await self._run_sql("PRAGMA legacy_alter_table=ON")
        await self._run_sql(f'ALTER TABLE "new__{table}" RENAME TO "{table}"')
        await self._run_sql("PRAGMA legacy_alter_table=OFF")
        of_the_model = self._index_names(before)
        added_by_hand = [sql for name, sql in found.items() if name not in of_the_model]
        for statement in indexes + added_by_hand:
            await self._run_sql(statement)
        await self._restore_last_id(table, last_id)

    async def _copy_rows(self, after: type[Model], altered: list[Alteration]) -> None:
        table = after._meta.db_table
        there = await self.client.execute_query_dict(f'PRAGMA table_info("{table}")')
        sources = {row["name"]: f'"{row["name"]}"' for row in there}
        defaults: dict[str, Any] = {}
        for old, new in altered:
            sources[_column(new)] = sources.pop(_column(old))
            if old.null and not new.null and not (new.default is None or callable(new.default)):
                sources[_column(new)] = f"coalesce({sources[_column(new)]}, ?)"
                defaults[_column(new)] = new.to_db_value(new.default, after)
        columns = [c for c in after._meta.fields_db_projection.values() if c in sources]
        into = ", ".join(f'"{column}"' for column in columns)
        chosen = ", ".join(sources[column] for column in columns)
        await self.client.execute_query(
            f'INSERT INTO "new__{table}" ({into}) SELECT {chosen} FROM "{table}"',  # noqa: S608
            [defaults[column] for column in columns if column in defaults],
        )

    async def _indexes_and_triggers(self, table: str) -> dict[str, str]:
        """Name -> SQL of those that are not part of the table itself."""
        found = await self.client.execute_query_dict(
            "SELECT name, sql FROM sqlite_master"
            " WHERE tbl_name = ? AND type IN ('index', 'trigger') AND sql IS NOT NULL",
            [table],
        )
        return {row["name"]: row["sql"] for row in found}

    def _index_names(self, model: type[Model]) -> set[str]:
        """All names the model's own indexes may have, made with the table or added later."""
        _, *indexes = statements(self._get_model_sql_data(model).table_sql)
        names = {match[1] for sql in indexes if (match := re.search(r'INDEX "([^"]+)"', sql))}
        unique = [[_column(f)] for f in model._meta.fields_map.values() if f.unique]
        unique += [self._resolve_fields_to_columns(model, u) for u in model._meta.unique_together]
        return names | {self._get_unique_constraint_name(model, columns) for columns in unique}

    async def _last_id(self, table: str) -> int | None:
        """The greatest id ever given in a table that promises not to give one twice."""
        if not await self.client.execute_query_dict(
            "SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'"
        ):
            return None
        found = await self.client.execute_query_dict(
            "SELECT seq FROM sqlite_sequence WHERE name = ?", [table]
        )
        return found[0]["seq"] if found else None

    async def _restore_last_id(self, table: str, last_id: int | None) -> None:
        if last_id is None:
            return
        await self.client.execute_query("DELETE FROM sqlite_sequence WHERE name = ?", [table])
        await self.client.execute_query(
            "INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", [table, last_id]
        )

    def _get_model_sql_data(self, model: type[Model]) -> ModelSqlData:
        checks = [c for c in model._meta.constraints if isinstance(c, CheckConstraint)]
        self._checks = tuple(
            self.CHECK_CONSTRAINT_CREATE_TEMPLATE.format(name=c.name, check=c.check) for c in checks
        )
        return super()._get_model_sql_data(model)

    def _get_inner_statements(self) -> list[str]:
        return list(self._checks)


def _column(field: Field[Any]) -> str:
    return field.source_field or field.model_field_name
