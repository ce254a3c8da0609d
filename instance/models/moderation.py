"""What administrators must be able to look up later."""

from typing import Any

from tortoise import fields
from tortoise.models import Model

from instance.models.keys import IdField


class AuditEntry(Model):
    """Who did what to what. Ids, hosts and rule ids only, never content.

    `actor_uri` is who did it: a member's actor, a peer's, or our institution.
    """

    id = IdField()
    at = fields.DatetimeField(auto_now_add=True, db_index=True)
    action = fields.CharField(max_length=40)
    actor_uri = fields.CharField(max_length=512)
    host = fields.CharField(max_length=255)
    subject = fields.CharField(max_length=512)
    detail: Any = fields.JSONField(default=dict)

    class Meta:
        table = "audit_entry"
