from tortoise import migrations
from tortoise.migrations import operations as ops
from instance.ids import new_id
from instance.models.keys import IdField, IndexOfSome
from instance.models.marker import MarkedTimeline
from instance.models.notification import NotificationKind
from instance.models.push import PushPolicy
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('curbside', '0047_applications')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Announcement',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('text', fields.TextField(unique=False)),
                ('published_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'announcement', 'app': 'curbside', 'indexes': [Index(fields=['ended_at', 'id'])], 'pk_attr': 'id', 'table_description': 'Plain text. Once ended it is shown to nobody.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='AnnouncementDismissed',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('announcement', fields.ForeignKeyField('curbside.Announcement', source_field='announcement_id', db_constraint=True, to_field='id', related_name='dismissed', on_delete=OnDelete.CASCADE)),
                ('actor', fields.ForeignKeyField('curbside.Actor', source_field='actor_id', db_constraint=True, to_field='id', related_name='dismissed_announcements', on_delete=OnDelete.CASCADE)),
            ],
            options={'table': 'announcement_dismissed', 'app': 'curbside', 'unique_together': (('announcement', 'actor'),), 'pk_attr': 'id', 'table_description': 'One identity has read it, and put it away in an application.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='AnnouncementReaction',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('announcement', fields.ForeignKeyField('curbside.Announcement', source_field='announcement_id', db_constraint=True, to_field='id', related_name='reactions', on_delete=OnDelete.CASCADE)),
                ('actor', fields.ForeignKeyField('curbside.Actor', source_field='actor_id', db_constraint=True, to_field='id', related_name='announcement_reactions', on_delete=OnDelete.CASCADE)),
                ('name', fields.CharField(max_length=32)),
            ],
            options={'table': 'announcement_reaction', 'app': 'curbside', 'unique_together': (('announcement', 'actor', 'name'),), 'pk_attr': 'id', 'table_description': 'What one identity thinks of it: `name` is an emoji.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Marker',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('actor', fields.ForeignKeyField('curbside.Actor', source_field='actor_id', db_constraint=True, to_field='id', related_name='markers', on_delete=OnDelete.CASCADE)),
                ('timeline', fields.CharEnumField(description='HOME: home\nNOTIFICATIONS: notifications', enum_type=MarkedTimeline, max_length=16)),
                ('last_read_id', fields.BigIntField()),
                ('version', fields.IntField(default=1)),
                ('updated_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'marker', 'app': 'curbside', 'unique_together': (('actor', 'timeline'),), 'pk_attr': 'id', 'table_description': 'Of one identity in one timeline; `version` grows with each change.'},
            bases=['Model'],
        ),
        ops.AlterField(
            model_name='Notification',
            name='kind',
            field=fields.CharEnumField(description='REPLY: reply\nMENTION: mention\nFOLLOW: follow\nFOLLOW_REQUEST: follow_request\nLIKE: like\nBOOST: boost\nPOLL: poll\nTHREAD: thread\nTRUST_OFFERED: trust_offered\nTRUST_CHANGED: trust_changed\nLIST_CHANGED: list_changed\nROLE_CHANGED: role_changed\nREADING: reading\nREADING_ASKED: reading_asked\nREADING_DECIDED: reading_decided\nALERT: alert\nCASE: case\nCASE_SECOND: case_second\nENDS_SOON: ends_soon\nVOUCH_ASKED: vouch_asked\nVOUCH_ENDED: vouch_ended\nVOUCH_LOST: vouch_lost\nVOUCHED: vouched\nUNMASK_ASKED: unmask_asked\nUNMASK_DECIDED: unmask_decided\nWARNED: warned\nCLOSING: closing\nSTAYS: stays\nEXPORT_READY: export_ready\nASKED: asked\nINFO_ASKED: info_asked\nANSWERED: answered\nANSWERED_MORE: answered_more\nOUTCOME_DUE: outcome_due\nEXPIRES: expires\nRECALLED: recalled\nCONSENT: consent\nDRAFT_RELEASED: draft_released\nDRAFT_RETURNED: draft_returned\nDRAFT_ENDS: draft_ends', enum_type=NotificationKind, max_length=16),
        ),
        ops.AddField(
            model_name='Notification',
            name='dismissed_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='PushSubscription',
            name='alerts',
            field=fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads),
        ),
        ops.AddField(
            model_name='PushSubscription',
            name='is_standard',
            field=fields.BooleanField(default=True, db_default=True),
        ),
        ops.AddField(
            model_name='PushSubscription',
            name='policy',
            field=fields.CharEnumField(default=PushPolicy.ALL, description='ALL: all\nFOLLOWED: followed\nFOLLOWER: follower\nNONE: none', db_default='all', enum_type=PushPolicy, max_length=8),
        ),
        ops.AddField(
            model_name='PushSubscription',
            name='token',
            field=fields.ForeignKeyField('curbside.AccessToken', source_field='token_id', null=True, db_constraint=True, to_field='id', related_name='push_subscriptions', on_delete=OnDelete.CASCADE),
        ),
        ops.AddIndex(
            model_name='PushSubscription',
            index=IndexOfSome(fields=['token_id'], name='push_of_token', having='token_id'),
        ),
    ]
