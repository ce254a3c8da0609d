"""Polls: a Question's options and who chose what (federation.md 5.4)."""

from tortoise import fields
from tortoise.models import Model

from instance.models.actor import Actor
from instance.models.keys import IdField
from instance.models.post import Post


class Poll(Model):
    """What a Question asks, ours or a peer's. Only its author's server counts."""

    id = IdField()
    post: fields.OneToOneRelation[Post] = fields.OneToOneField(
        "curbside.Post", related_name="poll", on_delete=fields.CASCADE
    )
    post_id: int
    is_multiple = fields.BooleanField(default=False)
    ends_at = fields.DatetimeField(null=True)
    closed_at = fields.DatetimeField(null=True)
    voters_count = fields.IntField(default=0)
    told_at = fields.DatetimeField(null=True)  # our last Update with results: one in 3 minutes
    is_told = fields.BooleanField(default=True)  # whether that one had every vote
    # The level from which physicians count; NULL where everybody does.
    min_level = fields.IntField(null=True)
    options: fields.ReverseRelation["PollOption"]

    class Meta:
        table = "poll"
        indexes = (("closed_at", "ends_at"),)  # the worker closes what has ended


class PollOption(Model):
    id = IdField()
    poll: fields.ForeignKeyRelation[Poll] = fields.ForeignKeyField(
        "curbside.Poll", related_name="options", on_delete=fields.CASCADE
    )
    poll_id: int
    position = fields.IntField()
    name = fields.CharField(max_length=200)
    votes_count = fields.IntField(default=0)

    class Meta:
        table = "poll_option"
        unique_together = (("poll", "position"), ("poll", "name"))


class Vote(Model):
    """One choice of one actor: of ours anywhere, of anybody in a poll of ours."""

    id = IdField()
    poll: fields.ForeignKeyRelation[Poll] = fields.ForeignKeyField(
        "curbside.Poll", related_name="votes", on_delete=fields.CASCADE
    )
    poll_id: int
    option: fields.ForeignKeyRelation[PollOption] = fields.ForeignKeyField(
        "curbside.PollOption", related_name="votes", on_delete=fields.CASCADE
    )
    option_id: int
    actor: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "curbside.Actor", related_name="votes", on_delete=fields.CASCADE
    )
    actor_id: int
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "vote"
        unique_together = (("option", "actor"),)
        indexes = (("poll_id", "actor_id"),)
