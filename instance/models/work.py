"""Rows that tell open pages and workers that something changed."""

from tortoise import fields
from tortoise.models import Model


class Event(Model):
    """A change to one thing, written in the change's own transaction; kept a day."""

    id = fields.BigIntField(primary_key=True, generated=True)
    kind = fields.CharField(max_length=40)
    object_id = fields.BigIntField()
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "event"
        indexes = (("created_at",),)
