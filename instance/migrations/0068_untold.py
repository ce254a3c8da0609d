from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

# Where partners are being asked just now, all of them may have more to tell.
_ASKED = "UPDATE peer SET untold_since = awaited_since WHERE awaited_since IS NOT NULL"


async def ask_on(apps, editor):
    await editor.client.execute_query(_ASKED, [])


class Migration(migrations.Migration):
    dependencies = [('curbside', '0065_changed')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Peer',
            name='untold_since',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.RunPython(ask_on),
    ]
