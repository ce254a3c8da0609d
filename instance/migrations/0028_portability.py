from tortoise import migrations
from tortoise.migrations import operations as ops
from instance.ids import new_id
from instance.models.keys import IdField
from instance.models.notification import NotificationKind
from instance.models.portability import ExportState
from instance.sealed import SealedBytesField
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('curbside', '0027_unmasking')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Export',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('member', fields.OneToOneField('curbside.Member', source_field='member_id', db_constraint=True, to_field='id', related_name='export', on_delete=OnDelete.CASCADE)),
                ('state', fields.CharEnumField(default=ExportState.MAKING, description='MAKING: making\nREADY: ready', enum_type=ExportState, max_length=8)),
                ('run', fields.IntField(default=0)),
                ('claimed_until', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('total', fields.IntField(default=0)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ('ready_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('expires_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'export', 'app': 'curbside', 'indexes': [Index(fields=['state', 'id'])], 'pk_attr': 'id', 'table_description': 'The files of one member, of which there is one set at a time.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ExportFile',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('export', fields.ForeignKeyField('curbside.Export', source_field='export_id', db_constraint=True, to_field='id', related_name='files', on_delete=OnDelete.CASCADE)),
                ('identity', fields.ForeignKeyField('curbside.Actor', source_field='identity_id', null=True, db_constraint=True, to_field='id', related_name='exported', on_delete=OnDelete.CASCADE)),
                ('name', fields.CharField(max_length=120)),
                ('size', fields.BigIntField(default=0)),
                ('sha256', fields.CharField(default='', max_length=64)),
            ],
            options={'table': 'export_file', 'app': 'curbside', 'unique_together': (('export', 'name'),), 'pk_attr': 'id', 'table_description': 'One ZIP: of one identity, or (`identity` NULL) of the person behind them all.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ExportPart',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('file', fields.ForeignKeyField('curbside.ExportFile', source_field='file_id', db_constraint=True, to_field='id', related_name='parts', on_delete=OnDelete.CASCADE)),
                ('number', fields.IntField()),
                ('content', SealedBytesField(generated=False, null=False, unique=False)),
            ],
            options={'table': 'export_part', 'app': 'curbside', 'unique_together': (('file', 'number'),), 'pk_attr': 'id', 'table_description': 'A piece of such a file, sealed.'},
            bases=['Model'],
        ),
        ops.AlterField(
            model_name='Notification',
            name='kind',
            field=fields.CharEnumField(description='REPLY: reply\nMENTION: mention\nFOLLOW: follow\nFOLLOW_REQUEST: follow_request\nLIKE: like\nBOOST: boost\nPOLL: poll\nTRUST_OFFERED: trust_offered\nTRUST_CHANGED: trust_changed\nLIST_CHANGED: list_changed\nROLE_CHANGED: role_changed\nREADING: reading\nREADING_ASKED: reading_asked\nREADING_DECIDED: reading_decided\nALERT: alert\nWARNED: warned\nEXPORT_READY: export_ready', enum_type=NotificationKind, max_length=16),
        ),
    ]
