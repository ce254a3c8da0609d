"""Why somebody has the standing they have: each piece of evidence, with when it began and ended."""

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from instance.models.keys import IdField, IndexOfSome
from instance.models.member import Level, Member
from instance.models.roster import RosterEntry


class Method(StrEnum):
    """How somebody was checked (domain.md 4.1), the strongest first."""

    SSO = "sso"
    ROSTER = "roster"
    DOCUMENT = "document"
    REGISTRY = "registry"
    VOUCH = "vouch"
    ATTEST = "attest"


class Ending(StrEnum):
    """Why a piece of evidence counts no more."""

    EXPIRED = "expired"
    LEFT = "left"  # the row of the roster is gone
    MAILBOX = "mailbox"  # the address is another one than was confirmed
    REGISTRY = "registry"  # the register does not say so any more
    REPLACED = "replaced"  # by newer evidence of the same method
    REVOKED = "revoked"  # somebody decided so
    UNSAID = "unsaid"  # the hospital's own sign-in does not say any more that they belong to it


class Verification(Model):
    """One piece of evidence about a member. A row lives until `ended_at`, and is kept after it.

    `level`: what it is good for by itself. `valid_until` NULL: until somebody ends it.
    """

    id = IdField()
    member: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "curbside.Member", related_name="verifications", on_delete=fields.CASCADE
    )
    member_id: int
    method = fields.CharEnumField(Method, max_length=8)
    level = fields.IntEnumField(Level)
    given_at = fields.DatetimeField()
    valid_until = fields.DatetimeField(null=True)
    reminded_at = fields.DatetimeField(null=True)  # told that it ends soon
    ended_at = fields.DatetimeField(null=True)
    ending = fields.CharEnumField(Ending, max_length=8, null=True)
    entry: fields.ForeignKeyNullableRelation[RosterEntry] = fields.ForeignKeyField(
        "curbside.RosterEntry", related_name="verifications", null=True, on_delete=fields.SET_NULL
    )
    entry_id: int | None
    decided_by: fields.ForeignKeyNullableRelation[Member] = fields.ForeignKeyField(
        "curbside.Member", related_name="decided", null=True, on_delete=fields.SET_NULL
    )
    decided_by_id: int | None

    class Meta:
        table = "verification"
        indexes = (
            ("member_id", "ended_at"),
            IndexOfSome(fields=["valid_until"], name="verification_ends", having="valid_until"),
        )


class Mailbox(Model):
    """The address at which a member read our code. One that they changed since is not confirmed."""

    id = IdField()
    member: fields.OneToOneRelation[Member] = fields.OneToOneField(
        "curbside.Member", related_name="mailbox", on_delete=fields.CASCADE
    )
    member_id: int
    email = fields.CharField(max_length=254, db_index=True)
    confirmed_at = fields.DatetimeField()

    class Meta:
        table = "mailbox"
