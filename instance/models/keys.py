"""The primary key of our tables, and an index over some of the rows."""

from typing import Any

from tortoise import fields
from tortoise.indexes import Index

from instance.ids import new_id


class IdField(fields.BigIntField):
    """An id of ours (`new_id`), never one that the database counts up.

    A class of its own because written migrations leave `generated=False` out.
    """

    def __init__(self, **options: Any) -> None:
        options |= {"primary_key": True, "generated": False}
        options.setdefault("default", new_id)
        super().__init__(**options)


class IndexOfSome(Index):
    """Of the rows alone where a column is not NULL: small, where most rows are finished."""

    def __init__(self, *, fields: list[str], name: str, having: str) -> None:
        super().__init__(fields=fields, name=name)
        self.having = having
        self.extra = f' WHERE "{having}" IS NOT NULL'

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        path, args, kwargs = super().deconstruct()
        return path, args, {**kwargs, "having": self.having}
