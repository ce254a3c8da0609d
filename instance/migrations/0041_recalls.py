from tortoise import migrations
from tortoise.migrations import operations as ops
from instance.ids import new_id
from instance.models.keys import IdField
from instance.sealed import SealedJSONField
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('curbside', '0040_dismissed_terms')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Recall',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('consult', fields.ForeignKeyField('curbside.Consult', source_field='consult_id', db_constraint=True, to_field='id', related_name='recalls', on_delete=OnDelete.CASCADE)),
                ('named', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ('reason', fields.CharField(max_length=12)),
                ('by_uri', fields.CharField(max_length=512)),
                ('by_host', fields.CharField(max_length=255)),
                ('recalled_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('deletion_uri', fields.CharField(default='', max_length=512)),
                ('kept', SealedJSONField(null=True, generated=False, unique=False)),
                ('released_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('released_by_uri', fields.CharField(default='', max_length=512)),
                ('release_reason', fields.CharField(default='', max_length=300)),
            ],
            options={'table': 'recall', 'app': 'curbside', 'indexes': [Index(fields=['consult_id', 'id']), Index(fields=['released_at', 'recalled_at'])], 'pk_attr': 'id', 'table_description': 'Posts of a consult that were taken back, by whom and why (6.4).'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Tombstone',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('consult', fields.ForeignKeyField('curbside.Consult', source_field='consult_id', db_constraint=True, to_field='id', related_name='tombstones', on_delete=OnDelete.CASCADE)),
                ('uri', fields.CharField(max_length=512)),
                ('deletion_uri', fields.CharField(max_length=512)),
                ('reason', fields.CharField(max_length=12)),
                ('seq', fields.IntField()),
                ('deleted_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'tombstone', 'app': 'curbside', 'unique_together': (('consult', 'uri'),), 'pk_attr': 'id', 'table_description': 'A post of a consult, or all of it, whose words are gone and do not come back.'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='Receipt',
            name='refusal',
            field=fields.CharField(default='', db_default='', max_length=200),
        ),
    ]
