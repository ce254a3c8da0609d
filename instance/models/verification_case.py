"""Who waits for a verification officer, and what came of it."""

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from instance.models.keys import IdField
from instance.models.member import Member, Profession, Stage
from instance.models.roster import RosterEntry
from instance.models.verification import Method
from instance.sealed import SealedBytesField


class CaseKind(StrEnum):
    """Why somebody is to be looked at."""

    JOINED = "joined"  # signed up, and no row of the roster fits
    DOCUMENT = "document"  # sent a licence and a photo ID
    NUMBER = "number"  # gave a number that the registry does not settle
    STAGE = "stage"  # says that their stage or profession changed
    RENEWAL = "renewal"  # what their standing rests on ends soon


class CaseState(StrEnum):
    WAITING = "waiting"  # for an officer
    SECOND = "second"  # for another officer than the one who proposed a decision
    ASKED = "asked"  # for the member
    GRANTED = "granted"
    REFUSED = "refused"
    CLOSED = "closed"  # settled otherwise


class CaseAct(StrEnum):
    OPENED = "opened"
    SENT = "sent"  # documents
    ANSWERED = "answered"
    ASKED = "asked"
    SEEN = "seen"  # an officer opened a document
    PROPOSED = "proposed"
    GRANTED = "granted"
    REFUSED = "refused"
    CLOSED = "closed"


class VerificationCase(Model):
    """One question about one member's standing, from when it is asked until it is decided.

    `key`: member and kind while it is open, so that nobody waits twice for the same; NULL when it
    is over. `waits_since`: when it became the turn of an officer. `stage`: what the member says
    they are now. `method`, `until` and `entry`: what the officer in `proposed_by` would grant,
    until another one agrees; then what was granted.
    """

    id = IdField()
    member: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "curbside.Member", related_name="cases", on_delete=fields.CASCADE
    )
    member_id: int
    kind = fields.CharEnumField(CaseKind, max_length=8)
    state = fields.CharEnumField(CaseState, max_length=8, default=CaseState.WAITING)
    key = fields.CharField(max_length=40, null=True, unique=True)
    stage = fields.CharEnumField(Stage, max_length=12, null=True)
    method = fields.CharEnumField(Method, max_length=8, null=True)
    until = fields.DatetimeField(null=True)
    entry: fields.ForeignKeyNullableRelation[RosterEntry] = fields.ForeignKeyField(
        "curbside.RosterEntry", related_name="cases", null=True, on_delete=fields.SET_NULL
    )
    entry_id: int | None
    proposed_by: fields.ForeignKeyNullableRelation[Member] = fields.ForeignKeyField(
        "curbside.Member", related_name="proposed_cases", null=True, on_delete=fields.SET_NULL
    )
    proposed_by_id: int | None
    opened_at = fields.DatetimeField()
    waits_since = fields.DatetimeField()
    decided_at = fields.DatetimeField(null=True)

    class Meta:
        table = "verification_case"
        indexes = (("state", "waits_since"), ("member_id", "id"))


class CaseStep(Model):
    """One thing that was said or done in a case. `by` is NULL for this server itself.

    `text`: the reason of an officer, or what was asked or answered. The audit record names the
    case and not these words.
    """

    id = fields.BigIntField(primary_key=True, generated=True)  # in the order of what happened
    case: fields.ForeignKeyRelation[VerificationCase] = fields.ForeignKeyField(
        "curbside.VerificationCase", related_name="steps", on_delete=fields.CASCADE
    )
    case_id: int
    by: fields.ForeignKeyNullableRelation[Member] = fields.ForeignKeyField(
        "curbside.Member", related_name="case_steps", null=True, on_delete=fields.SET_NULL
    )
    by_id: int | None
    act = fields.CharEnumField(CaseAct, max_length=9)
    text = fields.TextField(default="")
    at = fields.DatetimeField()

    class Meta:
        table = "case_step"
        indexes = (("case_id", "id"),)


class CaseDocument(Model):
    """A licence or a photo ID, as long as it is needed: the row goes with the decision."""

    id = IdField()
    case: fields.ForeignKeyRelation[VerificationCase] = fields.ForeignKeyField(
        "curbside.VerificationCase", related_name="documents", on_delete=fields.CASCADE
    )
    case_id: int
    media_type = fields.CharField(max_length=20)
    size = fields.IntField()  # bytes
    content = SealedBytesField()
    sent_at = fields.DatetimeField(db_index=True)

    class Meta:
        table = "case_document"


class Attestation(Model):
    """What somebody stated on their honour, word for word as they signed it."""

    id = IdField()
    member: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "curbside.Member", related_name="attestations", on_delete=fields.CASCADE
    )
    member_id: int
    version = fields.IntField()
    text = fields.TextField()
    name = fields.CharField(max_length=200)  # as they typed it to sign
    profession = fields.CharEnumField(Profession, max_length=12)
    stage = fields.CharEnumField(Stage, max_length=12)
    signed_at = fields.DatetimeField()

    class Meta:
        table = "attestation"
        indexes = (("member_id", "id"),)
