"""Pictures that stand in public posts: what anybody may see, and so not sealed.

The pictures of consults live in another table (media.py): no address and no id of one of those
finds anything here.
"""

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from instance.models.actor import Actor
from instance.models.keys import IdField
from instance.models.media import Variant
from instance.models.post import Post


class AttachmentState(StrEnum):
    PROCESSING = "processing"  # it came, and is being made anew
    READY = "ready"
    REFUSED = "refused"  # `problem` says why
    AWAITED = "awaited"  # to be fetched from elsewhere
    MISSING = "missing"  # it was not, or is not any more, or is no picture


class Attachment(Model):
    """One picture, of whom posts it. Until it stands in a post only they can name it.

    `name`: its address at the origin of files, which nobody can guess. `source`: where one of
    elsewhere is served. `looked_at`: since when its sender says that it shows no patient; NULL from
    an application, which cannot ask.
    """

    id = IdField()
    actor: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "curbside.Actor", related_name="attachments", on_delete=fields.CASCADE
    )
    actor_id: int
    post: fields.ForeignKeyNullableRelation[Post] = fields.ForeignKeyField(
        "curbside.Post", related_name="attachments", null=True, on_delete=fields.CASCADE
    )
    post_id: int | None
    position = fields.IntField(default=0)
    name = fields.CharField(max_length=32, unique=True)
    source = fields.CharField(max_length=512, null=True)
    state = fields.CharEnumField(AttachmentState, max_length=10)
    problem = fields.CharField(max_length=300, default="")
    media_type = fields.CharField(max_length=100, default="")
    width = fields.IntField(default=0)
    height = fields.IntField(default=0)
    alt = fields.TextField(default="")
    focus_x = fields.FloatField(null=True)  # -1 to 1, from the left, and from below
    focus_y = fields.FloatField(null=True)
    blurhash = fields.CharField(max_length=100, default="")
    looked_at = fields.DatetimeField(null=True)
    held_until = fields.DatetimeField(null=True)  # by a post that waits for its time
    created_at = fields.DatetimeField()
    files: fields.ReverseRelation["AttachmentFile"]

    class Meta:
        table = "attachment"
        unique_together = (("post", "source"),)  # named twice, fetched once
        indexes = (("post_id", "position"), ("actor_id", "post_id"), ("created_at",))


class AttachmentFile(Model):
    """A picture as it is served, or the small one of it."""

    id = fields.BigIntField(primary_key=True, generated=True)
    attachment: fields.ForeignKeyRelation[Attachment] = fields.ForeignKeyField(
        "curbside.Attachment", related_name="files", on_delete=fields.CASCADE
    )
    attachment_id: int
    variant = fields.CharEnumField(Variant, max_length=5)
    content = fields.BinaryField()

    class Meta:
        table = "attachment_file"
        unique_together = (("attachment", "variant"),)
