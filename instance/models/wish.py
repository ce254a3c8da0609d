"""What one identity keeps to itself about others: shown to nobody else, never sent (T25)."""

from typing import Any

from tortoise import fields
from tortoise.models import Model

from instance.models.actor import Actor
from instance.models.keys import IdField, IndexOfSome
from instance.sealed import SealedJSONField


class Mute(Model):
    """Somebody is not to be seen, for a while or for good; they may still follow."""

    id = IdField()
    actor: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "curbside.Actor", related_name="muting", on_delete=fields.CASCADE
    )
    actor_id: int
    target: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "curbside.Actor", related_name="muted_by", on_delete=fields.CASCADE
    )
    target_id: int
    hides_notifications = fields.BooleanField(default=True)
    ends_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "mute"
        unique_together = (("actor", "target"),)
        indexes = (IndexOfSome(fields=["ends_at"], name="mute_ends", having="ends_at"),)


class HiddenHost(Model):
    """One identity wants nothing of anybody at a host. What administrators block is `Peer`'s."""

    id = IdField()
    actor: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "curbside.Actor", related_name="hidden_hosts", on_delete=fields.CASCADE
    )
    actor_id: int
    host = fields.CharField(max_length=255)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "hidden_host"
        unique_together = (("actor", "host"),)


class ActorNote(Model):
    """What one identity noted about somebody."""

    id = IdField()
    actor: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "curbside.Actor", related_name="notes", on_delete=fields.CASCADE
    )
    actor_id: int
    target: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "curbside.Actor", related_name="noted_by", on_delete=fields.CASCADE
    )
    target_id: int
    words: Any = SealedJSONField()  # {"note": …}

    class Meta:
        table = "actor_note"
        unique_together = (("actor", "target"),)


class Endorsement(Model):
    """Whom one identity shows on its profile to applications: the one wish that is public."""

    id = IdField()
    actor: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "curbside.Actor", related_name="endorsing", on_delete=fields.CASCADE
    )
    actor_id: int
    target: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "curbside.Actor", related_name="endorsed_by", on_delete=fields.CASCADE
    )
    target_id: int
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "endorsement"
        unique_together = (("actor", "target"),)


class PassedOver(Model):
    """Whom one identity does not want to be suggested."""

    id = IdField()
    actor: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "curbside.Actor", related_name="passing_over", on_delete=fields.CASCADE
    )
    actor_id: int
    target: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "curbside.Actor", related_name="passed_over_by", on_delete=fields.CASCADE
    )
    target_id: int

    class Meta:
        table = "passed_over"
        unique_together = (("actor", "target"),)
