"""Standing statements of actors, and the lists of those that count no more (domain.md 4.6)."""

from typing import Any

from tortoise import fields
from tortoise.models import Model

from instance.models.actor import Actor
from instance.models.keys import IdField, IndexOfSome


class Standing(Model):
    """The standing statement of an actor: issued by us, or received with a peer's actor.

    `is_withdrawn`: revoked or suspended, as everybody may see by now.
    `basis`: of ours, what it was made from; a pseudonym says less of it (domain.md 8).
    `due_at`: when ours is looked at next: to renew it, or sooner where its member's standing has
    changed, which shows to others then and not before. NULL for those of others.
    """

    id = IdField()
    actor: fields.OneToOneRelation[Actor] = fields.OneToOneField(
        "curbside.Actor", related_name="standing", on_delete=fields.CASCADE
    )
    actor_id: int
    document: Any = fields.JSONField()
    basis: Any = fields.JSONField(null=True)
    level = fields.IntField()
    stage = fields.CharField(max_length=12)  # "" where it is not told
    profession = fields.CharField(max_length=12)
    specialties: Any = fields.JSONField()
    valid_from = fields.DatetimeField()
    valid_until = fields.DatetimeField()
    due_at = fields.DatetimeField(null=True)
    is_withdrawn = fields.BooleanField(default=False, db_default=False)

    class Meta:
        table = "standing"
        indexes = (IndexOfSome(fields=["due_at"], name="standing_due", having="due_at"),)


class StatusList(Model):
    """A list of ours; its bits are its entries.

    `document` is as it was signed last, NULL when a bit has changed since. `closed_at`: it came
    from a backup, and may have given numbers after that: every number not here is withdrawn.
    """

    id = IdField()
    purpose = fields.CharField(max_length=10)
    document: Any = fields.JSONField(null=True)
    signed_at = fields.DatetimeField(null=True)
    closed_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "status_list"


class StatusEntry(Model):
    """A number that a statement of ours has or had in a list: no other one ever gets it."""

    id = IdField()
    list: fields.ForeignKeyRelation[StatusList] = fields.ForeignKeyField(
        "curbside.StatusList", related_name="entries", on_delete=fields.CASCADE
    )
    list_id: int
    index = fields.IntField()
    is_set = fields.BooleanField(default=False)

    class Meta:
        table = "status_entry"
        unique_together = (("list", "index"),)


class RemoteStatusList(Model):
    """A list of a partner, as it was fetched last with success. `document`: as it signed it, for
    the day on which it has lost it."""

    id = IdField()
    uri = fields.CharField(max_length=512, unique=True)
    host = fields.CharField(max_length=255, db_index=True)
    purpose = fields.CharField(max_length=10)
    bits = fields.BinaryField()
    document: Any = fields.JSONField(null=True)
    fetched_at = fields.DatetimeField()
    valid_from = fields.DatetimeField()
    valid_until = fields.DatetimeField()

    class Meta:
        table = "remote_status_list"


class StandingReader(Model):
    """A partner that has fetched an actor of ours, with its standing: it is told of changes."""

    id = IdField()
    actor: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "curbside.Actor", related_name="standing_readers", on_delete=fields.CASCADE
    )
    actor_id: int
    host = fields.CharField(max_length=255)
    fetched_at = fields.DatetimeField()

    class Meta:
        table = "standing_reader"
        unique_together = (("actor", "host"),)
