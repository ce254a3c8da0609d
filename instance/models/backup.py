"""Backups of this institution, and what a restored one does not know any more."""

from tortoise import fields
from tortoise.models import Model

from instance.models.keys import IdField


class Backup(Model):
    """One that was made, by the name of its folder. It holds what was so at `made_at`."""

    id = IdField()
    name = fields.CharField(max_length=40)
    made_at = fields.DatetimeField(db_index=True)
    bytes = fields.BigIntField()

    class Meta:
        table = "backup"


class Restore(Model):
    """That all this came from a backup. What happened between `made_at` and `restored_at` is not
    here; `ended_at`: since when everybody who could was asked for it."""

    id = IdField()
    name = fields.CharField(max_length=40, unique=True)
    made_at = fields.DatetimeField()
    restored_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "restore"


class RestoreCount(Model):
    """So many of one `kind` (a key of `restore_words.KINDS`) between us and a host; "" where it is
    about nobody else."""

    id = IdField()
    restore: fields.ForeignKeyRelation[Restore] = fields.ForeignKeyField(
        "curbside.Restore", related_name="counts", on_delete=fields.CASCADE
    )
    restore_id: int
    host = fields.CharField(max_length=255)
    kind = fields.CharField(max_length=16)
    count = fields.IntField()

    class Meta:
        table = "restore_count"
        unique_together = (("restore", "host", "kind"),)
