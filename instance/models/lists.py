"""Lists: some of those whom one identity follows, read apart. Nobody else sees them."""

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from instance.models.actor import Actor
from instance.models.keys import IdField


class Replies(StrEnum):
    """Whose answers a list shows: to anybody followed, to those on the list, or none."""

    FOLLOWED = "followed"
    LIST = "list"
    NONE = "none"


class List(Model):
    """`is_exclusive`: who stands on it is left out at home."""

    id = IdField()
    actor: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "curbside.Actor", related_name="lists", on_delete=fields.CASCADE
    )
    actor_id: int
    title = fields.CharField(max_length=200)
    replies = fields.CharEnumField(Replies, max_length=8, default=Replies.LIST)
    is_exclusive = fields.BooleanField(default=False)
    created_at = fields.DatetimeField(auto_now_add=True)
    entries: fields.ReverseRelation["ListEntry"]

    class Meta:
        table = "list"
        indexes = (("actor_id", "id"),)


class ListEntry(Model):
    id = IdField()
    list: fields.ForeignKeyRelation[List] = fields.ForeignKeyField(
        "curbside.List", related_name="entries", on_delete=fields.CASCADE
    )
    list_id: int
    target: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "curbside.Actor", related_name="listed_in", on_delete=fields.CASCADE
    )
    target_id: int

    class Meta:
        table = "list_entry"
        unique_together = (("list", "target"),)
