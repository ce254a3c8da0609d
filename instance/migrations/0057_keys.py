from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('curbside', '0056_pages')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Member',
            name='has_keys',
            field=fields.BooleanField(default=True, db_default=True),
        ),
    ]
