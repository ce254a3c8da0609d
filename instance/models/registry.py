"""Public registers of physicians as they were imported, and the numbers that members give.

A register is public. Which number a member gave is not: it is for verification officers alone.
"""

from enum import StrEnum
from typing import Any

from tortoise import fields
from tortoise.models import Model

from instance.models.keys import IdField
from instance.models.member import Member


class RegistryState(StrEnum):
    READING = "reading"  # its rows count for nothing yet
    FOLLOWING = "following"  # they count; who rests on the register is looked at again
    DONE = "done"
    REPLACED = "replaced"  # by a newer file; its rows are gone or go
    BROKEN = "broken"


class RegistryImport(Model):
    """A file of a register. `fingerprint`: of its beginning and size, to go on where it stopped.

    `position`: rows of the file that are read. `numbers` are stored of `people`; `refused` rows
    could not be read. `newest`: the last day at which the file says that a row changed, as ISO.
    """

    id = IdField()
    register = fields.CharField(max_length=40, db_index=True)
    file = fields.CharField(max_length=200)
    fingerprint = fields.CharField(max_length=64)
    state = fields.CharEnumField(RegistryState, max_length=10, default=RegistryState.READING)
    position = fields.BigIntField(default=0)
    people = fields.BigIntField(default=0)
    numbers = fields.BigIntField(default=0)
    refused = fields.BigIntField(default=0)
    newest = fields.CharField(max_length=10, default="")
    jurisdictions: Any = fields.JSONField(default=list)
    followed_to = fields.BigIntField(default=0)  # the last member who was looked at again
    started_at = fields.DatetimeField()
    loaded_at = fields.DatetimeField(null=True)

    class Meta:
        table = "registry_import"


class RegistryNumber(Model):
    """A number of a register, and whose it is: millions of rows, so nothing that no match needs.

    An NPI has the jurisdiction "US". `given` and `families` (each behind a bar) as they are
    compared; `places`: of work and of licences; `professions` and `specialties` with blanks.
    """

    id = fields.BigIntField(primary_key=True, generated=True)
    import_id = fields.BigIntField()
    number = fields.CharField(max_length=20)
    jurisdiction = fields.CharField(max_length=8)
    given = fields.CharField(max_length=80)
    families = fields.CharField(max_length=160)
    professions = fields.CharField(max_length=60)
    places = fields.CharField(max_length=120)
    specialties = fields.CharField(max_length=160)
    is_active = fields.BooleanField()
    replaced_by = fields.CharField(max_length=10)

    class Meta:
        table = "registry_number"
        indexes = (("number", "jurisdiction"),)


class NumberKind(StrEnum):
    LICENCE = "licence"
    NPI = "npi"
    ORCID = "orcid"  # supports, and proves nothing


class NumberOutcome(StrEnum):
    """What the registers say of a number."""

    GIVEN = "given"  # it has the right form; nobody looked it up
    MATCHED = "matched"
    NO_REGISTER = "no_register"  # none of that place was imported
    UNKNOWN = "unknown"
    INACTIVE = "inactive"
    UNSETTLED = "unsettled"  # it is there, and may be somebody else's


class MemberNumber(Model):
    """A number that a member says is theirs: `typed` as they did, `key` as it is compared.

    `held`: NULL where another member gave the same number first.
    """

    id = IdField()
    member: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "curbside.Member", related_name="numbers", on_delete=fields.CASCADE
    )
    member_id: int
    kind = fields.CharEnumField(NumberKind, max_length=7)
    jurisdiction = fields.CharField(max_length=8)
    typed = fields.CharField(max_length=40)
    key = fields.CharField(max_length=40)
    held = fields.CharField(max_length=60, unique=True, null=True)
    outcome = fields.CharEnumField(NumberOutcome, max_length=11, default=NumberOutcome.GIVEN)
    given_at = fields.DatetimeField()

    class Meta:
        table = "member_number"
        unique_together = (("member", "kind"),)
