"""What members take along, kept sealed for some days, and what they bring."""

from enum import StrEnum
from typing import Any

from tortoise import fields
from tortoise.models import Model

from instance.models.actor import Actor
from instance.models.keys import IdField
from instance.models.member import Member
from instance.sealed import SealedBytesField, SealedJSONField


class ExportState(StrEnum):
    MAKING = "making"
    READY = "ready"


class Export(Model):
    """The files of one member, of which there is one set at a time.

    `run` counts who began to make them: of two workers the later one goes on. `claimed_until`:
    until then nobody else begins. `total`: how many files it will be.
    """

    id = IdField()
    member: fields.OneToOneRelation[Member] = fields.OneToOneField(
        "curbside.Member", related_name="export", on_delete=fields.CASCADE
    )
    member_id: int
    state = fields.CharEnumField(ExportState, max_length=8, default=ExportState.MAKING)
    run = fields.IntField(default=0)
    claimed_until = fields.DatetimeField(null=True)
    total = fields.IntField(default=0)
    created_at = fields.DatetimeField(auto_now_add=True)
    ready_at = fields.DatetimeField(null=True)
    expires_at = fields.DatetimeField(null=True)
    files: fields.ReverseRelation["ExportFile"]

    class Meta:
        table = "export"
        indexes = (("state", "id"),)


class ExportFile(Model):
    """One ZIP: of one identity, or (`identity` NULL) of the person behind them all.

    Nothing in one says that another exists. `size` in bytes, as far as it is written; `sha256` of
    all of it, once it is whole.
    """

    id = IdField()
    export: fields.ForeignKeyRelation[Export] = fields.ForeignKeyField(
        "curbside.Export", related_name="files", on_delete=fields.CASCADE
    )
    export_id: int
    identity: fields.ForeignKeyNullableRelation[Actor] = fields.ForeignKeyField(
        "curbside.Actor", related_name="exported", null=True, on_delete=fields.CASCADE
    )
    identity_id: int | None
    name = fields.CharField(max_length=120)
    size = fields.BigIntField(default=0)
    sha256 = fields.CharField(max_length=64, default="")

    class Meta:
        table = "export_file"
        unique_together = (("export", "name"),)


class ExportPart(Model):
    """A piece of such a file, sealed."""

    id = fields.BigIntField(primary_key=True, generated=True)
    file: fields.ForeignKeyRelation[ExportFile] = fields.ForeignKeyField(
        "curbside.ExportFile", related_name="parts", on_delete=fields.CASCADE
    )
    file_id: int
    number = fields.IntField()
    content = SealedBytesField()

    class Meta:
        table = "export_part"
        unique_together = (("file", "number"),)


class AccountImportState(StrEnum):
    CHECKED = "checked"
    TAKING = "taking"
    DONE = "done"


class AccountImport(Model):
    """A file that a member brought for one of their names, and how much of it is taken.

    `source`: the account it is of, as its address and id. `counts`: how many of each kind it holds.
    `position`: so many things are done; `missed`: so many of them could not be taken.
    """

    id = IdField()
    identity: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "curbside.Actor", related_name="imports", on_delete=fields.CASCADE
    )
    identity_id: int
    source_uri = fields.CharField(max_length=512)
    source = fields.CharField(max_length=400)
    state = fields.CharEnumField(
        AccountImportState, max_length=8, default=AccountImportState.CHECKED
    )
    counts: Any = fields.JSONField()
    position = fields.IntField(default=0)
    missed = fields.IntField(default=0)
    run = fields.IntField(default=0)
    claimed_until = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(auto_now_add=True)
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "account_import"
        indexes = (("state", "id"), ("identity_id", "id"))


class AccountPart(Model):
    """A piece of such a file, sealed; gone when all is taken."""

    id = fields.BigIntField(primary_key=True, generated=True)
    account_import: fields.ForeignKeyRelation[AccountImport] = fields.ForeignKeyField(
        "curbside.AccountImport", related_name="parts", on_delete=fields.CASCADE
    )
    account_import_id: int
    number = fields.IntField()
    content = SealedBytesField()

    class Meta:
        table = "account_part"
        unique_together = (("account_import", "number"),)


class Keepsake(Model):
    """A post or a consult of an account elsewhere, which its owner brought: for them alone.

    It is no post of ours: nothing of it is searched, listed or sent. `source`: whose it was.
    """

    id = IdField()
    identity: fields.ForeignKeyRelation[Actor] = fields.ForeignKeyField(
        "curbside.Actor", related_name="keepsakes", on_delete=fields.CASCADE
    )
    identity_id: int
    uri = fields.CharField(max_length=512)
    is_consult = fields.BooleanField()
    source = fields.CharField(max_length=400)
    document: Any = SealedJSONField()
    published_at = fields.DatetimeField()

    class Meta:
        table = "keepsake"
        unique_together = (("identity", "uri"),)
        indexes = (("identity_id", "published_at", "id"),)
