"""Leave to read a consult one takes no part in."""

from tortoise import fields
from tortoise.models import Model

from instance.models.consult import Consult
from instance.models.keys import IdField
from instance.models.member import Member


class BreakGlass(Model):
    """One person's leave to read one consult they take no part in, asked for and decided (T72).

    `ends_at` is set when it is approved; a refusal has only `decided_at`. The audit record names
    the row and not its `reason`: so the row stays as long as the record, and so does who asked.
    """

    id = IdField()
    consult: fields.ForeignKeyRelation[Consult] = fields.ForeignKeyField(
        "curbside.Consult", related_name="break_glass", on_delete=fields.CASCADE
    )
    consult_id: int
    asked_by: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "curbside.Member", related_name="asked_to_read", on_delete=fields.RESTRICT
    )
    asked_by_id: int
    reason = fields.CharField(max_length=300)
    created_at = fields.DatetimeField()
    decided_by: fields.ForeignKeyNullableRelation[Member] = fields.ForeignKeyField(
        "curbside.Member", related_name="let_read", null=True, on_delete=fields.SET_NULL
    )
    decided_by_id: int | None
    decided_at = fields.DatetimeField(null=True)
    ends_at = fields.DatetimeField(null=True)

    class Meta:
        table = "break_glass"
        indexes = (("asked_by_id", "id"), ("consult_id", "id"), ("decided_at", "created_at"))
