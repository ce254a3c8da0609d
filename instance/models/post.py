"""Public channels, their threads and posts. Consults live in their own tables (consult.py):

no query over these can return a word of one.
"""

from enum import StrEnum
from typing import Any

from tortoise import fields
from tortoise.models import Model

from instance.models.actor import Actor
from instance.models.keys import IdField, IndexOfSome


class PostKind(StrEnum):
    ARTICLE = "Article"
    NOTE = "Note"
    QUESTION = "Question"


class SignedBy(StrEnum):
    """Under which of their identities our members write in a channel."""

    EITHER = "either"
    NAMES = "names"
    PSEUDONYMS = "pseudonyms"


class Channel(Model):
    """What we know of a Group besides its actor; a row only for our own channels."""

    id = IdField()
    actor: fields.OneToOneRelation[Actor] = fields.OneToOneField(
        "curbside.Actor", related_name="channel", on_delete=fields.RESTRICT
    )
    actor_id: int
    title = fields.CharField(max_length=120)
    rules = fields.TextField(default="")
    only_moderators_post = fields.BooleanField(
        default=False, db_default=False
    )  # starters; everybody may reply
    approves_followers = fields.BooleanField(default=False, db_default=False)
    signed_by = fields.CharEnumField(
        SignedBy, max_length=10, default=SignedBy.EITHER, db_default="either"
    )
    closed_at = fields.DatetimeField(null=True)  # it can be read, and nobody writes in it
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "channel"


def _of_channels(*fields: str, name: str) -> IndexOfSome:
    return IndexOfSome(fields=["group_id", *fields], name=name, having="group_id")


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
    locked_at = fields.DatetimeField(null=True)  # by a moderator: no replies after it
    # The Lock that said so, which an Undo names, and whose it is.
    lock_uri = fields.CharField(max_length=512, null=True)
    locked_by_uri = fields.CharField(max_length=512, null=True)
    featured_at = fields.DatetimeField(null=True)  # pinned on the board
    accepted_uri = fields.CharField(max_length=512, null=True)  # the reply the asker took
    backfilled_at = fields.DatetimeField(null=True)  # its budget counts by the hour (section 7)
    posts: fields.ReverseRelation["Post"]

    class Meta:
        table = "thread"
        # Most threads that come are in no channel, and few are ever locked.
        indexes = (
            _of_channels("last_post_at", "id", name="thread_board"),
            ("author_id",),
            _of_channels("id", name="thread_paged"),  # as applications page them
            _of_channels("created_at", name="thread_begun"),  # as Home pages them
            IndexOfSome(fields=["lock_uri"], name="thread_lock", having="lock_uri"),
        )


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
    updated_at = fields.DatetimeField(null=True)  # as its author states it: only newer ones count
    # A deleted post is a Tombstone: the row stays, without a word of it (federation.md 5.4).
    deleted_at = fields.DatetimeField(null=True)
    # Why a moderator removed it, if one did.
    removal = fields.CharField(max_length=300, default="", db_default="")
    pinned_at = fields.DatetimeField(null=True)  # on its author's profile, by the author
    likes_count = fields.IntField(default=0, db_default=0)
    boosts_count = fields.IntField(default=0, db_default=0)

    class Meta:
        table = "post"
        indexes = (
            ("thread_id", "published_at", "id"),
            ("author_id", "published_at", "id"),
            ("author_id", "id"),  # as applications page them
            IndexOfSome(  # `replies` of one post
                fields=["in_reply_to_uri"], name="post_answers", having="in_reply_to_uri"
            ),
            IndexOfSome(fields=["author_id"], name="post_pinned", having="pinned_at"),
        )


class Announced(Model):
    """One Announce by a channel of ours, as it was sent: its outbox, its threads' histories."""

    id = IdField()
    uri = fields.CharField(max_length=512, unique=True)
    group: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "curbside.Actor", related_name="announced", on_delete=fields.CASCADE
    )
    group_id: int
    thread: fields.ForeignKeyNullableRelation[Thread] = fields.ForeignKeyField(
        "curbside.Thread", related_name="announced", null=True, on_delete=fields.CASCADE
    )
    thread_id: int | None
    object_uri = fields.CharField(
        max_length=512
    )  # of the activity, or of the post in the plain form
    # The post it says something of: what it says goes when that is deleted.
    post: fields.ForeignKeyNullableRelation[Post] = fields.ForeignKeyField(
        "curbside.Post", related_name="announced", null=True, on_delete=fields.CASCADE
    )
    post_id: int | None
    is_plain = fields.BooleanField(default=False)
    document: Any = fields.JSONField()
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "announced"
        unique_together = (("group", "object_uri"),)  # nothing is announced twice
        indexes = (("group_id", "id"), ("thread_id", "id"), ("post_id",))


class Gone(Model):
    """An id whose owner withdrew it before it came here: it counts as never sent (5.4, T80).

    Posts that were deleted and activities that were undone. Rows expire after 30 days.
    """

    uri = fields.CharField(max_length=512, primary_key=True)
    owner_uri = fields.CharField(max_length=512)
    host = fields.CharField(max_length=255, db_index=True)  # each host may keep so many (T78)
    expires_at = fields.DatetimeField(db_index=True)

    class Meta:
        table = "gone"
