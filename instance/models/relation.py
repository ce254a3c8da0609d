"""Who follows whom, who wants nothing of whom."""

from enum import StrEnum
from typing import Any

from tortoise import fields
from tortoise.models import Model

from instance.models.actor import Actor
from instance.models.keys import IdField, IndexOfSome


class FollowState(StrEnum):
    PENDING = "pending"
    ACCEPTED = "accepted"


class Follow(Model):
    """`follower` follows `target`; `uri` is the Follow activity an Accept must name.

    What one of ours wants of it: `shows_boosts` at home, `notifies` of each new post, and posts in
    `languages` alone (None: in all).
    """

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
    shows_boosts = fields.BooleanField(default=True, db_default=True)
    notifies = fields.BooleanField(default=False, db_default=False)
    languages: Any = fields.JSONField(null=True)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "follow"
        unique_together = (("follower", "target"),)
        indexes = (
            ("target_id", "state"),  # fan-out reads the followers of a channel
            IndexOfSome(fields=["follower_id"], name="follow_languages", having="languages"),
        )


class Block(Model):
    """A personal block. Ours is never sent; one of a peer's stops our delivery to it (5.4)."""

    id = IdField()
    uri = fields.CharField(max_length=512, unique=True)
    actor: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "curbside.Actor", related_name="blocking", on_delete=fields.CASCADE
    )
    actor_id: int
    target: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "curbside.Actor", related_name="blocked_by", on_delete=fields.CASCADE
    )
    target_id: int
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "block"
        unique_together = (("actor", "target"),)


class Moderator(Model):
    """One of those who keep a channel; the channel may be a peer's, as its own server says."""

    id = IdField()
    group: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "curbside.Actor", related_name="moderators", on_delete=fields.CASCADE
    )
    group_id: int
    actor: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "curbside.Actor", related_name="moderating", on_delete=fields.CASCADE
    )
    actor_id: int
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "moderator"
        unique_together = (("group", "actor"),)


class Ban(Model):
    """Somebody may not write in a channel. `uri` is the Block that said so, which an Undo names.

    `by_uri`: the moderator whose Block it was.
    """

    id = IdField()
    uri = fields.CharField(max_length=512, unique=True)
    group: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "curbside.Actor", related_name="bans", on_delete=fields.CASCADE
    )
    group_id: int
    actor: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "curbside.Actor", related_name="banned_from", on_delete=fields.CASCADE
    )
    actor_id: int
    by_uri = fields.CharField(max_length=512, default="", db_default="")
    reason = fields.CharField(max_length=300, default="")
    ends_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "ban"
        unique_together = (("group", "actor"),)
