"""Migrations of the tables in ward_models, as their operations stand in a file."""

from collections.abc import Callable

Write = Callable[..., str]  # the fixture write_migrations

FILE = """
from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

{before}

class Migration(migrations.Migration):
    dependencies = {dependencies}
    operations = [{operations}]
"""
MAKE_WARD = """
ops.CreateModel(
    name="Ward",
    fields=[
        ("id", fields.IntField(primary_key=True)),
        ("name", fields.CharField(max_length=20, unique=True)),
        ("code", fields.CharField(max_length=20, null=True, db_index=True)),
        ("floor", fields.IntField(default=1)),
        ("wing", fields.CharField(max_length=20, default="west")),
    ],
    options={
        "table": "ward",
        "unique_together": (("floor", "wing"),),
        "indexes": (Index(fields=("wing", "name")),),
    },
),
"""
MAKE_BED = """
ops.CreateModel(
    name="Bed",
    fields=[
        ("id", fields.IntField(primary_key=True)),
        ("ward", fields.ForeignKeyField("curbside.Ward")),
        ("spare", fields.OneToOneField("curbside.Ward", related_name="spare", null=True)),
        ("previous", fields.ForeignKeyField("curbside.Bed", null=True)),
    ],
    options={"table": "bed"},
),
"""
ADD_WARD = "INSERT INTO ward (id, name, floor, wing) VALUES (7, 'a', 1, 'west')"
ADD_BED = "INSERT INTO bed (id, ward_id, spare_id) VALUES (1, 7, 7)"
WIDEN_NAME = 'ops.AlterField("Ward", "name", fields.CharField(max_length=80, unique=True)),'

NAME, CODE, WARD = "max_length=20, unique=True", ", null=True, db_index=True", '("curbside.Ward")'
PAIR = '(("floor", "wing"),)'
CHANGES = {  # operation, and what it makes of the text of MAKE_WARD and MAKE_BED
    "a wider column": (WIDEN_NAME, NAME, "max_length=80, unique=True"),
    "a column no longer unique": (
        'ops.AlterField("Ward", "name", fields.CharField(max_length=20)),',
        NAME,
        "max_length=20",
    ),
    "a column now indexed": (
        'ops.AlterField("Ward", "floor", fields.IntField(default=1, db_index=True)),',
        "IntField(default=1)",
        "IntField(default=1, db_index=True)",
    ),
    "a column no longer indexed": (
        'ops.AlterField("Ward", "code", fields.CharField(max_length=20, null=True)),',
        CODE,
        ", null=True",
    ),
    "a column removed with its index": (
        'ops.RemoveField("Ward", "code"),',
        f'("code", fields.CharField(max_length=20{CODE})),',
        "",
    ),
    "an indexed column more": (
        'ops.AddField("Ward", "places", fields.IntField(null=True, db_index=True)),',
        '("wing", fields',
        '("places", fields.IntField(null=True, db_index=True)), ("wing", fields',
    ),
    "a reference now optional": (
        f'ops.AlterField("Bed", "ward", fields.ForeignKeyField{WARD[:-1]}, null=True)),',
        WARD,
        '("curbside.Ward", null=True)',
    ),
    "a reference removed": (
        'ops.RemoveField("Bed", "ward"),',
        f'("ward", fields.ForeignKeyField{WARD}),',
        "",
    ),
    "a unique pair removed": (
        'ops.RemoveConstraint("Ward", fields=["floor", "wing"]),',
        PAIR,
        "()",
    ),
    "a unique pair more": (
        'ops.AddConstraint("Ward", UniqueConstraint(("floor", "name"))),',
        PAIR,
        '(("floor", "wing"), ("floor", "name"))',
    ),
    "an index removed": (
        'ops.RemoveIndex("Ward", fields=["wing", "name"]),',
        'Index(fields=("wing", "name")),',
        "",
    ),
}
