"""The end of this server, decided by its owners."""

from tortoise import fields
from tortoise.models import Model

from instance.models.keys import IdField
from instance.models.member import Member


class Closing(Model):
    """That this server closes at `closes_at`. It stands once `agreed_at` is set: by the second
    owner, or with the first where there is one.

    `told_to`: members up to this id are told of it, and not yet that it was called off.
    `position`: actors of ours up to this id are deleted. `count`: so many of them.
    """

    id = IdField()
    closes_at = fields.DatetimeField()
    proposed_by: fields.ForeignKeyNullableRelation[Member] = fields.ForeignKeyField(
        "curbside.Member", related_name="proposed_closings", null=True, on_delete=fields.SET_NULL
    )
    proposed_by_id: int | None
    agreed_at = fields.DatetimeField(null=True)
    called_off_at = fields.DatetimeField(null=True)
    told_to = fields.BigIntField(default=0)
    began_at = fields.DatetimeField(null=True)
    position = fields.BigIntField(default=0)
    count = fields.IntField(default=0)
    ended_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "closing"
