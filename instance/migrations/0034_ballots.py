from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('curbside', '0033_notices_of_unmasking')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Poll',
            name='min_level',
            field=fields.IntField(null=True),
        ),
    ]
