from tortoise import migrations
from tortoise.migrations import operations as ops
from instance.ids import new_id
from instance.models.keys import IdField
from instance.models.moderation import Decision
from instance.models.notification import NotificationKind
from instance.models.post import PostKind
from instance.models.reaction import ReactionKind
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('curbside', '0001_first')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Announced',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('uri', fields.CharField(unique=True, max_length=512)),
                ('group', fields.ForeignKeyField('curbside.Actor', source_field='group_id', db_constraint=True, to_field='id', related_name='announced', on_delete=OnDelete.CASCADE)),
                ('thread', fields.ForeignKeyField('curbside.Thread', source_field='thread_id', null=True, db_constraint=True, to_field='id', related_name='announced', on_delete=OnDelete.CASCADE)),
                ('object_uri', fields.CharField(max_length=512)),
                ('is_plain', fields.BooleanField(default=False)),
                ('document', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={'table': 'announced', 'app': 'curbside', 'unique_together': (('group', 'object_uri'),), 'indexes': [Index(fields=['group_id', 'id']), Index(fields=['thread_id', 'id'])], 'pk_attr': 'id', 'table_description': "One Announce by a channel of ours, as it was sent: its outbox, its threads' histories."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Ban',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('uri', fields.CharField(unique=True, max_length=512)),
                ('group', fields.ForeignKeyField('curbside.Actor', source_field='group_id', db_constraint=True, to_field='id', related_name='bans', on_delete=OnDelete.CASCADE)),
                ('actor', fields.ForeignKeyField('curbside.Actor', source_field='actor_id', db_constraint=True, to_field='id', related_name='banned_from', on_delete=OnDelete.CASCADE)),
                ('reason', fields.CharField(default='', max_length=300)),
                ('ends_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={'table': 'ban', 'app': 'curbside', 'unique_together': (('group', 'actor'),), 'pk_attr': 'id', 'table_description': 'Somebody may not write in a channel. `uri` is the Block that said so, which an Undo names.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Block',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('uri', fields.CharField(unique=True, max_length=512)),
                ('actor', fields.ForeignKeyField('curbside.Actor', source_field='actor_id', db_constraint=True, to_field='id', related_name='blocking', on_delete=OnDelete.CASCADE)),
                ('target', fields.ForeignKeyField('curbside.Actor', source_field='target_id', db_constraint=True, to_field='id', related_name='blocked_by', on_delete=OnDelete.CASCADE)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={'table': 'block', 'app': 'curbside', 'unique_together': (('actor', 'target'),), 'pk_attr': 'id', 'table_description': "A personal block. Ours is never sent; one of a peer's stops our delivery to it (5.4)."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Gone',
            fields=[
                ('uri', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=512)),
                ('owner_uri', fields.CharField(max_length=512)),
                ('host', fields.CharField(db_index=True, max_length=255)),
                ('expires_at', fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'gone', 'app': 'curbside', 'pk_attr': 'uri', 'table_description': 'An id whose owner withdrew it before it came here: it counts as never sent (5.4, T80).'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Moderator',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('group', fields.ForeignKeyField('curbside.Actor', source_field='group_id', db_constraint=True, to_field='id', related_name='moderators', on_delete=OnDelete.CASCADE)),
                ('actor', fields.ForeignKeyField('curbside.Actor', source_field='actor_id', db_constraint=True, to_field='id', related_name='moderating', on_delete=OnDelete.CASCADE)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={'table': 'moderator', 'app': 'curbside', 'unique_together': (('group', 'actor'),), 'pk_attr': 'id', 'table_description': "One of those who keep a channel; the channel may be a peer's, as its own server says."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Notification',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('member', fields.ForeignKeyField('curbside.Member', source_field='member_id', db_constraint=True, to_field='id', related_name='notifications', on_delete=OnDelete.CASCADE)),
                ('identity', fields.ForeignKeyField('curbside.Actor', source_field='identity_id', db_constraint=True, to_field='id', related_name='notified', on_delete=OnDelete.CASCADE)),
                ('kind', fields.CharEnumField(description='REPLY: reply\nMENTION: mention\nFOLLOW: follow\nFOLLOW_REQUEST: follow_request\nLIKE: like\nBOOST: boost\nPOLL: poll', enum_type=NotificationKind, max_length=16)),
                ('by', fields.ForeignKeyField('curbside.Actor', source_field='by_id', db_constraint=True, to_field='id', related_name='notifying', on_delete=OnDelete.CASCADE)),
                ('post', fields.ForeignKeyField('curbside.Post', source_field='post_id', null=True, db_constraint=True, to_field='id', related_name='notifications', on_delete=OnDelete.CASCADE)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ('read_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'notification', 'app': 'curbside', 'unique_together': (('identity', 'kind', 'by', 'post'),), 'indexes': [Index(fields=['member_id', 'id']), Index(fields=['member_id', 'read_at'])], 'pk_attr': 'id', 'table_description': "`identity` is whom it concerns of the member's actors; `by` is who caused it."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Poll',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('post', fields.OneToOneField('curbside.Post', source_field='post_id', db_constraint=True, to_field='id', related_name='poll', on_delete=OnDelete.CASCADE)),
                ('is_multiple', fields.BooleanField(default=False)),
                ('ends_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('closed_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('voters_count', fields.IntField(default=0)),
                ('told_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('is_told', fields.BooleanField(default=True)),
            ],
            options={'table': 'poll', 'app': 'curbside', 'indexes': [Index(fields=['closed_at', 'ends_at'])], 'pk_attr': 'id', 'table_description': "What a Question asks, ours or a peer's. Only its author's server counts."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='PollOption',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('poll', fields.ForeignKeyField('curbside.Poll', source_field='poll_id', db_constraint=True, to_field='id', related_name='options', on_delete=OnDelete.CASCADE)),
                ('position', fields.IntField()),
                ('name', fields.CharField(max_length=200)),
                ('votes_count', fields.IntField(default=0)),
            ],
            options={'table': 'poll_option', 'app': 'curbside', 'unique_together': (('poll', 'position'), ('poll', 'name')), 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Reaction',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('uri', fields.CharField(unique=True, max_length=512)),
                ('kind', fields.CharEnumField(description='LIKE: Like\nDISLIKE: Dislike\nEMOJI: EmojiReact\nBOOST: Announce', enum_type=ReactionKind, max_length=10)),
                ('actor', fields.ForeignKeyField('curbside.Actor', source_field='actor_id', db_constraint=True, to_field='id', related_name='reactions', on_delete=OnDelete.CASCADE)),
                ('post', fields.ForeignKeyField('curbside.Post', source_field='post_id', db_constraint=True, to_field='id', related_name='reactions', on_delete=OnDelete.CASCADE)),
                ('content', fields.CharField(default='', max_length=64)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={'table': 'reaction', 'app': 'curbside', 'unique_together': (('actor', 'post', 'kind'),), 'indexes': [Index(fields=['post_id', 'kind'])], 'pk_attr': 'id', 'table_description': 'One of a kind by one actor to one post. `uri` is the activity, which an Undo names.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Refusal',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('day', fields.DateField()),
                ('reason', fields.CharField(max_length=60)),
                ('host', fields.CharField(default='', max_length=255)),
                ('count', fields.IntField(default=0)),
            ],
            options={'table': 'refusal', 'app': 'curbside', 'unique_together': (('day', 'reason', 'host'),), 'pk_attr': 'id', 'table_description': 'How often a day something that came was not used, and why. Never by whom, but for peers.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Report',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('uri', fields.CharField(unique=True, max_length=512)),
                ('host', fields.CharField(max_length=255)),
                ('reporter', fields.ForeignKeyField('curbside.Actor', source_field='reporter_id', null=True, db_constraint=True, to_field='id', related_name='reported', on_delete=OnDelete.SET_NULL)),
                ('target', fields.ForeignKeyField('curbside.Actor', source_field='target_id', db_constraint=True, to_field='id', related_name='reports', on_delete=OnDelete.CASCADE)),
                ('posts', fields.ManyToManyField('curbside.Post', unique=True, db_constraint=True, through='report_post', forward_key='post_id', backward_key='report_id', related_name='reports', on_delete=OnDelete.CASCADE)),
                ('text', fields.CharField(default='', max_length=1000)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ('decided_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('decision', fields.CharEnumField(null=True, description='NO_ACTION: no_action\nREMOVED: removed\nBANNED: banned\nPASSED_ON: passed_on', enum_type=Decision, max_length=10)),
            ],
            options={'table': 'report', 'app': 'curbside', 'indexes': [Index(fields=['decided_at', 'id']), Index(fields=['host', 'target_id'])], 'pk_attr': 'id', 'table_description': 'Somebody says that a public post or a person breaks the rules. It causes no action itself.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Vote',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('poll', fields.ForeignKeyField('curbside.Poll', source_field='poll_id', db_constraint=True, to_field='id', related_name='votes', on_delete=OnDelete.CASCADE)),
                ('option', fields.ForeignKeyField('curbside.PollOption', source_field='option_id', db_constraint=True, to_field='id', related_name='votes', on_delete=OnDelete.CASCADE)),
                ('actor', fields.ForeignKeyField('curbside.Actor', source_field='actor_id', db_constraint=True, to_field='id', related_name='votes', on_delete=OnDelete.CASCADE)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={'table': 'vote', 'app': 'curbside', 'unique_together': (('option', 'actor'),), 'indexes': [Index(fields=['poll_id', 'actor_id'])], 'pk_attr': 'id', 'table_description': 'One choice of one actor: of ours anywhere, of anybody in a poll of ours.'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='Actor',
            name='also_known_as',
            field=fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads),
        ),
        ops.AddField(
            model_name='Actor',
            name='gone_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Actor',
            name='moved_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Actor',
            name='moved_to_uri',
            field=fields.CharField(null=True, max_length=512),
        ),
        ops.AddField(
            model_name='ActorKey',
            name='retired_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Channel',
            name='approves_followers',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name='Channel',
            name='only_moderators_post',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name='Fetch',
            name='activity',
            field=fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads),
        ),
        ops.AddField(
            model_name='OutboxActivity',
            name='post',
            field=fields.ForeignKeyField('curbside.Post', source_field='post_id', null=True, db_constraint=True, to_field='id', related_name='sent', on_delete=OnDelete.SET_NULL),
        ),
        ops.AddField(
            model_name='Peer',
            name='paused_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Peer',
            name='paused_by',
            field=fields.CharField(default='', db_default='', max_length=512),
        ),
        ops.AddField(
            model_name='Peer',
            name='plain_only',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name='Peer',
            name='probe_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AlterField(
            model_name='Post',
            name='kind',
            field=fields.CharEnumField(description='ARTICLE: Article\nNOTE: Note\nQUESTION: Question', enum_type=PostKind, max_length=10),
        ),
        ops.AddField(
            model_name='Post',
            name='boosts_count',
            field=fields.IntField(default=0, db_default=0),
        ),
        ops.AddField(
            model_name='Post',
            name='likes_count',
            field=fields.IntField(default=0, db_default=0),
        ),
        ops.AddField(
            model_name='Post',
            name='removal',
            field=fields.CharField(default='', db_default='', max_length=300),
        ),
        ops.AddField(
            model_name='Post',
            name='updated_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddIndex(
            model_name='Post',
            index=Index(fields=['in_reply_to_uri']),
        ),
        ops.AddField(
            model_name='Thread',
            name='accepted_uri',
            field=fields.CharField(null=True, max_length=512),
        ),
        ops.AddField(
            model_name='Thread',
            name='backfilled_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Thread',
            name='featured_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Thread',
            name='locked_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
    ]
