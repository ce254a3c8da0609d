"""Public posts that wait for their time."""

from typing import Any

from tortoise import fields
from tortoise.models import Model

from instance.models.actor import Actor
from instance.models.client import Application
from instance.models.keys import IdField, IndexOfSome
from instance.sealed import SealedJSONField


class ScheduledPost(Model):
    """One draft, sealed: nobody was told it yet. The row goes in the transaction that posts it.

    `due_at` is None for one that could not be posted; `refusal` then says why, to its author.
    `key_hash`: under which an application may send it again.
    """

    id = IdField()
    actor: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "curbside.Actor", related_name="scheduled_posts", on_delete=fields.CASCADE
    )
    actor_id: int
    application: fields.ForeignKeyNullableRelation[Application] = fields.ForeignKeyField(
        "curbside.Application",
        related_name="scheduled_posts",
        null=True,
        on_delete=fields.SET_NULL,
    )
    application_id: int | None
    words: Any = SealedJSONField()
    scheduled_at = fields.DatetimeField()
    due_at = fields.DatetimeField(null=True)
    refusal = fields.CharField(max_length=300, default="")
    key_hash = fields.CharField(max_length=64, null=True)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "scheduled_post"
        unique_together = (("actor", "key_hash"),)
        indexes = (
            ("actor_id", "id"),
            IndexOfSome(fields=["due_at"], name="scheduled_post_due", having="due_at"),
        )
