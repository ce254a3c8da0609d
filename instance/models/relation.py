"""Who follows whom."""

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from instance.models.actor import Actor
from instance.models.keys import IdField


class FollowState(StrEnum):
    PENDING = "pending"
    ACCEPTED = "accepted"


class Follow(Model):
    """`follower` follows `target`; `uri` is the Follow activity an Accept must name."""

    id = IdField()
    uri = fields.CharField(max_length=512, unique=True)
    follower: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "curbside.Actor", related_name="following", on_delete=fields.CASCADE
    )
    follower_id: int
    target: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "curbside.Actor", related_name="followers", on_delete=fields.CASCADE
    )
    target_id: int
    state = fields.CharEnumField(FollowState, max_length=10)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "follow"
        unique_together = (("follower", "target"),)
        indexes = (("target_id", "state"),)  # fan-out reads the followers of a channel
