"""Hashtags of public posts, who follows which; and which older rows are not searched yet."""

from tortoise import fields
from tortoise.models import Model

from instance.models.actor import Actor
from instance.models.keys import IdField
from instance.models.post import Post


class Tag(Model):
    """One hashtag. `name` as it is compared; `written` as somebody wrote it first."""

    id = IdField()
    name = fields.CharField(max_length=100, unique=True)
    written = fields.CharField(max_length=100)

    class Meta:
        table = "tag"


class PostTag(Model):
    """That a public post has a hashtag. `author`: of the post."""

    id = IdField()
    tag: fields.ForeignKeyRelation[Tag] = fields.ForeignKeyField(
        "curbside.Tag", related_name="on", on_delete=fields.CASCADE
    )
    tag_id: int
    post: fields.ForeignKeyRelation[Post] = fields.ForeignKeyField(
        "curbside.Post", related_name="tagged", on_delete=fields.CASCADE
    )
    post_id: int
    author: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "curbside.Actor", related_name="tagged", on_delete=fields.CASCADE
    )
    author_id: int

    class Meta:
        table = "post_tag"
        unique_together = (("tag", "post"),)  # its timeline, too
        indexes = (("author_id", "tag_id", "post_id"), ("post_id",))


class FollowedTag(Model):
    """One identity wants the posts with a hashtag in its home timeline."""

    id = IdField()
    actor: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "curbside.Actor", related_name="followed_tags", on_delete=fields.CASCADE
    )
    actor_id: int
    tag: fields.ForeignKeyRelation[Tag] = fields.ForeignKeyField(
        "curbside.Tag", related_name="followers", on_delete=fields.CASCADE
    )
    tag_id: int

    class Meta:
        table = "followed_tag"
        unique_together = (("actor", "tag"),)


class FeaturedTag(Model):
    """One identity shows a hashtag on its profile."""

    id = IdField()
    actor: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "curbside.Actor", related_name="featured_tags", on_delete=fields.CASCADE
    )
    actor_id: int
    tag: fields.ForeignKeyRelation[Tag] = fields.ForeignKeyField(
        "curbside.Tag", related_name="featured_by", on_delete=fields.CASCADE
    )
    tag_id: int

    class Meta:
        table = "featured_tag"
        unique_together = (("actor", "tag"),)


class Unindexed(Model):
    """Of this table ("post", "actor") the rows below this id were there before search was; without
    a row all are read."""

    name = fields.CharField(max_length=10, primary_key=True)
    below = fields.BigIntField()

    class Meta:
        table = "unindexed"
