"""Leave to see which member a pseudonym is."""

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from instance.models.actor import Actor
from instance.models.keys import IdField
from instance.models.member import Member


class Ground(StrEnum):
    LEGAL = "legal"  # a court or an authority orders it
    SAFETY = "safety"  # a patient is at risk
    MISCONDUCT = "misconduct"  # serious


class Unmasking(Model):
    """One officer's leave to see which member a pseudonym is, asked for and decided by another.

    `ends_at` is set when it is approved; a refusal has only `decided_at`. `silent_until`: the law
    forbids to tell the member before; `told_at`: they were told. The audit record names the row
    and the pseudonym, never the member.
    """

    id = IdField()
    actor: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "curbside.Actor", related_name="unmaskings", on_delete=fields.RESTRICT
    )
    actor_id: int
    asked_by: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "curbside.Member", related_name="asked_to_unmask", on_delete=fields.RESTRICT
    )
    asked_by_id: int
    ground = fields.CharEnumField(Ground, max_length=10)
    reason = fields.CharField(max_length=300)
    silent_until = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()
    decided_by: fields.ForeignKeyNullableRelation[Member] = fields.ForeignKeyField(
        "curbside.Member", related_name="let_unmask", null=True, on_delete=fields.SET_NULL
    )
    decided_by_id: int | None
    decided_at = fields.DatetimeField(null=True)
    ends_at = fields.DatetimeField(null=True)
    told_at = fields.DatetimeField(null=True)

    class Meta:
        table = "unmasking"
        indexes = (("asked_by_id", "id"), ("decided_at", "created_at"), ("told_at", "ends_at"))
