"""Consults: private between the institutions that take part. Every clinical word is sealed."""

from enum import StrEnum
from typing import Any

from tortoise import fields
from tortoise.models import Model

from instance.models.actor import Actor
from instance.models.keys import IdField, IndexOfSome
from instance.sealed import SealedJSONField


class Scope(StrEnum):
    """Whom the asker let in (federation.md 6.1)."""

    NAMED = "named"
    INSTANCES = "instances"
    TRUSTED = "trusted"


class Status(StrEnum):
    OPEN = "open"
    NEEDS_INFO = "needs_info"
    ANSWERED = "answered"
    RESOLVED = "resolved"
    CLOSED = "closed"
    ESCALATED = "escalated"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    HELD = "held"


class Consult(Model):
    """A consult, ours or a peer's. Only its owner (`group`'s institution) moves its state.

    `facts` holds title, question and the clinical fields of federation.md 6.3, sealed. Of a private
    one, between two people, the first message stands there as `question`.
    """

    id = IdField()
    uri = fields.CharField(max_length=512, unique=True)
    root_uri = fields.CharField(max_length=512, unique=True)
    group: fields.OneToOneRelation[Actor] = fields.OneToOneField(
        "curbside.Actor", related_name="consult", on_delete=fields.RESTRICT
    )
    group_id: int
    asker: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "curbside.Actor", related_name="asked", on_delete=fields.RESTRICT
    )
    asker_id: int
    is_local = fields.BooleanField()
    scope = fields.CharEnumField(Scope, max_length=10)
    is_private = fields.BooleanField(default=False, db_default=False)  # its type (6.3)
    addressed_to: Any = fields.JSONField()  # `to` of every activity about it, never rewritten
    status = fields.CharEnumField(Status, max_length=12, default=Status.OPEN)
    # Where provide_info leads back to (domain.md 3.3), owner only.
    status_before = fields.CharEnumField(Status, max_length=12, null=True)
    # Where a release leads back to after a recall, owner only.
    held_before = fields.CharEnumField(Status, max_length=12, null=True)
    version = fields.IntField(default=1)
    urgency = fields.CharField(max_length=8)
    question_type = fields.CharField(max_length=16)
    target_hours = fields.IntField()
    specialties: Any = fields.JSONField()
    facts: Any = SealedJSONField()
    due_at = fields.DatetimeField(null=True)  # NULL while the clock is paused
    remaining_seconds = fields.IntField(null=True)  # kept while paused, owner only
    first_answer_at = fields.DatetimeField(null=True)
    accepted: Any = fields.JSONField(default=list)  # uris of accepted answers
    outcome = fields.CharField(max_length=24, null=True)
    is_locked = fields.BooleanField(default=False)
    # When time alone ends it, owner only: no answer, nothing said, no outcome (domain.md 3.3).
    lapses_at = fields.DatetimeField(null=True)
    reopened = fields.IntField(default=0, db_default=0)  # so many times, owner only
    purged_at = fields.DatetimeField(null=True)  # of its words only ids are left here (6.2.6)
    frozen_at = fields.DatetimeField(null=True)  # its owner told two stories (T60)
    # Since a restore: others may know more of it, and are asked before anything is added to it.
    awaited_since = fields.DatetimeField(null=True)
    last_seq = fields.IntField(default=0)
    published_at = fields.DatetimeField()
    changed_at = fields.DatetimeField()
    contributions: fields.ReverseRelation["Contribution"]
    participants: fields.ReverseRelation["Participant"]

    class Meta:
        table = "consult"
        indexes = (
            ("status", "changed_at", "id"),
            ("asker_id", "changed_at", "id"),
            ("changed_at", "id"),
            ("is_private", "status", "asker_id"),  # counted without those of one asker
            IndexOfSome(fields=["lapses_at"], name="consult_lapses", having="lapses_at"),
        )


class Participant(Model):
    """A person or an institution in `K/members`. Leaving deletes the row first (6.2.6)."""

    id = IdField()
    consult: fields.ForeignKeyRelation[Consult] = fields.ForeignKeyField(
        "curbside.Consult", related_name="participants", on_delete=fields.CASCADE
    )
    consult_id: int
    actor_uri = fields.CharField(max_length=512)
    host = fields.CharField(max_length=255)
    is_institution = fields.BooleanField()

    class Meta:
        table = "participant"
        unique_together = (("consult", "actor_uri"),)
        indexes = (("host", "consult_id"),)


class HistoryEntry(Model):
    """The Add with number `seq`, as the owner sent it. `digest`: SHA-256 of its `object` (T60)."""

    id = IdField()
    consult: fields.ForeignKeyRelation[Consult] = fields.ForeignKeyField(
        "curbside.Consult", related_name="history", on_delete=fields.CASCADE
    )
    consult_id: int
    seq = fields.IntField()
    activity_uri = fields.CharField(max_length=512, unique=True)
    digest = fields.CharField(max_length=64)
    document: Any = SealedJSONField()

    class Meta:
        table = "history_entry"
        unique_together = (("consult", "seq"),)


class Contribution(Model):
    """One post in a consult: answer, comment or event. `seq` is NULL until the owner spread it.

    `body` is the Note as its author's server sent it, sealed. `standing` is what its
    institution vouched when it was written; it never changes afterwards.
    """

    id = IdField()
    uri = fields.CharField(max_length=512, unique=True)
    consult: fields.ForeignKeyRelation[Consult] = fields.ForeignKeyField(
        "curbside.Consult", related_name="contributions", on_delete=fields.CASCADE
    )
    consult_id: int
    author: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "curbside.Actor", related_name="contributions", on_delete=fields.RESTRICT
    )
    author_id: int
    kind = fields.CharField(max_length=16)
    body: Any = SealedJSONField()
    standing: Any = fields.JSONField()
    seq = fields.IntField(null=True)
    refused_at = fields.DatetimeField(null=True)
    published_at = fields.DatetimeField()
    edited_at = fields.DatetimeField(null=True)
    deleted_at = fields.DatetimeField(null=True)  # by its author; of its body nothing is left

    class Meta:
        table = "contribution"
        indexes = (("consult_id", "seq"), ("author_id", "published_at"))


class Departure(Model):
    """A hospital that took part and does not any more; its `Participant` rows are gone (6.2.6).

    `actor_uris` stood in them. `told_at`: since when those who stay can know it.
    """

    id = IdField()
    consult: fields.ForeignKeyRelation[Consult] = fields.ForeignKeyField(
        "curbside.Consult", related_name="departures", on_delete=fields.CASCADE
    )
    consult_id: int
    host = fields.CharField(max_length=255)
    actor_uris: Any = fields.JSONField()
    left_at = fields.DatetimeField()
    told_at = fields.DatetimeField(null=True)

    class Meta:
        table = "departure"
        unique_together = (("consult", "host"),)


class Receipt(Model):
    """A deletion that we asked of one hospital, and what it answered (6.4).

    `asked` are the ids it was asked to delete. `remaining` is how many bodies it says are left;
    with 0 of them, `purged_at` is when the last one went. `refusal`: why it does not delete, in its
    own words.
    """

    id = IdField()
    consult: fields.ForeignKeyRelation[Consult] = fields.ForeignKeyField(
        "curbside.Consult", related_name="receipts", on_delete=fields.CASCADE
    )
    consult_id: int
    host = fields.CharField(max_length=255)
    activity_uri = fields.CharField(max_length=512)
    reason = fields.CharField(max_length=12)
    asked: Any = fields.JSONField()
    asked_at = fields.DatetimeField()
    answered_at = fields.DatetimeField(null=True)
    remaining = fields.IntField(null=True)
    purged_at = fields.DatetimeField(null=True)
    backups_until = fields.DatetimeField(null=True)
    refusal = fields.CharField(max_length=200, default="", db_default="")

    class Meta:
        table = "receipt"
        unique_together = (("activity_uri", "host"),)
        indexes = (("host", "consult_id"),)
