"""The pictures of public profiles: of our people and channels, and copies of others'."""

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from instance.models.actor import Actor
from instance.models.keys import IdField


class PortraitKind(StrEnum):
    AVATAR = "avatar"
    HEADER = "header"


class Portrait(Model):
    """One picture of one identity; as `Attachment`, `name` is its address and `source` where one of
    elsewhere is served. Until that was fetched, and where it cannot be, `content` is
    NULL and `media_type` empty."""

    id = IdField()
    actor: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "curbside.Actor", related_name="portraits", on_delete=fields.CASCADE
    )
    actor_id: int
    kind = fields.CharEnumField(PortraitKind, max_length=6)
    name = fields.CharField(max_length=32, unique=True)
    source = fields.CharField(max_length=512, null=True)
    media_type = fields.CharField(max_length=20, default="")
    content = fields.BinaryField(null=True)
    asked_at = fields.DatetimeField(null=True)  # when it was to be fetched last
    created_at = fields.DatetimeField()

    class Meta:
        table = "portrait"
        unique_together = (("actor", "kind"),)
