"""What people do to a public post besides answering it."""

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from instance.models.actor import Actor
from instance.models.keys import IdField
from instance.models.post import Post


class ReactionKind(StrEnum):
    LIKE = "Like"
    DISLIKE = "Dislike"
    EMOJI = "EmojiReact"
    BOOST = "Announce"


class Reaction(Model):
    """One of a kind by one actor to one post. `uri` is the activity, which an Undo names."""

    id = IdField()
    uri = fields.CharField(max_length=512, unique=True)
    kind = fields.CharEnumField(ReactionKind, max_length=10)
    actor: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "curbside.Actor", related_name="reactions", on_delete=fields.CASCADE
    )
    actor_id: int
    post: fields.ForeignKeyRelation[Post] = fields.ForeignKeyField(
        "curbside.Post", related_name="reactions", on_delete=fields.CASCADE
    )
    post_id: int
    content = fields.CharField(max_length=64, default="")  # one grapheme or :shortcode:
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "reaction"
        unique_together = (("actor", "post", "kind"),)
        indexes = (("post_id", "kind"), ("actor_id", "id"))  # the latter for applications
