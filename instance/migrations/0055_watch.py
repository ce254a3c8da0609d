from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('curbside', '0054_kinds')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Observation',
            fields=[
                ('name', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=100)),
                ('value', fields.FloatField(null=True)),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'observation', 'app': 'curbside', 'pk_attr': 'name', 'table_description': '`name`: what was looked at, of workers with which process (`worker ward-7:4711`). `value`: a'},
            bases=['Model'],
        ),
    ]
