from tortoise import migrations
from tortoise.migrations import operations as ops
from instance.ids import new_id
from instance.models.keys import IdField, IndexOfSome
from instance.models.lists import Replies
from instance.sealed import SealedJSONField
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('curbside', '0048_notifications_of_applications')]

    initial = False

    operations = [
        ops.CreateModel(
            name='ActorNote',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('actor', fields.ForeignKeyField('curbside.Actor', source_field='actor_id', db_constraint=True, to_field='id', related_name='notes', on_delete=OnDelete.CASCADE)),
                ('target', fields.ForeignKeyField('curbside.Actor', source_field='target_id', db_constraint=True, to_field='id', related_name='noted_by', on_delete=OnDelete.CASCADE)),
                ('words', SealedJSONField(generated=False, null=False, unique=False)),
            ],
            options={'table': 'actor_note', 'app': 'curbside', 'unique_together': (('actor', 'target'),), 'pk_attr': 'id', 'table_description': 'What one identity noted about somebody.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Endorsement',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('actor', fields.ForeignKeyField('curbside.Actor', source_field='actor_id', db_constraint=True, to_field='id', related_name='endorsing', on_delete=OnDelete.CASCADE)),
                ('target', fields.ForeignKeyField('curbside.Actor', source_field='target_id', db_constraint=True, to_field='id', related_name='endorsed_by', on_delete=OnDelete.CASCADE)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={'table': 'endorsement', 'app': 'curbside', 'unique_together': (('actor', 'target'),), 'pk_attr': 'id', 'table_description': 'Whom one identity shows on its profile to applications: the one wish that is public.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='HiddenHost',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('actor', fields.ForeignKeyField('curbside.Actor', source_field='actor_id', db_constraint=True, to_field='id', related_name='hidden_hosts', on_delete=OnDelete.CASCADE)),
                ('host', fields.CharField(max_length=255)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={'table': 'hidden_host', 'app': 'curbside', 'unique_together': (('actor', 'host'),), 'pk_attr': 'id', 'table_description': "One identity wants nothing of anybody at a host. What administrators block is `Peer`'s."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='List',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('actor', fields.ForeignKeyField('curbside.Actor', source_field='actor_id', db_constraint=True, to_field='id', related_name='lists', on_delete=OnDelete.CASCADE)),
                ('title', fields.CharField(max_length=200)),
                ('replies', fields.CharEnumField(default=Replies.LIST, description='FOLLOWED: followed\nLIST: list\nNONE: none', enum_type=Replies, max_length=8)),
                ('is_exclusive', fields.BooleanField(default=False)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={'table': 'list', 'app': 'curbside', 'indexes': [Index(fields=['actor_id', 'id'])], 'pk_attr': 'id', 'table_description': '`is_exclusive`: who stands on it is left out at home.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ListEntry',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('list', fields.ForeignKeyField('curbside.List', source_field='list_id', db_constraint=True, to_field='id', related_name='entries', on_delete=OnDelete.CASCADE)),
                ('target', fields.ForeignKeyField('curbside.Actor', source_field='target_id', db_constraint=True, to_field='id', related_name='listed_in', on_delete=OnDelete.CASCADE)),
            ],
            options={'table': 'list_entry', 'app': 'curbside', 'unique_together': (('list', 'target'),), 'pk_attr': 'id'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Mute',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('actor', fields.ForeignKeyField('curbside.Actor', source_field='actor_id', db_constraint=True, to_field='id', related_name='muting', on_delete=OnDelete.CASCADE)),
                ('target', fields.ForeignKeyField('curbside.Actor', source_field='target_id', db_constraint=True, to_field='id', related_name='muted_by', on_delete=OnDelete.CASCADE)),
                ('hides_notifications', fields.BooleanField(default=True)),
                ('ends_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={'table': 'mute', 'app': 'curbside', 'unique_together': (('actor', 'target'),), 'indexes': [IndexOfSome(fields=['ends_at'], name='mute_ends', having='ends_at')], 'pk_attr': 'id', 'table_description': 'Somebody is not to be seen, for a while or for good; they may still follow.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='PassedOver',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('actor', fields.ForeignKeyField('curbside.Actor', source_field='actor_id', db_constraint=True, to_field='id', related_name='passing_over', on_delete=OnDelete.CASCADE)),
                ('target', fields.ForeignKeyField('curbside.Actor', source_field='target_id', db_constraint=True, to_field='id', related_name='passed_over_by', on_delete=OnDelete.CASCADE)),
            ],
            options={'table': 'passed_over', 'app': 'curbside', 'unique_together': (('actor', 'target'),), 'pk_attr': 'id', 'table_description': 'Whom one identity does not want to be suggested.'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='Actor',
            name='approves_followers',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name='Follow',
            name='languages',
            field=fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads),
        ),
        ops.AddField(
            model_name='Follow',
            name='notifies',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name='Follow',
            name='shows_boosts',
            field=fields.BooleanField(default=True, db_default=True),
        ),
    ]
