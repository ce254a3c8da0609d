from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('curbside', '0012_delivery_hours')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Peer',
            name='keys_changed_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
    ]
