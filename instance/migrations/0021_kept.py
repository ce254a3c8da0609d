from tortoise import migrations
from tortoise.migrations import operations as ops
from instance.models.alert import AlertKind
from tortoise.fields.base import OnDelete
from tortoise import fields

_REFERENCE = """
SELECT conname FROM pg_constraint WHERE conrelid = 'break_glass'::regclass AND contype = 'f'
AND conkey = ARRAY[(SELECT attnum FROM pg_attribute
    WHERE attrelid = 'break_glass'::regclass AND attname = 'asked_by_id')]
"""
_KEPT = """
ALTER TABLE break_glass DROP CONSTRAINT "{name}", ADD CONSTRAINT "{name}"
FOREIGN KEY (asked_by_id) REFERENCES member (id) ON DELETE RESTRICT
"""


async def keep_on_postgres(apps, editor):
    """There a changed field changes its column alone, and not what it refers to."""
    if editor.client.capabilities.dialect == "sqlite":
        return
    for row in await editor.client.execute_query_dict(_REFERENCE):
        await editor.client.execute_query(_KEPT.format(name=row["conname"]))


class Migration(migrations.Migration):
    dependencies = [('curbside', '0020_status_lists')]

    initial = False

    operations = [
        ops.AlterField(
            model_name='BreakGlass',
            name='asked_by',
            field=fields.ForeignKeyField('curbside.Member', source_field='asked_by_id', db_constraint=True, to_field='id', related_name='asked_to_read', on_delete=OnDelete.RESTRICT),
        ),
        ops.RunPython(keep_on_postgres),
        ops.AlterField(
            model_name='Mail',
            name='kind',
            field=fields.CharEnumField(description='SILENT: silent\nSTANDING: standing\nBACK: back\nKEYS: keys\nENDED: ended\nTRUST: trust\nENDS_SOON: ends_soon\nOFFERED: offered\nFLOOD: flood\nLIST: list\nOVERDUE: overdue\nGAVE_UP: gave_up\nAUDIT: audit\nMAIL: mail\nTEST: test\nPASSWORD: password\nFACTOR: factor\nRECOVERED: recovered\nRESET: reset\nCONFIRM: confirm\nADDRESS: address', enum_type=AlertKind, max_length=9),
        ),
        ops.AlterField(
            model_name='MutedMail',
            name='kind',
            field=fields.CharEnumField(description='SILENT: silent\nSTANDING: standing\nBACK: back\nKEYS: keys\nENDED: ended\nTRUST: trust\nENDS_SOON: ends_soon\nOFFERED: offered\nFLOOD: flood\nLIST: list\nOVERDUE: overdue\nGAVE_UP: gave_up\nAUDIT: audit\nMAIL: mail\nTEST: test\nPASSWORD: password\nFACTOR: factor\nRECOVERED: recovered\nRESET: reset\nCONFIRM: confirm\nADDRESS: address', enum_type=AlertKind, max_length=9),
        ),
        ops.AlterField(
            model_name='ToldAlert',
            name='kind',
            field=fields.CharEnumField(description='SILENT: silent\nSTANDING: standing\nBACK: back\nKEYS: keys\nENDED: ended\nTRUST: trust\nENDS_SOON: ends_soon\nOFFERED: offered\nFLOOD: flood\nLIST: list\nOVERDUE: overdue\nGAVE_UP: gave_up\nAUDIT: audit\nMAIL: mail\nTEST: test\nPASSWORD: password\nFACTOR: factor\nRECOVERED: recovered\nRESET: reset\nCONFIRM: confirm\nADDRESS: address', enum_type=AlertKind, max_length=9),
        ),
    ]
