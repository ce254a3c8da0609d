"""Members who say that they know a colleague, and how."""

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from instance.models.keys import IdField
from instance.models.member import Member
from instance.sealed import SealedJSONField


class VouchState(StrEnum):
    ASKED = "asked"
    DECLINED = "declined"  # whoever asked sees it as asked
    GIVEN = "given"
    REVOKED = "revoked"  # by the voucher
    ABUSED = "abused"  # as a verification officer found: the voucher may vouch no more


class Vouch(Model):
    """One colleague's word for another. `how`: how they know them, in a sentence.

    `reason`: why an officer found it abused. Both for the two of them and for officers.
    """

    id = IdField()
    member: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "curbside.Member", related_name="vouches", on_delete=fields.CASCADE
    )
    member_id: int
    voucher: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "curbside.Member", related_name="vouched", on_delete=fields.CASCADE
    )
    voucher_id: int
    state = fields.CharEnumField(VouchState, max_length=8, default=VouchState.ASKED)
    how: str = SealedJSONField(null=True)  # type: ignore[assignment]
    asked_at = fields.DatetimeField()
    given_at = fields.DatetimeField(null=True)
    ended_at = fields.DatetimeField(null=True)
    reason = fields.CharField(max_length=500, default="")
    found_by: fields.ForeignKeyNullableRelation[Member] = fields.ForeignKeyField(
        "curbside.Member", related_name="found_abused", null=True, on_delete=fields.SET_NULL
    )
    found_by_id: int | None

    class Meta:
        table = "vouch"
        unique_together = (("member", "voucher"),)
        indexes = (("voucher_id", "state"),)
