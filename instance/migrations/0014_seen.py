from tortoise import migrations
from tortoise.migrations import operations as ops
from instance.ids import new_id
from instance.models.keys import IdField
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('curbside', '0013_keys_changed')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Seen',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('member', fields.ForeignKeyField('curbside.Member', source_field='member_id', db_constraint=True, to_field='id', related_name='seen', on_delete=OnDelete.CASCADE)),
                ('thread', fields.ForeignKeyField('curbside.Thread', source_field='thread_id', db_constraint=True, to_field='id', related_name='seen', on_delete=OnDelete.CASCADE)),
                ('post_id', fields.BigIntField()),
            ],
            options={'table': 'seen', 'app': 'curbside', 'unique_together': (('member', 'thread'),), 'indexes': [Index(fields=['thread_id'])], 'pk_attr': 'id', 'table_description': 'How far a member has read a thread; of the member, not of one identity, and shown to nobody'},
            bases=['Model'],
        ),
    ]
