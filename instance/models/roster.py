"""Who works here, as the institution's own list says. For verification officers, never for others.

Nothing of it is federated or logged.
"""

from enum import StrEnum
from typing import Any

from tortoise import fields
from tortoise.models import Model

from instance.models.keys import IdField, IndexOfSome
from instance.models.member import Member, Profession, Stage
from instance.sealed import SealedBytesField, SealedJSONField


class RosterState(StrEnum):
    RECEIVING = "receiving"
    MATCHING = "matching"  # somebody says which column is which
    CHECKING = "checking"
    CHECKED = "checked"
    WAITING = "waiting"  # for a second person: many would lose their standing
    IMPORTING = "importing"
    DONE = "done"
    UNDOING = "undoing"
    UNDONE = "undone"
    CANCELLED = "cancelled"
    UNREADABLE = "unreadable"


class RowVerdict(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    ERROR = "error"
    LEFT = "left"  # of the roster, and not in the file


class RosterImport(Model):
    """A roster as somebody brought it, what it would change, and what was decided about it.

    `mapping`: our field -> number of the column. `problem`: why all of it cannot be read, a key of
    `roster_words.PROBLEMS`. `checked` rows of the file are judged, up to line `read_to`; of those
    that are imported, `applied` are done.
    """

    id = IdField()
    by: fields.ForeignKeyNullableRelation[Member] = fields.ForeignKeyField(
        "curbside.Member", related_name="roster_imports", null=True, on_delete=fields.SET_NULL
    )
    by_id: int | None
    confirmed_by: fields.ForeignKeyNullableRelation[Member] = fields.ForeignKeyField(
        "curbside.Member", related_name="confirmed_rosters", null=True, on_delete=fields.SET_NULL
    )
    confirmed_by_id: int | None
    agreed_by: fields.ForeignKeyNullableRelation[Member] = fields.ForeignKeyField(
        "curbside.Member", related_name="agreed_rosters", null=True, on_delete=fields.SET_NULL
    )
    agreed_by_id: int | None
    file = fields.CharField(max_length=200)
    size = fields.IntField(default=0)  # bytes
    sha256 = fields.CharField(max_length=64, default="")
    encoding = fields.CharField(max_length=12, default="")
    delimiter = fields.CharField(max_length=1, default="")
    headers: Any = fields.JSONField(default=list)
    mapping: Any = fields.JSONField(default=dict)
    profession = fields.CharEnumField(  # of rows that do not say
        Profession, max_length=12, default=Profession.PHYSICIAN
    )
    state = fields.CharEnumField(RosterState, max_length=10, default=RosterState.RECEIVING)
    problem = fields.CharField(max_length=20, default="")
    total = fields.IntField(default=0)  # lines of the file
    checked = fields.IntField(default=0)
    read_to = fields.IntField(default=0)
    added = fields.IntField(default=0)
    changed = fields.IntField(default=0)
    unchanged = fields.IntField(default=0)
    errors = fields.IntField(default=0)
    left = fields.IntField(default=0)
    present = fields.IntField(default=0)  # people of the roster before it
    applied = fields.IntField(default=0)
    created_at = fields.DatetimeField(auto_now_add=True)
    checked_at = fields.DatetimeField(null=True)
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "roster_import"
        indexes = (("state", "id"),)


class RosterPart(Model):
    """A part of the file as it was sent; gone when its rows were judged."""

    id = fields.BigIntField(primary_key=True, generated=True)
    roster_import: fields.ForeignKeyRelation[RosterImport] = fields.ForeignKeyField(
        "curbside.RosterImport", related_name="parts", on_delete=fields.CASCADE
    )
    roster_import_id: int
    number = fields.IntField()
    content = SealedBytesField()

    class Meta:
        table = "roster_part"
        unique_together = (("roster_import", "number"),)


class RosterEntry(Model):
    """One person of the roster. Who left stays, to be known again.

    `key`: what the institution knows them by, or else their e-mail. `name_key`: the name as it is
    compared. `email_at`: since when the e-mail is theirs. `digest`: of all that the file says.
    `stage_taken`: the last stage that counted for the member from here.
    """

    id = IdField()
    key = fields.CharField(max_length=254, unique=True)
    email = fields.CharField(max_length=254)  # lower case
    email_at = fields.DatetimeField()
    title = fields.CharField(max_length=40)
    given_name = fields.CharField(max_length=100)
    family_name = fields.CharField(max_length=100)
    name_key = fields.CharField(max_length=200)
    profession = fields.CharEnumField(Profession, max_length=12)
    stage = fields.CharEnumField(Stage, max_length=12)
    stage_taken = fields.CharEnumField(Stage, max_length=12, null=True)
    specialties: Any = fields.JSONField(default=list)
    jurisdiction = fields.CharField(max_length=8)
    licence = fields.CharField(max_length=40)
    licence_until = fields.DateField(null=True)
    npi = fields.CharField(max_length=10)
    department = fields.CharField(max_length=120)
    digest = fields.CharField(max_length=64)
    left_at = fields.DatetimeField(null=True)
    first_import_id = fields.BigIntField()
    last_import_id = fields.BigIntField(db_index=True)
    member: fields.OneToOneNullableRelation[Member] = fields.OneToOneField(
        "curbside.Member", related_name="roster_entry", null=True, on_delete=fields.SET_NULL
    )
    member_id: int | None
    # Two officers said who that is, whatever address the roster has for them.
    is_linked = fields.BooleanField(default=False, db_default=False)
    due_at = fields.DatetimeField(null=True)  # what it means for its member is still to be done

    class Meta:
        table = "roster_entry"
        indexes = (
            *(("email",), ("npi",), ("name_key", "id")),
            IndexOfSome(fields=["due_at"], name="roster_due", having="due_at"),
        )

    @property
    def name(self) -> str:
        return " ".join(filter(None, (self.title, self.given_name, self.family_name)))


class RosterRow(Model):
    """One row of a file, or somebody who is not in it, and what comes of it.

    `values`: what it says (of an error: as it was typed). `before`: what stood in the roster, to
    undo it. `reason`: a key of `roster_words.REASONS`; `field` says of which column, `other_line`
    with which line it collides.
    """

    id = fields.BigIntField(primary_key=True, generated=True)
    roster_import: fields.ForeignKeyRelation[RosterImport] = fields.ForeignKeyField(
        "curbside.RosterImport", related_name="rows", on_delete=fields.CASCADE
    )
    roster_import_id: int
    line = fields.IntField()
    verdict = fields.CharEnumField(RowVerdict, max_length=7)
    key = fields.CharField(max_length=254)
    email = fields.CharField(max_length=254)
    npi = fields.CharField(max_length=10)
    entry_id = fields.BigIntField(null=True)
    values: Any = SealedJSONField(null=True)
    before: Any = SealedJSONField(null=True)
    field = fields.CharField(max_length=20)
    reason = fields.CharField(max_length=20)
    other_line = fields.IntField(null=True)
    is_applied = fields.BooleanField(default=False)

    class Meta:
        table = "roster_row"
        indexes = (
            ("roster_import_id", "verdict", "line"),
            ("roster_import_id", "key"),
            ("roster_import_id", "email"),
            ("roster_import_id", "npi"),
            ("roster_import_id", "entry_id"),
        )


class RosterMapping(Model):
    """Which column was which in the last file with these headings."""

    id = IdField()
    headings = fields.CharField(max_length=64, unique=True)  # a digest
    mapping: Any = fields.JSONField()
    profession = fields.CharEnumField(Profession, max_length=12)

    class Meta:
        table = "roster_mapping"
