"""What waits for a decision of those who moderate, and what was refused."""

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from instance.models.actor import Actor
from instance.models.keys import IdField
from instance.models.post import Post


class Decision(StrEnum):
    NO_ACTION = "no_action"
    REMOVED = "removed"
    BANNED = "banned"
    SUSPENDED = "suspended"  # banned from every channel of ours
    WARNED = "warned"
    PASSED_ON = "passed_on"


class Report(Model):
    """Somebody says that a public post or a person breaks the rules. It causes no action itself.

    `host` is who sent it; `reporter` only where the reporter is a member of ours: a Flag from
    elsewhere hides who it was. `text` is what the reporter typed, plain.
    """

    id = IdField()
    uri = fields.CharField(max_length=512, unique=True)
    host = fields.CharField(max_length=255)
    reporter: fields.ForeignKeyNullableRelation[Actor] = fields.ForeignKeyField(
        "curbside.Actor", related_name="reported", null=True, on_delete=fields.SET_NULL
    )
    reporter_id: int | None
    target: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "curbside.Actor", related_name="reports", on_delete=fields.CASCADE
    )
    target_id: int
    posts: fields.ManyToManyRelation[Post] = fields.ManyToManyField(
        "curbside.Post", related_name="reports", through="report_post"
    )
    text = fields.CharField(max_length=1000, default="")
    created_at = fields.DatetimeField(auto_now_add=True)
    decided_at = fields.DatetimeField(null=True)
    decision = fields.CharEnumField(Decision, max_length=10, null=True)
    reason = fields.CharField(max_length=300, default="", db_default="")  # of the decision

    class Meta:
        table = "report"
        indexes = (("decided_at", "id"), ("host", "target_id"))


class Refusal(Model):
    """How often a day something that came was not used, and why. Never by whom, but for peers.

    `reason` is a rule id or an error's name. `host` is "" for everybody who is no trusted peer.
    """

    id = IdField()
    day = fields.DateField()
    reason = fields.CharField(max_length=60)
    host = fields.CharField(max_length=255, default="")
    count = fields.IntField(default=0)

    class Meta:
        table = "refusal"
        unique_together = (("day", "reason", "host"),)
