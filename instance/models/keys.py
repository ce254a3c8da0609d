"""The primary key of our tables."""

from typing import Any

from tortoise import fields

from instance.ids import new_id


class IdField(fields.BigIntField):
    """An id of ours (`new_id`), never one that the database counts up.

    A class of its own because written migrations leave `generated=False` out.
    """

    def __init__(self, **options: Any) -> None:
        options |= {"primary_key": True, "generated": False}
        options.setdefault("default", new_id)
        super().__init__(**options)
