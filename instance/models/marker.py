"""How far somebody has read, as their applications tell each other."""

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from instance.models.actor import Actor
from instance.models.keys import IdField


class MarkedTimeline(StrEnum):
    HOME = "home"
    NOTIFICATIONS = "notifications"


class Marker(Model):
    """Of one identity in one timeline; `version` grows with each change."""

    id = IdField()
    actor: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "curbside.Actor", related_name="markers", on_delete=fields.CASCADE
    )
    actor_id: int
    timeline = fields.CharEnumField(MarkedTimeline, max_length=16)
    last_read_id = fields.BigIntField()
    version = fields.IntField(default=1)
    updated_at = fields.DatetimeField()

    class Meta:
        table = "marker"
        unique_together = (("actor", "timeline"),)
