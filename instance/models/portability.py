"""What a member takes along: files that are made for them, kept sealed for some days."""

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from instance.models.actor import Actor
from instance.models.keys import IdField
from instance.models.member import Member
from instance.sealed import SealedBytesField


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
