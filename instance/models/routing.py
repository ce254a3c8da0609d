"""Who is asked to answer a consult here, and when a member may be reached."""

from enum import StrEnum
from typing import Any

from tortoise import fields
from tortoise.models import Model

from instance.models.actor import Actor
from instance.models.consult import Consult
from instance.models.keys import IdField
from instance.models.member import Member


class Availability(Model):
    """What a member said about being asked; without a row the defaults count.

    `quiet_from` and `quiet_to` are minutes of the day in the member's zone; equal: no quiet hours.
    `choices`: by occasion, the ways that are on (`services.occasions`); absent ones by default.
    """

    id = IdField()
    member: fields.OneToOneRelation[Member] = fields.OneToOneField(
        "curbside.Member", related_name="availability", on_delete=fields.CASCADE
    )
    member_id: int
    away_until = fields.DatetimeField(null=True)
    quiet_from = fields.IntField(default=22 * 60)
    quiet_to = fields.IntField(default=7 * 60)
    weekly_cap = fields.IntField(default=3)
    choices: Any = fields.JSONField(default=dict)

    class Meta:
        table = "availability"


class Routing(Model):
    """How far a consult has got here: each institution keeps its own, and says nothing of it.

    `owed`: so many declined while nobody could be asked. `hops`: when how many were asked in a
    wave, as the asker reads it; nobody's name.
    """

    id = IdField()
    consult: fields.OneToOneRelation[Consult] = fields.OneToOneField(
        "curbside.Consult", related_name="routing", on_delete=fields.CASCADE
    )
    consult_id: int
    waves = fields.IntField(default=0)
    owed = fields.IntField(default=0)
    hops: Any = fields.JSONField(default=list)

    class Meta:
        table = "routing"


class Why(StrEnum):
    """Why somebody was asked."""

    ROUTED = "routed"  # by specialty
    NAMED = "named"  # by the asker, when the consult was opened
    INVITED = "invited"  # by the asker, later
    REDIRECTED = "redirected"  # by somebody who was asked


class AnswerRequest(Model):
    """That a member was asked, under `identity`. Nobody but they ever reads it (domain.md 3.4)."""

    id = IdField()
    consult: fields.ForeignKeyRelation[Consult] = fields.ForeignKeyField(
        "curbside.Consult", related_name="requests", on_delete=fields.CASCADE
    )
    consult_id: int
    member: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "curbside.Member", related_name="requests", on_delete=fields.CASCADE
    )
    member_id: int
    identity: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "curbside.Actor", related_name="requests", on_delete=fields.CASCADE
    )
    identity_id: int
    why = fields.CharEnumField(Why, max_length=10)
    asked_at = fields.DatetimeField()
    declined_at = fields.DatetimeField(null=True)

    class Meta:
        table = "answer_request"
        unique_together = (("consult", "member"),)  # nobody is asked twice
        indexes = (("member_id", "asked_at"),)


class Invitee(Model):
    """Whom the asker of one of our consults invited by name; only the asker reads it."""

    id = IdField()
    consult: fields.ForeignKeyRelation[Consult] = fields.ForeignKeyField(
        "curbside.Consult", related_name="invitees", on_delete=fields.CASCADE
    )
    consult_id: int
    target: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "curbside.Actor", related_name="invited_to", on_delete=fields.CASCADE
    )
    target_id: int
    invited_at = fields.DatetimeField()

    class Meta:
        table = "invitee"
        unique_together = (("consult", "target"),)
