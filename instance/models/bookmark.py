"""What one identity keeps for later, and the threads it wants to hear no more of."""

from tortoise import fields
from tortoise.models import Model

from instance.models.actor import Actor
from instance.models.keys import IdField
from instance.models.post import Post, Thread


class Bookmark(Model):
    """A public post that somebody keeps; nobody else learns of it, its author neither."""

    id = IdField()
    actor: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "curbside.Actor", related_name="bookmarks", on_delete=fields.CASCADE
    )
    actor_id: int
    post: fields.ForeignKeyRelation[Post] = fields.ForeignKeyField(
        "curbside.Post", related_name="bookmarks", on_delete=fields.CASCADE
    )
    post_id: int
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "bookmark"
        unique_together = (("actor", "post"),)
        indexes = (("actor_id", "id"), ("post_id",))


class MutedThread(Model):
    id = IdField()
    actor: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "curbside.Actor", related_name="muted_threads", on_delete=fields.CASCADE
    )
    actor_id: int
    thread: fields.ForeignKeyRelation[Thread] = fields.ForeignKeyField(
        "curbside.Thread", related_name="muted_by", on_delete=fields.CASCADE
    )
    thread_id: int
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "muted_thread"
        unique_together = (("actor", "thread"),)
        indexes = (("thread_id",),)
