"""What time took: when it was looked for last, and how much went."""

from tortoise import fields
from tortoise.models import Model


class PurgeRun(Model):
    """One row of each kind of `services.retention`: its last purge. `removed`: rows in all."""

    name = fields.CharField(max_length=40, primary_key=True)
    ran_at = fields.DatetimeField()
    last_removed = fields.IntField(default=0)
    removed = fields.BigIntField(default=0)

    class Meta:
        table = "purge_run"


class Remains(Model):
    """How often words were taken out of a table of words, and of how many no trace is in its file.

    SQLite alone: FTS5 leaves them in old pieces of its index until those are merged.
    """

    name = fields.CharField(max_length=20, primary_key=True)
    taken_out = fields.BigIntField(default=0)
    merged = fields.BigIntField(default=0)

    class Meta:
        table = "remains"
