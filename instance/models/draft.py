"""What a member writes before it is a consult. Never on the wire; sealed like what is sent."""

from enum import StrEnum
from typing import Any

from tortoise import fields
from tortoise.models import Model

from instance.models.consult import Consult
from instance.models.keys import IdField
from instance.models.member import Member
from instance.sealed import SealedJSONField


class DraftState(StrEnum):
    DRAFT = "draft"
    HELD = "held"  # sent with something in it that identifies: it waits for a fix


class Draft(Model):
    """One form of a consult as it was typed, until it is sent or thrown away.

    `key` is its number in addresses and forms. The form brings it along before the first save, so
    it is unique among one member's alone: nobody learns of another's. Once sent the row has no
    words; it remembers for a while which consult came of it, so that a second press makes no
    second one, and `digest` of what was sent.

    HELD: as it stands it was sent, and not let through; a steward may judge that. `held_at`: when
    it was so last. `note`: what a steward said of it who did not let it through, and their name.
    `told_at`: when its member was told that it is deleted soon.
    """

    id = IdField()
    member: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "curbside.Member", related_name="drafts", on_delete=fields.CASCADE
    )
    member_id: int
    key = fields.BigIntField()
    version = fields.IntField(default=1)  # a tab that knows an older one must not overwrite
    state = fields.CharEnumField(DraftState, max_length=8, default=DraftState.DRAFT)
    words: Any = SealedJSONField(null=True)
    digest = fields.CharField(max_length=64, null=True)
    consult: fields.ForeignKeyNullableRelation[Consult] = fields.ForeignKeyField(
        "curbside.Consult", related_name="drafts", null=True, on_delete=fields.CASCADE
    )
    consult_id: int | None
    saved_at = fields.DatetimeField()
    held_at = fields.DatetimeField(null=True)
    note: Any = SealedJSONField(null=True)
    told_at = fields.DatetimeField(null=True)

    class Meta:
        table = "consult_draft"
        unique_together = (("member", "key"),)
        indexes = (("member_id", "saved_at"),)


class Hold(Model):
    """Of a consult that was held before it was sent: for the figures, and why a steward let it go.

    `released_by_uri` is empty where its asker mended it.
    """

    id = IdField()
    consult: fields.OneToOneRelation[Consult] = fields.OneToOneField(
        "curbside.Consult", related_name="hold", on_delete=fields.CASCADE
    )
    consult_id: int
    held_at = fields.DatetimeField()
    released_by_uri = fields.CharField(max_length=512, default="")
    release_reason = fields.CharField(max_length=300, default="")

    class Meta:
        table = "hold"
