from tortoise import migrations
from tortoise.migrations import operations as ops
from instance.ids import new_id
from instance.models.alert import AlertKind
from instance.models.keys import IdField, IndexOfSome
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('curbside', '0024_registry')]

    initial = False

    operations = [
        ops.CreateModel(
            name='FirstRun',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('code_hash', fields.CharField(null=True, max_length=64)),
                ('code_until', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('hospital_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('tested_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('findings', fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
                ('second_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('rules_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'first_run', 'app': 'curbside', 'pk_attr': 'id', 'table_description': 'One row, made when a server starts that has no owner; a server without it was set up.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Invitation',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('email', fields.CharField(unique=True, max_length=254)),
                ('code_hash', fields.CharField(unique=True, max_length=64)),
                ('invited_by', fields.ForeignKeyField('curbside.Member', source_field='invited_by_id', null=True, db_constraint=True, to_field='id', related_name='invitations', on_delete=OnDelete.SET_NULL)),
                ('sent_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('expires_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('used_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('withdrawn_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('mailbox_code_hash', fields.CharField(null=True, max_length=64)),
                ('mailbox_code_until', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('browser_hash', fields.CharField(null=True, unique=True, max_length=64)),
            ],
            options={'table': 'invitation', 'app': 'curbside', 'pk_attr': 'id', 'table_description': 'One person asked to join as a member, at one address: asked again, it is the same row.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='InvitationRound',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('by', fields.ForeignKeyField('curbside.Member', source_field='by_id', null=True, db_constraint=True, to_field='id', related_name='invitation_rounds', on_delete=OnDelete.SET_NULL)),
                ('total', fields.IntField()),
                ('looked_at', fields.IntField(default=0)),
                ('invited', fields.IntField(default=0)),
                ('after_id', fields.BigIntField(default=0)),
                ('is_open', fields.BooleanField(null=True, default=True, unique=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'invitation_round', 'app': 'curbside', 'pk_attr': 'id', 'table_description': 'Everybody of the roster who has no account is asked, some at a time.'},
            bases=['Model'],
        ),
        ops.AlterModelOptions(
            name='Mail',
            options={'table': 'mail', 'app': 'curbside', 'indexes': [Index(fields=['member_id', 'kind', 'host']), IndexOfSome(fields=['due_at'], name='mail_waiting', having='due_at')], 'pk_attr': 'id', 'table_description': 'One mail to one member, or to somebody who is invited. Its words are fixed by `kind`; of the'},
        ),
        ops.AlterField(
            model_name='Mail',
            name='kind',
            field=fields.CharEnumField(description='SILENT: silent\nSTANDING: standing\nBACK: back\nKEYS: keys\nENDED: ended\nTRUST: trust\nENDS_SOON: ends_soon\nOFFERED: offered\nFLOOD: flood\nLIST: list\nOVERDUE: overdue\nGAVE_UP: gave_up\nAUDIT: audit\nMAIL: mail\nTEST: test\nPASSWORD: password\nFACTOR: factor\nRECOVERED: recovered\nRESET: reset\nCONFIRM: confirm\nCASE: case\nEXPIRES: expires\nADDRESS: address\nINVITED: invited\nKNOWN: known\nMAILBOX: mailbox', enum_type=AlertKind, max_length=9),
        ),
        ops.AlterField(
            model_name='Mail',
            name='member',
            field=fields.ForeignKeyField('curbside.Member', source_field='member_id', null=True, db_constraint=True, to_field='id', related_name='mails', on_delete=OnDelete.CASCADE),
        ),
        ops.AlterField(
            model_name='MutedMail',
            name='kind',
            field=fields.CharEnumField(description='SILENT: silent\nSTANDING: standing\nBACK: back\nKEYS: keys\nENDED: ended\nTRUST: trust\nENDS_SOON: ends_soon\nOFFERED: offered\nFLOOD: flood\nLIST: list\nOVERDUE: overdue\nGAVE_UP: gave_up\nAUDIT: audit\nMAIL: mail\nTEST: test\nPASSWORD: password\nFACTOR: factor\nRECOVERED: recovered\nRESET: reset\nCONFIRM: confirm\nCASE: case\nEXPIRES: expires\nADDRESS: address\nINVITED: invited\nKNOWN: known\nMAILBOX: mailbox', enum_type=AlertKind, max_length=9),
        ),
        ops.AlterField(
            model_name='ToldAlert',
            name='kind',
            field=fields.CharEnumField(description='SILENT: silent\nSTANDING: standing\nBACK: back\nKEYS: keys\nENDED: ended\nTRUST: trust\nENDS_SOON: ends_soon\nOFFERED: offered\nFLOOD: flood\nLIST: list\nOVERDUE: overdue\nGAVE_UP: gave_up\nAUDIT: audit\nMAIL: mail\nTEST: test\nPASSWORD: password\nFACTOR: factor\nRECOVERED: recovered\nRESET: reset\nCONFIRM: confirm\nCASE: case\nEXPIRES: expires\nADDRESS: address\nINVITED: invited\nKNOWN: known\nMAILBOX: mailbox', enum_type=AlertKind, max_length=9),
        ),
    ]
