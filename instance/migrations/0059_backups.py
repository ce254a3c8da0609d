from tortoise import migrations
from tortoise.migrations import operations as ops
from instance.ids import new_id
from instance.models.alert import AlertKind
from instance.models.keys import IdField
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('curbside', '0058_keep')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Backup',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('name', fields.CharField(max_length=40)),
                ('made_at', fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
                ('bytes', fields.BigIntField()),
            ],
            options={'table': 'backup', 'app': 'curbside', 'pk_attr': 'id', 'table_description': 'One that was made, by the name of its folder. It holds what was so at `made_at`.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Restore',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('name', fields.CharField(unique=True, max_length=40)),
                ('made_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('restored_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'restore', 'app': 'curbside', 'pk_attr': 'id', 'table_description': 'That all this came from a backup. What happened between `made_at` and `restored_at` is not'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='RestoreCount',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('restore', fields.ForeignKeyField('curbside.Restore', source_field='restore_id', db_constraint=True, to_field='id', related_name='counts', on_delete=OnDelete.CASCADE)),
                ('host', fields.CharField(max_length=255)),
                ('kind', fields.CharField(max_length=16)),
                ('count', fields.IntField()),
            ],
            options={'table': 'restore_count', 'app': 'curbside', 'unique_together': (('restore', 'host', 'kind'),), 'pk_attr': 'id', 'table_description': 'So many of one `kind` (a key of `restore_words.KINDS`) between us and a host; "" where it is'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='Consult',
            name='awaited_since',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Peer',
            name='awaited_since',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AlterModelOptions(
            name='RemoteStatusList',
            options={'table': 'remote_status_list', 'app': 'curbside', 'pk_attr': 'id', 'table_description': 'A list of a partner, as it was fetched last with success. `document`: as it signed it, for'},
        ),
        ops.AddField(
            model_name='RemoteStatusList',
            name='document',
            field=fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads),
        ),
        ops.AddField(
            model_name='StatusList',
            name='closed_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AlterModelOptions(
            name='AnnouncementDismissed',
            options={'table': 'announcement_dismissed', 'app': 'curbside', 'unique_together': (('announcement', 'actor'),), 'pk_attr': 'id', 'table_description': 'One identity has read it, and put it away in an application.'},
        ),
        ops.AlterField(
            model_name='Mail',
            name='kind',
            field=fields.CharEnumField(description='SILENT: silent\nSTANDING: standing\nBACK: back\nKEYS: keys\nENDED: ended\nTRUST: trust\nENDS_SOON: ends_soon\nOFFERED: offered\nFLOOD: flood\nLIST: list\nOVERDUE: overdue\nGAVE_UP: gave_up\nQUOTA: quota\nAUDIT: audit\nMAIL: mail\nBACKUP: backup\nTEST: test\nCLOSING: closing\nDIGEST: digest\nSTAYS: stays\nCASE_LATE: case_late\nHELD: held\nPASSWORD: password\nFACTOR: factor\nPASSKEY: passkey\nCODES: codes\nRECOVERED: recovered\nRESET: reset\nCONFIRM: confirm\nCASE: case\nEXPIRES: expires\nADDRESS: address\nINVITED: invited\nKNOWN: known\nMAILBOX: mailbox\nSUSPENDED: suspended\nRESTORED: restored\nCHANGED: changed\nRECHECK: recheck\nUNMASKED: unmasked', enum_type=AlertKind, max_length=9),
        ),
        ops.AlterField(
            model_name='MutedMail',
            name='kind',
            field=fields.CharEnumField(description='SILENT: silent\nSTANDING: standing\nBACK: back\nKEYS: keys\nENDED: ended\nTRUST: trust\nENDS_SOON: ends_soon\nOFFERED: offered\nFLOOD: flood\nLIST: list\nOVERDUE: overdue\nGAVE_UP: gave_up\nQUOTA: quota\nAUDIT: audit\nMAIL: mail\nBACKUP: backup\nTEST: test\nCLOSING: closing\nDIGEST: digest\nSTAYS: stays\nCASE_LATE: case_late\nHELD: held\nPASSWORD: password\nFACTOR: factor\nPASSKEY: passkey\nCODES: codes\nRECOVERED: recovered\nRESET: reset\nCONFIRM: confirm\nCASE: case\nEXPIRES: expires\nADDRESS: address\nINVITED: invited\nKNOWN: known\nMAILBOX: mailbox\nSUSPENDED: suspended\nRESTORED: restored\nCHANGED: changed\nRECHECK: recheck\nUNMASKED: unmasked', enum_type=AlertKind, max_length=9),
        ),
        ops.AlterField(
            model_name='ToldAlert',
            name='kind',
            field=fields.CharEnumField(description='SILENT: silent\nSTANDING: standing\nBACK: back\nKEYS: keys\nENDED: ended\nTRUST: trust\nENDS_SOON: ends_soon\nOFFERED: offered\nFLOOD: flood\nLIST: list\nOVERDUE: overdue\nGAVE_UP: gave_up\nQUOTA: quota\nAUDIT: audit\nMAIL: mail\nBACKUP: backup\nTEST: test\nCLOSING: closing\nDIGEST: digest\nSTAYS: stays\nCASE_LATE: case_late\nHELD: held\nPASSWORD: password\nFACTOR: factor\nPASSKEY: passkey\nCODES: codes\nRECOVERED: recovered\nRESET: reset\nCONFIRM: confirm\nCASE: case\nEXPIRES: expires\nADDRESS: address\nINVITED: invited\nKNOWN: known\nMAILBOX: mailbox\nSUSPENDED: suspended\nRESTORED: restored\nCHANGED: changed\nRECHECK: recheck\nUNMASKED: unmasked', enum_type=AlertKind, max_length=9),
        ),
    ]
