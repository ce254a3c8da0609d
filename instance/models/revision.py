"""What a public post said before it was changed."""

from typing import Any

from tortoise import fields
from tortoise.models import Model

from instance.models.keys import IdField
from instance.models.post import Post


class Revision(Model):
    """The words of one earlier version. `document`: what of it the history shows beside them.

    They go with the post. Of many versions the first one and the last ones are kept.
    """

    KEPT = 20

    id = IdField()
    post: fields.ForeignKeyRelation[Post] = fields.ForeignKeyField(
        "curbside.Post", related_name="revisions", on_delete=fields.CASCADE
    )
    post_id: int
    content = fields.TextField()
    document: Any = fields.JSONField()
    said_at = fields.DatetimeField()

    class Meta:
        table = "revision"
        indexes = (("post_id", "id"),)
