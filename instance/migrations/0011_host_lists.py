from tortoise import migrations
from tortoise.migrations import operations as ops
from instance.ids import new_id
from instance.models.host_list import HostAction, ImportState, ItemState, Verdict
from instance.models.keys import IdField
from instance.models.notification import NotificationKind
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('curbside', '0010_roles')]

    initial = False

    operations = [
        ops.CreateModel(
            name='HostImport',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('by', fields.ForeignKeyField('curbside.Member', source_field='by_id', null=True, db_constraint=True, to_field='id', related_name='host_imports', on_delete=OnDelete.SET_NULL)),
                ('confirmed_by', fields.ForeignKeyField('curbside.Member', source_field='confirmed_by_id', null=True, db_constraint=True, to_field='id', related_name='confirmed_imports', on_delete=OnDelete.SET_NULL)),
                ('action', fields.CharEnumField(description='BLOCK: block\nALLOW: allow', enum_type=HostAction, max_length=5)),
                ('state', fields.CharEnumField(default=ImportState.CHECKING, description='CHECKING: checking\nCHECKED: checked\nWAITING: waiting\nDONE: done\nCANCELLED: cancelled\nUNREADABLE: unreadable', enum_type=ImportState, max_length=10)),
                ('problem', fields.CharField(default='', max_length=20)),
                ('content', fields.TextField(null=True, unique=False)),
                ('total', fields.IntField(default=0)),
                ('checked', fields.IntField(default=0)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'host_import', 'app': 'curbside', 'indexes': [Index(fields=['state', 'id'])], 'pk_attr': 'id', 'table_description': 'A list of hosts as somebody brought it, and what was decided about it.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='HostImportRow',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('host_import', fields.ForeignKeyField('curbside.HostImport', source_field='host_import_id', db_constraint=True, to_field='id', related_name='rows', on_delete=OnDelete.CASCADE)),
                ('line', fields.IntField()),
                ('typed', fields.CharField(max_length=255)),
                ('host', fields.CharField(max_length=255)),
                ('action', fields.CharEnumField(description='BLOCK: block\nALLOW: allow', enum_type=HostAction, max_length=5)),
                ('comment', fields.CharField(max_length=500)),
                ('verdict', fields.CharEnumField(description='CHANGE: change\nSAME: same\nREFUSED: refused', enum_type=Verdict, max_length=7)),
                ('reason', fields.CharField(max_length=20)),
                ('followers', fields.IntField()),
                ('followed', fields.IntField()),
                ('consults', fields.IntField()),
            ],
            options={'table': 'host_import_row', 'app': 'curbside', 'indexes': [Index(fields=['host_import_id', 'verdict', 'line'])], 'pk_attr': 'id', 'table_description': 'One row of such a list.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='PublishedList',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('version', fields.IntField()),
                ('document', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ('updated_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'published_list', 'app': 'curbside', 'pk_attr': 'id', 'table_description': 'The list of blocked hosts that we publish, as an administrator published it last.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Subscription',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('uri', fields.CharField(unique=True, max_length=512)),
                ('publisher', fields.CharField(max_length=512)),
                ('key_uri', fields.CharField(max_length=512)),
                ('key', fields.CharField(max_length=100)),
                ('version', fields.IntField()),
                ('fetched_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('due_at', fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
                ('error', fields.CharField(default='', max_length=20)),
                ('changed_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('added', fields.IntField(default=0)),
                ('retracted', fields.IntField(default=0)),
                ('waiting', fields.IntField(default=0)),
            ],
            options={'table': 'subscription', 'app': 'curbside', 'pk_attr': 'id', 'table_description': 'A list of another institution that is fetched daily, with the key it was first proven by.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='SubscriptionItem',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('subscription', fields.ForeignKeyField('curbside.Subscription', source_field='subscription_id', db_constraint=True, to_field='id', related_name='items', on_delete=OnDelete.CASCADE)),
                ('host', fields.CharField(max_length=255)),
                ('level', fields.CharField(max_length=9)),
                ('comment', fields.CharField(max_length=500)),
                ('state', fields.CharEnumField(description='APPLIED: applied\nSAME: same\nWAITING: waiting\nREFUSED: refused\nPROPOSED: proposed', enum_type=ItemState, max_length=8)),
            ],
            options={'table': 'subscription_item', 'app': 'curbside', 'unique_together': (('subscription', 'host'),), 'indexes': [Index(fields=['host', 'state'])], 'pk_attr': 'id', 'table_description': 'One host of it, and what came of it when it appeared.'},
            bases=['Model'],
        ),
        ops.AlterField(
            model_name='Notification',
            name='kind',
            field=fields.CharEnumField(description='REPLY: reply\nMENTION: mention\nFOLLOW: follow\nFOLLOW_REQUEST: follow_request\nLIKE: like\nBOOST: boost\nPOLL: poll\nTRUST_OFFERED: trust_offered\nTRUST_CHANGED: trust_changed\nLIST_CHANGED: list_changed\nROLE_CHANGED: role_changed\nREADING: reading\nREADING_ASKED: reading_asked\nREADING_DECIDED: reading_decided', enum_type=NotificationKind, max_length=16),
        ),
        ops.AddField(
            model_name='Actor',
            name='is_blocked',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name='Peer',
            name='allowed_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Peer',
            name='comment',
            field=fields.CharField(default='', db_default='', max_length=500),
        ),
    ]
