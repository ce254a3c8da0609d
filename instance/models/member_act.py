"""What was decided about somebody's account."""

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from instance.models.keys import IdField
from instance.models.member import Member


class ActKind(StrEnum):
    SUSPENDED = "suspended"
    RESTORED = "restored"
    STAGE = "stage"
    PROFESSION = "profession"
    SPECIALTIES = "specialties"
    JURISDICTION = "jurisdiction"
    RECHECK = "recheck"  # what their standing rests on has to be shown anew


class MemberAct(Model):
    """One thing that was decided about a member, and why: they read it.

    The audit record names the row and not its `reason`. `by` is the member where they said it of
    themselves, and NULL for who is gone. `evidence`: a key of `member_words.EVIDENCE`.
    """

    id = IdField()
    member: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "curbside.Member", related_name="acts", on_delete=fields.CASCADE
    )
    member_id: int
    by: fields.ForeignKeyNullableRelation[Member] = fields.ForeignKeyField(
        "curbside.Member", related_name="acted", null=True, on_delete=fields.SET_NULL
    )
    by_id: int | None
    kind = fields.CharEnumField(ActKind, max_length=12)
    before = fields.CharField(max_length=500, default="")
    after = fields.CharField(max_length=500, default="")
    evidence = fields.CharField(max_length=12, default="")
    reason = fields.CharField(max_length=300, default="")
    at = fields.DatetimeField()

    class Meta:
        table = "member_act"
        indexes = (("member_id", "id"),)
