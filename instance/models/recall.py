"""What was taken back from consults: the recall at its owner, and what stays of each post."""

from typing import Any

from tortoise import fields
from tortoise.models import Model

from instance.models.consult import Consult
from instance.models.keys import IdField
from instance.sealed import SealedJSONField


class Recall(Model):
    """Posts of a consult that were taken back, by whom and why (6.4).

    `named`: their ids, or the consult's own for all of it. `by_uri`: the asker, one of our
    stewards, or the institution whose steward asked. Of a consult elsewhere it is what our steward
    asked its hospital for, and `deletion_uri` is empty until that obeys. `kept` is the question
    alone, for its asker and stewards, until it is sent again.
    """

    id = IdField()
    consult: fields.ForeignKeyRelation[Consult] = fields.ForeignKeyField(
        "curbside.Consult", related_name="recalls", on_delete=fields.CASCADE
    )
    consult_id: int
    named: Any = fields.JSONField()
    reason = fields.CharField(max_length=12)
    by_uri = fields.CharField(max_length=512)
    by_host = fields.CharField(max_length=255)
    recalled_at = fields.DatetimeField()
    deletion_uri = fields.CharField(max_length=512, default="")
    kept: Any = SealedJSONField(null=True)
    released_at = fields.DatetimeField(null=True)
    released_by_uri = fields.CharField(max_length=512, default="")
    release_reason = fields.CharField(
        max_length=300, default=""
    )  # a steward's; the record has none

    class Meta:
        table = "recall"
        indexes = (("consult_id", "id"), ("released_at", "recalled_at"))


class Tombstone(Model):
    """A post of a consult, or all of it, whose words are gone and do not come back.

    `uri` may be of a post that never came here: then it is not taken when it does. What its owner
    says with a number below `seq`, that of the Add that deleted it, is from before.
    """

    id = IdField()
    consult: fields.ForeignKeyRelation[Consult] = fields.ForeignKeyField(
        "curbside.Consult", related_name="tombstones", on_delete=fields.CASCADE
    )
    consult_id: int
    uri = fields.CharField(max_length=512)
    deletion_uri = fields.CharField(max_length=512)
    reason = fields.CharField(max_length=12)
    seq = fields.IntField()
    deleted_at = fields.DatetimeField()

    class Meta:
        table = "tombstone"
        unique_together = (("consult", "uri"),)
