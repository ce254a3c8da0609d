from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('curbside', '0011_host_lists')]

    initial = False

    operations = [
        ops.CreateModel(
            name='DeliveryHour',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('host', fields.CharField(max_length=255)),
                ('hour', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('bucket', fields.SmallIntField()),
                ('count', fields.IntField()),
            ],
            options={'table': 'delivery_hour', 'app': 'curbside', 'unique_together': (('host', 'hour', 'bucket'),), 'indexes': [Index(fields=['hour'])], 'pk_attr': 'id', 'table_description': 'How many tries to deliver to one host ended in one way within an hour.'},
            bases=['Model'],
        ),
    ]
