"""Pictures that members send and peers' consults bring, sealed, in parts."""

from enum import StrEnum
from typing import Any

from tortoise import fields
from tortoise.models import Model

from instance.models.consult import Consult
from instance.models.keys import IdField
from instance.models.member import Member
from instance.models.portability import Keepsake
from instance.sealed import SealedBytesField, SealedJSONField


class MediaState(StrEnum):
    READY = "ready"
    AWAITED = "awaited"  # to be fetched from its hospital
    MISSING = "missing"  # it could not be
    HELD = "held"  # recalled with its question, which its asker and stewards can still read
    RECALLED = "recalled"  # alone, and for good: of it nothing is left but its place


class ConsentBasis(StrEnum):
    """Why a picture of a patient may be shown to others (domain.md 3.2)."""

    HELD = "held"
    NO_FEATURE = "no_feature"


class Variant(StrEnum):
    FULL = "full"
    SMALL = "small"  # a JPEG for lists


class Media(Model):
    """One picture. `member` sent it; of a peer's it is NULL and `source` is where it is served.

    Until it stands in a consult nobody but that member sees it: `draft_key` is the number, among
    theirs, of the form that it is for; `keepsake`: they brought it with a consult of elsewhere, for
    themselves alone. `words`: `alt` says what it shows.
    `looked_at`: since when its sender says that nothing in it identifies anybody. `version` counts
    how often it was cropped or covered, so that of two windows the later one is told.
    """

    id = IdField()
    member: fields.ForeignKeyNullableRelation[Member] = fields.ForeignKeyField(
        "curbside.Member", related_name="media", null=True, on_delete=fields.SET_NULL
    )
    member_id: int | None
    consult: fields.ForeignKeyNullableRelation[Consult] = fields.ForeignKeyField(
        "curbside.Consult", related_name="media", null=True, on_delete=fields.CASCADE
    )
    consult_id: int | None
    draft_key = fields.BigIntField(null=True)
    keepsake: fields.ForeignKeyNullableRelation[Keepsake] = fields.ForeignKeyField(
        "curbside.Keepsake", related_name="media", null=True, on_delete=fields.CASCADE
    )
    keepsake_id: int | None
    source = fields.CharField(max_length=512, null=True)
    position = fields.IntField(default=0)
    state = fields.CharEnumField(MediaState, max_length=8, default=MediaState.READY)
    media_type = fields.CharField(max_length=20, default="")
    width = fields.IntField(default=0)
    height = fields.IntField(default=0)
    words: Any = SealedJSONField()
    basis = fields.CharEnumField(ConsentBasis, max_length=10, null=True)
    looked_at = fields.DatetimeField(null=True)
    version = fields.IntField(default=1)
    created_at = fields.DatetimeField()
    parts: fields.ReverseRelation["MediaPart"]

    @property
    def alt(self) -> str:
        return str(self.words["alt"])

    class Meta:
        table = "media"
        unique_together = (("consult", "source"),)  # named twice, fetched once
        indexes = (
            ("consult_id", "position"),
            ("member_id", "draft_key"),
            ("keepsake_id", "position"),
            ("source",),
        )


class MediaPart(Model):
    """A piece of a picture, sealed."""

    id = fields.BigIntField(primary_key=True, generated=True)
    media: fields.ForeignKeyRelation[Media] = fields.ForeignKeyField(
        "curbside.Media", related_name="parts", on_delete=fields.CASCADE
    )
    media_id: int
    variant = fields.CharEnumField(Variant, max_length=5)
    number = fields.IntField()
    content = SealedBytesField()

    class Meta:
        table = "media_part"
        unique_together = (("media", "variant", "number"),)
