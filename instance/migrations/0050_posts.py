from tortoise import migrations
from tortoise.migrations import operations as ops
from instance.ids import new_id
from instance.models.filter import FilterAction
from instance.models.keys import IdField, IndexOfSome
from instance.models.notification import NotificationKind
from instance.sealed import SealedJSONField
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('curbside', '0049_wishes')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Bookmark',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('actor', fields.ForeignKeyField('curbside.Actor', source_field='actor_id', db_constraint=True, to_field='id', related_name='bookmarks', on_delete=OnDelete.CASCADE)),
                ('post', fields.ForeignKeyField('curbside.Post', source_field='post_id', db_constraint=True, to_field='id', related_name='bookmarks', on_delete=OnDelete.CASCADE)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={'table': 'bookmark', 'app': 'curbside', 'unique_together': (('actor', 'post'),), 'indexes': [Index(fields=['actor_id', 'id']), Index(fields=['post_id'])], 'pk_attr': 'id', 'table_description': 'A public post that somebody keeps; nobody else learns of it, its author neither.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Filter',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('actor', fields.ForeignKeyField('curbside.Actor', source_field='actor_id', db_constraint=True, to_field='id', related_name='filters', on_delete=OnDelete.CASCADE)),
                ('title', fields.CharField(max_length=200)),
                ('contexts', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ('action', fields.CharEnumField(default=FilterAction.WARN, description='WARN: warn\nHIDE: hide\nBLUR: blur', enum_type=FilterAction, max_length=4)),
                ('expires_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={'table': 'filter', 'app': 'curbside', 'indexes': [Index(fields=['actor_id', 'id'])], 'pk_attr': 'id', 'table_description': '`contexts`: the names of the places that it holds for; applications look at them.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='FilterKeyword',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('of_filter', fields.ForeignKeyField('curbside.Filter', source_field='of_filter_id', db_constraint=True, to_field='id', related_name='keywords', on_delete=OnDelete.CASCADE)),
                ('keyword', fields.CharField(max_length=200)),
                ('is_whole_word', fields.BooleanField(default=False)),
            ],
            options={'table': 'filter_keyword', 'app': 'curbside', 'indexes': [Index(fields=['of_filter_id'])], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='FilterPost',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('of_filter', fields.ForeignKeyField('curbside.Filter', source_field='of_filter_id', db_constraint=True, to_field='id', related_name='posts', on_delete=OnDelete.CASCADE)),
                ('post', fields.ForeignKeyField('curbside.Post', source_field='post_id', db_constraint=True, to_field='id', related_name='filtered_by', on_delete=OnDelete.CASCADE)),
            ],
            options={'table': 'filter_post', 'app': 'curbside', 'unique_together': (('of_filter', 'post'),), 'indexes': [Index(fields=['post_id'])], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='MutedThread',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('actor', fields.ForeignKeyField('curbside.Actor', source_field='actor_id', db_constraint=True, to_field='id', related_name='muted_threads', on_delete=OnDelete.CASCADE)),
                ('thread', fields.ForeignKeyField('curbside.Thread', source_field='thread_id', db_constraint=True, to_field='id', related_name='muted_by', on_delete=OnDelete.CASCADE)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={'table': 'muted_thread', 'app': 'curbside', 'unique_together': (('actor', 'thread'),), 'indexes': [Index(fields=['thread_id'])], 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='PostedWith',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('post', fields.OneToOneField('curbside.Post', source_field='post_id', db_constraint=True, to_field='id', related_name='posted_with', on_delete=OnDelete.CASCADE)),
                ('application', fields.ForeignKeyField('curbside.Application', source_field='application_id', db_constraint=True, to_field='id', related_name='posts', on_delete=OnDelete.CASCADE)),
            ],
            options={'table': 'posted_with', 'app': 'curbside', 'indexes': [Index(fields=['application_id'])], 'pk_attr': 'id', 'table_description': 'Which application a post came from; its author alone is shown it.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Revision',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('post', fields.ForeignKeyField('curbside.Post', source_field='post_id', db_constraint=True, to_field='id', related_name='revisions', on_delete=OnDelete.CASCADE)),
                ('content', fields.TextField(unique=False)),
                ('document', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ('said_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'revision', 'app': 'curbside', 'indexes': [Index(fields=['post_id', 'id'])], 'pk_attr': 'id', 'table_description': 'The words of one earlier version. `document`: what of it the history shows beside them.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ScheduledPost',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('actor', fields.ForeignKeyField('curbside.Actor', source_field='actor_id', db_constraint=True, to_field='id', related_name='scheduled_posts', on_delete=OnDelete.CASCADE)),
                ('application', fields.ForeignKeyField('curbside.Application', source_field='application_id', null=True, db_constraint=True, to_field='id', related_name='scheduled_posts', on_delete=OnDelete.SET_NULL)),
                ('words', SealedJSONField(generated=False, null=False, unique=False)),
                ('scheduled_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('due_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('refusal', fields.CharField(default='', max_length=300)),
                ('key_hash', fields.CharField(null=True, max_length=64)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={'table': 'scheduled_post', 'app': 'curbside', 'unique_together': (('actor', 'key_hash'),), 'indexes': [Index(fields=['actor_id', 'id']), IndexOfSome(fields=['due_at'], name='scheduled_post_due', having='due_at')], 'pk_attr': 'id', 'table_description': 'One draft, sealed: nobody was told it yet. The row goes in the transaction that posts it.'},
            bases=['Model'],
        ),
        ops.AlterField(
            model_name='Notification',
            name='kind',
            field=fields.CharEnumField(description='REPLY: reply\nMENTION: mention\nFOLLOW: follow\nFOLLOW_REQUEST: follow_request\nLIKE: like\nBOOST: boost\nPOLL: poll\nTHREAD: thread\nNOT_POSTED: not_posted\nTRUST_OFFERED: trust_offered\nTRUST_CHANGED: trust_changed\nLIST_CHANGED: list_changed\nROLE_CHANGED: role_changed\nREADING: reading\nREADING_ASKED: reading_asked\nREADING_DECIDED: reading_decided\nALERT: alert\nCASE: case\nCASE_SECOND: case_second\nENDS_SOON: ends_soon\nVOUCH_ASKED: vouch_asked\nVOUCH_ENDED: vouch_ended\nVOUCH_LOST: vouch_lost\nVOUCHED: vouched\nUNMASK_ASKED: unmask_asked\nUNMASK_DECIDED: unmask_decided\nWARNED: warned\nCLOSING: closing\nSTAYS: stays\nEXPORT_READY: export_ready\nASKED: asked\nINFO_ASKED: info_asked\nANSWERED: answered\nANSWERED_MORE: answered_more\nOUTCOME_DUE: outcome_due\nEXPIRES: expires\nRECALLED: recalled\nCONSENT: consent\nDRAFT_RELEASED: draft_released\nDRAFT_RETURNED: draft_returned\nDRAFT_ENDS: draft_ends', enum_type=NotificationKind, max_length=16),
        ),
    ]
