"""What a member has read."""

from tortoise import fields
from tortoise.models import Model

from instance.models.consult import Consult
from instance.models.keys import IdField
from instance.models.member import Member
from instance.models.post import Thread


class Seen(Model):
    """How far a member has read a thread; of the member, not of one identity, and shown to nobody
    else."""

    id = IdField()
    member: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "curbside.Member", related_name="seen", on_delete=fields.CASCADE
    )
    member_id: int
    thread: fields.ForeignKeyRelation[Thread] = fields.ForeignKeyField(
        "curbside.Thread", related_name="seen", on_delete=fields.CASCADE
    )
    thread_id: int
    post_id = fields.BigIntField()  # the last that was shown: posts are read in the order of ids

    class Meta:
        table = "seen"
        unique_together = (("member", "thread"),)
        indexes = (("thread_id",),)


class ConsultReader(Model):
    """That a member opened a consult, and when of late: to tell them of a recall, for nothing else.

    Nobody is shown it. It is forgotten with the time in which a recall is still told.
    """

    id = IdField()
    member: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "curbside.Member", related_name="consults_read", on_delete=fields.CASCADE
    )
    member_id: int
    consult: fields.ForeignKeyRelation[Consult] = fields.ForeignKeyField(
        "curbside.Consult", related_name="readers", on_delete=fields.CASCADE
    )
    consult_id: int
    opened_at = fields.DatetimeField()

    class Meta:
        table = "consult_reader"
        unique_together = (("consult", "member"),)
        indexes = (("opened_at",),)
