from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('curbside', '0004_invitations')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Ban',
            name='by_uri',
            field=fields.CharField(default='', db_default='', max_length=512),
        ),
        ops.AddField(
            model_name='Thread',
            name='lock_uri',
            field=fields.CharField(null=True, db_index=True, max_length=512),
        ),
        ops.AddField(
            model_name='Thread',
            name='locked_by_uri',
            field=fields.CharField(null=True, max_length=512),
        ),
    ]
