"""Public channels, their threads and posts. Consults live in their own tables (consult.py):

no query over these can return a word of one.
"""

from enum import StrEnum
from typing import Any

from tortoise import fields
from tortoise.models import Model

from instance.models.actor import Actor
from instance.models.keys import IdField


class PostKind(StrEnum):
    ARTICLE = "Article"
    NOTE = "Note"


class Channel(Model):
    """What we know of a Group besides its actor; a row only for our own channels."""

    id = IdField()
    actor: fields.OneToOneRelation[Actor] = fields.OneToOneField(
        "curbside.Actor", related_name="channel", on_delete=fields.RESTRICT
    )
    actor_id: int
    title = fields.CharField(max_length=120)
    rules = fields.TextField(default="")
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "channel"


class Thread(Model):
    """A starter and its replies in one channel, or a member's own post and its replies."""

    id = IdField()
    uri = fields.CharField(max_length=512, unique=True)
    group: fields.ForeignKeyNullableRelation[Actor] = fields.ForeignKeyField(
        "curbside.Actor", related_name="threads", null=True, on_delete=fields.RESTRICT
    )
    group_id: int | None
    author: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "curbside.Actor", related_name="started_threads", on_delete=fields.RESTRICT
    )
    author_id: int
    title = fields.CharField(max_length=120)
    replies_count = fields.IntField(default=0)
    created_at = fields.DatetimeField()
    last_post_at = fields.DatetimeField()
    posts: fields.ReverseRelation["Post"]

    class Meta:
        table = "thread"
        indexes = (("group_id", "last_post_at", "id"), ("author_id", "last_post_at", "id"))


class Post(Model):
    """One public post. `content` is sanitised HTML, `source` the author's Markdown (local only)."""

    id = IdField()
    uri = fields.CharField(max_length=512, unique=True)
    kind = fields.CharEnumField(PostKind, max_length=10)
    author: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "curbside.Actor", related_name="posts", on_delete=fields.RESTRICT
    )
    author_id: int
    thread: fields.ForeignKeyRelation[Thread] = fields.ForeignKeyField(
        "curbside.Thread", related_name="posts", on_delete=fields.RESTRICT
    )
    thread_id: int
    in_reply_to_uri = fields.CharField(max_length=512, null=True)
    content = fields.TextField()
    source = fields.TextField(null=True)
    document: Any = fields.JSONField()  # as sent or received, byte for value
    published_at = fields.DatetimeField()
    deleted_at = fields.DatetimeField(null=True)

    class Meta:
        table = "post"
        indexes = (("thread_id", "published_at", "id"), ("author_id", "published_at", "id"))
