"""Two tables for the tests of the database layer; no part of the product."""

from collections.abc import Awaitable, Callable

from tortoise import fields
from tortoise.models import Model

from instance.database import Database

MODELS = ("tests.instance.ward_models",)

Open = Callable[[str], Awaitable[Database]]  # the fixture open_wards


class Ward(Model):
    id = fields.IntField(primary_key=True)
    name = fields.CharField(max_length=40, unique=True)

    class Meta:
        table = "ward"


class Bed(Model):
    id = fields.IntField(primary_key=True)
    ward: fields.ForeignKeyRelation[Ward] = fields.ForeignKeyField("curbside.Ward")
    number = fields.IntField(default=0)

    class Meta:
        table = "bed"
