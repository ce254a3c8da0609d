from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('curbside', '0002_public_channels')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Actor',
            name='indexable',
            field=fields.BooleanField(default=False, db_default=False),
        ),
    ]
