"""The record of what administrators must be able to look up later, and what proves it (T73).

Entries, seals and anchors can be added and read: the database refuses to change or remove one.
"""

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
        # The page: the newest of one action, of one hospital, of one person.
        indexes = (("action", "id"), ("host", "id"), ("actor_uri", "id"))


class AuditSeal(Model):
    """One entry's place in the chain. `hash` is over the seal before, this one and the entry.

    No reference to the entry: one that was removed has to be missed. `covers_until`: everything
    written before that time has a seal up to here; known at the end of a run of the sealer.
    """

    id = IdField()  # the entry's
    number = fields.BigIntField(unique=True)  # from 1, without gaps
    entry_hash = fields.CharField(max_length=64)
    hash = fields.CharField(max_length=64)
    sealed_at = fields.DatetimeField()
    covers_until = fields.DatetimeField(null=True)

    class Meta:
        table = "audit_seal"


class AuditAnchor(Model):
    """The last seal of a day, signed by the institution. The log has the same hash."""

    id = IdField()
    day = fields.DateField(unique=True)  # UTC
    number = fields.BigIntField()
    hash = fields.CharField(max_length=64)
    key = fields.CharField(max_length=100)  # Multikey, of the key that signed
    document: Any = fields.JSONField()  # the same with the proof (FEP-8b32)

    class Meta:
        table = "audit_anchor"


class AuditCheck(Model):
    """One reading of the whole chain, asked for on the page or begun at night, and its result.

    `moved_at`: its worker got on; one that stands still is begun anew.
    """

    id = IdField()
    created_at = fields.DatetimeField(auto_now_add=True)
    moved_at = fields.DatetimeField(null=True)
    finished_at = fields.DatetimeField(null=True)
    done = fields.BigIntField(default=0)
    total = fields.BigIntField(default=0)
    problems: Any = fields.JSONField(default=list)  # sentences

    class Meta:
        table = "audit_check"
        indexes = (("finished_at", "id"),)
