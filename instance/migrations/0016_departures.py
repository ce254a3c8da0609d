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
    dependencies = [('curbside', '0015_alerts')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Departure',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('consult', fields.ForeignKeyField('curbside.Consult', source_field='consult_id', db_constraint=True, to_field='id', related_name='departures', on_delete=OnDelete.CASCADE)),
                ('host', fields.CharField(max_length=255)),
                ('actor_uris', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ('left_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('told_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'departure', 'app': 'curbside', 'unique_together': (('consult', 'host'),), 'pk_attr': 'id', 'table_description': 'A hospital that took part and does not any more; its `Participant` rows are gone (6.2.6).'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Receipt',
            fields=[
                ('id', IdField(primary_key=True, default=new_id, unique=True, db_index=True)),
                ('consult', fields.ForeignKeyField('curbside.Consult', source_field='consult_id', db_constraint=True, to_field='id', related_name='receipts', on_delete=OnDelete.CASCADE)),
                ('host', fields.CharField(max_length=255)),
                ('activity_uri', fields.CharField(max_length=512)),
                ('reason', fields.CharField(max_length=12)),
                ('asked', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ('asked_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('answered_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('remaining', fields.IntField(null=True)),
                ('purged_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('backups_until', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'receipt', 'app': 'curbside', 'unique_together': (('activity_uri', 'host'),), 'indexes': [Index(fields=['host', 'consult_id'])], 'pk_attr': 'id', 'table_description': 'A deletion that we asked of one hospital, and what it answered (6.4).'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='Consult',
            name='purged_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
    ]
