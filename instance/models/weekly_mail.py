"""Who has a mail once a week about the channels that they follow."""

from tortoise import fields
from tortoise.models import Model

from instance.models.keys import IdField
from instance.models.member import Member


class WeeklyMail(Model):
    """Who wants none has no row. `token`: whoever has it, as every such mail does, can end it."""

    id = IdField()
    member: fields.OneToOneRelation[Member] = fields.OneToOneField(
        "curbside.Member", related_name="weekly_mail", on_delete=fields.CASCADE
    )
    member_id: int
    token = fields.CharField(max_length=32, unique=True)
    due_at = fields.DatetimeField(db_index=True)

    class Meta:
        table = "weekly_mail"
