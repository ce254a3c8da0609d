from tortoise import migrations
from tortoise.migrations import operations as ops
from instance.ids import new_id
from instance.models.keys import IdField
from instance.models.notification import NotificationKind
from instance.models.peer import Direction, TrustState
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('curbside', '0007_posts_announced')]

    initial = False

    operations = [
        ops.CreateModel(
            name='KeyCheck',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('peer', fields.OneToOneField('curbside.Peer', source_field='peer_id', db_constraint=True, to_field='id', related_name='key_check', on_delete=OnDelete.CASCADE)),
                ('name', fields.CharField(max_length=200)),
                ('actor_uri', fields.CharField(max_length=512)),
                ('actor_inbox', fields.CharField(max_length=512)),
                ('inbox', fields.CharField(max_length=512)),
                ('rsa', fields.TextField(unique=False)),
                ('rsa_uri', fields.CharField(max_length=512)),
                ('ed25519', fields.CharField(max_length=100)),
                ('ed25519_uri', fields.CharField(max_length=512)),
                ('by', fields.ForeignKeyField('curbside.Member', source_field='by_id', db_constraint=True, to_field='id', related_name='key_checks', on_delete=OnDelete.CASCADE)),
                ('spoke_to', fields.CharField(max_length=200)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={'table': 'key_check', 'app': 'curbside', 'pk_attr': 'id', 'table_description': 'Keys that one administrator compared by telephone. They are the pin when a second one has.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Offer',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('uri', fields.CharField(unique=True, max_length=512)),
                ('peer', fields.ForeignKeyField('curbside.Peer', source_field='peer_id', db_constraint=True, to_field='id', related_name='offers', on_delete=OnDelete.CASCADE)),
                ('direction', fields.CharEnumField(description='OURS: ours\nTHEIRS: theirs', enum_type=Direction, max_length=6)),
                ('state', fields.CharEnumField(description='NONE: none\nPINNED: pinned\nOFFERED: offered\nPENDING: pending\nACTIVE: active\nSUSPENDED: suspended\nREVOKED: revoked\nREJECTED: rejected', enum_type=TrustState, max_length=10)),
                ('document', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ('nonce', fields.CharField(max_length=64)),
                ('answer_uri', fields.CharField(null=True, unique=True, max_length=512)),
                ('answer', fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads)),
                ('starts_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('ends_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('closed_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'offer', 'app': 'curbside', 'unique_together': (('peer', 'direction'),), 'indexes': [Index(fields=['state', 'created_at'])], 'pk_attr': 'id', 'table_description': 'The last Offer of trust in one direction: a new one takes the place of the one before.'},
            bases=['Model'],
        ),
        ops.AlterField(
            model_name='Notification',
            name='kind',
            field=fields.CharEnumField(description='REPLY: reply\nMENTION: mention\nFOLLOW: follow\nFOLLOW_REQUEST: follow_request\nLIKE: like\nBOOST: boost\nPOLL: poll\nTRUST_OFFERED: trust_offered\nTRUST_CHANGED: trust_changed', enum_type=NotificationKind, max_length=16),
        ),
        ops.AddField(
            model_name='OutboxActivity',
            name='as_partner',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name='Peer',
            name='actor_inbox',
            field=fields.CharField(null=True, max_length=512),
        ),
        ops.AddField(
            model_name='Peer',
            name='spoke_to',
            field=fields.CharField(default='', db_default='', max_length=200),
        ),
        ops.AddField(
            model_name='Relationship',
            name='activity_uri',
            field=fields.CharField(default='', db_index=True, db_default='', max_length=512),
        ),
    ]
