"""Posts that one identity wants to be warned of or not to see: by words, or one by one."""

from enum import StrEnum
from typing import Any

from tortoise import fields
from tortoise.models import Model

from instance.models.actor import Actor
from instance.models.keys import IdField
from instance.models.post import Post


class FilterAction(StrEnum):
    WARN = "warn"
    HIDE = "hide"
    BLUR = "blur"


class Filter(Model):
    """`contexts`: the names of the places that it holds for; applications look at them."""

    id = IdField()
    actor: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "curbside.Actor", related_name="filters", on_delete=fields.CASCADE
    )
    actor_id: int
    title = fields.CharField(max_length=200)
    contexts: Any = fields.JSONField()
    action = fields.CharEnumField(FilterAction, max_length=4, default=FilterAction.WARN)
    expires_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(auto_now_add=True)
    keywords: fields.ReverseRelation["FilterKeyword"]
    posts: fields.ReverseRelation["FilterPost"]

    class Meta:
        table = "filter"
        indexes = (("actor_id", "id"),)


class FilterKeyword(Model):
    id = IdField()
    of_filter: fields.ForeignKeyRelation[Filter] = fields.ForeignKeyField(
        "curbside.Filter", related_name="keywords", on_delete=fields.CASCADE
    )
    of_filter_id: int
    keyword = fields.CharField(max_length=200)
    is_whole_word = fields.BooleanField(default=False)

    class Meta:
        table = "filter_keyword"
        indexes = (("of_filter_id",),)


class FilterPost(Model):
    id = IdField()
    of_filter: fields.ForeignKeyRelation[Filter] = fields.ForeignKeyField(
        "curbside.Filter", related_name="posts", on_delete=fields.CASCADE
    )
    of_filter_id: int
    post: fields.ForeignKeyRelation[Post] = fields.ForeignKeyField(
        "curbside.Post", related_name="filtered_by", on_delete=fields.CASCADE
    )
    post_id: int

    class Meta:
        table = "filter_post"
        unique_together = (("of_filter", "post"),)
        indexes = (("post_id",),)
