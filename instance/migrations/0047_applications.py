from tortoise import migrations
from tortoise.migrations import operations as ops
from instance.ids import new_id
from instance.models.keys import IdField
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('curbside', '0046_lookups')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Application',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('client_id', fields.CharField(unique=True, max_length=64)),
                ('secret_hash', fields.CharField(max_length=64)),
                ('name', fields.CharField(max_length=80)),
                ('website', fields.CharField(null=True, max_length=500)),
                ('redirect_uris', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ('scopes', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ('approved_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('used_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={'table': 'application', 'app': 'curbside', 'indexes': [Index(fields=['used_at', 'created_at'])], 'pk_attr': 'id', 'table_description': 'One that registered itself, or that `curbside token create` made.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='AuthorizationCode',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('code_hash', fields.CharField(unique=True, max_length=64)),
                ('application', fields.ForeignKeyField('curbside.Application', source_field='application_id', db_constraint=True, to_field='id', related_name='codes', on_delete=OnDelete.CASCADE)),
                ('member', fields.ForeignKeyField('curbside.Member', source_field='member_id', db_constraint=True, to_field='id', related_name='authorization_codes', on_delete=OnDelete.CASCADE)),
                ('actor', fields.ForeignKeyField('curbside.Actor', source_field='actor_id', db_constraint=True, to_field='id', related_name='authorization_codes', on_delete=OnDelete.CASCADE)),
                ('redirect_uri', fields.CharField(max_length=500)),
                ('scopes', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ('challenge', fields.CharField(default='', max_length=64)),
                ('used_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('expires_at', fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'authorization_code', 'app': 'curbside', 'pk_attr': 'id', 'table_description': "What an application gets from a member's yes, and changes for a token once."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='AccessToken',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('token_hash', fields.CharField(unique=True, max_length=64)),
                ('application', fields.ForeignKeyField('curbside.Application', source_field='application_id', db_constraint=True, to_field='id', related_name='tokens', on_delete=OnDelete.CASCADE)),
                ('member', fields.ForeignKeyField('curbside.Member', source_field='member_id', null=True, db_constraint=True, to_field='id', related_name='access_tokens', on_delete=OnDelete.CASCADE)),
                ('actor', fields.ForeignKeyField('curbside.Actor', source_field='actor_id', null=True, db_constraint=True, to_field='id', related_name='access_tokens', on_delete=OnDelete.CASCADE)),
                ('code', fields.ForeignKeyField('curbside.AuthorizationCode', source_field='code_id', null=True, db_constraint=True, to_field='id', related_name='tokens', on_delete=OnDelete.SET_NULL)),
                ('scopes', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ('seen_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={'table': 'access_token', 'app': 'curbside', 'pk_attr': 'id', 'table_description': 'What an application may do as one identity of a member; without both it reads what is public.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='SentOnce',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('actor', fields.ForeignKeyField('curbside.Actor', source_field='actor_id', db_constraint=True, to_field='id', related_name='sent_once', on_delete=OnDelete.CASCADE)),
                ('key_hash', fields.CharField(max_length=64)),
                ('post', fields.ForeignKeyField('curbside.Post', source_field='post_id', null=True, db_constraint=True, to_field='id', related_name='sent_once', on_delete=OnDelete.CASCADE)),
                ('created_at', fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=True)),
            ],
            options={'table': 'sent_once', 'app': 'curbside', 'unique_together': (('actor', 'key_hash'),), 'pk_attr': 'id', 'table_description': 'A post that an application may send again under the same key: it gets the first one back.'},
            bases=['Model'],
        ),
    ]
