from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('curbside', '0060_home')]

    initial = False

    operations = [
        ops.CreateModel(
            name='PictureUse',
            fields=[
                ('name', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=32)),
                ('used_at', fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'picture_use', 'app': 'curbside', 'pk_attr': 'name', 'table_description': '`name`: of the `Attachment` or `Portrait`. Written once a day at most.'},
            bases=['Model'],
        ),
    ]
